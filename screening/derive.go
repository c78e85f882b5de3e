package screening

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"shenfa/models"
)

// Address is the content address of a set of rule files: the edition that
// ParseRules gives them, whether or not they can stand by themselves.
func Address(files map[string][]byte) string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(sum, "%s\x00%d\x00", name, len(files[name]))
		sum.Write(files[name])
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}

// Derive is an engine for other rules, made of the files of this one's and
// more (Rules.With). It shares the dictionary and the folding. The examples of the rules in files that are new or changed are
// tried; those of the others may have become exceptions. It waits until the
// engine is ready.
func (e *Engine) Derive(rules *Rules) (*Engine, error) {
	<-e.ready
	if e.err != nil {
		return nil, e.err
	}
	p, err := compile(rules, e.fold, e.prepared)
	if err == nil {
		err = e.tryExamples(p, e.Rules().changed(rules))
	}
	if err != nil {
		return nil, fmt.Errorf("版次 %s 不能使用：\n%w", rules.edition, err)
	}
	d := &Engine{fold: e.fold, segments: e.segments, prepared: e.prepared, ready: e.ready}
	d.scratch.New = func() any { return new(scratch) }
	d.plan.Store(p)
	return d, nil
}

// changed are the rules of another set that stand in files which this set
// does not have, or has otherwise.
func (r *Rules) changed(other *Rules) []*Rule {
	return slices.DeleteFunc(slices.Clone(other.list), func(rule *Rule) bool {
		file, same := r.files[rule.file]
		return same && bytes.Equal(file, other.files[rule.file]) && bytes.Equal(r.files["lexicon/"+rule.Lexicon], other.files["lexicon/"+rule.Lexicon]) &&
			bytes.Equal(r.files["lexicon/"+rule.Style], other.files["lexicon/"+rule.Style])
	})
}

// Lost are the rules that lock in these rules and are not, or do not lock, in
// the other set: what may not be installed.
func (r *Rules) Lost(other *Rules) (ids []string) {
	for _, rule := range r.list {
		if now := other.byID[rule.ID]; rule.Severity == models.SeverityLock && (now == nil || now.Severity != models.SeverityLock) {
			ids = append(ids, rule.ID)
		}
	}
	return ids
}

// Since keeps of an inspection what the rules have that the ones before did
// not: findings that come from new and changed files.
func (in Inspection) Since(before, rules *Rules) Inspection {
	own := map[string]bool{}
	terms := map[string]bool{}
	in.Rules, in.Terms = 0, 0
	for _, rule := range before.changed(rules) {
		own[rule.ID] = true
		in.Rules++
		in.Terms += len(rule.Terms)
		for _, term := range rule.Terms {
			terms[term] = true
		}
	}
	in.Firing = slices.DeleteFunc(in.Firing, func(f Firing) bool { return !own[f.Rule] })
	in.Duplicates = slices.DeleteFunc(in.Duplicates, func(group []string) bool {
		return !slices.ContainsFunc(group, func(entry string) bool {
			id, _, _ := strings.Cut(entry, ": ")
			return own[id]
		})
	})
	in.Contained = slices.DeleteFunc(in.Contained, func(c Contained) bool { return !terms[c.Term] })
	return in
}
