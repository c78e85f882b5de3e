package workflow

import "cmp"

// eventLabels are the Chinese names of the kinds of events of a draft's audit chain.
var eventLabels = map[string]string{
	"created": "新建稿件", "revised": "修改稿件", "submitted": "提交送审", "blocked": "机审拦截", "locked": "涉密锁定",
	"disposed": "处置命中", "approved": "审核通过", "signed": "审定签发", "returned": "退回修改", "rejected": "否决",
	"raised": "提高层级", "lowered": "降低层级", "recalled": "收回稿件", "cancelled": "撤销稿件",
	"consulted": "会签答复", "cleared": "解除涉密锁定", "withdrawal": "撤回签发件", "withdrawn": "各渠道均已撤下",
	"superseded": "已由更正稿替代", "entered_feed": "定时发布，交发布端", "held": "定时发布前机审拦截",
	"reappeared": "撤回后又见发布", "work_item_settled": "复审事项办结", "receipt": "发布回执", "published": "渠道已发布",
	"drift": "发布内容与签发内容不一致",
}

// EventLabel is the Chinese name of a kind of event of a draft's audit chain.
func EventLabel(kind string) string { return cmp.Or(eventLabels[kind], kind) }
