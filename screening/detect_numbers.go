package screening

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// numbers finds the personal numbers among the runs of digits: identity cards,
// bank cards, mobile telephones. A run is taken apart where its writing
// changes, and neighbouring groups are put together as far as they make a
// number. What a number is called right before it counts too: an identity
// number with a typing error is a leak all the same, an order number is none.
type numbers struct{}

func (numbers) anchors() []string { return []string{anyRun} }

func (n numbers) detect(d *draft, found []anchor) {
	part, done := -1, 0
	for _, run := range found {
		if run.part != part {
			part, done = run.part, 0
		}
		if run.end <= done {
			continue
		}
		if end := n.broken(d, run); end > run.end {
			run.end, done = end, end
		}
		n.run(d, run)
	}
}

// broken is where a number ends that a line break or a comma parts: the run
// with what follows makes an identity number. It is run.end if there is none.
func (numbers) broken(d *draft, run anchor) int {
	text := d.parts[run.part].text
	if run.end == len(text) || run.end-run.start > 40 || !hasAnyPrefix(text[run.end:], "\n", "\r", "-\n", " \n", ",", "，", "、") {
		return run.end
	}
	rest := text[run.end:cutAt(text, min(len(text), run.end+40))]
	stop := 0
	for i, r := range rest { // at most digits, x and what parts them
		if _, isDigit := d.fold.Digit(r); !isDigit && r != 'x' && r != 'X' && r != 'Ｘ' && !strings.ContainsRune("\n\r ,，、_>-|", r) {
			break
		}
		stop = i + utf8.RuneLen(r)
	}
	longer := run
	longer.end += stop
	groups := d.groups(longer)
	for i := range groups {
		for j := i; j < len(groups) && groups[i].start < run.end; j++ {
			if s := join(groups[i : j+1]); groups[j].start >= run.end && len(s) == 18 && isIDCard(s) {
				return groups[j].end
			}
		}
	}
	return run.end
}

// group is a stretch of one kind of writing in a run.
type group struct {
	text       string // folded: 0–9, a–z
	start, end int    // in the part
	letters    bool
	parted     bool // something was skipped before it
}

const longestNumber = 20

// plausibleLength tells whether groups are as long as any personal number: a
// fixed telephone or a date, a mobile telephone, also with 86, or 15 to 20 characters.
func plausibleLength(groups []group) bool {
	n := 0
	for i := range groups {
		n += len(groups[i].text)
	}
	return n >= 7 && n <= 8 || n >= 11 && n <= 13 || n >= 15 && n <= longestNumber
}

func (n numbers) run(d *draft, run anchor) {
	groups := d.groups(run)
	used := -1 // up to here groups are those of another number
	for i := 0; i < len(groups); {
		next := i + 1
		for j := min(len(groups), i+longestNumber); j > i; j-- {
			if !plausibleLength(groups[i:j]) {
				continue
			}
			if glued(groups, i, j, i == used) {
				if s := join(groups[i:j]); !isIDCard(s) || i > 0 && groups[i-1].letters && !idLetters[groups[i-1].text] {
					continue
				}
			}
			if n.identify(d, run.part, groups[i:j], join(groups[i:j])) {
				next, used = j, j
				break
			}
		}
		if next == i+1 {
			n.within(d, run.part, groups[i])
		}
		i = next
	}
}

// within finds an identity number at either end of a longer row of digits:
// columns that have grown together.
func (numbers) within(d *draft, part int, g group) {
	if len(g.text) <= longestNumber || g.letters || g.end-g.start != len(g.text) {
		return
	}
	for _, at := range []int{0, len(g.text) - 18} {
		if s := g.text[at : at+18]; isIDCard(s) && s[6:10] <= lastOfGrown {
			d.report("pii.id_card", part, g.start+at, g.start+at+18, note{suggestion: mask(s, 2, 2)})
			return
		}
	}
}

