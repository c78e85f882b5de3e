package web

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"shenfa/models"
)

// fault is how pages speak of a failure.
type fault struct {
	Status int
	Title  string
	Advice string
}

// faults has the words for each code; the API keeps its own table of problems.
var faults = map[models.Code]fault{
	models.CodeInvalid:         {http.StatusUnprocessableEntity, "填写有误", "请按提示修改后再提交。"},
	models.CodeMalformed:       {http.StatusBadRequest, "请求无法识别", "请返回上一页重试。"},
	models.CodeTooLarge:        {http.StatusRequestEntityTooLarge, "内容过长", "请精简后再提交。"},
	models.CodeUnauthenticated: {http.StatusUnauthorized, "请先登录", "登录后可继续办理。"},
	models.CodeForbidden:       {http.StatusForbidden, "没有权限", "您的角色不能办理这一事项。如有疑问，请联系系统管理员。"},
	models.CodeSelfApproval:    {http.StatusForbidden, "不能审批本人稿件", "拟稿、编辑与签发须由不同人员办理，请交由其他有权人员审批。"},
	models.CodeNotFound:        {http.StatusNotFound, "未找到", "内容不存在，或者您无权查看。"},
	models.CodeConflict:        {http.StatusConflict, "稿件状态已变化", "他人可能已先行办理。请查看当前状态后再决定。"},
	models.CodeStale:           {http.StatusPreconditionFailed, "稿件内容已变更", "您看到的不是最新版本，本次操作没有生效。请重新审阅后再办理。"},
	models.CodeDigestRequired:  {http.StatusPreconditionRequired, "缺少版本信息", "请重新打开稿件后再提交。"},
	models.CodeKeyReused:       {http.StatusUnprocessableEntity, "重复提交", "这份表单已经提交过，请到稿件列表查看。"},
	models.CodeRateLimited:     {http.StatusTooManyRequests, "操作过于频繁", "请稍后再试。"},
	models.CodeUnavailable:     {http.StatusServiceUnavailable, "系统暂不可用", "系统正在启动或维护，请稍后再试。"},
	models.CodeExpired:         {http.StatusGone, "列表已更新", "请从第一页重新查看。"},
}

// faultOf finds the words for err; what the table does not name is a fault of the program.
func faultOf(err error) fault {
	if f, ok := faults[models.CodeOf(err)]; ok {
		return f
	}
	return fault{http.StatusInternalServerError, "系统出错了", "您的操作没有完成，请稍后再试。"}
}

// refusal is a failure as a page shows it: the sentence of the domain, the advice of the table.
type refusal struct {
	fault
	Message string
	ErrorID string // stands in the log; only of faults of the program
	Fields  map[string]string
}

// at is what is wrong at a pointer, or with the first faulty item of a list there.
func (r refusal) at(pointer string) string {
	for _, place := range slices.Sorted(maps.Keys(r.Fields)) {
		if place == pointer || strings.HasPrefix(place, pointer+"/") && !strings.ContainsFunc(place[len(pointer)+1:], func(c rune) bool { return c < '0' || c > '9' }) {
			return r.Fields[place]
		}
	}
	return ""
}

// refuse makes err a refusal and logs it if it is a fault of the program.
func (s *site) refuse(c *gin.Context, err error) refusal {
	r := refusal{fault: faultOf(err), Fields: map[string]string{}}
	if r.Status >= http.StatusInternalServerError {
		r.ErrorID = uuid.NewString()
		s.log.ErrorContext(c.Request.Context(), "page failed",
			"error_id", r.ErrorID, "path", c.FullPath(), "error", err)
	}
	if e, ok := errors.AsType[*models.Error](err); ok && e.Code != models.CodeInternal {
		r.Message = e.Message
		for _, f := range e.Fields {
			r.Fields[f.Pointer] = f.Message
		}
	}
	return r
}

// fieldsOf are the places that an error names.
func fieldsOf(err error) []models.FieldError {
	if e, ok := errors.AsType[*models.Error](err); ok {
		return e.Fields
	}
	return nil
}

// fail answers with an error page.
func (s *site) fail(c *gin.Context, err error) {
	r := s.refuse(c, err)
	f := frame{Title: r.Title, Page: r}
	if id := s.sessions.GetString(c.Request.Context(), SessionUser); id != "" {
		if actor, err := s.workflow.ActorOfUser(c.Request.Context(), id); err == nil {
			f.Actor = &actor
		}
	}
	s.render(c, r.Status, "error", f)
}
