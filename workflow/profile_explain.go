package workflow

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"shenfa/models"
)

var (
	laneLabels   = map[Lane]string{LaneOrdinary: "普通稿件", LaneUrgent: "紧急稿件"}
	perLabels    = map[string]string{"day": "每日", "week": "每周", "month": "每月"}
	kindLabels   = map[models.Kind]string{models.KindOriginal: "原创", models.KindReprint: "转载"}
	mediumLabels = map[string]string{"wechat": "微信公众号", "weibo": "微博", "douyin": "抖音", "app": "客户端", "web": "网站",
		"document": "公文", "group": "工作群"}
)

// Explain tells people, in Chinese, what the profile says: who signs what, in
// which order, within what time, and on what basis.
func (p *Profile) Explain(out io.Writer) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	say("%s（%s）", p.Title, p.ID())
	say("\n角色")
	for _, r := range p.Roles {
		say("  %s（%s）%s%s", r.Name, r.ID, when(r.Rank > 0, fmt.Sprintf("，签发人，第 %d 级", r.Rank)), when(r.Duty != "", "，"+r.Duty))
	}
	say("\n流程（自上而下，取第一条符合的）")
	for i, r := range p.Routes {
		say("  %s%s", p.ClassLabel(i), basis(r.Basis))
		for n, s := range r.Steps {
			say("    %d. %s", n+1, p.StepLabel(s))
		}
	}
	if slices.ContainsFunc(p.Roles, func(r ProfileRole) bool { return r.Rank > 1 }) {
		say("  级别较高的签发人可以代级别较低的签发。")
	}
	if len(p.Limits) > 0 {
		say("\n时限（到时催办、再后升级提醒，绝不自动通过）")
		say("  工作时间 %s%s", p.Hours, source(p.HoursBasis))
	}
	for _, l := range p.Limits {
		say("  %s：%s，%s内办理；超过后再过 %s升级提醒%s", laneLabels[l.Lane], p.roleNames(l.Roles, "、"), l.Within.Label(), l.Escalate.Label(), source(l.Basis))
	}
	if len(p.Cadence) > 0 {
		say("\n更新频次")
	}
	for _, c := range p.Cadence {
		say("  %s：%s至少 %d 次%s", c.What, perLabels[c.Per], c.Least, source(c.Basis))
	}
}

func when(ok bool, text string) string {
	if ok {
		return text
	}
	return ""
}

func basis(text string) string { return when(text != "", "（依据："+text+"）") }

// source says where a number comes from, even that nobody has said it.
func source(text string) string { return basis(cmp.Or(text, "未写明")) }

// roleNames are the names of roles, joined.
func (p *Profile) roleNames(roles []models.Role, by string) string {
	names := make([]string, len(roles))
	for i, id := range roles {
		names[i] = cmp.Or(fixedRoles[id], string(id))
		for _, r := range p.Roles {
			if r.ID == id {
				names[i] = r.Name
			}
		}
	}
	return strings.Join(names, by)
}

// ClassLabel says which drafts take the i-th route.
func (p *Profile) ClassLabel(i int) string {
	r := p.Routes[i]
	var parts []string
	for _, t := range r.Tiers {
		parts = append(parts, t.Label())
	}
	label := strings.Join(parts, "、") + "稿件"
	if len(parts) == 0 {
		label = "各层级稿件"
	}
	if len(r.Media) > 0 {
		media := make([]string, len(r.Media))
		for k, m := range r.Media {
			media[k] = cmp.Or(mediumLabels[m], m)
		}
		label += "，媒介为" + strings.Join(media, "、")
	}
	for k, kind := range r.Kinds {
		label += when(k == 0, "，") + when(k > 0, "或") + kindLabels[kind]
	}
	return label
}

// StepLabel says who does what at a step.
func (p *Profile) StepLabel(s models.Step) string {
	who := p.roleNames(s.Roles, "或")
	switch {
	case s.Mode == models.StepAll && len(s.Roles) > 1:
		who = p.roleNames(s.Roles, "、") + "各一人"
	case s.Count > 1:
		who += fmt.Sprintf("，须 %d 人", s.Count)
	}
	if s.Signs {
		return who + "：签发"
	}
	return who + "：审核"
}

// Mermaid draws the routes: a row of steps for each.
func (p *Profile) Mermaid(out io.Writer) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	say("flowchart TB")
	for i, r := range p.Routes {
		say(`    subgraph route%d["%s"]`, i+1, mermaidText(p.ClassLabel(i)))
		say("        direction LR")
		say(`        r%dauthor(["拟稿人：提交，机审"])`, i+1)
		before := fmt.Sprintf("r%dauthor", i+1)
		for n, s := range r.Steps {
			id := fmt.Sprintf("r%ds%d", i+1, n+1)
			say(`        %s --> %s["%s"]`, before, id, mermaidText(p.StepLabel(s)))
			before = id
		}
		say(`        %s --> r%drelease(["已签发，进入发布"])`, before, i+1)
		say("    end")
	}
}

// mermaidText escapes what Mermaid reads as markup.
func mermaidText(text string) string {
	var out strings.Builder
	for _, r := range text {
		if strings.ContainsRune("\"#<>&`;\\\n\r[]{}", r) {
			fmt.Fprintf(&out, "#%d;", r)
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}
