package workflow

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"shenfa/models"
)

var updateDocs = flag.Bool("update", false, "write transitions.md anew")

// eventNames are the Chinese names of the events, for the diagram.
var eventNames = map[event]string{
	eventRevise: "修改", eventLock: "机审发现涉密", eventBlock: "机审拦截", eventRoute: "进入审签路径", eventApprove: "同意",
	eventRelease: "审定签发", eventRaise: "上调层级", eventLower: "下调层级", eventReturn: "退回", eventReject: "否决", eventRecall: "收回",
	eventCancel: "撤销", eventClear: "保密审查通过", eventClose: "保密审查终止", eventConsult: "待会签", eventPublish: "渠道发布",
	eventWithdraw: "撤回", eventWithdrawn: "各渠道均已撤下", eventReappear: "渠道又发布", eventSupersede: "更正稿签发", eventHold: "定时发布前被拦下",
}

var whoNames = map[who]string{
	bySystem: "随其他办理而生", byAuthor: "拟稿人", byWriter: "拟稿人、编辑（没有编辑的制度，为首先审核的角色）", byStep: "当前环节的审核人", bySigner: "当前环节的签发人",
	bySecrecy: "保密审查员", byWithdrawer: "签发人",
}

// nodes are the pseudo-states of the table as the diagram draws them.
var nodes = map[models.State][2]string{
	anyStep: {"awaiting_step", "待审签（路径各环节）"},
	target:  {"next", "按路径和机审结果而定"},
}

func nodeOf(s models.State) (id, label string) {
	if n, ok := nodes[s]; ok {
		return n[0], n[1]
	}
	return string(s), stateLabel(s, nil)
}

// diagram draws the table: as a picture, then row by row.
func diagram() string {
	var out strings.Builder
	out.WriteString("# 状态与转移\n\n由 transitions.go 的转移表生成，不手改：`go test ./workflow -run TestDiagram -update`。\n" +
		"“待审签”代表该稿件审签路径上的每个环节（`awaiting_editor`、`awaiting_deputy_lead` 等），路径由审签制度决定。\n\n```mermaid\nstateDiagram-v2\n")
	var drawn []models.State
	edges := map[[2]models.State][]string{}
	var order [][2]models.State
	draw := func(s models.State) {
		if !slices.Contains(drawn, s) {
			drawn = append(drawn, s)
		}
	}
	for _, t := range transitions() {
		for _, from := range t.from {
			draw(from)
			draw(t.to)
			edge := [2]models.State{from, t.to}
			if _, known := edges[edge]; !known {
				order = append(order, edge)
			}
			edges[edge] = append(edges[edge], eventNames[t.event])
		}
	}
	for _, s := range drawn {
		id, label := nodeOf(s)
		fmt.Fprintf(&out, "    state \"%s\" as %s\n", label, id)
	}
	out.WriteString("    [*] --> draft: 新建\n")
	for _, edge := range order {
		from, _ := nodeOf(edge[0])
		to, _ := nodeOf(edge[1])
		fmt.Fprintf(&out, "    %s --> %s: %s\n", from, to, strings.Join(edges[edge], "、"))
	}
	for _, s := range drawn {
		if !slices.ContainsFunc(order, func(e [2]models.State) bool { return e[0] == s }) && s != target {
			fmt.Fprintf(&out, "    %s --> [*]\n", s)
		}
	}
	out.WriteString("```\n\n| 事件 | 名称 | 由谁 | 从 | 到 |\n| --- | --- | --- | --- | --- |\n")
	for _, t := range transitions() {
		var from []string
		for _, s := range t.from {
			_, label := nodeOf(s)
			from = append(from, label)
		}
		_, to := nodeOf(t.to)
		fmt.Fprintf(&out, "| `%s` | %s | %s | %s | %s |\n", t.event, eventNames[t.event], whoNames[t.by], strings.Join(from, "、"), to)
	}
	return out.String()
}

func TestDiagramIsThatOfTheTable(t *testing.T) {
	for _, row := range transitions() {
		if eventNames[row.event] == "" || whoNames[row.by] == "" {
			t.Errorf("event %s or its actor has no Chinese name", row.event)
		}
	}
	const file = "transitions.md"
	if *updateDocs {
		if err := os.WriteFile(file, []byte(diagram()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != diagram() {
		t.Errorf("%s is not of the present table: go test ./workflow -run TestDiagram -update", file)
	}
}

// Of one event from one state there is one row: the machine would silently
// take the last one.
func TestNoRowOverwritesAnother(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range transitions() {
		for _, from := range row.from {
			key := string(row.event) + " " + string(from)
			if seen[key] {
				t.Errorf("%s stands twice", key)
			}
			seen[key] = true
		}
	}
}
