package screening

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"shenfa/screening/match"
)

// names finds the names of persons who must not be named: the dead and the
// injured, victims, patients, those who get help or complain, minors and their
// families. A sentence is read where a word tells of an accident, a case, an
// illness, of need or complaint, or where a name may follow the word that says
// who somebody is. In it every name is weighed: by its characters
// (detect_names_find.go), by what stands before and after it and by what the
// sentence tells (detect_names_words.go). Lists and tables are read by their
// headings (detect_names_lists.go).
type names struct {
	slips   *slips // what text costs to read
	words   []string
	kinds   []anchorKind // by word
	weights []float32    // by word: what an event adds
	event   *match.Pattern
	grave   *match.Pattern // events of the weightiest kind
	runs    sync.Pool      // of *run, to be used again
}

// anchorKind is what a word asks to be read.
type anchorKind uint8

const (
	atRole  anchorKind = 1 << iota // the sentence, if a name may follow
	atEvent                        // the sentence
	atLabel                        // the lines below
	ofIllness
	ofCalamity
	ofPupil // heads a list only if that tells of need
	atName  // the sentence, if a name may stand before
)

func newNames(s *slips) *names {
	n := &names{slips: s, runs: sync.Pool{New: func() any { return new(run) }}}
	kinds := map[string]anchorKind{}
	add := func(kind anchorKind, words string) {
		for word := range strings.FieldsSeq(words) {
			if kinds[word] == 0 {
				n.words = append(n.words, word)
			}
			kinds[word] |= kind
		}
	}
	for _, r := range roles {
		switch {
		case r.role.sensitive():
			add(atRole|atLabel, r.words)
		case r.role == relative, r.role == neutral, r.role == pupil, r.role == naming:
			for word := range strings.FieldsSeq(r.words) {
				if len(word) > len("人") && word != "人员" {
					add(atRole, word)
				}
				if r.role == pupil && strings.Contains(pupilLabels, " "+word+" ") {
					add(atLabel|ofPupil, word)
				}
			}
		}
	}
	var all []string
	events := map[string]float32{}
	for _, e := range []struct {
		weight float32
		kind   anchorKind
		words  string
	}{{4, 0, straits}, {4, 0, complaints}, {6, ofIllness, illnesses}, {6, ofCalamity, calamities}} {
		for word := range strings.FieldsSeq(e.words) {
			if kind := e.kind; strings.Contains(everyday, " "+word+" ") {
				add(kind, word)
			} else {
				add(atEvent|kind, word)
			}
			all = append(all, word)
			events[word] = e.weight
		}
	}
	add(atLabel, listLabels)
	add(atEvent, "，男， ，女， （男， （女，")
	add(atEvent, glimpses)
	add(atRole, "岁的")
	add(atName, behind)
	for _, word := range n.words {
		n.kinds = append(n.kinds, kinds[word])
		n.weights = append(n.weights, events[word])
	}
	n.event = mustPattern(strings.Join(all, "|"))
	n.grave = mustPattern(strings.Join(strings.Fields(illnesses+" "+calamities), "|"))
	return n
}

func mustPattern(expr string) *match.Pattern {
	p, err := match.Compile(expr)
	if err != nil {
		panic(err)
	}
	return p
}

func (n *names) anchors() []string { return n.words }

func (n *names) detect(d *draft, found []anchor) {
	part, done, listed := -1, 0, 0
	r := n.runs.Get().(*run)
	defer func() {
		r.window = nil
		n.runs.Put(r)
	}()
	for i, a := range found {
		if a.part != part {
			part, done, listed = a.part, 0, 0
		}
		kind, text := n.kinds[a.word], d.parts[a.part].text
		if kind&atLabel != 0 && a.start >= listed && heads(text[a.end:]) {
			listed = n.list(d, a, kind&(atRole|ofPupil) == atRole, r)
		}
		if a.start < done || kind&atEvent == 0 &&
			!(kind&atRole != 0 && opens(d, text[a.end:])) && !(kind&atName != 0 && (clauseBegins(text[:a.start]) || closes(d, text[:a.start]))) {
			continue
		}
		s := scene{part: a.part, window: d.sentence(a.part, a.start, a.end), weight: -8}
		_, done = s.origin(0, len(s.text))
		hurt := false
		first := i
		for first > 0 && found[first-1].part == part && found[first-1].start >= s.start { // everyday events
			first--
		}
		for _, b := range found[first:] {
			if b.part != part || b.start >= done {
				break
			}
			if weight := n.weights[b.word]; weight > 0 {
				s.weight = max(s.weight, weight)
				s.ill, hurt = s.ill || n.kinds[b.word]&ofIllness != 0, hurt || n.kinds[b.word]&ofCalamity != 0
				s.events = append(s.events, s.at(b.start))
			}
		}
		s.ill = s.ill && !hurt
		r.window = nil
		n.read(d, &s, r)
	}
}

