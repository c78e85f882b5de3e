package store

import (
	"context"
	"slices"

	"shenfa/models"
)

// SignedReport reads the report that a release was signed with: the last one
// of its draft on its content.
func (s *Store) SignedReport(ctx context.Context, r models.Release) (models.StoredReport, error) {
	var row reportRow
	err := s.reads.WithContext(ctx).Where("draft_id = ? AND digest = ?", r.DraftID, r.Digest).
		Order("created_at DESC, id DESC").Take(&row).Error
	if err != nil {
		return models.StoredReport{}, found(err, "该签发件没有机审报告。")
	}
	return row.model()
}

// Reports reads all reports of a draft, oldest first.
func (s *Store) Reports(ctx context.Context, draftID string) ([]models.StoredReport, error) {
	var rows []reportRow
	if err := s.reads.WithContext(ctx).Where("draft_id = ?", draftID).Order("created_at, id").Find(&rows).Error; err != nil {
		return nil, explain(err)
	}
	return each(rows, reportRow.model)
}

func (r reportRow) model() (models.StoredReport, error) {
	out := models.StoredReport{ID: r.ID, DraftID: r.DraftID, Revision: r.Revision, Digest: r.Digest, CreatedAt: timeOf(r.CreatedAt)}
	return out, parse(r.Report, &out.Report)
}

// DraftStates reads the states of drafts by their ids.
func (s *Store) DraftStates(ctx context.Context, ids []string) (map[string]models.State, error) {
	states := map[string]models.State{}
	for part := range slices.Chunk(distinct(ids), maxBranches) {
		var rows []struct{ ID, State string }
		if err := s.reads.WithContext(ctx).Raw("SELECT id, state FROM drafts WHERE id IN ?", part).Scan(&rows).Error; err != nil {
			return nil, explain(err)
		}
		for _, r := range rows {
			states[r.ID] = models.State(r.State)
		}
	}
	return states, nil
}

// ReleasesOf reads all releases of a draft, oldest first.
func (s *Store) ReleasesOf(ctx context.Context, draftID string) ([]models.Release, error) {
	var rows []releaseRow
	if err := s.reads.WithContext(ctx).Where("draft_id = ?", draftID).Order("serial").Find(&rows).Error; err != nil {
		return nil, explain(err)
	}
	return plain(rows, releaseRow.model), nil
}
