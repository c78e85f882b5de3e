package workflow

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"shenfa/models"
)

//go:embed profiles/*.toml profiles/examples/*.toml
var embeddedProfiles embed.FS

// DefaultProfile is the profile of accounts that name none.
const DefaultProfile = "ankang"

// Profile is one set of regulations as data: the roles, the route of each
// class of draft, and the time limits. It is read from a TOML file.
type Profile struct {
	Name    string      `toml:"name"`
	Version string      `toml:"version"`
	Title   string      `toml:"title"`
	Hours   OfficeHours `toml:"hours"` // of a working day; empty: usualOffice
	// HoursBasis is the article that sets the hours.
	HoursBasis string         `toml:"hours_basis"`
	Roles      []ProfileRole  `toml:"role"`
	Routes     []ProfileRoute `toml:"route"`
	Limits     []ProfileLimit `toml:"limit"`
	Cadence    []Cadence      `toml:"cadence"`

	calendar *Calendar // set by Profiles; nil counts weekends out alone
}

// ProfileRole is one role that decides. Rank orders the signers, from 1; 0 is
// no signer. Roles of a step that signs have at least 1.
type ProfileRole struct {
	ID   models.Role `toml:"id"`
	Name string      `toml:"name"`
	Rank int         `toml:"rank"`
	Duty string      `toml:"duty"` // responsibility (直接责任, 主要责任, 第一责任), for people
}

// ProfileRoute is the route of the drafts whose tier, medium and kind are in
// the lists; an empty list holds all.
type ProfileRoute struct {
	Tiers []models.Tier `toml:"tiers"`
	Media []string      `toml:"media"`
	Kinds []models.Kind `toml:"kinds"`
	Basis string        `toml:"basis"`
	Steps []models.Step `toml:"steps"`
}

// ownDefault is the basis of a number that no article sets.
const ownDefault = "程序默认值"

// Lane of a draft: its time limits.
type Lane string

// The lanes.
const (
	LaneOrdinary Lane = "ordinary"
	LaneUrgent   Lane = "urgent"
)

// ProfileLimit is how long a step of the roles may wait before it is reminded
// of, and how long after that it is escalated (as long again, if nothing is said).
type ProfileLimit struct {
	Lane     Lane          `toml:"lane"`
	Roles    []models.Role `toml:"roles"`
	Within   Span          `toml:"within"`
	Escalate Span          `toml:"escalate"`
	Basis    string        `toml:"basis"`
}

// Cadence is how often something has to be published (更新频次): at least Least in each Per.
type Cadence struct {
	What  string `toml:"what"`
	Least int    `toml:"least"`
	Per   string `toml:"per"` // day, week or month
	Basis string `toml:"basis"`
}

// Class is what decides the route of a draft.
type Class struct {
	Tier   models.Tier
	Medium string
	Kind   models.Kind
}

// ID is the profile's name and version, as drafts and certificates keep it.
func (p *Profile) ID() string { return p.Name + "@" + p.Version }

// Route is the list of steps of a class; nil if the profile has none for it.
func (p *Profile) Route(c Class) []models.Step {
	if i := p.routeIndex(c); i >= 0 {
		return p.Routes[i].Steps
	}
	return nil
}

// routeIndex is the first route that holds the class; -1 if there is none.
func (p *Profile) routeIndex(c Class) int {
	return slices.IndexFunc(p.Routes, func(r ProfileRoute) bool {
		return holds(r.Tiers, c.Tier) && holds(r.Media, c.Medium) && holds(r.Kinds, c.Kind)
	})
}

func holds[T comparable](list []T, v T) bool { return len(list) == 0 || slices.Contains(list, v) }

// Limit is the time limit of a step in a lane, that of the first of its roles
// which has one; false if none has.
func (p *Profile) Limit(step models.Step, lane Lane) (ProfileLimit, bool) {
	for _, role := range step.Roles {
		for _, l := range p.Limits {
			if l.Lane == lane && slices.Contains(l.Roles, role) {
				return l, true
			}
		}
	}
	return ProfileLimit{}, false
}