// linkRunes may stand between a role and the name.
var linkRunes = runeSet("为是系叫名：:“\"（( ")

// opens tells cheaply whether a name may follow.
func opens(d *draft, after string) bool {
	first, size := utf8.DecodeRuneInString(after)
	if linkRunes.has(first) {
		return true
	}
	kind := nameKind(first)
	if kind&(anySurname|compoundFirst) == 0 {
		return false
	}
	second, _ := utf8.DecodeRuneInString(after[size:])
	return kind&compoundFirst != 0 || nameKind(second)&anyGiven != 0 && d.segments.pair(first, second) >= daily
}

// clauseBegins tells whether a text ends before a clause.
func clauseBegins(before string) bool {
	return before == "" || hasAnySuffix(before, []string{"，", "。", "；", "\n"})
}

// closes tells cheaply whether a name may end here.
func closes(d *draft, before string) bool {
	last, size := utf8.DecodeLastRuneInString(before)
	before = before[:len(before)-size]
	middle, size := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeLastRuneInString(before[:len(before)-size])
	if nameKind(last)&anyGiven == 0 {
		return false
	}
	return nameKind(middle)&commonSurname != 0 && d.segments.pair(middle, last) >= everydayPair ||
		nameKind(middle)&anyGiven != 0 && nameKind(first)&(commonSurname|otherSurname) != 0 && d.segments.pair(first, middle) >= daily && d.segments.pair(middle, last) >= daily
}

// scene is a sentence with the events that it tells of.
type scene struct {
	window
	part   int
	weight float32 // of the weightiest event; below zero: none
	events []int   // where they stand
	ill    bool    // of illness, and of no calamity
}

// tells tells whether an event stands in a range of the sentence.
func (s *scene) tells(lo, hi int) bool {
	for _, at := range s.events {
		if lo <= at && at < hi {
			return true
		}
	}
	return false
}

// person is a name in a sentence with what speaks for its protection.
type person struct {
	figure
	role   role
	age    int // 0: not told
	weight float32
	saves  bool // others
	fate   bool // the clause tells what befalls this very person
	grim   bool // it tells of something grim, at least
}

// threshold is the weight from which a person is protected, in bits.
const threshold = 9

// read weighs the names of a sentence.
func (n *names) read(d *draft, s *scene, r *run) {
	var people []person
	previous := rune(0)
	for i := 0; i < len(s.text); {
		c, size := utf8.DecodeRuneInString(s.text[i:])
		if nameKind(c)&(anySurname|compoundFirst) != 0 && !isASCIIWord(previous) && (n.maybeName(d, s.text, i, previous, c, size) || previous == '、' && len(people) > 0 && people[len(people)-1].hi == i-len("、") && !noNames[s.text[i:min(len(s.text), i+2*len("、"))]]) {
			if k := r.index(i); r.window != &s.window || k < 0 || k >= len(r.runes) {
				r.around(&s.window, i)
			}
			f := r.figureAt(d.segments, r.index(i), 0)
			if f.hi > 0 && f.gain > leastGain {
				if p := n.weigh(s, f); p.gain > leastGain/2 || p.fate || p.role.sensitive() && (closed(s.text[p.hi:]) || p.hi-p.lo > len("二字")) {
					if p.weight+fateWeight >= threshold {
						p.weight -= n.doubt(d, s, p)
					}
					people = append(people, p)
				}
			}
		}
		previous, i = c, i+size
	}
	if len(people) == 0 {
		return
	}
	people = company(s, people)
	event := s.weight
	if event < 0 && (people[0].role == relative || people[0].role == neutral || people[0].role == pupil) {
		told := n.grave
		if people[0].role == relative || people[0].role == pupil && hasAnySuffix(s.text[:people[0].lo], []string{"：", ":"}) {
			told = n.event
		}
		for _, beside := range d.neighbours(s.part, s.start, s.start+len(s.text)) {
			if told.MatchString(beside.text) && spare(beside.text) == 0 {
				event = 3
			}
		}
	}
	spared := float32(-1)
	for _, p := range people {
		event := event
		switch {
		case p.fate:
			event = max(event, fateWeight)
		case p.grim:
			event = max(event, grimWeight)
		}
		weight := p.weight + event
		if event < 0 && p.role.sensitive() {
			weight = p.weight - 2 // the role tells of an event
		}
		if weight < threshold {
			continue
		}
		if spared < 0 {
			spared = spare(s.text)
		}
		if p.role.sensitive() {
			weight -= spared / 3
		} else {
			weight -= spared
		}
		if weight >= threshold {
			start, end := s.origin(p.lo, p.hi)
			d.report(rule(s, p), s.part, start, end, note{})
		}
	}
}

