package screening

import (
	"strings"

	"shenfa/models"
)

// category is one kind of finding: its gravity unless a rule says otherwise,
// and the tier it raises a draft to.
type category struct {
	name     string
	severity models.Severity
	tier     models.Tier
}

// categories lists every kind of finding. Of two overlapping hits of one
// family the one that stands earlier here is kept.
func categories() []category {
	lists := []struct {
		severity models.Severity
		tier     models.Tier
		names    string
	}{
		{models.SeverityLock, models.TierMajor, "secrecy.marking secrecy.internal"},
		{models.SeverityWarn, "", "secrecy.field"},
		{models.SeverityBlock, "", "pii.id_card pii.travel_permit pii.passport pii.bank_card pii.mobile pii.landline pii.email pii.plate " +
			"pii.social_account pii.minor pii.health pii.name_protected pii.birth_date pii.address"},
		{models.SeverityBlock, "", "ad.medical ad.absolute ad.link ad.contact ad.commercial"},
		{models.SeverityBlock, "", "prohibited.weapons prohibited.drugs prohibited.gambling prohibited.obscene prohibited.fraud prohibited.superstition"},
		{models.SeverityBlock, "", "wording.fixed_expression wording.sovereignty wording.discriminatory wording.ethnic wording.international"},
		{models.SeverityWarn, "", "wording.legal wording.outdated_name wording.leader wording.vulgar typo"},
		{models.SeverityBlock, models.TierImportant, "opinion.personal force.engagement"},
		{models.SeverityBlock, "", "title.clickbait"},
		{models.SeverityWarn, "", "source.unattributed"},
		{models.SeverityBlock, "", "source.missing source.not_listed title.altered"},
		{models.SeverityInfo, models.TierImportant, "topic.public_notice topic.policy topic.punishment topic.personnel topic.recruitment " +
			"topic.schooling topic.insurance topic.price topic.traffic topic.outage topic.warning topic.meeting topic.emergency"},
		{models.SeverityInfo, models.TierMajor, "topic.accident topic.disaster topic.epidemic topic.emergency_major topic.mass_incident " +
			"topic.rumour topic.corruption topic.removal topic.demolition topic.school_safety topic.lockdown topic.budget"},
	}
	var all []category
	for _, l := range lists {
		for name := range strings.FieldsSeq(l.names) {
			all = append(all, category{name, l.severity, l.tier})
		}
	}
	return all
}

// labels are the Chinese names of the families and categories.
var labels = map[string]string{
	"secrecy.marking": "密级标志", "secrecy.internal": "内部文件", "secrecy.field": "涉密敏感领域",
	"pii.id_card": "身份证号", "pii.mobile": "手机号码", "pii.bank_card": "银行卡号", "pii.passport": "护照号码",
	"pii.travel_permit": "通行证号码", "pii.address": "家庭住址", "pii.landline": "住宅电话", "pii.social_account": "社交账号",
	"pii.birth_date": "出生日期", "pii.name_protected": "应隐去的姓名", "pii.health": "健康信息", "pii.minor": "未成年人信息",
	"pii.plate": "车牌号码", "pii.email": "个人邮箱",
	"ad.commercial": "商业推广", "ad.absolute": "绝对化用语", "ad.medical": "医疗功效断言", "ad.link": "商业链接", "ad.contact": "商业联系方式",
	"prohibited.weapons": "枪支爆炸物", "prohibited.drugs": "毒品", "prohibited.gambling": "赌博", "prohibited.obscene": "淫秽色情",
	"prohibited.fraud": "诈骗", "prohibited.superstition": "封建迷信",
	"wording.fixed_expression": "固定表述错误", "wording.sovereignty": "主权表述错误", "wording.discriminatory": "歧视性称谓",
	"wording.ethnic": "民族宗教用语", "wording.international": "国际关系用语", "wording.leader": "领导活动用语",
	"wording.outdated_name": "机构旧称", "wording.legal": "法律用语", "wording.vulgar": "低俗用语", "typo": "错别字",
	"opinion.personal": "个人观点情绪", "force.engagement": "强制点赞转发", "title.clickbait": "标题党", "title.altered": "擅改原标题",
	"source.unattributed": "来源不明", "source.missing": "未注明稿源", "source.not_listed": "稿源不在名单",
	"topic.public_notice": "通告公告", "topic.policy": "政策文件", "topic.punishment": "行政处罚", "topic.personnel": "人事任免",
	"topic.recruitment": "招录招聘", "topic.schooling": "招生入学", "topic.insurance": "社会保障", "topic.price": "价格收费",
	"topic.traffic": "交通管制", "topic.outage": "停水停电停气", "topic.warning": "预警信息", "topic.meeting": "重要会议活动",
	"topic.emergency": "应急响应（Ⅲ、Ⅳ级）", "topic.accident": "事故伤亡", "topic.disaster": "灾害", "topic.epidemic": "疫情",
	"topic.emergency_major": "重大应急响应（Ⅰ、Ⅱ级）", "topic.mass_incident": "群体性事件", "topic.rumour": "舆情辟谣",
	"topic.corruption": "违纪违法案件", "topic.removal": "免职撤职", "topic.demolition": "征地拆迁", "topic.school_safety": "校园安全",
	"topic.lockdown": "全域管控", "topic.budget": "财政预算",
}

// Label is the Chinese name of a category, or the category itself.
func Label(category string) string {
	if label, known := labels[category]; known {
		return label
	}
	return category
}

// family is the part of a category before the dot.
func family(category string) string {
	name, _, _ := strings.Cut(category, ".")
	return name
}
