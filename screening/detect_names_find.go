package screening

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A name is found in a run of Chinese characters by its price: what the
// cheapest way through the words of the run costs with the name as one of them,
// against the way without it. The price of a name is that of its surname and of
// the characters of the given name, in bits as the dictionary counts them.

// figure is a name that may stand in a window.
type figure struct {
	lo, hi int
	word   bool    // it is in the dictionary
	odd    bool    // the surname is mostly a word of grammar
	plain  bool    // it is likely one here: 于清晨, 应全程
	famous bool    // the dictionary has it, as it has those whom everybody knows
	rare   bool    // of two characters, the given name a rare one
	gain   float32 // bits that the name saves; below zero: other words explain the place better
}

// Prices in bits.
const (
	anyName      = 7.5 // a name stands at a place at all
	shortName    = 4   // it has one given character
	compound     = 6
	placeLike    = 11 // a compound surname that is a word of its own
	strangeGiven = 16
	longer       = 4 // by so much a name of two given characters is likelier than one
)

func surnamePrice(kind uint8) float32 {
	switch {
	case kind&commonSurname != 0:
		return 5
	case kind&otherSurname != 0:
		return 8
	}
	return 12
}

func givenPrice(kind uint8) float32 {
	switch {
	case kind&commonGiven != 0:
		return 6.5
	case kind&otherGiven != 0:
		return 9
	}
	return strangeGiven
}

// neverGiven are characters that no given name has.
const neverGiven = "某的了在是和与被已于因等不也又都还要这那你我他她它们个些什么吗呢吧啊就只很最更没去说看听想做用给让到从把将对跟为以及或但而且所此该每各第者之病症癌瘤障疹痛称并由岁着人地过患遭致经按送住做叫找岁号名位次度率量型性化类费款额贴喘哭喊骂吃喝跑跳坐躺睡拿抱拖扶跪蹲趴摔坠跌瘫"

var isNeverGiven = runeSet(neverGiven)

// placeEnds are the characters that end names of places rather than of persons.
var placeEnds = runeSet("湖镇村乡县市区路街巷苑坝沟寺店庄站厂校院馆厅局所楼")

// runes is a set of characters of the basic plane.
type runes [1 << 16 / 64]uint64

func runeSet(list string) *runes {
	s := &runes{}
	for _, r := range list {
		s[uint16(r)/64] |= 1 << (r % 64)
	}
	return s
}

// in tells whether a text has one of the runes.
func (s *runes) in(text string) bool {
	for _, r := range text {
		if s.has(r) {
			return true
		}
	}
	return false
}

func (s *runes) has(r rune) bool { return uint32(r) < 1<<16 && s[r/64]>>(r%64)&1 != 0 }

// maybeName tells cheaply whether a name may begin at a place of a text: a
// surname, then a character of given names. In a clause that does not begin
// there, and without a role right before it, no word of everyday use may begin
// or end within the name.
func (n *names) maybeName(d *draft, text string, at int, previous, surname rune, size int) bool {
	kind := nameKind(surname)
	first, more := utf8.DecodeRuneInString(text[at+size:])
	if kind&compoundFirst != 0 && surnameSize(text[at:]) > size {
		return true
	}
	if nameKind(first)&anyGiven == 0 || isNeverGiven.has(first) {
		return false
	}
	if first == '老' && kind&(commonSurname|otherSurname) != 0 { // 毕老四
		if second, _ := utf8.DecodeRuneInString(text[at+size+more:]); strings.ContainsRune("大二三四五六七八九幺", second) {
			return true
		}
	}
	if noNames[text[at:at+size+more]] || surname == '官' && previous == '上' || surname == '师' && isHan(previous) && !strings.ContainsRune("者人户民", previous) || surname == '楼' && strings.ContainsRune("号座栋幢层教大高", previous) {
		return false
	}
	if (previous == '：' || previous == '、') && listed3(text[at+size+more:]) {
		return true
	}
	start := d.segments.pair(surname, first)
	if start < daily && (start < commonest || !afterRole(text[:at], previous)) || surname == '周' && strings.ContainsRune("一二三四五六日末", first) {
		return false
	}
	if leadsTitle.has(first) && addressed(text[at+size:]) {
		return false
	}
	if leadEnds.has(previous) {
		if r, ok := longestOf(leadOf, text[:at]); ok && r != office && r != worker {
			return true
		}
	}
	if start < everydayPair || start < commonCost && (kind&commonSurname == 0 || nameKind(first)&commonGiven == 0) || d.segments.pair(previous, surname) < commonCost {
		return false
	}
	second, last := utf8.DecodeRuneInString(text[at+size+more:])
	if cost := d.segments.pair(first, second); cost < everydayPair || cost < commonPair && nameKind(first)&nameKind(second)&commonGiven == 0 {
		return false
	}
	if nameKind(second)&anyGiven == 0 || isNeverGiven.has(second) {
		return true
	}
	third, _ := utf8.DecodeRuneInString(text[at+size+more+last:])
	return d.segments.pair(second, third) >= commonPair
}

