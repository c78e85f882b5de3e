package papers

import (
	"fmt"

	"shenfa/workflow"
)

// labels are the Chinese names of the words that papers show, by kind of word.
var labels = map[string]map[string]string{
	"action": {"approve": "同意", "return": "退回修改", "reject": "否决", "raise": "提高层级", "lower": "降低层级", "recall": "收回", "cancel": "撤销",
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
}

func label(kind string, word any) string {
	if kind == "event" {
		return workflow.EventLabel(fmt.Sprint(word))
	}
	return or(labels[kind], fmt.Sprint(word))
}
