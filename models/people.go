package models

import (
	"slices"
	"time"
)

// Role that a person holds. A profile may declare more than these.
type Role string

// The roles that the default profile and the administration know.
const (
	RoleAuthor          Role = "author"           // 拟稿人
	RoleEditor          Role = "editor"           // 编辑
	RoleAccountLead     Role = "account_lead"     // 账号主要负责人
	RoleDeputyLead      Role = "deputy_lead"      // 分管领导
	RolePrincipalLead   Role = "principal_lead"   // 主要领导
	RoleSecrecyReviewer Role = "secrecy_reviewer" // 保密审查员
	RoleConsultee       Role = "consultee"        // 会签单位
	RoleSupervisor      Role = "supervisor"       // 主管单位
	RoleAdmin           Role = "admin"            // 系统管理员
	RoleIntegration     Role = "integration"      // 发布端: no person's role; time limits name it
)

// Unit (单位) is an office. A supervisor of a unit sees the units below it too.
type Unit struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	ParentID  string    `json:"parent_id,omitempty"`
	CreatedAt time.Time `json:"created_at"`
}

// Account (账号) is one social-media account of a unit.
type Account struct {
	ID        string    `json:"id"`
	UnitID    string    `json:"unit_id"`
	Name      string    `json:"name"`
	Medium    string    `json:"medium"`  // wechat, weibo, douyin, app, web or another word; a profile's routes may depend on it
	Profile   string    `json:"profile"` // name of the regulation profile
	CreatedAt time.Time `json:"created_at"`
}

// User is a person who can sign in. One user is one person: separation of
// duties counts users, whatever roles or tokens they hold.
type User struct {
	ID           string    `json:"id"`
	SignIn       string    `json:"sign_in"`
	Name         string    `json:"name"`
	UnitID       string    `json:"unit_id"`
	PasswordHash string    `json:"-"`
	CreatedAt    time.Time `json:"created_at"`
	DisabledAt   time.Time `json:"disabled_at,omitzero"`
}

// Grant gives a user a role: on one account, on one unit (its accounts, and
// those of the units below), or, with neither, everywhere.
type Grant struct {
	ID        string    `json:"id"`
	UserID    string    `json:"user_id"`
	Role      Role      `json:"role"`
	AccountID string    `json:"account_id,omitempty"`
	UnitID    string    `json:"unit_id,omitempty"`
	CreatedAt time.Time `json:"created_at"`
}

// TokenKind says whom a token stands for.
type TokenKind string

// The kinds.
const (
	TokenUser        TokenKind = "user"        // stands for its user, with the user's roles
	TokenIntegration TokenKind = "integration" // a publishing integration (发布端) of the accounts it names
)

// Token is an API credential. Only the SHA-256 of the secret is stored.
type Token struct {
	ID         string    `json:"id"`
	Kind       TokenKind `json:"kind"`
	Name       string    `json:"name"`
	UserID     string    `json:"user_id,omitempty"`
	AccountIDs []string  `json:"account_ids,omitempty"` // integration: what it may pull
	Hash       string    `json:"-"`                     // SHA-256 of the secret, hex
	CreatedAt  time.Time `json:"created_at"`
	ExpiresAt  time.Time `json:"expires_at,omitzero"`
	RevokedAt  time.Time `json:"revoked_at,omitzero"`
}

// ActorKind says what acts.
type ActorKind string

// The kinds.
const (
	ActorUser        ActorKind = "user"
	ActorIntegration ActorKind = "integration"
	ActorSystem      ActorKind = "system" // the command line of the server's own machine, and background jobs
)

// Actor is who acts in one call: the one argument that carries authority.
type Actor struct {
	Kind     ActorKind
	ID       string // user id, token id of an integration, or "system"
	Name     string
	Roles    []AccountRole // a user's roles, spread over the accounts that the grants cover
	Units    []UnitRole    // a user's roles that hold on whole units (supervisor, consultee, admin)
	Admin    bool
	Deputy   []DelegatedRole // roles used in someone's place
	Accounts []string        // integration: the accounts of its token
	TokenID  string          // the token used, if any

	// Once makes a write happen at most once (Idempotency-Key); empty: no such promise was asked for.
	Once Once
}

// AccountRole is one role on one account.
type AccountRole struct {
	AccountID string
	Role      Role
}

// UnitRole is one role on one unit.
type UnitRole struct {
	UnitID string
	Role   Role
}

// Once names one write of one caller: Key as the caller gave it, Request the
// SHA-256 of method, path and body.
type Once struct {
	Key     string
	Request string
}

// System is the actor of commands and background jobs.
func System() Actor { return Actor{Kind: ActorSystem, ID: "system", Name: "系统", Admin: true} }

// Holds says whether the actor has one of the roles on the account.
func (a Actor) Holds(accountID string, roles ...Role) bool {
	return slices.ContainsFunc(a.Roles, func(ar AccountRole) bool {
		return ar.AccountID == accountID && slices.Contains(roles, ar.Role)
	})
}

// RolesOn lists the actor's roles on the account.
func (a Actor) RolesOn(accountID string) []Role {
	var roles []Role
	for _, ar := range a.Roles {
		if ar.AccountID == accountID {
			roles = append(roles, ar.Role)
		}
	}
	return roles
}

// Sees says whether the actor has any role on the account, in someone's place too.
func (a Actor) Sees(accountID string) bool { return slices.Contains(a.VisibleAccounts(), accountID) }

// VisibleAccounts lists the accounts on which the actor holds any role, in
// someone's place too, each once; of an integration those of its token.
func (a Actor) VisibleAccounts() []string {
	if a.Kind == ActorIntegration {
		return a.Accounts
	}
	var ids []string
	for _, r := range a.Roles {
		ids = append(ids, r.AccountID)
	}
	for _, r := range a.Deputy {
		ids = append(ids, r.AccountID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// ConsultedUnits lists the units for which the actor gives opinions.
func (a Actor) ConsultedUnits() []string {
	var ids []string
	for _, r := range a.Units {
		if r.Role == RoleConsultee {
			ids = append(ids, r.UnitID)
		}
	}
	return ids
}
