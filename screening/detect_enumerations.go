package screening

import (
	"slices"
	"strings"
	"unicode/utf8"

	"shenfa/screening/match"
)

// enumerations finds fixed lists, such as 道路自信、理论自信、制度自信、文化自信,
// with members in the wrong order, without one of them, or with another in its
// place.
type enumerations struct {
	lists   []enumeration
	members []string         // all different ones,
	of      map[string][]int // and the lists that have them
}

// enumeration is a list as it should be.
type enumeration struct {
	text    string
	members []string
}

const enumerationRule = "wording.fixed_expression.list"

func newEnumerations(rules *Rules) *enumerations {
	e := &enumerations{of: map[string][]int{}}
	if rule := rules.byID[enumerationRule]; rule != nil {
		for _, term := range rule.Terms {
			list := enumeration{text: term, members: strings.Split(unquote(term), "、")}
			for _, m := range list.members {
				if e.of[m] == nil {
					e.members = append(e.members, m)
				}
				e.of[m] = append(e.of[m], len(e.lists))
			}
			e.lists = append(e.lists, list)
		}
	}
	return e
}

// anchors are the members with what parts them from the next.
func (e *enumerations) anchors() (list []string) {
	for _, m := range e.members {
		list = append(list, m+"、", m+"”、")
	}
	return list
}

func (e *enumerations) detect(d *draft, found []anchor) {
	part, end := -1, 0
	for _, a := range found {
		if a.part == part && a.start < end {
			continue // it was in the last series
		}
		series := d.series(a.part, a.start, a.end)
		part, end = a.part, series.end
		e.partLast(&series)
		if len(series.items) > 1 {
			e.check(d, &series)
		}
	}
}

// series is a stretch of items that are parted by 、 and nothing stronger.
type series struct {
	*match.Reading
	part, end int // byte of the part's text
	items     []item
}

// item is folded text without quotation marks and blanks.
type item struct {
	text   string
	places []int // of its characters in the reading
}

// add adds a character of the reading.
func (it *item) add(r rune, place int) {
	it.text += string(r)
	it.places = append(it.places, place)
}

// series reads the one around a place.
func (d *draft) series(part, start, end int) series {
	s := series{Reading: &d.seen.readings[part], part: part, items: make([]item, 1)}
	first, at := s.Index(start), s.Index(end)
	for first > 0 && !parting(rune(s.Runes[first-1])) && start-s.Start(first-1) < reach {
		first--
	}
	for at < len(s.Runes) && !parting(rune(s.Runes[at])) && s.Start(at)-end < reach {
		at++
	}
	for i := first; i < at; i++ {
		switch r := rune(s.Runes[i]); {
		case r == '、':
			s.items = append(s.items, item{})
		case !inserted(r):
			s.items[len(s.items)-1].add(r, i)
		}
		s.end = s.End(i)
	}
	return s
}

// partLast parts the last item at 和 and the like, if a member stands behind it.
func (e *enumerations) partLast(s *series) {
	last := s.items[len(s.items)-1]
	for _, and := range []string{"以及", "和", "与", "及"} {
		for at := range last.text {
			behind, parted := strings.CutPrefix(last.text[at:], and)
			if parted && at > 0 && len(e.within(behind, false, true)) > 0 {
				n := utf8.RuneCountInString(last.text[:at])
				s.items[len(s.items)-1] = item{last.text[:at], last.places[:n]}
				s.items = append(s.items, item{behind, last.places[n+utf8.RuneCountInString(and):]})
				return
			}
		}
	}
}

// unquote leaves out quotation marks and blanks.
func unquote(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '、' && inserted(r) {
			return -1
		}
		return r
	}, text)
}

// check holds a series against the lists that share most with it.
func (e *enumerations) check(d *draft, s *series) {
	var mistake *mistake
	best, known := 0, map[int]bool{} // the most that stand as in a list; lists looked at
	for i, it := range s.items {
		for _, m := range e.within(it.text, i == 0, i == len(s.items)-1) {
			for _, l := range e.of[m] {
				if known[l] {
					continue
				}
				known[l] = true
				found, right := e.lists[l].compare(s)
				best = max(best, right)
				if found != nil && (mistake == nil || found.same > mistake.same) {
					mistake = found
				}
			}
		}
	}
	if mistake != nil && mistake.same > best {
		d.report(enumerationRule, s.part, s.Start(mistake.first), s.End(mistake.last), note{suggestion: mistake.list.text})
	}
}

// within are the members that an item is; of the first item, those that it ends
// with, of the last, those that it begins with.
func (e *enumerations) within(text string, first, last bool) (list []string) {
	if !first && !last {
		if e.of[text] != nil {
			list = append(list, text)
		}
		return list
	}
	for at := range text {
		tail := text[at:]
		if first && e.of[tail] != nil {
			list = append(list, tail)
		}
		if head := text[:at]; last && e.of[head] != nil {
			list = append(list, head)
		}
	}
	if last && e.of[text] != nil {
		list = append(list, text)
	}
	return list
}

// mistake is a stretch of a series that should be a list.
type mistake struct {
	list        *enumeration
	same        int // members in it
	first, last int // characters, by their numbers in the reading
}

// place of an item in the list: -1 for a stranger.
func (l *enumeration) place(it item, first, last bool) int {
	best := -1
	for n, m := range l.members {
		is := it.text == m || first && strings.HasSuffix(it.text, m) || last && strings.HasPrefix(it.text, m)
		if is && (best < 0 || len(m) > len(l.members[best])) {
			best = n
		}
	}
	return best
}

