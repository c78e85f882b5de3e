package workflow

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"shenfa/models"
)

// chainContent is what the events of a draft's chain say of its rows.
type chainContent struct {
	Digest string       `json:"digest"`
	State  models.State `json:"state"`
	Tier   models.Tier  `json:"draft_tier"` // "" in events of before it was kept
	rows   map[string]claim
}

// claim is what an event says of a row: its text, and its time where it is known.
type claim struct {
	text string
	at   time.Time
}

func claimOf(fields ...any) claim {
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err) // of plain texts
	}
	return claim{text: string(text)}
}

// What rows are called in faults, each with what tells it from others of its kind.
func decisionRow(id string) string              { return "审签决定 " + id }
func dispositionRow(id string) string           { return "命中处置 " + id }
func opinionRow(unit, digest string) string     { return "会签意见 " + unit + " " + digest }
func withdrawalRow(id string) string            { return "撤回决定 " + id }
func receiptRow(release, channel string) string { return "回执 " + release + " " + channel }

// learn takes in what the next event says.
func (c *chainContent) learn(e models.AuditEvent) {
	var data struct {
		chainContent
		Decision   string          `json:"decision"`
		Action     models.Action   `json:"action"`
		Step       string          `json:"step"`
		Role       models.Role     `json:"role"`
		OnBehalfOf string          `json:"on_behalf_of"`
		Comment    string          `json:"comment"`
		At         time.Time       `json:"at"`
		Disposed   json.RawMessage `json:"dispositions"`
		Unit       string          `json:"unit"`
		Answer     string          `json:"answer"`
		Opinion    string          `json:"opinion"`
		Reference  string          `json:"reference"`
		Withdrawal string          `json:"withdrawal"`
		Reason     string          `json:"reason"`
		Text       string          `json:"text"`
		Document   string          `json:"document"`
		Release    string          `json:"release"`
		Channel    string          `json:"channel"`
		Receipt    string          `json:"receipt"`
		URL        string          `json:"url"`
		PlatformID string          `json:"platform_id"`
		Published  string          `json:"published_digest"`
		Error      string          `json:"error"`
	}
	if json.Unmarshal(e.Data, &data) != nil {
		return
	}
	c.Digest, c.State, c.Tier = data.Digest, data.State, data.Tier
	if data.Decision != "" {
		said := claimOf(data.Action, data.Digest, e.Actor, data.Comment, data.Step, data.Role, data.OnBehalfOf, e.Kind == "signed")
		said.at = data.At
		c.rows[decisionRow(data.Decision)] = said
	}
	var disposed []disposedHit
	if data.Disposed != nil && json.Unmarshal(data.Disposed, &disposed) == nil {
		for _, x := range disposed {
			c.rows[dispositionRow(x.ID)] = claimOf(x.disposition(), e.Actor)
		}
	}
	if data.Answer != "" {
		c.rows[opinionRow(data.Unit, data.Digest)] = claimOf(data.Answer, data.Opinion, data.Reference, e.Actor)
	}
	if data.Withdrawal != "" {
		c.rows[withdrawalRow(data.Withdrawal)] = claimOf(data.Reason, data.Text, data.Document, data.Role, data.OnBehalfOf, e.Actor)
	}
	if data.Receipt != "" {
		c.rows[receiptRow(data.Release, data.Channel)] = claimOf(data.Receipt, data.URL, data.PlatformID, data.Published, data.Error, e.Actor)
	}
}

// disposedHit is a disposition as events hold it.
type disposedHit struct {
	ID        string                 `json:"id"`
	Hit       string                 `json:"hit"`
	Category  string                 `json:"category"`
	Kind      models.DispositionKind `json:"kind"`
	Reason    string                 `json:"reason"`
	BasisKind models.BasisKind       `json:"basis_kind"`
	Document  string                 `json:"document"`
	Fields    []string               `json:"fields"`
}

func disposedHits(ds []models.Disposition) []disposedHit {
	hits := make([]disposedHit, len(ds))
	for i, x := range ds {
		hits[i] = disposedHit{x.ID, x.HitID, x.Category, x.Kind, x.Reason, x.BasisKind, x.Document, x.Fields}
	}
	return hits
}

