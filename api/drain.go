package api

import (
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// maxDrain bounds, in bytes, what is read of a refused request only to be dropped.
const maxDrain = 64 << 20

// drainRefused reads the rest of a request that was refused before its body
// was read: a server that answers and closes while the caller still sends
// resets the connection, and simple callers never see the answer. A caller
// that asked first (Expect) sends nothing more.
func (a *API) drainRefused(c *gin.Context) {
	body := c.Request.Body
	c.Next()
	if c.Writer.Status() < http.StatusBadRequest || body == nil || body == http.NoBody || c.GetHeader("Expect") != "" {
		return
	}
	control := http.NewResponseController(c.Writer)
	_ = control.SetReadDeadline(time.Now().Add(a.options.RequestTimeout))
	_, _ = io.CopyN(io.Discard, body, maxDrain) // a caller who is gone needs no answer
	_ = control.SetReadDeadline(time.Time{})
}
