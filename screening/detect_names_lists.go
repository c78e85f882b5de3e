package screening

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// listLabels head a list, a table or a form of persons.
const listLabels = "姓名 名单 名册 花名册 台账 公示 人员情况 人员信息 对象情况 对象信息 一览表 统计表 登记表 排查表 明细表 汇总表 病种 对象 户主 残疾类别 残疾等级"

// pupilLabels head a list of children if it tells of need.
const pupilLabels = " 幼儿 学生 儿童 新生 孩子 小学生 中学生 初中生 高中生 "

// longestList bounds what is read below a heading, in bytes.
const longestList = 2400

// firstCells are those among which the first name of a list stands.
const firstCells = 40

var (
	// listed makes a list of persons one of protected persons.
	listed   = mustPattern(`[力体智神语重]残?[一二三四]级|双亡|监护情况|低保|特困|五保|救助|困难|困境|孤儿|无人抚养|残疾|残障|帮教|矫正|刑满|刑释|廉租|公租|保障对象|保障类别|致贫|返贫|监测对象|监测户|辍学|失学|劝返|留守|失联|失踪|走失|伤亡|遇难|死亡|死者|遇险|受伤|伤情|轻伤|重伤|患者|病种|病情|疾病|[癌瘤]|阳性|密接|密切接触|感染|信访|上访|投诉人|举报人|受害|被骗|戒毒|吸毒|服刑|单亲|精神障碍|孕产妇|资助原因|处分|诊断|住院|病案|孕周|核酸|检测结果|随访|服药|慢病|高血压|糖尿病|筛查|伤残|工伤|欠薪|诉求|纠纷|救济|慰问金|助学|资助|减免|脱贫户|建档立卡|贫困|营养补助|护理补贴|两补|免保教费|特殊困难|危改|特扶|特别扶助|计生|雨露计划|高龄|临时救助|两癌|庇护|托养|辅具|轮椅|火化|心理(?:异常|危机|高危)|欺凌|违纪`)
	honoured = mustPattern(`表彰|先进|优秀|模范|好人|获奖|志愿者|评委|讲师|专家|拟录用|拟聘|拟任|入围|录取|中标`)
	// columns of a table that name the person.
	nameColumn = regexp.MustCompile(`(?:姓名|名字|户主|患者|病人|学生|儿童|对象|信访人|投诉人|举报人|申请人|受助人|伤者|死者|人员|老人)$`)
	cellMarks  = regexp.MustCompile(`^(?:[\s\d.、)）\-—*•·#>（(]|[一二三四五六七八九十]+[）)、])*(?:姓\s*名\s*[：:]\s*)?`)
	// leadsCell are the characters that cellMarks begins with.
	leadsCell = runeSet(" \t\n\f\r0123456789.、)）-—*•·#>（(一二三四五六七八九十姓")
	// spaced is a name of two characters set in the width of three.
	spaced = regexp.MustCompile(`^(\p{Han}) {1,3}(\p{Han})(?:\s|$)`)
)

// heads tells cheaply whether what stands behind a word may be a list: a colon,
// a bar or the end of the line comes soon.
func heads(after string) bool {
	if i := strings.IndexByte(after[:min(len(after), 90)], '\n'); i >= 0 && !strings.ContainsAny(after[:i], "。，；") {
		return true
	}
	return strings.ContainsAny(after[:min(len(after), 15)], ":|\t") || strings.Contains(after[:min(len(after), 15)], "：")
}

// list reads the persons below a heading or behind a label and answers how far
// it read.
func (n *names) list(d *draft, a anchor, role bool, r *run) int {
	text := d.parts[a.part].text
	lo := strings.LastIndexByte(text[:a.start], '\n') + 1
	line, _, more := strings.Cut(text[a.end:], "\n")
	end := a.end + len(line)
	if len(line) > 120 && !strings.ContainsAny(line[:12], "：:|\t") {
		return 0
	}
	colon := strings.IndexAny(line, "：:")
	if colon >= 0 && colon <= 12 {
		end = a.end + colon // what is listed stands in the same line
	} else if !more || a.end-lo+len(line) > 150 || strings.Contains(line, "。") {
		return 0
	}
	if end == a.end+len(line) && !strings.ContainsAny(line, "|\t") {
		next, _, _ := strings.Cut(strings.TrimLeft(text[end:min(len(text), end+200)], "\n"), "\n")
		if len(next) > 120 {
			return 0
		}
	}
	if strings.Contains(text[lo:a.start], "。") {
		lo += strings.LastIndex(text[lo:a.start], "。") + len("。")
	}
	columns := nameColumns(strings.ReplaceAll(text[lo:a.end+len(line)], "\t", "|"))
	if columns != nil && len(columns) == 0 {
		return 0
	}
	from := end
	w := d.read(a.part, from, cutAt(text, min(len(text), from+longestList)))
	if strings.Contains(w.source[w.start:w.end], "\t") { // columns, which reading drops
		w = window{text: strings.ReplaceAll(w.source[w.start:w.end], "\t", "|"), part: w.part, source: w.source, start: w.start, end: w.end}
	}
	heading := n.headings(d, a.part, lo) + text[lo:end]
	about := heading + w.text[:cutAt(w.text, min(len(w.text), 400))]
	if !role && !listed.MatchString(about) || honoured.MatchString(heading) {
		return 0
	}
	column, read, skip := 0, 0, false
	for at, cells := 0, 0; at < len(w.text) && (read > 0 || cells < firstCells); cells++ {
		size := strings.IndexAny(w.text[at:], "\n|；;、，,：:。")
		if size < 0 {
			size = len(w.text) - at
		}
		cell := w.text[at : at+size]
		if utf8.RuneCountInString(cell) > 60 {
			break
		}
		if !skip && (columns == nil || columns[column]) {
			if f := n.cell(d, &w, at, at+size, r); f.hi > 0 {
				start, stop := w.origin(f.lo, f.hi)
				row, _, _ := strings.Cut(w.text[f.hi:], "\n")
				if len(row) == 0 { // cells in lines of their own
					row = w.text[f.hi:cutAt(w.text, min(len(w.text), f.hi+60))]
				}
				d.report(listRule(heading, row, about), a.part, start, stop, note{})
				read = stop
			}
		}
		if at += size; at < len(w.text) {
			mark, size := utf8.DecodeRuneInString(w.text[at:])
			at += size
			if skip = mark == '：' || mark == ':'; skip {
				by, _ := longestOf(leadOf, cell)
				skip = by == office || by == worker
			}
			switch mark {
			case '|':
				column++
			case '\n':
				column = 0
			case '。':
				return read
			}
		}
	}
	return read
}

