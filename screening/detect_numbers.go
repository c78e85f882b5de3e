package screening

import (
	"strings"
	"unicode/utf8"
)

// numbers finds the personal numbers among the runs of digits: identity cards,
// bank cards, mobile telephones. A run is taken apart where its writing
// changes, and neighbouring groups are put together as far as they make a number.
type numbers struct{}

func (numbers) anchors() []string { return []string{anyRun} }

func (n numbers) detect(d *draft, found []anchor) {
	for _, run := range found {
		n.run(d, run)
	}
}

// group is a stretch of one kind of writing in a run.
type group struct {
	text       string // folded: 0–9, a–z
	start, end int    // in the part
	letters    bool
	parted     bool // something was skipped before it
}

const longestNumber = 20

func (n numbers) run(d *draft, run anchor) {
	groups := d.groups(run)
	for i := 0; i < len(groups); {
		next := i + 1
		for j := len(groups); j > i; j-- {
			number := join(groups[i:j])
			if len(number) > longestNumber || glued(groups, i, j) {
				continue
			}
			if n.identify(d, run.part, groups[i:j], number) {
				next = j
				break
			}
		}
		i = next
	}
}

// groups takes a run apart.
func (d *draft) groups(run anchor) []group {
	var list []group
	kind := -1
	parted := false
	text := d.parts[run.part].text[:run.end]
	for i, r := range text[run.start:] {
		at := run.start + i
		folded, ok := d.fold.Rune(r)
		if !ok {
			parted, kind = true, -1
			continue
		}
		_, size := utf8.DecodeRuneInString(text[at:])
		k, c := 2, byte(folded)
		switch value, isDigit := d.fold.Digit(r); {
		case isDigit && folded < utf8.RuneSelf:
			k = 0
		case isDigit:
			k, c = 1, '0'+value
		}
		if k != kind {
			list = append(list, group{start: at, letters: k == 2, parted: parted})
			kind, parted = k, false
		}
		g := &list[len(list)-1]
		g.text += string(c)
		g.end = at + size
	}
	return list
}

func join(groups []group) string {
	var b strings.Builder
	for _, g := range groups {
		b.WriteString(g.text)
	}
	return b.String()
}

// glued tells whether groups[i:j] is a piece of a longer code: a letter stands
// right before or after it.
func glued(groups []group, i, j int) bool {
	return i > 0 && !groups[i].parted && groups[i-1].letters && !strings.Contains(" tel phone mobile wx vx qq ", " "+groups[i-1].text+" ") ||
		j < len(groups) && !groups[j].parted && groups[j].letters
}

// identify reports a number if it is one; it answers whether the groups are used up.
func (numbers) identify(d *draft, part int, groups []group, number string) bool {
	start, end := groups[0].start, groups[len(groups)-1].end
	report := func(rule, masked string) bool {
		d.report(rule, part, start, end, note{suggestion: masked})
		return true
	}
	switch {
	case isIDCard(number):
		return report("pii.id_card", mask(number, 2, 2))
	case isCreditCode(number):
		return true // public
	case isBankCard(number):
		return report("pii.bank_card", mask(number, 4, 4))
	case isMobile(strings.TrimPrefix(number, "86")) && len(groups) <= 4:
		return report("pii.mobile", mask(strings.TrimPrefix(number, "86"), 3, 4))
	}
	return false
}

// mask hides all but the first and last characters.
func mask(s string, head, tail int) string {
	return strings.ToUpper(s[:head] + strings.Repeat("*", len(s)-head-tail) + s[len(s)-tail:])
}