// Due is when a step that begins to wait now is due; zero if it has no limit.
func (p *Profile) Due(step models.Step, lane Lane, now time.Time) time.Time {
	return p.DueOf(step, lane, now).At
}

// DueOf is when a step that begins to wait now is due, and whether that is provisional.
func (p *Profile) DueOf(step models.Step, lane Lane, now time.Time) Due {
	l, ok := p.Limit(step, lane)
	if !ok {
		return Due{}
	}
	return p.calendar.after(now, l.Within, p.Hours)
}

// EscalationOf is when a step that was due is escalated.
func (p *Profile) EscalationOf(step models.Step, lane Lane, due time.Time) Due {
	l, ok := p.Limit(step, lane)
	if !ok {
		return Due{}
	}
	return p.calendar.after(due, l.Escalate, p.Hours)
}

// rank is the role's place among the signers; 0 if it is none.
func (p *Profile) rank(r models.Role) int {
	for _, role := range p.Roles {
		if role.ID == r {
			return role.Rank
		}
	}
	return 0
}

// ParseProfile reads a profile and checks it whole: the error joins everything
// that is wrong, each with file and line.
func ParseProfile(file string, data []byte) (*Profile, error) {
	var p Profile
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // as some editors save a file
	decoder := toml.NewDecoder(strings.NewReader(string(data))).DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		return nil, tomlError(file, err)
	}
	for i := range p.Routes {
		for j := range p.Routes[i].Steps {
			s := &p.Routes[i].Steps[j]
			if s.ID == "" && len(s.Roles) > 0 {
				s.ID = string(s.Roles[0])
			}
			if s.Mode == "" {
				s.Mode = models.StepAny
			}
			if s.Count == 0 {
				s.Count = 1
			}
			for k, r := range p.Roles {
				if s.Signs && r.Rank == 0 && slices.Contains(s.Roles, r.ID) {
					p.Roles[k].Rank = 1
				}
			}
		}
	}
	if len(p.Hours) == 0 {
		p.HoursBasis = ownDefault
		if err := p.Hours.UnmarshalText([]byte(usualOffice)); err != nil {
			return nil, err
		}
	}
	for i, l := range p.Limits {
		if l.Escalate.IsZero() {
			p.Limits[i].Escalate = l.Within
		}
	}
	checker := profileChecker{file: file, lines: strings.Split(string(data), "\n"), profile: &p}
	checker.check()
	return &p, errors.Join(checker.faults...)
}

func tomlError(file string, err error) error {
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		var faults []error
		for _, e := range strict.Errors {
			row, _ := e.Position()
			faults = append(faults, fmt.Errorf("%s:%d: 没有“%s”这一项", file, row, strings.Join(e.Key(), ".")))
		}
		return errors.Join(faults...)
	}
	if decode, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, _ := decode.Position()
		return fmt.Errorf("%s:%d: %s", file, row, tomlFault(decode))
	}
	return fmt.Errorf("%s: %w", file, err)
}

// tomlFault is what is wrong with a value or with the TOML around it.
func tomlFault(err *toml.DecodeError) string {
	if text := strings.TrimPrefix(err.Error(), "toml: "); strings.HasPrefix(text, "“") {
		return text // from a type of ours
	}
	return fmt.Sprintf("不合 TOML 的写法，或值的类型不对（%s）", strings.TrimPrefix(err.Error(), "toml: "))
}

// tableHeader is the line that begins a table of an array.
var tableHeader = regexp.MustCompile(`^\s*\[\[\s*([a-z]+)\s*]]\s*(#.*)?$`)

// profileChecker collects the faults of one profile. A fault of the n-th table
// of an array is placed at the line of its header.
type profileChecker struct {
	file    string
	lines   []string
	profile *Profile
	faults  []error
}

func (c *profileChecker) fault(table string, n int, format string, args ...any) {
	line, seen := 1, -1
	for i, text := range c.lines {
		if header := tableHeader.FindStringSubmatch(text); header != nil && header[1] == table {
			if seen++; seen == n {
				line = i + 1
				break
			}
		}
	}
	c.faults = append(c.faults, fmt.Errorf("%s:%d: %s", c.file, line, fmt.Sprintf(format, args...)))
}