// groups takes a run apart.
func (d *draft) groups(run anchor) []group {
	var list []group
	kind := -1
	parted := false
	var folds []byte // the characters of all groups,
	var ends []int   // and where each group's end
	text := d.parts[run.part].text[:run.end]
	for i, r := range text[run.start:] {
		at := run.start + i
		folded, ok := d.fold.Rune(r)
		if !ok || strings.ContainsRune("\r\n,，、", r) {
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
		list[len(list)-1].end = at + size
		folds = append(folds, c)
		ends = append(ends[:len(list)-1], len(folds))
	}
	all, from := string(folds), 0
	for i, end := range ends {
		list[i].text, from = all[from:end], end
	}
	return list
}

func join(groups []group) string {
	if len(groups) == 1 {
		return groups[0].text
	}
	var b strings.Builder
	for _, g := range groups {
		b.WriteString(g.text)
	}
	return b.String()
}

// idLetters may stand right before an identity number: what it is called, and
// the letter that makes it the number of a pupil (全国学籍号).
var idLetters = map[string]bool{"sfz": true, "sfzh": true, "sfzhm": true, "id": true, "idno": true, "idcard": true, "cardid": true, "no": true, "number": true, "g": true, "l": true}

// glued tells whether groups[i:j] is a piece of a longer code: a letter stands
// right before it, unless another number ends there, or after it.
func glued(groups []group, i, j int, ended bool) bool {
	return !ended && i > 0 && !groups[i].parted && groups[i-1].letters && !strings.Contains(" tel phone mobile wx vx qq ", " "+groups[i-1].text+" ") ||
		j < len(groups) && !groups[j].parted && groups[j].letters
}

// Words right before or after a number that tell what it is, or is not.
var (
	idWords     = []string{"身份证", "公民身份", "证件", "身份", "证号", "居民证", "驾驶证", "驾照", "社会保障号", "社保号", "医保号", "参保号"}
	licences    = []string{"许可证", "信用代码", "执业证", "资格证", "产权", "不动产", "合格证", "毕业证", "学位证", "营业执照", "登记证"}
	cardWords   = []string{"银行卡", "卡号", "账号", "帐号", "账户", "帐户", "存折", "储蓄卡", "信用卡", "工资卡", "借记卡", "农行", "工行", "建行", "中行", "邮储", "农商", "信用社", "社保卡金融"}
	otherCards  = []string{"公交卡", "老年卡", "敬老卡", "优待卡", "乘车", "医保卡号", "ETC", "会员卡", "水卡", "电卡", "燃气", "校园卡", "图书", "饭卡", "门禁", "加油卡", "购物卡", "物联网"}
	serialWords = []string{"单号", "编号", "流水", "订单", "批号", "序列", "条码", "条形码", "文号", "学号", "工号", "发票", "缴款书", "项目代码", "产权", "许可证", "备案", "票据", "受理号", "案号", "合同", "招标", "采购", "追溯", "溯源", "ISBN", "信用代码", "组织机构代码", "纳税人识别", "注册号", "执业证", "资格证"}
	measures    = []string{"元", "万", "亿", "吨", "公斤", "千克", "株", "人次", "平方", "公顷", "亩", "％", "%", "度", "立方", "米", "头", "户", "名", "个"}
)

// codesOfOrgans call a number that of an organisation.
var codesOfOrgans = []string{"信用代码", "组织机构代码"}

// lastOfGrown is the year of birth up to which a number of the form of an
// identity number is one, whatever stands beside it. Later ones may be numbers
// of files: a division and a date.
const lastOfGrown = "2012"

// typedCrosses are typed for the last character X.
var typedCrosses = []string{"×", "✕", "✖", "х", "Х", "Χ", "χ", "ⅹ", "Ⅹ"}

// organHolder is the holder of an account that is no person's.
var organHolder = regexp.MustCompile(`(?:户名|账户名称|收款单位|收款人)\s*[：:为]?\s*[^，。；]{2,24}(?:会|局|公司|中心|学校|医院|政府|所|院|处|部|社|专户)(?:[，。；、\s）)]|$)|对公账户|基本户|财政专户|国库|监管账户`)

// identify reports a number if it is one; it answers whether the groups are used up.
func (numbers) identify(d *draft, part int, groups []group, number string) bool {
	start, end := groups[0].start, groups[len(groups)-1].end
	report := func(rule, masked, why string) bool {
		d.report(rule, part, start, end, note{suggestion: masked, why: why})
		return true
	}
	if len(number) == 8 && isBirthDate(number) && inColumn(d.parts[part].text, start, "出生") {
		return report("pii.birth_date", masks["date"](d.parts[part].text[start:end]), "")
	}
	long := len(number) >= 15
	if !long && isLandline(number, d.parts[part].text[:start]) {
		text := d.parts[part].text
		if area := areaCode.FindString(text[max(0, start-14):start]); area != "" {
			start -= len(area)
		}
		if isPrivate(text, start, end) {
			report("pii.landline", masks["phone"](text[start:end]), "")
		}
		return true
	}
	if !long && !isMobile(strings.TrimPrefix(number, "86")) {
		return false
	}
	before := called(d.parts[part].text, start)
	named := func(words []string) bool { return containsAny(before, words) }
	text := d.parts[part].text
	idCard := func(why string) bool { return report("pii.id_card", mask(number, 2, 2), why) }
	const wrong = "居民身份证号码的写法，校验码或者出生日期不符，可能录入有误，仍属泄露"
	switch {
	case isIDCard(number):
		return named(codesOfOrgans) || idCard("")
	case isCreditCode(number):
		return true // public
	case mayBeIDCard(number) && named(idWords) && !named(licences):
		return idCard(wrong)
	case looksLikeIDCard(number) && !named(serialWords) && idShape(groups) && (len(groups) == 1 || !containsAny(following(text, end), measures)) && (number[6:10] <= lastOfGrown || idHolder.MatchString(d.sentence(part, start, end).text)):
		return idCard(wrong)
	case mayBeIDCard(number) && ofPerson(text, start) && !named(licences):
		return idCard(wrong)
	case len(number) == 20 && digitsOnly(number) && (isIDCard(number[:18]) || looksLikeIDCard(number[:18]) && strings.Contains(before, "残疾")) && !named(serialWords):
		return idCard("残疾人证号由居民身份证号码加残疾类别、等级组成")
	case len(number) == 17 && hasAnyPrefix(text[end:], typedCrosses...) && looksLikeIDCard(number+"x"):
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
		return idCard("")
	case (len(number) == 17 || len(number) == 19) && digitsOnly(number) && looksLikeIDCard((number + "0")[:18]) && named(idWords[:2]) && !named(cardWords):
		return idCard("身份证号语境中的号码，多录或者少录一位，仍属泄露")
	case isForeignerID(number) && named(idWords):
		return idCard("外国人永久居留身份证号码")
	case isOldIDCard(number) && (named(idWords) || ofPerson(text, start) || !named(serialWords) && oldHolder.MatchString(d.sentence(part, start, end).text)):
		return idCard("15 位居民身份证号码（旧版）")
	case named(otherCards), named(serialWords) && !named(cardWords):
		return long
	case isCardLike(number) && named(cardWords):
		if w := d.sentence(part, start, end); organHolder.MatchString(w.text) {
			return true // the account of an organ, as for donations, is public
		}
		if isBankCard(number) {
			return report("pii.bank_card", mask(number, 4, 4), "")
		}
		return report("pii.bank_card", mask(number, 4, 4), "银行账号语境中的卡号，校验位不符，可能录入有误，仍属泄露")
	case isBankCard(number):
		return report("pii.bank_card", mask(number, 4, 4), "")
	case isMobile(strings.TrimPrefix(number, "86")) && telephoneShape(groups) && !containsAny(following(d.parts[part].text, end), measures):
		return report("pii.mobile", mask(strings.TrimPrefix(number, "86"), 3, 4), "")
	}
	return false
}

// telephoneShape tells whether the groups are parted as people part a mobile
// number: 138 0013 8000, 138 00138000, 1380013 8000, +86 in front, or digit by digit.
func telephoneShape(groups []group) bool {
	if groups[0].text == "86" && len(groups) > 1 {
		groups = groups[1:]
	}
	if len(groups) == 11 {
		return true
	}
	var shape strings.Builder
	for _, g := range groups {
		shape.WriteByte(byte('0' + min(len(g.text), 9)))
		if len(g.text) >= 10 {
			return len(groups) == 1
		}
	}
	return strings.Contains(" 344 38 74 353 335 434 65 56 ", " "+shape.String()+" ")
}

// idShape tells whether the groups are parted as people part an identity
// number: by division, date of birth and serial number, by fours, or digit by digit.
func idShape(groups []group) bool {
	if len(groups) == 1 || len(groups) == 18 {
		return true
	}
	var shape strings.Builder
	for _, g := range groups {
		if len(g.text) == 1 && g.letters { // the last x
			continue
		}
		shape.WriteString(strconv.Itoa(len(g.text)) + " ")
	}
	return strings.Contains("|6 8 4 |6 4 4 4 |6 8 3 |6 4 4 3 |4 4 4 4 2 |4 4 4 4 1 |14 4 |14 3 |6 12 |6 11 |17 |17 1 |3 3 4 4 4 |3 3 4 4 3 |6 4 2 2 4 |6 4 2 2 3 |6 2 6 4 |", "|"+shape.String()+"|")
}

// called is the stretch right before a number: the last 36 bytes or so, up to
// a mark that ends a clause, but not past the end of a sentence.
func called(text string, start int) string {
	lo := max(0, start-48)
	if i := strings.LastIndexAny(text[lo:start], "。；;\n"); i >= 0 {
		lo += i + 1
	}
	if i := strings.LastIndexAny(text[lo:start], "，,、"); i >= 0 && start-lo-i > 9 {
		lo += i + 1
	}
	return text[lo:start]
}

// inColumn tells whether a number stands in a table with a heading not far above.
func inColumn(text string, start int, heading string) bool {
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(text[:start], " "))
	return (last == '|' || last == '\t' || last == '\n' || last == ',') && strings.Contains(text[max(0, start-400):start], heading)
}

