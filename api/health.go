package api

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// healthz says that the process lives.
func (a *API) healthz(c *gin.Context) { answer(c, http.StatusOK, map[string]any{"status": "ok"}) }

// readyz says whether the server can work, and if not, what is missing.
func (a *API) readyz(c *gin.Context) {
	missing := map[string]string{}
	ctx, cancel := context.WithTimeout(c.Request.Context(), 2*time.Second)
	defer cancel()
	if err := a.options.Store.Ping(ctx); err != nil {
		missing["database"] = "数据库无法访问。"
	}
	select {
	case <-a.options.Engine.Ready():
		if a.options.Engine.Err() != nil {
			missing["screening"] = "机审引擎加载失败，见服务器日志。"
		}
	default:
		missing["screening"] = "机审引擎正在加载。"
	}
	edition, err := a.options.Workflow.Edition(c.Request.Context())
	if err != nil && len(missing) == 0 {
		missing["screening"] = "读不到已安装的词库版次。"
	}
	if a.draining.Err() != nil {
		missing["server"] = "服务正在停止。"
	}
	if len(missing) > 0 {
		c.Header("Retry-After", "1")
		answer(c, http.StatusServiceUnavailable, map[string]any{"status": "unavailable", "missing": missing})
		return
	}
	answer(c, http.StatusOK, map[string]any{"status": "ready", "edition": edition})
}

func answer(c *gin.Context, status int, v any) {
	c.Header("Content-Type", "application/json")
	c.Status(status)
	_ = writeJSON(c.Writer, v)
}
