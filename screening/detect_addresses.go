package screening

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// addresses finds homes in the cells of lists and tables that have a column for them.
type addresses struct{}

func (addresses) anchors() []string {
	return strings.Fields("家庭住址 家庭地址 现住址 居住地址 户籍地址 详细住址 常住地址 户籍所在地 现住地 居住地 住所地 家庭所在地 住址 房屋坐落 家庭详细地址")
}

// longestColumn bounds what is read below a heading, in bytes, emptyCells how
// many cells in a row may hold something else.
const (
	longestColumn = 4000
	emptyCells    = 16
)

var (
	// homeAddress is a cell that holds a home down to a door or a group of a village.
	homeAddress = regexp.MustCompile(`^[^，。；、：！？“”《》（）()某*×\d]{0,24}(?:路|街|巷|道|弄|村|社区|区|园|苑|里|坊|城|院|府|镇|乡|街道|庄|寨|湾|沟|坪|居委会)[^，。；、：！？“”《》某*×]{0,16}?(?:[\d０-９]+|[一二三四五六七八九十]+)(?:号楼|号|栋|幢|座|单元|室|组|社|户|弄|楼|队)[^，。；：某*×]{0,20}$`)
	noHome      = mustPattern(`公司|中心|委员会|村委|大厅|医院|学校|小学|中学|幼儿园|[局所院校厂站店馆]$|商铺|门面|厂房|车间|仓库`)
	cellEnds    = "\n\t|,，;；/／"
)

func (addresses) detect(d *draft, found []anchor) {
	part, done := -1, 0
	for _, a := range found {
		if a.part != part {
			part, done = a.part, 0
		}
		text := d.parts[part].text
		if a.start < done || a.end == len(text) || !hasAnyPrefix(strings.TrimLeft(text[a.end:], " *"), "\n", "\t", "|", ",", "，", "/", "／") {
			continue
		}
		done = addresses{}.column(d, part, a.end, min(len(text), a.end+longestColumn))
	}
}

// column reads the cells between lo and hi and answers how far it read.
func (addresses) column(d *draft, part, lo, hi int) int {
	text := d.parts[part].text
	for empty := 0; lo < hi && empty < emptyCells; {
		size := strings.IndexAny(text[lo:hi], cellEnds)
		if size < 0 {
			size = hi - lo
		}
		cell := text[lo : lo+size]
		home := strings.Trim(cell, " *　")
		if len(cell) > 120 || strings.Contains(cell, "。") {
			break
		}
		if empty++; len(home) > 12 && homeAddress.MatchString(home) && !noHome.MatchString(home) {
			at := lo + strings.Index(cell, home)
			d.report("pii.address.column", part, at, at+len(home), note{})
			empty = 0
		}
		lo += size
		if lo < hi {
			_, mark := utf8.DecodeRuneInString(text[lo:])
			lo += mark
		}
	}
	return lo
}