func (c *profileChecker) check() {
	p := c.profile
	if p.Name == "" || p.Version == "" {
		c.fault("", 0, "须写明 name 和 version")
	}
	known := map[models.Role]bool{}
	for i, r := range p.Roles {
		switch {
		case !roleWord(r.ID):
			c.fault("role", i, "角色 id“%s”只能用小写字母、数字和下划线", r.ID)
		case known[r.ID]:
			c.fault("role", i, "角色“%s”写了两次", r.ID)
		case slices.Contains(noStep, r.ID):
			c.fault("role", i, "“%s”不能担任审签角色", r.ID)
		case models.AwaitingRole(r.ID) == models.StateAwaitingConsultees:
			c.fault("role", i, "角色 id“%s”与“待会签”状态重名，请换一个", r.ID)
		case r.Name == "":
			c.fault("role", i, "角色“%s”没有名称（name）", r.ID)
		}
		known[r.ID] = true
	}
	for i, r := range p.Routes {
		c.checkRoute(i, r, known)
	}
	c.checkReach()
	for _, tier := range models.Tiers {
		if !slices.ContainsFunc(p.Routes, func(r ProfileRoute) bool {
			return holds(r.Tiers, tier) && len(r.Media) == 0 && len(r.Kinds) == 0
		}) {
			c.fault("route", 0, "“%s”层级没有不限媒介和类别的流程", tier.Label())
		}
	}
	for i, l := range p.Limits {
		if l.Lane != LaneOrdinary && l.Lane != LaneUrgent {
			c.fault("limit", i, "lane“%s”应为 ordinary（普通）或 urgent（紧急）", l.Lane)
		}
		for _, r := range l.Roles {
			if !known[r] && r != models.RoleIntegration && r != models.RoleConsultee {
				c.fault("limit", i, "没有角色“%s”", r)
			}
		}
		if l.Within.IsZero() {
			c.fault("limit", i, "没有写明时限（within）")
		}
	}
	for i, x := range p.Cadence {
		if x.What == "" || x.Least < 1 || !slices.Contains([]string{"day", "week", "month"}, x.Per) {
			c.fault("cadence", i, "须写明 what、least（不小于 1）和 per（day、week 或 month）")
		}
	}
}

func (c *profileChecker) checkRoute(i int, r ProfileRoute, known map[models.Role]bool) {
	for _, t := range r.Tiers {
		if t.Rank() < 0 {
			c.fault("route", i, "没有层级“%s”，可用：general、important、major", t)
		}
	}
	for _, k := range r.Kinds {
		if k != models.KindOriginal && k != models.KindReprint {
			c.fault("route", i, "没有类别“%s”，可用：original、reprint", k)
		}
	}
	signs := 0
	ids, states := map[string]bool{}, map[models.State]bool{}
	for n, s := range r.Steps {
		switch {
		case len(s.Roles) == 0:
			c.fault("route", i, "第 %d 步没有写明角色", n+1)
			continue
		case s.Mode != models.StepAny && s.Mode != models.StepAll:
			c.fault("route", i, "第 %d 步：mode“%s”应为 any（任一）或 all（各一人）", n+1, s.Mode)
		case s.Count < 1 || s.Mode == models.StepAll && s.Count != 1:
			c.fault("route", i, "第 %d 步：count 不小于 1，且只用于 mode = \"any\"", n+1)
		case ids[s.ID] || states[s.State()]:
			c.fault("route", i, "第 %d 步：同一流程有两步以角色“%s”起首（须多人时用 count）", n+1, s.Roles[0])
		}
		ids[s.ID], states[s.State()] = true, true
		for _, role := range s.Roles {
			if !known[role] {
				c.fault("route", i, "第 %d 步：没有角色“%s”", n+1, role)
			}
		}
		if s.Signs {
			signs++
		}
	}
	if signs != 1 {
		c.fault("route", i, "应有且仅有一步签发（signs = true），现有 %d 步", signs)
	}
}

