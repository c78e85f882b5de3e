package screening

import (
	"regexp"
	"strings"
	"unicode"

	"shenfa/models"
)

// reprint checks what a reprint says about where it comes from: a source is
// named, the source may be reprinted, the title is the original one.
type reprint struct{ listed map[string]bool }

func newReprint(rules *Rules) *reprint {
	r := &reprint{listed: map[string]bool{}}
	if rule := rules.byID["source.not_listed"]; rule != nil {
		for _, name := range rule.Terms {
			r.listed[name] = true
		}
	}
	return r
}

func (*reprint) anchors() []string { return []string{everyDraft} }

func (r *reprint) detect(d *draft, _ []anchor) {
	if d.kind() != models.KindReprint || len(d.parts) == 0 {
		return
	}
	source := models.Source{}
	if d.text.Source != nil {
		source = *d.text.Source
	}
	part, from, to := d.sourcePart(source.Unit)
	switch {
	case part < 0:
		d.report("source.missing", 0, 0, len(d.parts[0].text), note{})
	case !r.allowed(d.fold.String(d.parts[part].text[from:to])):
		d.report("source.not_listed", part, from, to, note{})
	}
	if source.OriginalTitle != "" && d.text.Title != "" && bareTitle(d, source.OriginalTitle) != bareTitle(d, d.text.Title) {
		d.report("title.altered", 0, 0, len(d.parts[0].text), note{suggestion: source.OriginalTitle})
	}
}

var statedSource = regexp.MustCompile(`(?:来源|稿源|转自|转载自|文章来源)\s*[：:丨|]\s*([^\s，。；）)】\]]{2,30})`)

// sourcePart is where the source is named: in its field, else in the text; -1 if nowhere.
func (d *draft) sourcePart(unit string) (part, from, to int) {
	for i := range d.parts {
		if strings.TrimSpace(unit) != "" && d.parts[i].field == models.FieldSourceUnit {
			return i, 0, len(d.parts[i].text)
		}
	}
	for i := range d.parts {
		if d.parts[i].place == inBody {
			if m := statedSource.FindStringSubmatchIndex(d.parts[i].text); m != nil {
				return i, m[2], m[3]
			}
		}
	}
	return -1, 0, 0
}

var (
	// channels are added to the name of a medium by its accounts.
	channels = regexp.MustCompile(`(?:官方)?(?:微信公众号|公众号|微信|微博|客户端|视频号|抖音号|抖音|官网|网站|门户网站|app|新媒体|评论|“?学习强国”?平台)$`)
	// organ is the name of a public organ or of its own channel.
	organ = regexp.MustCompile(`(?:人民政府|政府网|政府办公室|政府办公厅|政务服务网|国务院|委员会|卫健委|发改委|改革委|国资委|文明办|网信办|宣传部|组织部|统战部|政法委|纪委监委|纪委|公安局|公安厅|公安部|交警支队|消防救援(?:局|总队|支队|大队)|法院|检察院|人大|政协|税务局|气象局|气象台|统计局|地震局|疾控中心|疾病预防控制中心|总局|管理局|监督局|(?:教育|科技|民政|司法|财政|自然资源|生态环境|交通运输|水利|农业农村|商务|文化和旅游|应急管理|审计|医疗保障|林业和草原|体育|信访|人力资源和社会保障|住房和城乡建设|退役军人事务|卫生健康|市场监督管理)(?:部|厅|局)|(?:人社|医保|住建|文旅|应急|市监|市场监管|农业|工信|教体|教科体|城管|交通|退役军人|工业和信息化|外交|国防)(?:部|厅|局)|总工会|妇女联合会|妇联|人民银行|海关总署|街道办事处|融媒体中心|国家.{2,10}(?:局|委|中心|部))$`)
	// station is a broadcaster of a province or city.
	station = regexp.MustCompile(`(?:广播电视台|电视台|卫视|人民广播电台|广播电视总台|广播影视集团)(?:新闻频道|综合频道|新闻中心)?$`)
	// private marks accounts that are no organ's, whatever they call themselves.
	private = regexp.MustCompile(`自媒体|营销号|头条号|百家号|网易号|搜狐号|大鱼号|企鹅号|博主|@|网友|粉丝|爆料|个人`)
)

func (r *reprint) allowed(unit string) bool {
	unit = strings.Trim(unit, "“”\"《》（）() ")
	if private.MatchString(unit) {
		return false
	}
	for range 3 {
		if r.listed[unit] || organ.MatchString(unit) || station.MatchString(unit) {
			return true
		}
		shorter := strings.Trim(channels.ReplaceAllString(unit, ""), "“”\"《》（）() ")
		if shorter == unit {
			break
		}
		unit = shorter
	}
	return false
}

// titleLabels may stand before a reprinted title.
var titleLabels = regexp.MustCompile(`^(?:转载|转发|转|聚焦|关注|权威发布|要闻|时政|学习)[｜|丨：:】\]]|^[【\[](?:转载|转发|关注|要闻|聚焦|权威发布)[】\]]`)

// bareTitle is a title without all that is no letter or digit, so that only
// different words count as different.
func bareTitle(d *draft, title string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, d.fold.String(titleLabels.ReplaceAllString(title, "")))
}