// isLandline tells whether a number is that of a fixed telephone: an area code
// and seven or eight digits, the code perhaps in brackets before it.
func isLandline(number, before string) bool {
	if number[0] == '0' && (len(number) == 11 || len(number) == 12) {
		local := number[len(number)-7:]
		return digitsOnly(number) && (number[1] >= '1' && number[1] <= '9') && (local[0] >= '2' || len(number) == 12)
	}
	return len(number) <= 8 && digitsOnly(number) && number[0] >= '2' && hasAnySuffix(before, []string{"）", ")", " ", "—", "－", "–"}) && areaCode.MatchString(before[max(0, len(before)-14):])
}

var (
	areaCode = regexp.MustCompile(`(?:[（(]0\d{2,3}[)）] ?|0\d{2,3}[—－–]{1,2})$`)
	// atHome speaks of a telephone at home.
	atHome = mustPattern(`宅电|[（(](?:宅|家|住宅|家里|家庭|家中)[）)]|屋头|屋里|屋的|住宅|私人|家庭|家里|家中|自家|老家|娘家|婆家|[人其她他你我儿女亲母父奶爷婶叔舅姨居戚友主两]家|家的?(?:座机|电话|固话|固定|号码)`)
	// ofPrivate speaks right before the number of a person who is no office.
	ofPrivate = mustPattern(`监护人|个人(?:电话|号码)|本人|家属|家长|家人|父亲|母亲|儿子|女儿|老伴|奶奶|爷爷|户主|房东|失主|老人|住户|住处|邻居|亲戚|房主|机主|业主(?:电话|联系|固话|座机|号码)|承租人|报案人|举报人|投诉人|当事人|寻亲|街坊|亲友|[叔姑姨舅伯婶嫂哥姐弟妹爹娘孙](?:的|家|处)?(?:电话|座机|固话|号码)`)
	// thatSet is a telephone set, not a department: 家里那部座机.
	thatSet = regexp.MustCompile(`[那这一每]部(?:老|旧|红|黑)?`)
	// homeCell heads a column or a row of telephones at home, the cells in lines of their own.
	homeCell = regexp.MustCompile(`(?:^|\n)\s*(?:家庭|住宅|家里|家中|家属|家长|宅)(?:固定|联系)?(?:电话|座机|固话|号码)\s*\n(?:[^\n。]{0,20}\n){0,8}$`)
	// behindHome follows a telephone at home.
	behindHome = mustPattern(`^ ?(?:[（(](?:家|宅|住宅|家里|家中|家庭)|[，,）)]{0,2}(?:这|那|就)?(?:是|为|系|打的是|装在|打到)(?:[^，。；]{0,8}家[里中的]?|宅电|住宅)[^，。；庭]{0,6}(?:[，。；]|$))`)
	// atOffice speaks of a telephone of an office.
	atOffice = mustPattern(`办公|值班|窗口|热线|咨询|监督|举报|投诉|服务|公司|中心|大厅|单位|医院|学校|小学|中学|幼儿园|[局所科委办站队院校厅部会社厂店](?:电话|座机|：|:|$)|传真|派出所|管理处|认领|村委|居委|政府|救助站|敬老院|养老院|福利院|负责人|联络员`)
)

