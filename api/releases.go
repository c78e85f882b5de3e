package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shenfa/models"
	"shenfa/workflow"
)

// ByRelease names the release of an operation.
type ByRelease struct {
	ID string `path:"id" maxLength:"64" doc:"签发件 id"`
}

type releaseInput struct {
	ByRelease
	IfNoneMatch string `header:"If-None-Match" maxLength:"1000" doc:"已有的 ETag：相同则答 304"`
}

type releaseOutput struct {
	Status int    `json:"-"`
	ETag   string `header:"ETag" doc:"签发内容的摘要"`
	Body   StoredRelease
}

func (a *API) release(ctx context.Context, actor models.Actor, in *releaseInput) (*releaseOutput, error) {
	r, err := a.options.Workflow.Release(ctx, actor, in.ID)
	if err != nil {
		return nil, err
	}
	if tag := etag(r.Digest); noneMatch(in.IfNoneMatch, tag) {
		return &releaseOutput{Status: http.StatusNotModified, ETag: tag}, nil
	}
	return &releaseOutput{Status: http.StatusOK, ETag: etag(r.Digest), Body: StoredRelease(r.Document)}, nil
}

// Certificate is the DSSE envelope of a release, as it was signed.
type Certificate json.RawMessage

// MarshalJSON is the stored bytes.
func (c Certificate) MarshalJSON() ([]byte, error) { return json.RawMessage(c).MarshalJSON() }

// Schema is that of models.Envelope.
func (Certificate) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[models.Envelope](), true, "")
}

type certificateOutput struct {
	ContentType string `header:"Content-Type"`
	ETag        string `header:"ETag"`
	Body        Certificate
}

func (a *API) certificate(ctx context.Context, actor models.Actor, in *ByRelease) (*certificateOutput, error) {
	r, err := a.options.Workflow.Release(ctx, actor, in.ID)
	if err != nil {
		return nil, err
	}
	return &certificateOutput{ContentType: "application/vnd.dsse+json", ETag: etag(r.Digest), Body: Certificate(r.Certificate)}, nil
}

type receiptInput struct {
	ByRelease
	Channel string `path:"channel" maxLength:"64" doc:"发布渠道，由发布端命名" example:"wechat"`
	Body    struct {
		State      models.ReceiptState `json:"state" enum:"received,published,removed,failed" doc:"received 已接收，published 已发布，removed 已撤下，failed 失败"`
		URL        string              `json:"url,omitempty" maxLength:"2000" doc:"发布后的地址"`
		PlatformID string              `json:"platform_id,omitempty" maxLength:"200" doc:"平台上的编号"`
		Digest     string              `json:"digest,omitempty" maxLength:"64" doc:"所发布内容的摘要；与签发的不同即告警"`
		At         *time.Time          `json:"at,omitempty" doc:"发生时间；省略为现在"`
		Error      string              `json:"error,omitempty" maxLength:"2000" doc:"失败原因"`
	}
}

type receiptOutput struct{ Body models.Receipt }

func (a *API) putReceipt(ctx context.Context, actor models.Actor, in *receiptInput) (*receiptOutput, error) {
	word := workflow.ReceiptInput{State: in.Body.State, URL: in.Body.URL, PlatformID: in.Body.PlatformID, Digest: in.Body.Digest, Error: in.Body.Error}
	if in.Body.At != nil {
		word.At = *in.Body.At
	}
	receipt, err := a.options.Workflow.PutReceipt(ctx, actor, in.ID, in.Channel, word)
	if err != nil {
		return nil, err
	}
	return &receiptOutput{receipt}, nil
}

type receiptsOutput struct {
	Body struct {
		Items []models.Receipt `json:"items"`
	} `nameHint:"ReceiptList"`
}

func (a *API) receipts(ctx context.Context, actor models.Actor, in *ByRelease) (*receiptsOutput, error) {
	receipts, err := a.options.Workflow.Receipts(ctx, actor, in.ID)
	if err != nil {
		return nil, err
	}
	out := &receiptsOutput{}
	out.Body.Items = list(receipts)
	return out, nil
}

type pullsOutput struct {
	Body struct {
		Items []workflow.NamedPull `json:"items"`
	} `nameHint:"PullList"`
}

func (a *API) pulls(ctx context.Context, actor models.Actor, in *ByRelease) (*pullsOutput, error) {
	pulls, err := a.options.Workflow.Pulls(ctx, actor, in.ID)
	if err != nil {
		return nil, err
	}
	out := &pullsOutput{}
	out.Body.Items = list(pulls)
	return out, nil
}

type readReceiptInput struct {
	ByRelease
	Channel string `path:"channel" maxLength:"64" doc:"发布渠道"`
}

func (a *API) receipt(ctx context.Context, actor models.Actor, in *readReceiptInput) (*receiptOutput, error) {
	receipts, err := a.options.Workflow.Receipts(ctx, actor, in.ID)
	if err != nil {
		return nil, err
	}
	for _, r := range receipts {
		if r.Channel == in.Channel {
			return &receiptOutput{r}, nil
		}
	}
	return nil, models.Errorf(models.CodeNotFound, "此渠道还没有回执。")
}
