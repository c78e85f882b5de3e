package web

import (
	"strings"

	"shenfa/models"
	"shenfa/workflow"
)

// familyLabels are the Chinese names of the families of categories.
var familyLabels = map[string]string{
	"secrecy":    "涉密",
	"pii":        "个人信息",
	"ad":         "商业广告",
	"prohibited": "违禁内容",
	"wording":    "规范表述",
	"typo":       "文字差错",
	"opinion":    "个人观点",
	"force":      "强制要求",
	"title":      "标题",
	"source":     "稿源",
	"topic":      "层级线索",
}

// familyLabel names the family of a category.
func familyLabel(category string) string {
	family, _, _ := strings.Cut(category, ".")
	if label, ok := familyLabels[family]; ok {
		return label
	}
	return "其他"
}

// categoryLabel names a category; one that rules of the unit's own add shows its id.
func categoryLabel(category string) string { return workflow.CategoryLabel(category) }

func labelOr[K ~string](labels map[K]string, key K) string {
	if label, ok := labels[key]; ok {
		return label
	}
	return string(key)
}

func severityLabel(s models.Severity) string {
	return labelOr(map[models.Severity]string{
		models.SeverityLock: "涉密锁定", models.SeverityBlock: "拦截",
		models.SeverityWarn: "提示", models.SeverityInfo: "线索",
	}, s)
}

func formatLabel(f models.Format) string {
	return labelOr(map[models.Format]string{
		models.FormatText: "纯文本", models.FormatMarkdown: "Markdown", models.FormatHTML: "HTML",
	}, f)
}

func kindLabel(k models.Kind) string {
	return labelOr(map[models.Kind]string{models.KindOriginal: "原创", models.KindReprint: "转载"}, k)
}

func basisLabel(b models.BasisKind) string {
	return labelOr(map[models.BasisKind]string{
		models.BasisPunishment: "惩戒公示", models.BasisStatutory: "强制性信息披露",
	}, b)
}

func dispositionLabel(k models.DispositionKind) string {
	return labelOr(map[models.DispositionKind]string{
		models.DispositionFalsePositive: "误报", models.DispositionExempt: "豁免",
		models.DispositionCleared: "保密审查通过",
	}, k)
}

func receiptLabel(r models.ReceiptState) string {
	return labelOr(map[models.ReceiptState]string{
		models.ReceiptReceived: "已接收", models.ReceiptPublished: "已发布",
		models.ReceiptRemoved: "已撤下", models.ReceiptFailed: "发布失败",
	}, r)
}

func opinionLabel(s models.ConsultationState) string {
	return labelOr(map[models.ConsultationState]string{
		models.ConsultationOpen: "待答复", models.ConsultationAgree: "同意", models.ConsultationChanges: "修改后同意",
		models.ConsultationDisagree: "不同意", models.ConsultationVoid: "不再征求",
	}, s)
}

func opinionTone(s models.ConsultationState) string {
	return labelOr(map[models.ConsultationState]string{
		models.ConsultationOpen: "waits", models.ConsultationAgree: "good", models.ConsultationChanges: "care",
		models.ConsultationDisagree: "bad", models.ConsultationVoid: "over",
	}, s)
}

// fieldLabels are the Chinese names of the fields in which a hit can lie.
var fieldLabels = map[string]string{
	models.FieldTitle:               "标题",
	models.FieldBody:                "正文",
	models.FieldSourceUnit:          "稿源单位",
	models.FieldSourceURL:           "原文链接",
	models.FieldSourceOriginalTitle: "原标题",
}

// stateTones say how a state looks: what waits, what needs care, what is done, what is over.
var stateTones = map[models.State]string{
	models.StateDraft:       "quiet",
	models.StateBlocked:     "bad",
	models.StateLocked:      "locked",
	models.StateReturned:    "care",
	models.StateRejected:    "over",
	models.StateCancelled:   "over",
	models.StateReleased:    "good",
	models.StatePublished:   "good",
	models.StateWithdrawing: "care",
	models.StateWithdrawn:   "over",
	models.StateSuperseded:  "over",
}

func stateTone(s models.State) string {
	if tone, ok := stateTones[s]; ok {
		return tone
	}
	return "waits"
}

func (s *site) stateLabel(state models.State) string { return s.workflow.StateLabel(state) }

// shortDigest is as much of a digest as people compare by eye.
func shortDigest(digest string) string {
	if len(digest) > 16 {
		return digest[:16]
	}
	return digest
}
