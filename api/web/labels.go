package web

import (
	"strings"

	"shenfa/models"
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

// categoryLabels are the Chinese names of the categories of hits.
var categoryLabels = map[string]string{
	"secrecy.marking":  "密级标志",
	"secrecy.internal": "内部文件特征",
	"secrecy.field":    "敏感工作信息",

	"pii.id_card":        "身份证号码",
	"pii.mobile":         "手机号码",
	"pii.bank_card":      "银行卡号",
	"pii.passport":       "护照号码",
	"pii.travel_permit":  "出入境通行证件号码",
	"pii.address":        "家庭住址",
	"pii.landline":       "住宅电话",
	"pii.social_account": "个人社交账号",
	"pii.birth_date":     "出生日期",
	"pii.name_protected": "受保护人员姓名",
	"pii.health":         "健康与病情信息",
	"pii.minor":          "未成年人信息",
	"pii.plate":          "机动车号牌",
	"pii.email":          "个人电子邮箱",

	"ad.commercial": "商业推销",
	"ad.absolute":   "绝对化用语",
	"ad.medical":    "医疗功效宣传",
	"ad.link":       "商业链接",
	"ad.contact":    "商业联系方式",

	"prohibited.weapons":      "枪支弹药、管制器具",
	"prohibited.drugs":        "毒品",
	"prohibited.gambling":     "赌博",
	"prohibited.obscene":      "淫秽色情",
	"prohibited.fraud":        "诈骗",
	"prohibited.superstition": "封建迷信",

	"wording.fixed_expression": "固定表述",
	"wording.sovereignty":      "主权与领土表述",
	"wording.discriminatory":   "歧视性用语",
	"wording.ethnic":           "民族宗教表述",
	"wording.international":    "国际关系表述",
	"wording.leader":           "领导活动用语",
	"wording.outdated_name":    "过时名称",
	"wording.legal":            "法律用语",
	"wording.vulgar":           "低俗用语",

	"typo": "错别字与语病",

	"opinion.personal": "个人观点和情绪",
	"force.engagement": "强制点赞转发",
	"title.clickbait":  "标题党",
	"title.altered":    "改动原标题",

	"source.unattributed": "来源不明的说法",
	"source.missing":      "转载未注明来源",
	"source.not_listed":   "稿源不在名单内",

	"topic.public_notice":   "通告公告",
	"topic.policy":          "政策文件",
	"topic.punishment":      "行政处罚与惩戒",
	"topic.personnel":       "人事任免",
	"topic.recruitment":     "招聘录用",
	"topic.schooling":       "招生入学",
	"topic.insurance":       "社会保险",
	"topic.price":           "价格收费",
	"topic.traffic":         "交通管制",
	"topic.outage":          "停水停电停气",
	"topic.warning":         "预警信息",
	"topic.meeting":         "重要会议",
	"topic.accident":        "事故",
	"topic.disaster":        "自然灾害",
	"topic.epidemic":        "疫情",
	"topic.emergency":       "应急响应（Ⅲ、Ⅳ级）",
	"topic.emergency_major": "应急响应（Ⅰ、Ⅱ级）",
	"topic.mass_incident":   "群体性事件",
	"topic.rumour":          "辟谣与舆情回应",
	"topic.corruption":      "违纪违法案件",
	"topic.removal":         "免职去职",
	"topic.demolition":      "征收拆迁",
	"topic.school_safety":   "校园安全",
	"topic.lockdown":        "封控管理",
	"topic.budget":          "财政预决算",
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
func categoryLabel(category string) string { return labelOr(categoryLabels, category) }

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