// isASCIIWord tells digits and letters, behind which no name begins.
func isASCIIWord(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}

// spare is what a sentence of honours or of history takes away.
func spare(text string) (weight float32) {
	if praises.MatchString(text) {
		weight += 12
	}
	if history.MatchString(text) {
		weight += 12
	}
	if thanks.MatchString(text) {
		weight += 4
	}
	if trades.MatchString(text) {
		weight += 12
	}
	return weight
}

// leastGain is what a name must save even where all else speaks for it.
const leastGain = -14

// weigh looks at what stands before and after a name.
func (n *names) weigh(s *scene, f figure) person {
	p := person{figure: f, weight: min(f.gain, 8)}
	before, after := s.text[:f.lo], s.text[f.hi:]
	if (f.odd && f.gain < 0 || f.plain) && !closed(after) && !goesOn.MatchString(after) {
		p.weight = -100
		return p
	}
	if hidden(after) || strings.HasSuffix(before, "化名") || strings.HasSuffix(before, "化名：") || placeOrFirm.MatchString(after) {
		p.weight = -100
		return p
	}
	p.role, p.age = lead(before)
	if p.role == worker || p.role == office || p.role == neutral {
		if r := whoIs(before); r.sensitive() {
			p.role = r
		}
	}
	if f.famous && !p.role.sensitive() && p.role != pupil && p.age == 0 {
		p.role = famous
	}
	p.fate = befalls(p.role, before, after)
	if p.fate && (p.role == office || p.role == worker) {
		p.role = neutral
	}
	if p.role == described && s.tells(max(strings.LastIndexAny(before, "，。；、：！？"), 0), f.lo) {
		p.weight += 5
	}
	if p.role == worker || p.role == neutral {
		clause := before[max(strings.LastIndexAny(before, "，。；、：！？"), 0):]
		if of := strings.LastIndex(clause, "的"); of >= 0 && len(clause)-of < 24 && s.tells(f.lo-len(clause), f.lo-len(clause)+of) && !helps.MatchString(clause[:of]) {
			p.weight += 5
		}
	}
	theirs := has.MatchString(after)
	if p.role < naming && f.odd && f.gain < 20 && !theirs {
		p.weight -= 6
	}
	if age := ageAfter(after); age > 0 {
		p.age = age
		p.weight += 5
	} else if strings.Contains(after, "岁") {
		if m := ageAny.FindStringSubmatch(after); m != nil {
			p.age = number(m[1])
		}
	}
	if p.role == party && (familyMatters.MatchString(s.text) || isMinor(p.age)) {
		p.weight += 10
	} else if p.role == party {
		p.weight -= 16
	}
	p.weight += roleWeight[p.role]
	if p.role.sensitive() && p.hi-p.lo > len("二字") {
		p.weight += max(0, -8-p.gain)
	}
	if p.gain < 2 && p.role < naming {
		p.weight -= 4 * (2 - p.gain)
	}
	if p.role < naming && p.age == 0 && (f.word || f.rare) {
		p.weight -= 6
	}
	if p.role < naming && f.word && !closed(after) { // 黄金救治时间
		p.weight -= 9
	}
	if p.role < victim && p.role > naming && f.word && !closed(after) {
		p.weight -= 9
	}
	if p.role < naming && !theirs && placeTail.MatchString(s.text[f.lo:f.hi]) {
		p.weight -= 8
		if strings.HasSuffix(s.text[f.lo:f.hi], "河") || strings.HasSuffix(s.text[f.lo:f.hi], "江") {
			p.weight += 3
		}
	}
	if p.role <= naming && placeTail.MatchString(s.text[f.lo:f.hi]) && strings.HasSuffix(before, "“") && strings.HasPrefix(after, "”") { // 名为“康寿堂”
		p.weight -= 16
	}
	if p.role.sensitive() && closed(after) {
		p.weight += 4
	}
	clause, rest := after, ""
	if i := strings.IndexAny(after, "，；。！？"); i >= 0 {
		clause, rest = after[:i], firstClause(strings.TrimLeft(after[i:], "，；。！？"))
	}
	suffering := p.role != worker && (suffers.MatchString(clause) || s.tellsOf(f, clause))
	p.grim = theirs && grim.in(s.text) || grim.in(clause) && suffering || grim.in(rest) && (suffering || suffers.MatchString(rest)) ||
		p.role == described && grim.in(clauseBefore(before)) ||
		isMinor(p.age) && (grim.in(s.text) || misdeed.MatchString(s.text))
	switch {
	case titled(after) && !stricken.MatchString(after):
		p.weight -= 20
	case theirs:
		p.weight += 4
	case p.role == described && givenTo.MatchString(before):
		p.weight += 2
	case rescues.MatchString(clause) && !p.fate:
		p.weight -= 14
		p.saves = true
	case acts.MatchString(after):
		p.weight -= 8
		if suffering {
			p.weight += 5
		}
	case suffering || p.fate:
		p.weight += 4
	case rest != "" && suffers.MatchString(rest):
		p.weight += 2
	case p.role == opening && s.weight > 0 && amount.MatchString(after):
		p.weight += 6
	case p.role <= opening && p.age == 0:
		p.weight -= 3
	}
	return p
}

