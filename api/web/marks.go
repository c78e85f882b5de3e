package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"shenfa/models"
)

// markedHit is a hit with its number in the list beside the text.
type markedHit struct {
	models.Hit
	No        int
	FieldName string // Chinese
	Anchored  bool   // there is a mark in the text to lead to
}

// numbered puts hits in the order of reading, what only raises the tier last,
// and numbers them from 1.
func numbered(hits []models.Hit, fields []string) []*markedHit {
	list := make([]*markedHit, 0, len(hits))
	for _, h := range hits {
		name, ok := fieldLabels[h.Field]
		if !ok {
			name = h.Field
		}
		list = append(list, &markedHit{Hit: h, FieldName: name})
	}
	place := func(h *markedHit) int {
		if i := slices.Index(fields, h.Field); i >= 0 {
			return i
		}
		return len(fields)
	}
	slices.SortStableFunc(list, func(a, b *markedHit) int {
		return cmp.Or(
			cmp.Compare(btoi(a.Severity == models.SeverityInfo), btoi(b.Severity == models.SeverityInfo)),
			cmp.Compare(place(a), place(b)), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	for i, h := range list {
		h.No = i + 1
	}
	return list
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// segment is a run of a field's source that the same hits cover, or one
// character that cannot be seen. The texts of a field's segments, put
// together, are the source.
type segment struct {
	Text     string
	Severity models.Severity // gravest of Hits; "" outside a hit
	Hits     []*markedHit    // gravest first
	Starts   []*markedHit    // hits that begin here
	Ends     string          // numbers of the hits that end here, such as "1、2"
	Unseen   string          // such as U+202E
}

// gravity orders severities from the gravest.
var gravity = map[models.Severity]int{
	models.SeverityLock: 0, models.SeverityBlock: 1, models.SeverityWarn: 2, models.SeverityInfo: 3,
}

// segments cuts the source of a field at the edges of the hits in it. Edges
// are code points. A hit that is empty or lies outside the source has no mark.
func segments(source, field string, hits []*markedHit) []segment {
	runes := []rune(source)
	var here []*markedHit
	edges := []int{0, len(runes)}
	for _, h := range hits {
		if h.Field != field || h.Start < 0 || h.Start >= h.End || h.End > len(runes) {
			continue
		}
		h.Anchored = true
		here = append(here, h)
		edges = append(edges, h.Start, h.End)
	}
	for i, r := range runes {
		if unseen(r) {
			edges = append(edges, i, i+1)
		}
	}
	slices.Sort(edges)
	edges = slices.Compact(edges)
	slices.SortStableFunc(here, func(a, b *markedHit) int {
		return cmp.Compare(gravity[a.Severity], gravity[b.Severity])
	})

	var out []segment
	for i := 1; i < len(edges); i++ {
		start, end := edges[i-1], edges[i]
		s := segment{Text: string(runes[start:end])}
		if end == start+1 && unseen(runes[start]) {
			s.Unseen = fmt.Sprintf("U+%04X", runes[start])
		}
		var ends []string
		for _, h := range here {
			if h.Start > start || h.End < end {
				continue
			}
			s.Hits = append(s.Hits, h)
			if h.Start == start {
				s.Starts = append(s.Starts, h)
			}
			if h.End == end {
				ends = append(ends, fmt.Sprint(h.No))
			}
		}
		if len(s.Hits) > 0 {
			s.Severity = s.Hits[0].Severity
		}
		s.Ends = strings.Join(ends, "、")
		out = append(out, s)
	}
	return out
}

// unseen says whether a reader cannot see the character though it can change
// what they read: controls, direction marks and overrides, zero-width spaces.
// The joiners of emoji and scripts are not among them.
func unseen(r rune) bool {
	switch {
	case r == '\n' || r == '\r' || r == '\t':
		return false
	case r < 0x20, r >= 0x7f && r <= 0x9f:
		return true
	case r == 0xad, r == 0x61c, r == 0x200b, r == 0x200e, r == 0x200f, r == 0x2060, r == 0xfeff:
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return false
}
