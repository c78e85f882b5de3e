package api

import (
	"context"
	"encoding/json"
	"time"

	"shenfa/models"
	"shenfa/workflow"
)

// Revision is one content of a draft.
type Revision struct {
	N         int                   `json:"n" doc:"版本号，从 1 起"`
	Digest    string                `json:"digest"`
	Author    string                `json:"author" doc:"撰写人"`
	Title     string                `json:"title"`
	Body      string                `json:"body"`
	Format    models.Format         `json:"format"`
	Kind      models.Kind           `json:"kind"`
	Source    orNull[models.Source] `json:"source"`
	Media     []models.Media        `json:"media"`
	NotBefore *time.Time            `json:"not_before"`
	CreatedAt time.Time             `json:"created_at"`
}

type revisionsOutput struct {
	Body struct {
		Items []Revision `json:"items" doc:"由旧到新"`
	} `nameHint:"RevisionList"`
}

func (a *API) revisions(ctx context.Context, actor models.Actor, in *ByDraft) (*revisionsOutput, error) {
	revisions, err := a.options.Workflow.Revisions(ctx, actor, in.ID)
	if err != nil {
		return nil, err
	}
	out := &revisionsOutput{}
	out.Body.Items = []Revision{}
	for _, r := range revisions {
		item := Revision{N: r.N, Digest: r.Digest, Author: r.Author, Title: r.Content.Title, Body: r.Content.Body, Format: r.Content.Format,
			Kind: r.Content.Kind, Source: orNull[models.Source]{r.Content.Source}, Media: list(r.Content.Media), CreatedAt: r.CreatedAt.UTC()}
		if r.Content.NotBefore != nil {
			item.NotBefore = timeOrNil(*r.Content.NotBefore)
		}
		out.Body.Items = append(out.Body.Items, item)
	}
	return out, a.read(ctx, actor, workflow.ReadHistory, in.ID)
}

// Event is one audit event of a draft.
type Event struct {
	N        int64           `json:"n" doc:"链内序号"`
	PrevHash string          `json:"prev_hash"`
	Hash     string          `json:"hash" doc:"事件规范 JSON（不含 hash）的 SHA-256"`
	Chain    string          `json:"chain"`
	Actor    string          `json:"actor"`
	Kind     string          `json:"kind"`
	Data     json.RawMessage `json:"data" doc:"事件内容"`
	At       time.Time       `json:"at"`
}

func eventOf(e models.AuditEvent) Event {
	return Event{N: e.N, PrevHash: e.PrevHash, Hash: e.Hash, Chain: e.Chain, Actor: e.Actor, Kind: e.Kind, Data: e.Data, At: e.At.UTC()}
}

type timelineOutput struct {
	Body struct {
		Items []Event `json:"items" doc:"由旧到新"`
	} `nameHint:"Timeline"`
}

func (a *API) timeline(ctx context.Context, actor models.Actor, in *ByDraft) (*timelineOutput, error) {
	events, err := a.options.Workflow.Timeline(ctx, actor, in.ID)
	if err != nil {
		return nil, err
	}
	out := &timelineOutput{}
	out.Body.Items = []Event{}
	for _, e := range events {
		out.Body.Items = append(out.Body.Items, eventOf(e))
	}
	return out, a.read(ctx, actor, workflow.ReadHistory, in.ID)
}