// ending is where the last characters of an item begin, as many as a member has;
// beginning is the last of its first ones.
func (it *item) ending(member string) int {
	return it.places[len(it.places)-utf8.RuneCountInString(member)]
}

func (it *item) beginning(member string) int { return it.places[utf8.RuneCountInString(member)-1] }

// compare finds what is wrong with a series, if it means this list. If nothing
// is, right is how many members stand in it as they do in the list.
func (l *enumeration) compare(s *series) (found *mistake, right int) {
	n := len(s.items)
	places := make([]int, n)
	from, to, same := -1, -1, 0
	for i, it := range s.items {
		if places[i] = l.place(it, i == 0, i == n-1); places[i] >= 0 {
			if from < 0 {
				from = i
			}
			to = i
			same++
		}
	}
	if same < 2 {
		return nil, 0
	}
	found = &mistake{list: l, same: same}
	found.first = s.items[from].ending(l.members[places[from]])
	found.last = s.items[to].beginning(l.members[places[to]])
	strangers, run, rising := 0, true, true
	for i := from + 1; i <= to; i++ {
		switch {
		case places[i] < 0:
			strangers++
			run = false
		case places[i-1] >= 0:
			run = run && places[i] == places[i-1]+1
			rising = rising && places[i] > places[i-1]
		}
	}
	switch {
	case run:
		if l.strangeEnd(s, places, from, to, same, found) || l.strangeLast(s, from, to, same, found) {
			return found, 0
		}
		return nil, same
	case strangers == 0 && !rising:
		if same > 2 && 2*same > len(l.members) && l.once(places[from:to+1]) || same == 2 && len(l.members) == 2 {
			return found, 0
		}
	case strangers == 0: // one is missing
		if same > 2 && same == len(l.members)-1 {
			return found, 0
		}
	case strangers == 1 && l.replaced(s, places, from, to, same):
		return found, 0
	}
	return nil, 0
}

// once tells whether no member stands there twice.
func (l *enumeration) once(places []int) bool {
	sorted := slices.Sorted(slices.Values(places))
	return len(slices.Compact(sorted)) == len(places)
}

// replaced tells whether the one stranger stands where a member should, among
// others that are right.
func (l *enumeration) replaced(s *series, places []int, from, to, same int) bool {
	for i := from; i <= to; i++ {
		want := places[from] + i - from
		switch {
		case places[i] == want:
		case places[i] >= 0 || want >= len(l.members):
			return false
		case same < 3 && !similar(s.items[i].text, l.members[want]):
			return false
		}
	}
	return true
}

// strangeEnd tells whether a run is followed by something like the next member,
// or comes after something like the one before.
func (l *enumeration) strangeEnd(s *series, places []int, from, to, same int, found *mistake) bool {
	if next := places[to] + 1; next < len(l.members) && to+1 < len(s.items) {
		it, want := s.items[to+1], l.members[next]
		if head := firstRunes(it.text, utf8.RuneCountInString(want)); similar(head, want) && (same > 2 || alikeEnough(head, want)) {
			found.last = it.beginning(want)
			return true
		}
	}
	if before := places[from] - 1; before >= 0 && from > 0 {
		it, want := s.items[from-1], l.members[before]
		if tail := lastRunes(it.text, utf8.RuneCountInString(want)); similar(tail, want) && (same > 2 || alikeEnough(tail, want)) {
			found.first = it.ending(want)
			return true
		}
	}
	return false
}

// strangeLast tells whether all members but the last stand there, three or more, and
// then a stranger as long as that one, or with its last word: 奉献、友爱、互助、团结的志愿精神.
func (l *enumeration) strangeLast(s *series, from, to, same int, found *mistake) bool {
	if same < 3 || same != len(l.members)-1 || to+1 >= len(s.items) || l.place(s.items[from], from == 0, false) != 0 {
		return false
	}
	it, want := s.items[to+1], l.members[same]
	head, _, _ := strings.Cut(it.text, "的")
	size := utf8.RuneCountInString(want)
	asLong := utf8.RuneCountInString(head) == size
	if head == "" || to+1 < len(s.items)-1 || !asLong && (same < 4 || size < 4 || lastRunes(head, 2) != lastRunes(want, 2)) {
		return false
	}
	found.last = it.beginning(head)
	return true
}

// similar tells whether a text is as long as a member, and has one of its
// characters where it has it, but is another.
func similar(text, member string) bool {
	shared, all := sharedRunes(text, member)
	return shared > 0 && shared < all
}

// alikeEnough tells whether they have half of them.
func alikeEnough(text, member string) bool {
	shared, all := sharedRunes(text, member)
	return all > 2 && 2*shared >= all
}

// sharedRunes counts those that are the same in two texts of one length; 0 if
// they are not as long.
func sharedRunes(a, b string) (shared, all int) {
	first, second := []rune(a), []rune(b)
	if len(first) != len(second) {
		return 0, len(second)
	}
	for i, r := range first {
		if r == second[i] {
			shared++
		}
	}
	return shared, len(second)
}

func firstRunes(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

func lastRunes(text string, n int) string {
	at := len(text)
	for ; n > 0 && at > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(text[:at])
		at -= size
	}
	return text[at:]
}
