package screening

import (
	"slices"
	"testing"

	"shenfa/models"
)

// A list is right as a whole or from anywhere in it; what stands before the first
// and behind the last member does not matter.
func TestFixedListsKeepTheirOrder(t *testing.T) {
	e := engine(t)
	for text, want := range map[string]string{
		"要坚定道路自信、理论自信、制度自信、文明自信，讲好故事。":   "道路自信、理论自信、制度自信、文明自信",
		"要坚定道路自信、理论自信、制度自信、文化自信，讲好故事。":   "",
		"要坚定道路自信、理论自信。":                  "",
		"推进经济建设、政治建设、文明建设、社会建设、生态文明建设。":  "经济建设、政治建设、文明建设、社会建设、生态文明建设",
		"增强政治意识、核心意识、大局意识、看齐意识。":         "政治意识、核心意识、大局意识、看齐意识",
		"增强政治意识、大局意识、核心意识和看齐意识。":         "",
		"增强政治意识、核心意识、大局意识和看齐意识。":         "政治意识、核心意识、大局意识和看齐意识",
		"坚定“道路自信”、“理论自信”、“制度自信”、“文明自信”。": "道路自信”、“理论自信”、“制度自信”、“文明自信",
		"坚定道路 自信、理论自信、制度自信、文明 自信。":       "道路 自信、理论自信、制度自信、文明 自信",
		"堅定道路自信、理論自信、制度自信、文明自信。":         "道路自信、理論自信、制度自信、文明自信",
		"会上，县民政局、人社局、医保局、残联依次发言。":        "",
	} {
		report, err := e.Screen(t.Context(), Text{Body: text})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if i := slices.IndexFunc(report.Hits, func(h models.Hit) bool { return h.Category == "wording.fixed_expression" }); i >= 0 {
			got = report.Hits[i].Text
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}