// isPrivate tells whether the words beside a fixed telephone speak of a home.
func isPrivate(text string, start, end int) bool {
	before := text[max(0, start-72):start]
	for len(before) > 0 && !utf8.RuneStart(before[0]) {
		before = before[1:]
	}
	if i := strings.LastIndexAny(before, "。；;\n"); i >= 0 {
		before = before[i:]
	}
	before = strings.ReplaceAll(thatSet.ReplaceAllLiteralString(before, ""), " ", "")
	if heading := columnHeading(text, start); heading != "" {
		return (atHome.MatchString(heading) || ofPrivate.MatchString(heading)) && !atOffice.MatchString(heading)
	}
	if behindHome.MatchString(text[end:]) || hasAnySuffix(text[:start], []string{"\n"}) && homeCell.MatchString(text[cutAt(text, max(0, start-240)):start]) {
		return true
	}
	return (atHome.MatchString(before) || ofPrivate.MatchString(tail(before, 45))) && !atOffice.MatchString(before) && !atOffice.MatchString(text[end:cutAt(text, min(len(text), end+24))])
}

// columnHeading is the heading of the column in which a cell of a table stands,
// be it parted by bars, tabs, commas or slashes; empty if it is no such cell.
func columnHeading(text string, at int) string {
	cell, mark := strings.TrimRight(text[:at], " "), ""
	for _, m := range []string{"|", "\t", ",", "，", "/", "／", "；", ";", "、"} {
		if strings.HasSuffix(cell, m) {
			mark = m
		}
	}
	if mark == "" {
		return ""
	}
	lo := strings.LastIndexByte(cell, '\n') + 1
	column := strings.Count(cell[lo:], mark)
	if mark != "|" && mark != "\t" && (len(cell)-lo > 120 || strings.Contains(cell[lo:], "。")) {
		return ""
	}
	heading := ""
	for rows := 0; lo > 0 && rows < 60; rows++ {
		end := lo - 1
		lo = strings.LastIndexByte(text[:end], '\n') + 1
		if line := text[lo:end]; strings.Contains(line, mark) {
			heading = line
		} else if strings.TrimSpace(line) != "" {
			break
		}
	}
	cells := strings.Split(heading, mark)
	if column >= len(cells) {
		return ""
	}
	return cells[column]
}