// company lets the names of a list share what stands before the first and after
// the last; overlapping names give way to the weightier.
func company(s *scene, people []person) []person {
	kept := people[:0]
	for _, p := range people {
		if k := len(kept) - 1; k >= 0 && p.lo < kept[k].hi {
			acting := kept[k].role == office || kept[k].role == worker || kept[k].role == famous
			if p.weight > kept[k].weight && !(acting && kept[k].gain >= p.gain) && (p.hi > kept[k].hi && p.weight > kept[k].weight+4 || p.gain > kept[k].gain) {
				kept[k] = p
			}
			continue
		}
		kept = append(kept, p)
	}
	for i := 0; i < len(kept); {
		j := i + 1
		for j < len(kept) && between.MatchString(s.text[kept[j-1].hi:kept[j].lo]) {
			j++
		}
		if j-i > 1 {
			best := kept[i]
			for _, p := range kept[i+1 : j] {
				if own := p.role; own == unknown || own == opening || own == described {
					continue
				}
				if p.weight > best.weight {
					best.weight, best.age = p.weight, p.age
				}
			}
			last := kept[j-1].weight - roleWeight[kept[j-1].role]
			for k := i; k < j; k++ {
				p := &kept[k]
				if kept[j-1].saves { // all of them
					p.weight -= 14
					continue
				}
				if roleWeight[p.role] > 2 || p.role == office || p.role == worker || p.role == famous { // it has a role of its own
					continue
				}
				p.role = kept[i].role
				p.weight = max(min(best.weight, 12), min(last+roleWeight[p.role], 12)) + min(p.gain, 4)/2
			}
		}
		i = j
	}
	return kept
}