// nameColumns are the columns of a table with bars that name persons,
// by its heading; nil if it is no such table.
func nameColumns(heading string) map[int]bool {
	if !strings.Contains(heading, "|") {
		return nil
	}
	columns := map[int]bool{}
	for i, cell := range strings.FieldsFunc(heading, func(r rune) bool { return r == '|' }) {
		if nameColumn.MatchString(strings.TrimSpace(cell)) {
			if strings.HasPrefix(heading, "|") {
				i++
			}
			columns[i] = true
		}
	}
	return columns
}

// headings are the title and the two lines before a place.
func (n *names) headings(d *draft, part, at int) string {
	var b strings.Builder
	for i := range d.parts {
		if d.parts[i].place == inTitle && i != part {
			b.WriteString(d.parts[i].text + "\n")
		}
	}
	text := d.parts[part].text[:at]
	lines := strings.Split(text[max(0, cutAt(text, max(0, len(text)-240))):], "\n")
	b.WriteString(strings.Join(lines[max(0, len(lines)-4):], "\n"))
	return b.String()
}

// cell is the name that a cell of a table or an item of a list begins with.
func (n *names) cell(d *draft, w *window, lo, hi int, r *run) figure {
	if c, _ := utf8.DecodeRuneInString(w.text[lo:hi]); leadsCell.has(c) {
		lo += len(cellMarks.FindString(w.text[lo:hi]))
	}
	first, size := utf8.DecodeRuneInString(w.text[lo:hi])
	if nameKind(first)&anySurname != 0 && strings.HasPrefix(w.text[lo+size:hi], " ") {
		if m := spaced.FindStringSubmatchIndex(w.text[lo:hi]); m != nil {
			second, _ := utf8.DecodeRuneInString(w.text[lo+m[4]:])
			if nameKind(second)&anyGiven != 0 {
				return figure{lo: lo, hi: lo + m[5], gain: leastGain}
			}
		}
	}
	end := lo
	for _, c := range w.text[lo:hi] {
		if !isHan(c) {
			break
		}
		end += utf8.RuneLen(c)
	}
	name := w.text[lo:end]
	if size := len(name); size < 6 || size > 12 || surnameSize(name) == 0 || d.segments.common(name) || heldBack.MatchString(w.text[end:]) || addressed(name[surnameSize(name):]) {
		return figure{}
	}
	if rest := strings.TrimLeft(w.text[end:hi], "*"); strings.HasPrefix(rest, "（") {
		hi = end
	}
	if end < hi && !strings.ContainsAny(w.text[end:end+1], " (") && !strings.HasPrefix(w.text[end:], "（") {
		return figure{}
	}
	r.around(w, lo)
	f := r.figureAt(d.segments, r.index(lo), end)
	if strings.HasSuffix(name, "氏") && len(name) == 9 {
		f = figure{lo: lo, hi: end}
	}
	if f.hi == 0 || f.gain < -10 || len(name) == 6 && d.segments.knows(name) && f.gain < -8 {
		return figure{}
	}
	return f
}

// listRule is the rule under which a person of a list is reported.
func listRule(heading, row, about string) string {
	switch {
	case childList.MatchString(heading), minorAge.MatchString(row), childList.MatchString(firstClause(strings.TrimLeft(row, "\n| "))):
		return "pii.minor"
	case illness.MatchString(heading), illness.MatchString(row):
		return "pii.health"
	}
	return "pii.name_protected"
}

var (
	childList = mustPattern(`孩子|儿童|学生|孤儿|年级|[一二三四五六七八九\d）)]班|班级|辍学|幼儿|患儿|未成年`)
	minorAge  = mustPattern(`(?:^|\D)(?:\d|1[0-7])周?岁|年龄[：:]\s*(?:\d|1[0-7])(?:\D|$)`)
)