// checkReach finds the routes that no draft takes, since an earlier one holds all of theirs.
func (c *profileChecker) checkReach() {
	media := []string{""}
	for _, r := range c.profile.Routes {
		media = append(media, r.Media...)
	}
	taken := map[int]bool{}
	for _, tier := range models.Tiers {
		for _, medium := range media {
			for _, kind := range []models.Kind{models.KindOriginal, models.KindReprint} {
				taken[c.profile.routeIndex(Class{tier, medium, kind})] = true
			}
		}
	}
	for i, r := range c.profile.Routes {
		if !taken[i] && len(r.Steps) > 0 {
			c.fault("route", i, "没有稿件走这一流程：前面的流程已包括它的全部稿件")
		}
	}
}

func roleWord(r models.Role) bool {
	return r != "" && strings.Trim(string(r), "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// Profiles holds the regulation profiles by name. It does not change once loaded.
type Profiles struct {
	byName   map[string]*Profile
	calendar *Calendar
}

// LoadProfiles reads the embedded profiles and examples, and those of the folder
// dir if it is not ""; one of the same name stands in for the embedded one.
func LoadProfiles(dir string) (*Profiles, error) {
	calendar, err := NewCalendar()
	if err != nil {
		return nil, err
	}
	profiles := &Profiles{byName: map[string]*Profile{}, calendar: calendar}
	for _, folder := range []string{"profiles", "profiles/examples"} {
		embedded, err := fs.Sub(embeddedProfiles, folder)
		if err != nil {
			return nil, err
		}
		if err := profiles.load(embedded, folder); err != nil {
			return nil, err
		}
	}
	if dir != "" {
		if err := profiles.load(os.DirFS(dir), dir); err != nil {
			return nil, err
		}
	}
	return profiles, nil
}

func (ps *Profiles) load(fsys fs.FS, dir string) error {
	files, err := fs.Glob(fsys, "*.toml")
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("%s: no profile (*.toml) there", dir)
	}
	var faults []error
	for _, file := range files {
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		p, err := ParseProfile(path.Join(dir, file), data)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		p.calendar = ps.calendar
		ps.byName[p.Name] = p
	}
	return errors.Join(faults...)
}

// Profile is the profile of that name; "" is the default one.
func (ps *Profiles) Profile(name string) (*Profile, error) {
	if name == "" {
		name = DefaultProfile
	}
	if p, ok := ps.byName[name]; ok {
		return p, nil
	}
	return nil, models.Errorf(models.CodeInvalid, "没有名为“%s”的规则配置。", name)
}

// noStep are the roles that no step may ask for.
var noStep = []models.Role{models.RoleAuthor, models.RoleConsultee, models.RoleSupervisor, models.RoleAdmin, models.RoleIntegration}

// fixedRoles are the roles that no profile declares.
var fixedRoles = map[models.Role]string{
	models.RoleAuthor: "拟稿人", models.RoleSecrecyReviewer: "保密审查员", models.RoleConsultee: "会签单位",
	models.RoleSupervisor: "主管单位", models.RoleAdmin: "系统管理员", models.RoleIntegration: "发布端",
}

// All lists the profiles: the default one first, then by name.
func (ps *Profiles) All() []*Profile {
	list := slices.Collect(maps.Values(ps.byName))
	slices.SortFunc(list, func(a, b *Profile) int {
		if (a.Name == DefaultProfile) != (b.Name == DefaultProfile) {
			return map[bool]int{true: -1, false: 1}[a.Name == DefaultProfile]
		}
		return strings.Compare(a.Name, b.Name)
	})
	return list
}

// RoleLabel is the Chinese name of a role in the first of the profiles that has it; the role itself if none has.
func (ps *Profiles) RoleLabel(r models.Role) string {
	if name, ok := fixedRoles[r]; ok {
		return name
	}
	for _, p := range ps.All() {
		for _, role := range p.Roles {
			if role.ID == r {
				return role.Name
			}
		}
	}
	return string(r)
}

// signs says whether a role is a signer's in any of the profiles.
func (ps *Profiles) signs(r models.Role) bool {
	for _, p := range ps.byName {
		if p.rank(r) > 0 {
			return true
		}
	}
	return false
}

// KnowsRole says whether a role may be granted.
func (ps *Profiles) KnowsRole(r models.Role) bool {
	return r != models.RoleIntegration && ps.RoleLabel(r) != string(r)
}