var (
	// between stands between the names of a list.
	between = mustPattern(`^(?:（[^（）]{0,40}）|\d+元)?(?:、|和|与|及|以及| +)$|^[，：: ]?\d[\d.]{0,8}万?元[整]?[，；、。 ]$`)
	// amount follows a name in a list of payments.
	amount = mustPattern(`^[，：: ]?\d[\d.]{0,8}万?元(?:整|[，；、。\s]|$)`)
	// placeOrFirm follows what looks like a name but is the name of a place or a firm.
	placeOrFirm = mustPattern(`^(?:[人者村镇乡县市区庄组坝河沟桥寺湾坪岭峡路街巷厂店馆塔州省堂苑]|社区|小区|大道|小学|中学|医院|学校|水库|[^被把给向与和因在找让将去到系是为于当，。]{0,4}(?:公司|集团|有限|商行|商店|珠宝|饭店|酒店|超市|药店|剪刀|工厂|合作社|基金|工作室|研究[所院])|门诊|坐诊|诊所|站(?:[^在起着到立上了不]|$)|附近|一带|下面|旁边|路段|杯|奖|式|版|牌|干流|支流|流域|两岸|上游|下游|沿岸|沿线)`)
	placeTail   = mustPattern(`[河江湖山岭堂桥湾峡寨树]$`)
	// honorific follows a surname where the given name is held back, and the
	// name of somebody who is met in office.
	officeAfter = mustPattern(`^(?:同志|[副]?[局县市镇乡区部院所队校组站科处厅司厂会]长|书记|主任|教授|院士|老师|医生|医师|护士|警官|律师|法官|检察官|记者|总经理|董事长|经理|委员|主席|将军|烈士|等(?:领导|专家|\d+名(?:同志|志愿者|教师|医生))|（(?:现任|时任|化名))`)
	// stricken tells of one with such a title who is ill.
	stricken = mustPattern(`^(?:同志|老师|教师)(?:因(?:病|患)|患|身患|查出|被查出|确诊|突发|不幸|病逝|病故|住院)`)
	// goesOn follows the name of somebody of whom something is told.
	goesOn = regexp.MustCompile(`^(?:实施|向|在|因|被|说|是|为|已|于|与|从|将|把|对|给|和|家|老人|一家|因|患|遭|昨|今|才)`)
	// givenTo stands before somebody described who gets something: 给因病休学的李明捐款.
	givenTo  = regexp.MustCompile(`[给为向替帮][^，。；给为向替帮]{0,24}的$`)
	heldBack = mustPattern(`^(?:[某*＊×xX]|（化名|\(化名|（均为化名|（音）?）)`)
)

// closed tells whether a name surely ends here.
func closed(after string) bool {
	next, _ := utf8.DecodeRuneInString(after)
	return next == '的' || !unicode.Is(unicode.Han, next)
}

// hidden tells whether a name is masked or invented.
func hidden(after string) bool { return heldBack.MatchString(after) }

func titled(after string) bool { return officeAfter.MatchString(after) }

var (
	ageBefore = regexp.MustCompile(`(\d{1,3}|[一二两三四五六七八九十]{1,3}|[年近过]{0,2}[五六七八九]旬)(?:周?岁半?)?的?(?:[\p{Han}]{0,4})$`)
	infant    = regexp.MustCompile(`(?:仅|才|刚|刚满|满)[\d一二两三四五六七八九十半]{1,3}(?:个多?月|天)大?的[\p{Han}]{0,2}$`)
	ageBehind = regexp.MustCompile(`^(?:[（(， ]|今年|年仅|现年|刚满|时年|才|(?:还|今年)?(?:只有|才)|不满|未满|不到|，今年|，年仅)(?:男|女)?[，、 ]?(?:现年|今年|年仅|时年|刚满|当时)?(\d{1,3}|[一二两三四五六七八九十]{1,3})周?岁`)
	sexBehind = mustPattern(`^[（(，][男女](?:[，、）)；]|$)`)
	ageAny    = regexp.MustCompile(`(?:年[满仅]|只有|[他她](?:今年|还|才|只有|还只有)|刚满|时年|作案时|案发时)[^，。]{0,4}?(\d{1,2}|[一二两三四五六七八九十]{1,3})周?岁`)
)

// lead is the role that the words before a name give, and the age they tell.
func lead(before string) (role, int) {
	age := 0
	if strings.Contains(tail(before, 48), "岁") {
		if m := ageBefore.FindStringSubmatch(tail(before, 48)); m != nil && strings.Contains(m[0], "岁") {
			age = number(m[1])
		}
	} else if infant.MatchString(tail(before, 48)) {
		age = 1
	}
	s := strings.TrimRight(before, " “”\"") // “最美护士”李秀英
	apart := strings.HasSuffix(before, " ")
	if s == "" {
		return opening, age
	}
	if r, ok := longestOf(leadOf, s); ok {
		return r, age
	}
	last, size := utf8.DecodeLastRuneInString(s)
	switch last {
	case '：', ':', '（', '(':
		rest := strings.TrimRight(s[:len(s)-size], " 有为是如下分别")
		if r, ok := longestOf(leadOf, rest); ok {
			return r, age
		}
		return opening, age
	}
	if !unicode.Is(unicode.Han, last) {
		if last == '、' || unicode.IsDigit(last) || unicode.IsLetter(last) {
			return unknown, age
		}
		return opening, age
	}
	r, word := linkOf(s)
	if word == 0 {
		if apart {
			return opening, age
		}
		return unknown, age
	}
	if r == described {
		return described, age
	}
	rest := s[:len(s)-word]
	if own, ok := longestOf(leadOf, rest); ok && (own.sensitive() || own == relative) && r != unknown && strings.Contains("为是系叫名叫将把被给", s[len(rest):]) {
		return own, age
	}
	return r, age
}