// famous tells whether a name is in the dictionary as those of history and of
// public life are: others are there, too, but rarer.
func (s *segmenter) famous(name string) bool {
	at := s.entry(name)
	return at != 0 && s.costs[s.nodes[at].cost] < famousCost
}

// famousCost parts 焦裕禄 from 孔令华.
const famousCost = 20.25

// listed3 tells whether the third character of a name and then a mark of a list stand here.
func listed3(s string) bool {
	third, size := utf8.DecodeRuneInString(s)
	return nameKind(third)&anyGiven != 0 && !strings.ContainsRune("河江湖海山桥刻坊", third) && hasAnyPrefix(s[size:], "、", "。", "；", "，", "（")
}

// noNames are words that look like the beginning of a name.
var noNames = func() map[string]bool {
	m := map[string]bool{}
	for word := range strings.FieldsSeq("冷暖 安居 乔迁 游牧 万元 曾有 曾多 方向 金蛋 敬老 卫健 全程 单全 蒲公 古石 古建 石刻 金额 黄金 金融 包括 安置 段时 季节 时有 时常 计有 应有 应在 应急 向前 向全 向有 成为 成立 强军 平均 管委 秋冬 高发 原小 查水 楼长 安宁 初起 秋赏 车间 连根 古银 高清 葛根 关怀 安权") {
		m[word] = true
	}
	return m
}()

// afterRole tells whether a text ends with the role of somebody in need.
func afterRole(before string, last rune) bool {
	if !leadEnds.has(last) {
		return false
	}
	r, _ := longestOf(leadOf, before)
	return r.sensitive()
}

// Costs of words of two characters: below the first even a name made of them
// is hardly one (王安全), below the other if they are rare in names.
const (
	commonest    = 9.5
	daily        = 11.5
	everydayPair = 12.6
	commonPair   = 14
)

// pair is the cost of a word of two characters.
func (s *segmenter) pair(first, second rune) float32 {
	if uint32(first) >= 1<<16 || uint32(second) >= 1<<16 {
		return farAway
	}
	a, b := s.symbol[first], s.symbol[second]
	if a == 0 || b == 0 {
		return farAway
	}
	at := s.step(s.root[a], b)
	if at == 0 || s.nodes[at].cost == 0 {
		return farAway
	}
	return s.costs[s.nodes[at].cost]
}

// titles follow a surname where the given name is held back or somebody is addressed.
var titles = strings.Fields("某 先生 女士 小姐 老师 医生 大夫 师傅 大爷 大妈 大叔 大娘 大伯 大婶 大姐 大哥 大嫂 阿姨 奶奶 爷爷 婆婆 同学 同志 老人 老汉 老太 嫂 婶 总 局长 书记 主任 院长 经理 氏 姓 村 镇 法官 警官 律师 教授 护士 某某 老板 会计 队长 站长 所长 校长 镇长 县长 科长 处长 会长 班长 组长 委员 爸爸 妈妈 叔叔 伯伯 老伯")

// leadsTitle are the first characters of titles.
var leadsTitle = func() *runes {
	first := ""
	for _, title := range titles {
		_, size := utf8.DecodeRuneInString(title)
		first += title[:size]
	}
	return runeSet(first)
}()

// addressed tells whether a title stands here, right behind a surname.
func addressed(s string) bool {
	for _, title := range titles {
		if strings.HasPrefix(s, title) {
			return true
		}
	}
	return false
}

// longestRun bounds the run of characters that is looked at around a name, in runes.
const longestRun = 48

// run is a stretch of Chinese characters with the price of the cheapest way to
// and from each place. It is used again and again: nothing in it is allocated.
type run struct {
	window  *window
	runes   []rune // of the run
	at      []int  // of each rune in the window, and the end
	to      []float32
	from    []float32
	hasWays bool
	space   struct {
		runes    [longestRun]rune
		at       [longestRun + 1]int
		to, from [longestRun + 1]float32
		edges    [4 * longestRun]wordEdge
	}
}

// wordEdge is a word of a run.
type wordEdge struct {
	lo, hi int32
	cost   float32
}

// around sets the run to that around a place of a window.
func (r *run) around(w *window, place int) {
	lo := place
	for n := 0; lo > 0 && n < longestRun/2; n++ {
		c, size := utf8.DecodeLastRuneInString(w.text[:lo])
		if !isHan(c) {
			break
		}
		lo -= size
	}
	r.window, r.hasWays = w, false
	r.runes, r.at = r.space.runes[:0], r.space.at[:0]
	for i, c := range w.text[lo:] {
		if !isHan(c) || len(r.runes) == longestRun {
			r.at = append(r.at, lo+i)
			return
		}
		r.runes, r.at = append(r.runes, c), append(r.at, lo+i)
	}
	r.at = append(r.at, len(w.text))
}

// isHan is quick for the characters that are common.
func isHan(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FA5 || r > 0x2E80 && unicode.Is(unicode.Han, r)
}

