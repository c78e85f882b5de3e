package papers

import "fmt"

// labels are the Chinese names of the words that papers show, by kind of word.
var labels = map[string]map[string]string{
	"action": {"approve": "同意", "return": "退回修改", "reject": "否决", "raise": "上调层级", "lower": "下调层级", "recall": "收回", "cancel": "撤销",
		"clear": "保密审查通过", "close": "保密审查终止"},
	"disposition":  {"false_positive": "误报", "exempt": "豁免", "cleared": "保密审查结论"},
	"basis":        {"punishment_disclosure": "惩戒公示", "statutory_disclosure": "强制性信息披露"},
	"consultation": {"open": "待答复", "agree": "同意", "agree_with_changes": "修改后同意", "disagree": "不同意", "void": "已失效"},
	"receipt":      {"received": "已接收", "published": "已发布", "removed": "已撤下", "failed": "失败"},
	"withdrawal":   {"error": "内容差错", "law": "违反法律法规", "privacy": "泄露个人信息", "secrecy": "涉及秘密", "superseded": "依据的决定已变更", "complaint": "投诉成立"},
	"outcome":      {"clean": "未见问题", "warned": "有提示", "blocked": "有拦截", "locked": "涉密锁定"},
	"severity":     {"lock": "涉密", "block": "拦截", "warn": "提示", "info": "线索"},
	"kind":         {"original": "原创", "reprint": "转载"},
	"format":       {"text": "纯文本", "markdown": "Markdown", "html": "HTML"},
	"event": {"created": "新建稿件", "revised": "修改稿件", "submitted": "提交送审", "blocked": "机审拦截", "locked": "涉密锁定",
		"disposed": "处置命中", "approved": "审核同意", "signed": "审定签发", "returned": "退回修改", "rejected": "否决", "raised": "上调层级",
		"lowered": "下调层级", "recalled": "收回稿件", "cancelled": "撤销稿件", "receipt": "发布回执", "published": "渠道已发布",
		"drift": "发布内容与签发内容不一致", "consulted": "会签答复", "withdrawal": "撤回", "withdrawn": "已撤回", "entered_feed": "进入发布",
		"correction": "更正", "superseded": "已更正", "cleared": "保密审查通过", "closed": "保密审查终止"},
}

func label(kind string, word any) string { return or(labels[kind], fmt.Sprint(word)) }