func linkOf(s string) (role, int) {
	for _, size := range []int{6, 3} {
		if len(s) >= size {
			if r, ok := linking[s[len(s)-size:]]; ok {
				return r, size
			}
		}
	}
	return unknown, 0
}

// longestOf is the value of the longest key that s ends with.
func longestOf(m map[string]role, s string) (best role, ok bool) {
	at := len(s)
	for range longestLead {
		_, size := utf8.DecodeLastRuneInString(s[:at])
		if size == 0 {
			break
		}
		at -= size
		if r, found := m[s[at:]]; found {
			best, ok = r, true
		}
	}
	return best, ok
}

// tail is the end of a text, at most so many bytes, from the beginning of a rune.
func tail(s string, size int) string {
	at := max(0, len(s)-size)
	for at < len(s) && !utf8.RuneStart(s[at]) {
		at++
	}
	return s[at:]
}

// ageAfter is the age that stands behind a name: 200 if only the sex is told.
func ageAfter(after string) int {
	if strings.Contains(after[:min(len(after), 60)], "岁") {
		if m := ageBehind.FindStringSubmatch(after); m != nil {
			return number(m[1])
		}
	}
	if sexBehind.MatchString(after) {
		return someAge
	}
	return 0
}

const someAge = 200

// number reads 12 and 十二.
func number(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	n := 0
	for _, r := range s {
		if r == '十' {
			n = max(n, 1) * 10
		} else if i := strings.IndexRune("一二三四五六七八九", r); i >= 0 {
			n += i/3 + 1
		} else if r == '两' {
			n += 2
		} else if r == '旬' {
			return n * 10
		}
	}
	return n
}

func isMinor(age int) bool { return age > 0 && age < 18 }

func firstClause(s string) string {
	if i := strings.IndexAny(s, "，、；：。！？,;!?\n"); i >= 0 {
		return s[:i]
	}
	return s
}

// rule is the rule under which a person is reported: the narrowest.
func rule(s *scene, p person) string {
	before, after := s.text[:p.lo], s.text[p.hi:]
	bracket := ""
	if rest, ok := strings.CutPrefix(after, "（"); ok {
		bracket, _, _ = strings.Cut(rest, "）")
	}
	clause := clauseBefore(before) + bracket + firstClauses(after)
	grownUp := p.age >= 18 && p.age != someAge
	switch {
	case isMinor(p.age), !grownUp && (p.role == child || p.role == pupil && !adultStudent.MatchString(s.text) ||
		p.role == relative && childish.MatchString(s.text) && younger.MatchString(before)):
		return "pii.minor"
	case p.age == 0 && p.role != patient && (attends.MatchString(after) || p.role != relative && schoolOf.MatchString(after)):
		return "pii.minor"
	case p.role == victim && p.age == 0 && bullied.MatchString(s.text):
		return "pii.minor"
	case p.role == patient:
		return "pii.health"
	case p.role == relative:
		if illness.MatchString(firstClause(after)) && !cares.MatchString(after) || illOf.MatchString(before) {
			return "pii.health"
		}
	case p.role == victim:
		if illness.MatchString(bracket) || illness.MatchString(firstClause(after)) {
			return "pii.health"
		}
	case p.role == described && p.age == 0 && illness.MatchString(clauseBefore(before)) && !childish.MatchString(schooled.ReplaceAllLiteralString(s.text, "")):
		return "pii.health"
	case p.age == 0 && p.role < neutral && childish.MatchString(s.text) && !adultStudent.MatchString(s.text) && !grown.MatchString(after) && !parental.MatchString(after):
		return "pii.minor"
	case p.role == petition:
	case illness.MatchString(clause), s.ill && p.role < relative:
		return "pii.health"
	}
	return "pii.name_protected"
}

// clauseBefore is the last clause of a text.
func clauseBefore(s string) string { return s[max(strings.LastIndexAny(s, "，。；！？"), 0):] }

// firstClauses are the clause that goes on behind a name and the next one.
func firstClauses(s string) string {
	at := 0
	for range 2 {
		i := strings.IndexAny(s[at:], "，。；！？")
		if i < 0 {
			return s
		}
		at += i + len("，")
	}
	return s[:at]
}
