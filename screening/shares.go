package screening

import (
	_ "embed"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// sharesFile lists the characters and dictionary words that stand in at least
// three of a thousand sentences of official text (the reports on the work of
// the State Council 2000–2025 and 400 regulations), with that number.
//
//go:embed shares.tsv
var sharesFile string

// shares tells by word in how many of a thousand sentences of official text it
// stands. It decides what the scan looks for, so it bears on speed alone.
type shares map[string]float64

func newShares() shares {
	s := make(shares, 2100)
	for line := range strings.Lines(sharesFile) {
		word, number, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		s[word], _ = strconv.ParseFloat(number, 64)
	}
	return s
}

// of is about how many of a thousand sentences have a word. One that the table
// does not have is rare, and rarer than its rarest character.
func (s shares) of(word string) float64 {
	if share, known := s[word]; known {
		return share
	}
	if utf8.RuneCountInString(word) == 1 {
		return rareCharacter
	}
	rarest := math.Inf(1)
	for _, r := range word {
		share, known := s[string(r)]
		if !known {
			share = rareCharacter
		}
		rarest = min(rarest, share)
	}
	return min(rarest/10, rareWord)
}

// Of characters and words that the table does not have.
const (
	rareCharacter = 1
	rareWord      = 0.3
)
