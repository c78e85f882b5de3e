package api

import (
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
)

// minGzip is the size in bytes from which compressing an answer pays.
const minGzip = 1 << 10

// compressor sends JSON answers compressed to callers that accept gzip.
type compressor struct{ pool sync.Pool }

func newCompressor() *compressor {
	return &compressor{sync.Pool{New: func() any {
		zip, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
		return zip
	}}}
}

func (p *compressor) gzip(c *gin.Context) {
	c.Writer.Header().Add("Vary", "Accept-Encoding")
	if !acceptsGzip(c.GetHeader("Accept-Encoding")) {
		return
	}
	w := &gzipWriter{ResponseWriter: c.Writer, pool: &p.pool}
	c.Writer = w
	defer func() {
		w.close()
		c.Writer = w.ResponseWriter
	}()
	c.Next()
}

// acceptsGzip reads Accept-Encoding: gzip named and not refused with q=0.
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q, found := strings.CutPrefix(strings.TrimSpace(params), "q=")
			value, err := strconv.ParseFloat(q, 64)
			return !found || err == nil && value > 0
		}
	}
	return false
}

// gzipWriter decides at the first write whether the answer is worth
// compressing: operations write their JSON in one piece.
type gzipWriter struct {
	gin.ResponseWriter
	pool    *sync.Pool
	zip     *gzip.Writer
	decided bool
}

func (w *gzipWriter) Write(data []byte) (int, error) {
	if !w.decided {
		w.decided = true
		h := w.Header()
		if len(data) >= minGzip && h.Get("Content-Encoding") == "" && strings.Contains(h.Get("Content-Type"), "json") {
			h.Set("Content-Encoding", "gzip")
			h.Del("Content-Length")
			w.zip = w.pool.Get().(*gzip.Writer)
			w.zip.Reset(w.ResponseWriter)
		}
	}
	if w.zip != nil {
		return w.zip.Write(data)
	}
	return w.ResponseWriter.Write(data)
}

func (w *gzipWriter) WriteString(s string) (int, error) { return w.Write([]byte(s)) }

// Unwrap is for http.ResponseController.
func (w *gzipWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *gzipWriter) close() {
	if w.zip != nil {
		_ = w.zip.Close() // the caller is gone: nobody is left to tell
		w.pool.Put(w.zip)
	}
}
