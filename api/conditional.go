package api

import (
	"strings"

	"shenfa/models"
)

// etag is the strong entity tag of a digest; nothing has none.
func etag(digest string) string {
	if digest == "" {
		return ""
	}
	return `"` + digest + `"`
}

// ifMatch is the digest that an If-Match header names, with or without
// quotes; "" where there is no header. "*" names no content: it is refused.
func ifMatch(header string) (string, error) {
	header = strings.TrimSpace(header)
	switch {
	case header == "*":
		return "", models.Errorf(models.CodeDigestRequired, "If-Match 须写明所依据内容的摘要，不接受 *。")
	case strings.Contains(header, ","):
		return "", newProblem(models.CodeInvalid, "请求头有误，请按提示修改。",
			Place{Pointer: "/If-Match", In: "header", Detail: "只能写一个摘要。"})
	case strings.HasPrefix(header, "W/"):
		return "", models.Errorf(models.CodeStale, "If-Match 不接受弱标签（W/）。")
	}
	return strings.Trim(header, `"`), nil
}

// noneMatch says whether an If-None-Match header names the tag: the caller has it already.
func noneMatch(header, tag string) bool {
	if tag == "" {
		return false
	}
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimSpace(part)
		if part == "*" || strings.TrimPrefix(part, "W/") == tag {
			return true
		}
	}
	return false
}
