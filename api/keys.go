package api

import (
	"context"
	"time"

	"shenfa/models"
	"shenfa/models/sign"
)

// Key is one public key of certificates: Ed25519 by RFC 8037; SM2 as kty EC,
// crv SM2, alg SM2SM3.
type Key struct {
	Type      string     `json:"kty" example:"OKP" doc:"Ed25519 为 OKP，SM2 为 EC"`
	Curve     string     `json:"crv" example:"Ed25519" doc:"Ed25519 或 SM2"`
	ID        string     `json:"kid" doc:"公钥 SHA-256 的前 16 位十六进制；SM2 公钥取未压缩的点（04 加 x 加 y）"`
	X         string     `json:"x" doc:"公钥，base64url；SM2 为 x 坐标"`
	Y         string     `json:"y,omitempty" doc:"SM2 的 y 坐标，base64url"`
	Algorithm string     `json:"alg" example:"EdDSA" doc:"EdDSA；SM2 为 SM2SM3（SM3 杂凑，默认用户标识，DER 签名）"`
	Use       string     `json:"use" example:"sig"`
	RetiredAt *time.Time `json:"retired_at,omitempty" doc:"停用时间；停用后仍可验证以前的证书"`
}

type keysOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Keys []Key `json:"keys"`
	} `nameHint:"KeySet"`
}

func (a *API) keys(ctx context.Context, _ models.Actor, _ *struct{}) (*keysOutput, error) {
	keys, err := a.options.Workflow.Keys(ctx)
	if err != nil {
		return nil, err
	}
	out := &keysOutput{CacheControl: "public, max-age=300"}
	out.Body.Keys = []Key{}
	for _, k := range keys {
		if j, ok := sign.JWKOf(k); ok {
			out.Body.Keys = append(out.Body.Keys, Key{Type: j.Type, Curve: j.Curve, ID: j.ID, X: j.X, Y: j.Y, Algorithm: j.Algorithm,
				Use: "sig", RetiredAt: timeOrNil(k.RetiredAt)})
		}
	}
	return out, nil
}