// disposition is the hit without its id, and without telling no fields from none.
func (x disposedHit) disposition() disposedHit {
	x.ID, x.Fields = "", append([]string{}, x.Fields...)
	return x
}

// verifyContent compares the rows that a draft's chain vouches for (state, tier,
// present revision, release, and all that people and channels said) with what
// its events say; it gives what differs, or "".
func (w *Workflow) verifyContent(ctx context.Context, id string, said chainContent) (string, error) {
	d, err := w.store.Draft(ctx, id)
	if err != nil {
		return "", err
	}
	revision, err := w.store.Revision(ctx, d.ID, d.Revision)
	if err != nil {
		return "", err
	}
	switch {
	case said.Digest != d.Digest || revision.Content.Digest() != said.Digest:
		return "稿件内容与最后一条事件的摘要不符", nil
	case said.State != d.State:
		return fmt.Sprintf("稿件状态为“%s”，最后一条事件为“%s”", w.StateLabel(d.State), w.StateLabel(said.State)), nil
	case said.Tier != "" && said.Tier != d.Tier:
		return fmt.Sprintf("稿件层级为“%s”，最后一条事件为“%s”", d.Tier.Label(), said.Tier.Label()), nil
	}
	rows, err := w.rowsOf(ctx, d)
	if err != nil {
		return "", err
	}
	if why := differs(said.rows, rows); why != "" || d.ReleaseID == "" {
		return why, nil
	}
	release, err := w.store.Release(ctx, d.ReleaseID)
	if err != nil {
		return "", err
	}
	var document models.ReleaseDocument
	if err := json.Unmarshal(release.Document, &document); err != nil || document.Content().Digest() != d.Digest || release.Digest != d.Digest {
		return "签发件内容与签发的摘要不符", nil
	}
	return "", nil
}

// rowsOf is what the rows of a draft say.
func (w *Workflow) rowsOf(ctx context.Context, d models.Draft) (map[string]claim, error) {
	rows := map[string]claim{}
	decisions, err := w.store.Decisions(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	for _, x := range decisions {
		row := claimOf(x.Action, x.Digest, x.PersonID, x.Comment, x.Step, x.Role, x.OnBehalfOf, x.Signs)
		row.at = x.At
		rows[decisionRow(x.ID)] = row
	}
	dispositions, err := w.store.Dispositions(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	for i, x := range disposedHits(dispositions) {
		rows[dispositionRow(x.ID)] = claimOf(x.disposition(), dispositions[i].By)
	}
	consultations, err := w.store.Consultations(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	for _, x := range consultations {
		if x.State != models.ConsultationOpen && x.State != models.ConsultationVoid {
			rows[opinionRow(x.UnitID, x.Digest)] = claimOf(x.State, x.Opinion, x.Reference, x.By)
		}
	}
	releases, err := w.store.ReleasesOf(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	for _, r := range releases {
		receipts, err := w.store.Receipts(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		for _, x := range receipts {
			rows[receiptRow(r.ID, x.Channel)] = claimOf(x.State, x.URL, x.PlatformID, x.Digest, x.Error, x.By)
		}
		switch x, err := w.store.Withdrawal(ctx, r.ID); models.CodeOf(err) {
		case "":
			rows[withdrawalRow(x.ID)] = claimOf(x.Reason, x.Text, x.Document, x.Role, x.OnBehalfOf, x.By)
		case models.CodeNotFound:
		default:
			return nil, err
		}
	}
	return rows, nil
}

// differs names the first row that is not as the events say; "" if all are.
func differs(said, rows map[string]claim) string {
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		claimed, known := said[name]
		switch row := rows[name]; {
		case !known && strings.HasPrefix(name, dispositionRow("")) && strings.Contains(row.text, string(models.DispositionCleared)):
			// events did not always list what the secrecy reviewer cleared
		case !known:
			return name + " 没有事件记录"
		case row.text != claimed.text || !claimed.at.IsZero() && !row.at.Equal(claimed.at):
			return name + " 与事件记录不符"
		}
	}
	for _, name := range slices.Sorted(maps.Keys(said)) {
		if _, there := rows[name]; !there {
			return name + " 已被删除"
		}
	}
	return ""
}
