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
		"unknown key":       {`title = "某单位办法"`, `titel = "某单位办法"`, `p.toml:3: unknown key "titel"`},
		"wrong type":        {"rank = 1", `rank = "first"`, "p.toml:10: "},
		"undeclared role":   {`roles = ["clerk"]`, `roles = ["clark"]`, `p.toml:11: step 1: role "clark" is not declared`},
		"no signer":         {", signs = true", "", "p.toml:11: just one step must sign, not 0"},
		"two signers":       {`["clerk"] }`, `["clerk"], signs = true }`, "p.toml:11: just one step must sign, not 2"},
		"role twice":        {`id = "head"`, `id = "clerk"`, `p.toml:7: role "clerk" is declared twice`},
		"role without name": {`name = "负责人"`, `name = ""`, `p.toml:7: role "head" has no name`},
		"same first role":   {`{ roles = ["clerk"] }`, `{ roles = ["clerk"] }, { roles = ["clerk"] }`, "p.toml:11: step 2: two steps"},
		"empty step":        {`{ roles = ["clerk"] }`, `{ roles = [] }`, "p.toml:11: step 1 names no role"},
		"bad mode":          {`{ roles = ["clerk"] }`, `{ roles = ["clerk"], mode = "some" }`, `p.toml:11: step 1: mode "some"`},
		"a tier left out":   {"[[route]]", "[[route]]\ntiers = [\"general\"]", `p.toml:11: tier "important" has no route`},
		"unknown tier":      {"[[route]]", "[[route]]\ntiers = [\"grave\"]", `p.toml:11: unknown tier "grave"`},
		"bad limit":         {"[[route]]", "[[limit]]\nlane = \"ordinary\"\nroles = [\"clerk\"]\nwithin = \"soon\"\n[[route]]", "p.toml:14: "},
		"a route in vain":   {"[[route]]", "[[route]]\nsteps = [{ roles = [\"head\"], signs = true }]\n[[route]]\nmedia = [\"app\"]", "p.toml:13: no draft takes this route"},
		"bad cadence":       {"[[route]]", "[[cadence]]\nwhat = \"更新\"\nleast = 1\nper = \"year\"\n[[route]]", "p.toml:11: what, least"},
		"bad hours":         {"[[role]]", "hours = \"9-5\"\n[[role]]", "p.toml:4: "},
		"author decides":    {`id = "clerk"`, `id = "author"`, `p.toml:4: role "author" cannot decide`},
	} {
		text := strings.Replace(goodProfile, tt.from, tt.to, 1)
		_, err := ParseProfile("p.toml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
	if _, err := ParseProfile("p.toml", []byte(goodProfile)); err != nil {
		t.Error(err)
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
