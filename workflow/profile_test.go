package workflow

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"shenfa/models"
)

const goodProfile = `name = "test"
version = "1"
title = "某单位办法"
[[role]]
id = "clerk"
name = "经办人"
[[role]]
id = "head"
name = "负责人"
rank = 1
[[route]]
steps = [{ roles = ["clerk"] }, { roles = ["head"], signs = true }]
`

func TestProfileNamesEveryFaultWithItsLine(t *testing.T) {
	for name, tt := range map[string]struct{ from, to, want string }{
		"unknown key":        {`title = "某单位办法"`, `titel = "某单位办法"`, "p.toml:3: 没有“titel”这一项"},
		"wrong type":         {"rank = 1", `rank = "first"`, "p.toml:10: 不合 TOML 的写法"},
		"undeclared role":    {`roles = ["clerk"]`, `roles = ["clark"]`, "p.toml:11: 第 1 步：没有角色“clark”"},
		"no signer":          {", signs = true", "", "p.toml:11: 应有且仅有一步签发（signs = true），现有 0 步"},
		"two signers":        {`["clerk"] }`, `["clerk"], signs = true }`, "p.toml:11: 应有且仅有一步签发（signs = true），现有 2 步"},
		"role twice":         {`id = "head"`, `id = "clerk"`, "p.toml:7: 角色“clerk”写了两次"},
		"role without name":  {`name = "负责人"`, `name = ""`, "p.toml:7: 角色“head”没有名称"},
		"same first role":    {`{ roles = ["clerk"] }`, `{ roles = ["clerk"] }, { roles = ["clerk"] }`, "p.toml:11: 第 2 步：同一流程有两步"},
		"empty step":         {`{ roles = ["clerk"] }`, `{ roles = [] }`, "p.toml:11: 第 1 步没有写明角色"},
		"bad mode":           {`{ roles = ["clerk"] }`, `{ roles = ["clerk"], mode = "some" }`, "p.toml:11: 第 1 步：mode“some”"},
		"a tier left out":    {"[[route]]", "[[route]]\ntiers = [\"general\"]", "p.toml:11: “重要”层级没有不限媒介和类别的流程"},
		"unknown tier":       {"[[route]]", "[[route]]\ntiers = [\"grave\"]", "p.toml:11: 没有层级“grave”"},
		"bad limit":          {"[[route]]", "[[limit]]\nlane = \"ordinary\"\nroles = [\"clerk\"]\nwithin = \"soon\"\n[[route]]", "p.toml:14: “soon”不是时限"},
		"a route in vain":    {"[[route]]", "[[route]]\nsteps = [{ roles = [\"head\"], signs = true }]\n[[route]]\nmedia = [\"app\"]", "p.toml:13: 没有稿件走这一流程"},
		"bad cadence":        {"[[route]]", "[[cadence]]\nwhat = \"更新\"\nleast = 1\nper = \"year\"\n[[route]]", "p.toml:11: 须写明 what、least"},
		"bad hours":          {"[[role]]", "hours = \"9-5\"\n[[role]]", "p.toml:4: “9-5”不是工作时间"},
		"author decides":     {`id = "clerk"`, `id = "author"`, "p.toml:4: “author”不能担任审签角色"},
		"consultee decides":  {`id = "clerk"`, `id = "consultee"`, "p.toml:4: “consultee”不能担任审签角色"},
		"program decides":    {`id = "clerk"`, `id = "integration"`, "p.toml:4: “integration”不能担任审签角色"},
		"state taken":        {`id = "clerk"`, `id = "consultees"`, "p.toml:4: 角色 id“consultees”与“待会签”状态重名"},
		"header with blanks": {"[[route]]\nsteps = [{ roles = [\"clerk\"] }", "[[ route ]] # 全部\nsteps = [{ roles = [\"clark\"] }", "p.toml:11: 第 1 步：没有角色“clark”"},
	} {
		text := strings.Replace(goodProfile, tt.from, tt.to, 1)
		_, err := ParseProfile("p.toml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
	for _, good := range []string{goodProfile, "\ufeff" + goodProfile} {
		if _, err := ParseProfile("p.toml", []byte(good)); err != nil {
			t.Error(err)
		}
	}
}

// A role that signs is a signer, whether or not the file gives it a rank:
// someone must be able to withdraw what was signed.
func TestARoleThatSignsIsASigner(t *testing.T) {
	p, err := ParseProfile("p.toml", []byte(strings.Replace(goodProfile, "rank = 1\n", "", 1)))
	if err != nil || !slices.Equal(p.signers(), []models.Role{"head"}) {
		t.Errorf("%v, %v", p.signers(), err)
	}
}

// A step of several roles has the limit of the first that has one.
func TestALimitOfAnyRoleOfAStepIsItsLimit(t *testing.T) {
	text := strings.Replace(goodProfile, `["clerk"] }`, `["clerk", "head"] }`, 1) + "[[limit]]\nlane = \"ordinary\"\nroles = [\"head\"]\nwithin = \"30m\"\n"
	p, err := ParseProfile("p.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if l, ok := p.Limit(p.Routes[0].Steps[0], LaneOrdinary); !ok || l.Within.Label() != "30 分钟" {
		t.Errorf("%+v, %v", l, ok)
	}
}

// Each number of the shipped profile says where it comes from.
func TestTheShippedProfileGivesTheBasisOfEachNumber(t *testing.T) {
	profiles, err := LoadProfiles("")
	if err != nil {
		t.Fatal(err)
	}
	p, err := profiles.Profile("")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	p.Explain(&out)
	if strings.Contains(out.String(), "未写明") || !strings.Contains(out.String(), "工作时间 08:30-12:00,14:00-18:00（依据：程序默认值）") {
		t.Error(out.String())
	}
}

func TestProfileOfAFolderStandsInForTheEmbeddedOne(t *testing.T) {
	dir := t.TempDir()
	text := strings.Replace(goodProfile, `name = "test"`, `name = "ankang"`, 1)
	if err := os.WriteFile(filepath.Join(dir, "x.toml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	profiles, err := LoadProfiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	p, err := profiles.Profile("")
	if err != nil || p.ID() != "ankang@1" || p.Route(Class{Tier: models.TierMajor})[1].Roles[0] != "head" {
		t.Fatalf("%+v, %v", p, err)
	}
}

func FuzzParseProfile(f *testing.F) {
	f.Add([]byte(goodProfile))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParseProfile("p.toml", data)
		if err != nil {
			return
		}
		for _, tier := range models.Tiers {
			if len(p.Route(Class{Tier: tier, Medium: "wechat", Kind: models.KindReprint})) == 0 {
				t.Fatalf("accepted without a route for %s", tier)
			}
		}
	})
}

// Steps that wait for all of several roles, or for several persons of one.
func TestStepsAreCompleteByAllOrByCount(t *testing.T) {
	all := models.Step{ID: "x", Roles: []models.Role{"a", "b"}, Mode: models.StepAll, Count: 1}
	three := models.Step{ID: "y", Roles: []models.Role{"a"}, Mode: models.StepAny, Count: 3}
	either := models.Step{ID: "z", Roles: []models.Role{"a", "b"}, Mode: models.StepAny, Count: 1}
	by := func(step string, roles ...models.Role) (ds []models.Decision) {
		for _, r := range roles {
			ds = append(ds, models.Decision{Step: step, Role: r})
		}
		return ds
	}
	for name, tt := range map[string]struct {
		step      models.Step
		approvals []models.Decision
		want      bool
	}{
		"all, one of two":    {all, by("x", "a"), false},
		"all, the same one":  {all, by("x", "a", "a"), false},
		"all, both":          {all, by("x", "b", "a"), true},
		"count, two":         {three, by("y", "a", "a"), false},
		"count, three":       {three, by("y", "a", "a", "a"), true},
		"either, the second": {either, by("z", "b"), true},
		"another step's":     {either, by("x", "b"), false},
	} {
		if got := complete(tt.step, tt.approvals); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// The table must not have two rows for one event and state: the machine would
// silently keep the last. Every state must be reachable.
func TestTransitionsAreUnambiguousAndReachEveryState(t *testing.T) {
	profiles, err := LoadProfiles("")
	if err != nil {
		t.Fatal(err)
	}
	p, err := profiles.Profile("")
	if err != nil {
		t.Fatal(err)
	}
	for _, tier := range models.Tiers {
		route := p.Route(Class{Tier: tier})
		seen := map[string]bool{}
		reached := []models.State{models.StateDraft}
		for _, row := range transitions() {
			for _, from := range sources(row, route) {
				key := string(row.event) + " from " + string(from)
				if seen[key] {
					t.Errorf("%s stands twice in the table", key)
				}
				seen[key] = true
			}
			if row.to == target {
				for _, step := range route {
					reached = append(reached, step.State())
				}
			} else {
				reached = append(reached, row.to)
			}
		}
		for _, row := range transitions() {
			for _, from := range sources(row, route) {
				if !slices.Contains(reached, from) {
					t.Errorf("no event leads to %s", from)
				}
			}
		}
	}
}