// index is the rune of the run at a place of the window, -1 outside.
func (r *run) index(place int) int {
	for i, at := range r.at {
		if at == place {
			return i
		}
	}
	return -1
}

const farAway = 1e9

// weigh finds the cheapest ways. Words that are names themselves (the
// dictionary has those of the famous) are no words here.
func (r *run) weigh(s *segmenter) {
	if r.hasWays {
		return
	}
	r.hasWays = true
	size := len(r.runes)
	r.to, r.from = r.space.to[:size+1], r.space.from[:size+1]
	edges := r.space.edges[:0]
	for i := range r.runes {
		single := len(edges)
		edges = append(edges, wordEdge{int32(i), int32(i + 1), unknownCost})
		at := uint32(0)
		for j := i; j < size; j++ {
			symbol := s.of(r.runes[j])
			if symbol == 0 {
				break
			}
			if at = s.step(at, symbol); at == 0 {
				break
			}
			if c := s.nodes[at].cost; c != 0 {
				cost := s.costs[c]
				if j == i {
					edges[single].cost = min(cost, 20)
					continue
				}
				if !isKnownName(r.runes[i:j+1], cost) {
					edges = append(edges, wordEdge{int32(i), int32(j + 1), cost})
				}
			}
		}
	}
	for i := range r.to {
		r.to[i], r.from[i] = farAway, farAway
	}
	r.to[0], r.from[size] = 0, 0
	for _, e := range edges { // in the order of their beginnings
		r.to[e.hi] = min(r.to[e.hi], r.to[e.lo]+e.cost)
	}
	for i := len(edges) - 1; i >= 0; i-- {
		e := edges[i]
		r.from[e.lo] = min(r.from[e.lo], r.from[e.hi]+e.cost)
	}
}

// isKnownName tells whether a word of the dictionary is in it as a name.
func isKnownName(runes []rune, cost float32) bool {
	switch len(runes) {
	case 2:
		return cost >= everydayPair && nameKind(runes[0])&commonSurname != 0 && nameKind(runes[1])&commonGiven != 0
	case 3:
		if cost < commonCost || nameKind(runes[0])&anySurname == 0 {
			return false
		}
	default:
		return false
	}
	for _, r := range runes[1:] {
		if nameKind(r)&anyGiven == 0 {
			return false
		}
	}
	return true
}

// figureAt is the best name that begins at a rune of the run; hi is 0 if there
// is none. With an end, only a name that ends there is looked for.
func (r *run) figureAt(s *segmenter, i, want int) (best figure) {
	kind := nameKind(r.runes[i])
	given := func(from int, price float32) {
		for size := 1; size <= 2 && from+size <= len(r.runes); size++ {
			end, c := from+size, r.runes[from+size-1]
			if isNeverGiven.has(c) && !(c == '和' && size == 1 && end < len(r.runes) && strings.ContainsRune("平顺生林义", r.runes[end])) || size == 2 && placeEnds.has(c) {
				return
			}
			if kind&riskySurname != 0 && nameKind(c)&commonGiven == 0 && (size == 1 || nameKind(c)&anyGiven == 0) {
				return
			}
			price += givenPrice(nameKind(c))
			if want != 0 && want != r.at[end] || c == '和' || modal.has(c) && want == 0 && !closed(r.window.text[r.at[end]:]) {
				continue
			}
			total, known := price, false
			if size == 1 {
				total += shortName
				if known = s.knows(r.window.text[r.at[i]:r.at[end]]); known {
					total += 4
				}
				if functional.has(r.runes[i]) && want == 0 && !closed(r.window.text[r.at[end]:]) {
					continue
				}
			}
			r.weigh(s)
			gain := r.to[len(r.runes)] - (r.to[i] + total + r.from[end])
			if best.hi == 0 || gain > best.gain || size == 2 && nameKind(c)&commonGiven != 0 && gain > best.gain-longer {
				best = figure{lo: r.at[i], hi: r.at[end], gain: gain, word: known, odd: functional.has(r.runes[i]), plain: r.runes[i] == '应' || r.runes[i] == '于' && size == 2 && s.knows(r.window.text[r.at[from]:r.at[end]]), famous: size == 2 && s.famous(r.window.text[r.at[i]:r.at[end]]), rare: size == 1 && nameKind(c)&commonGiven == 0}
			}
		}
	}
	if kind&compoundFirst != 0 && i+2 < len(r.runes) && surnameSize(r.window.text[r.at[i]:]) > r.at[i+1]-r.at[i] {
		price := float32(compound)
		if strings.ContainsRune("东百南西即淳左", r.runes[i]) {
			price = placeLike
		}
		given(i+2, anyName+price)
	}
	if kind&anySurname != 0 {
		given(i+1, anyName+surnamePrice(kind))
	}
	return best
}

// modal are characters that end a name less often than they begin what somebody
// should do: 商家应保留.
var modal = runeSet("应须需将会能可必均有无")

// functional are surnames that are mostly words of grammar.
var functional = runeSet("常连官英松生时于向应来干但南东边施班钱富")
