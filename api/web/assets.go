package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"
)

//go:embed static
var staticFiles embed.FS

// assets are the static files, by the name that pages use and by the name
// with a content hash under which they are served. What a hashed name stands
// for never changes, so browsers keep it.
type assets struct {
	url    map[string]string // shenfa.css -> /static/shenfa.1a2b3c4d.css
	byName map[string]asset
}

type asset struct {
	contentType string
	bytes       []byte
}

var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

func loadAssets() assets {
	a := assets{url: map[string]string{}, byName: map[string]asset{}}
	names, err := fs.Glob(staticFiles, "static/*")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, file := range names {
		data, err := staticFiles.ReadFile(file)
		if err != nil {
			panic(err) // embedded
		}
		sum := sha256.Sum256(data)
		name, ext := path.Base(file), path.Ext(file)
		hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
		a.url[name] = "/static/" + hashed
		a.byName[hashed] = asset{assetTypes[ext], data}
	}
	return a
}

func (s *site) static(c *gin.Context) {
	file, ok := s.assets.byName[c.Param("name")]
	if !ok {
		c.String(http.StatusNotFound, "not found")
		return
	}
	c.Header("Cache-Control", "public, max-age=31536000, immutable")
	c.Data(http.StatusOK, file.contentType, file.bytes)
}
