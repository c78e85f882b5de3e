package screening

import (
	"regexp"
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
	for i := 0; i < len(groups); {
		next := i + 1
		for j := min(len(groups), i+longestNumber); j > i; j-- {
			if !plausibleLength(groups[i:j]) || glued(groups, i, j) {
				continue
			}
			if n.identify(d, run.part, groups[i:j], join(groups[i:j])) {
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
	var folds []byte // the characters of all groups,
	var ends []int   // and where each group's end
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

// glued tells whether groups[i:j] is a piece of a longer code: a letter stands
// right before or after it.
func glued(groups []group, i, j int) bool {
	return i > 0 && !groups[i].parted && groups[i-1].letters && !strings.Contains(" tel phone mobile wx vx qq ", " "+groups[i-1].text+" ") ||
		j < len(groups) && !groups[j].parted && groups[j].letters
}

// Words right before or after a number that tell what it is, or is not.
var (
	idWords     = []string{"身份证", "公民身份", "证件号", "身份号", "证号", "身份证明号", "身份信息", "居民证", "身份证复印件"}
	licences    = []string{"许可证号", "信用代码", "执业证号", "资格证号"}
	cardWords   = []string{"银行卡", "卡号", "账号", "帐号", "账户", "帐户", "存折", "储蓄卡", "信用卡", "工资卡", "借记卡", "农行", "工行", "建行", "中行", "邮储", "农商", "信用社", "社保卡金融"}
	otherCards  = []string{"公交卡", "会员卡", "水卡", "电卡", "燃气", "校园卡", "图书", "饭卡", "门禁", "加油卡", "购物卡", "物联网"}
	serialWords = []string{"单号", "编号", "流水", "订单", "批号", "序列", "条码", "条形码", "文号", "学号", "工号", "发票", "缴款书", "项目代码", "产权", "许可证", "备案", "票据", "受理号", "案号", "合同", "招标", "采购", "追溯", "溯源", "ISBN", "信用代码", "组织机构代码", "纳税人识别", "注册号", "执业证", "资格证"}
	measures    = []string{"元", "万", "亿", "吨", "公斤", "千克", "株", "人次", "平方", "公顷", "亩", "％", "%", "度", "立方", "米", "头", "户", "名", "个"}
)

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
	switch {
	case isIDCard(number):
		return named([]string{"信用代码", "组织机构代码"}) || report("pii.id_card", mask(number, 2, 2), "")
	case isCreditCode(number):
		return true // public
	case mayBeIDCard(number) && named(idWords) && !named(licences):
		return report("pii.id_card", mask(number, 2, 2), "身份证号语境中的号码，校验码或者出生日期不符，可能录入有误，仍属泄露")
	case mayBeIDCard(number) && isBirthDate(number[6:14]) && !named(serialWords) && idHolder.MatchString(d.sentence(part, start, end).text):
		return report("pii.id_card", mask(number, 2, 2), "身份证号语境中的号码，校验码不符，可能录入有误，仍属泄露")
	case len(number) == 20 && digitsOnly(number) && isIDCard(number[:18]) && strings.Contains(before, "残疾"):
		return report("pii.id_card", mask(number, 2, 2), "残疾人证号由居民身份证号码加残疾类别、等级组成")
	case mayBeIDCard(number) && ofPerson(d.parts[part].text, start) && !named(licences):
		return report("pii.id_card", mask(number, 2, 2), "身份证号语境中的号码，校验码不符，可能录入有误，仍属泄露")
	case isOldIDCard(number) && (named(idWords) || ofPerson(d.parts[part].text, start)):
		return report("pii.id_card", mask(number, 2, 2), "15 位居民身份证号码（旧版）")
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
	// atHome speaks of a telephone at home, atOffice of one of an office.
	atHome = mustPattern(`宅电|[（(](?:宅|家|住宅|家里|家庭|家中)[）)]|屋头|屋里|屋的|监护人|住宅|私人|个人(?:电话|号码)|本人|家庭|家里|家中|家属|家长|家人|[人其她他你我儿女亲母父奶爷婶叔舅姨居戚友主两老自]家|家的?(?:座机|电话|固话|固定|号码)|父亲|母亲|儿子|女儿|老伴|奶奶|爷爷|户主|房东|失主|老人|住户|住处|邻居|亲戚|娘家|婆家`)
	// homeCell heads a column or a row of telephones at home, the cells in lines of their own.
	homeCell = regexp.MustCompile(`(?:^|\n)\s*(?:家庭|住宅|家里|家中|家属|家长|宅)(?:固定|联系)?(?:电话|座机|固话|号码)\s*\n(?:[^\n。]{0,20}\n){0,8}$`)
	// behindHome follows a telephone at home.
	behindHome = mustPattern(`^ ?[（(](?:家|宅|住宅|家里|家中|家庭)`)
	atOffice   = mustPattern(`办公|值班|窗口|热线|咨询|监督|举报|投诉|服务|公司|中心|大厅|单位|医院|学校|小学|中学|幼儿园|[局所科委办站队院校厅部会社厂店](?:电话|座机|：|:|$)|传真|派出所|村委|居委|政府|救助站|敬老院|养老院|福利院|负责人|联络员`)
)

// isPrivate tells whether the words beside a fixed telephone speak of a home.
func isPrivate(text string, start, end int) bool {
	before := text[max(0, start-48):start]
	for len(before) > 0 && !utf8.RuneStart(before[0]) {
		before = before[1:]
	}
	if i := strings.LastIndexAny(before, "。；;\n"); i >= 0 {
		before = before[i:]
	}
	if isTableMark(text[:start]) {
		if heading := columnHeading(text, start); heading != "" {
			return atHome.MatchString(heading) && !atOffice.MatchString(heading)
		}
	}
	if behindHome.MatchString(text[end:]) || hasAnySuffix(text[:start], []string{"\n"}) && homeCell.MatchString(text[cutAt(text, max(0, start-240)):start]) {
		return true
	}
	return atHome.MatchString(before) && !atOffice.MatchString(before) && !atOffice.MatchString(text[end:cutAt(text, min(len(text), end+24))])
}

// isTableMark tells whether a text ends where a cell of a table begins.
func isTableMark(before string) bool {
	return hasAnySuffix(strings.TrimRight(before, " "), []string{"|", "\t"})
}

// columnHeading is the heading of the column in which a cell of a table stands.
func columnHeading(text string, at int) string {
	lo := strings.LastIndexByte(text[:at], '\n') + 1
	column := strings.Count(strings.ReplaceAll(text[lo:at], "\t", "|"), "|")
	heading := ""
	for rows := 0; lo > 0 && rows < 60; rows++ {
		end := lo - 1
		lo = strings.LastIndexByte(text[:end], '\n') + 1
		if line := text[lo:end]; strings.ContainsAny(line, "|\t") {
			heading = line
		} else if strings.TrimSpace(line) != "" {
			break
		}
	}
	cells := strings.Split(strings.ReplaceAll(heading, "\t", "|"), "|")
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

// idHolder speaks of identity cards anywhere in a sentence.
var idHolder = mustPattern(`身份证|公民身份|证件号`)

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