// mayBeIDCard tells whether a number is as long as an identity number and
// begins as one, whatever it says of birth.
func mayBeIDCard(s string) bool {
	return len(s) == 18 && digitsOnly(s[:17]) && (s[17] == 'x' || digitsOnly(s[17:])) && strings.Contains(provinces, " "+s[:2]+" ")
}

// idColumn heads a column of identity numbers.
var idColumn = []string{"身份证", "公民身份", "证件号"}

var (
	// idHolder speaks of identity cards, or of children, anywhere in a sentence.
	idHolder = mustPattern(`身份证|公民身份|证件号|户口|学籍|儿童|幼儿|学生|出生`)
	// oldHolder speaks of old identity cards anywhere in a sentence.
	oldHolder = mustPattern(`身份|证件|[一旧老]代?证|户籍|户口|参保|社保|医保|养老|1[58]位|十[五八]位|升位|登记号|姓名|[，（(][男女][，）)]`)
)

// ofPerson tells whether a number stands in brackets behind a name, or in a
// table with a column of identity numbers.
func ofPerson(text string, start int) bool {
	last, size := utf8.DecodeLastRuneInString(text[:start])
	switch last {
	case '（', '(':
		before := text[:start-size]
		for range 3 {
			_, size := utf8.DecodeLastRuneInString(before)
			before = before[:len(before)-size]
			if name := text[len(before) : start-len(string(last))]; len(name) > len("王") && surnameSize(name) > 0 {
				return true
			}
		}
	case '|', '\t', ',', '\n', ' ':
		return containsAny(text[max(0, start-600):start], idColumn)
	}
	return false
}

// following is what stands right after a number.
func following(text string, end int) string {
	return text[end:min(len(text), end+9)]
}

func containsAny(s string, words []string) bool {
	for _, word := range words {
		if strings.Contains(s, word) {
			return true
		}
	}
	return false
}

// mask hides all but the first and last characters.
func mask(s string, head, tail int) string {
	return strings.ToUpper(s[:head] + strings.Repeat("*", len(s)-head-tail) + s[len(s)-tail:])
}
