package screening

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// names finds the names of persons who must not be named: the dead and the
// injured, victims, patients, minors and their families. A name is looked for
// only beside a word that says who the person is.
type names struct {
	words []string
	roles []role        // by word
	first map[rune]bool // what a name, or the link to it, may begin with
}

func newNames() *names {
	n := &names{first: map[rune]bool{}}
	for _, r := range roles {
		for word := range strings.FieldsSeq(r.words) {
			n.words = append(n.words, word)
			n.roles = append(n.roles, r.role)
		}
	}
	for _, r := range surnames + strings.Join(compoundSurnames, "") + "为是系叫名姓之家：:“\"（( " {
		n.first[r] = true
	}
	return n
}

// role is what a word says about the person named beside it.
type role uint8

const (
	victim   role = iota // the name follows
	patient              // the name follows
	minor                // the name follows, in a text about a case or about help
	relative             // the name follows, in a text about a case
	distant              // the name follows after 的 or a comma
	ill                  // the name stands before
	dead                 // the name stands before
	aged                 // a number stands before, the name before or after
)

// roles are the words by role; a word may have two.
var roles = []struct {
	role  role
	words string
}{
	{victim, "死者 遇难者 罹难者 遇害者 遇难人员 遇难群众 逝者 被害人 受害人 受害者 被害者 伤者 伤员 受伤人员 受伤群众 受伤村民 受伤工人 失踪者 失联者 失踪人员 失联人员 走失人员 走失老人 被困人员 落水者 溺水者 溺亡者 轻生者 获救者 被救者 吸毒人员 戒毒人员 强戒人员 被拐儿童 被拐妇女 性侵受害人 家暴受害人 遗属 社区矫正对象 社区矫正人员 刑满释放人员 上访人 信访人 举报人 被执行人子女 死亡人员 轻生女子 轻生男子 被拐卖妇女 溺水女子 溺水男子 落水女子 落水男子 自杀者 坠楼者 烧伤者"},
	{patient, "患者 病人 确诊病例 疑似病例 感染者 携带者 病友 重症者 残疾人 残疾人员 阳性人员 病患 孕产妇 产妇 孕妇 大病救助对象 重病户 重病患者 聋哑青年 聋哑人 盲人"},
	{minor, "女童 男童 儿童 幼童 孤儿 弃婴 少年 少女 男孩 女孩 学生 小学生 初中生 高中生 中学生 未成年人 幼儿 同学 男生 女生 学童 幼儿园小朋友 小朋友 娃娃 患儿 病童 婴幼儿"},
	{relative, "其父 其母 其妻 其夫 其子 其女 其弟 其兄 其姐 其妹 其祖父 其祖母 其爷爷 其奶奶 父亲 母亲 妻子 丈夫 儿子 女儿 爷爷 奶奶 家长 监护人 家属 亲属 祖父 祖母 外公 外婆 哥哥 姐姐 弟弟 妹妹 之父 之母 之妻 未婚夫 未婚妻 前夫 前妻"},
	{distant, "被拐 残疾等级 隔离戒毒 社区戒毒 遇难 受伤 去世 感染 患病 获救 溺水 走失 被害 重伤 患有 确诊为 被骗 遇害 失踪 失联 坠楼 触电 重病 受害 截肢 肢体残疾 级残疾 身亡 死亡 溺亡 罹难 被困 被打 烧伤 瘫痪 患癌 被性侵 被猥亵 被强奸 试管婴儿"},
	{ill, "患有 身患 罹患 患上 被诊断 诊断为 确诊 被确诊 患精神 患抑郁 患癌 患乳腺 患肺 患肝 患胃 患糖尿 患高血 患尿毒 患白血 患心 患肾 患脑 患冠 患慢 患哮 患帕 患阿 患风 构成轻伤 构成重伤 割腕 住院 化疗 透析 手术 术后 被查出 系一级 系二级 系三级 系四级 因病住院 住院治疗 查出患 ，患 因患 ，因病 ，系精神 ，肢体残疾 ，视力残疾 ，听力残疾"},
	{dead, "当场身亡 不治身亡 不幸遇难 不幸身亡 不幸溺亡 溺水身亡 当场死亡 抢救无效 因伤势过重 不幸去世"},
	{aged, "岁"},
}

func (n *names) anchors() []string { return n.words }

func (n *names) detect(d *draft, found []anchor) {
	protected := false // somebody is protected in this draft
	for _, a := range found {
		r := n.roles[a.word]
		if next, _ := utf8.DecodeRuneInString(d.parts[a.part].text[a.end:]); r <= relative && !n.first[next] {
			continue
		}
		w := d.sentence(a.part, a.start, a.end)
		before, after := w.at(a.start), w.at(a.end)
		var hits []stretch
		switch r {
		case victim, patient:
			hits = namesAfter(d, a.part, &w, after)
		case minor:
			if incident(d, &w) && !strings.HasSuffix(w.text[:before], "大") && !containsAny(w.text, praise) {
				hits = namesAfter(d, a.part, &w, after)
			}
		case relative:
			if protected || incident(d, &w) {
				hits = namesAfter(d, a.part, &w, after)
			}
		case distant:
			gap := distance.FindString(w.text[after:])
			if strings.HasPrefix(gap, "，") && !strings.HasSuffix(w.text[:after], "戒毒") {
				continue
			}
			if gap != "" {
				hits = namesAfter(d, a.part, &w, after+len(gap))
			}
		case ill, dead:
			hits = nameBefore(d, a.part, &w, subject(w.text, before))
			if because := strings.LastIndex(w.text[:before], "因"); hits == nil && because >= 0 && !strings.ContainsAny(w.text[because:before], "，、") {
				hits = nameBefore(d, a.part, &w, subject(w.text, because))
			}
		case aged:
			hits = agedNames(d, a.part, &w, before, after)
		}
		for _, h := range hits {
			start, end := w.origin(h.lo, h.hi)
			d.report(r.rule(w.text, w.text[h.hi:]), a.part, start, end, note{})
			protected = true
		}
	}
}

// stretch is a range of a window.
type stretch struct{ lo, hi int }

var (
	// distance leads from a word to a name further on: 被拐多年的宋小娥.
	distance = regexp.MustCompile(`^(?:(?:[^，。；、“”]{0,9}?的|，)(?:[\p{Han}]{0,4}?(?:村民|老人|老汉|群众|居民|学生|儿童|妇女|男子|女子|青年|司机|驾驶员|驾驶人|工人|矿工|农民|渔民|乘客|游客|业主|店主|职工|员工|户主|男孩|女孩|男婴|女婴|市民|师傅|人员))?|(?:村民|老人|老汉|群众|居民|学生|儿童|妇女|男子|女子|青年|司机|驾驶员|驾驶人|工人|矿工|农民|渔民|乘客|游客|业主|店主|职工|员工|户主|男孩|女孩|男婴|女婴|市民|师傅|人员))`)
	// profession may stand between 死者为 and the name.
	profession = regexp.MustCompile(`^(?:为|系|是)[^，。；、“”]{0,8}?(?:村民|老人|老汉|群众|居民|学生|儿童|妇女|男子|女子|青年|司机|驾驶员|驾驶人|工人|矿工|农民|渔民|乘客|游客|业主|店主|职工|员工|户主|男孩|女孩|男婴|女婴|市民|师傅|人员)`)
	// minors may be told from what stands before a comma and their age.
	named   = regexp.MustCompile(`(?:对象|学生|儿童|者|户|孩|童|子女|姓名|[：:（(])$`)
	illness = regexp.MustCompile(`诊断|确诊|骨折|烧伤|挫伤|脑震荡|伤情|患有|病情|感染`)
	praise  = []string{"获奖", "荣获", "获得", "冠军", "亚军", "等奖", "称号", "优秀", "表彰", "比赛", "大赛"}
)

// rule is the rule under which a person is reported.
func (r role) rule(sentence, after string) string {
	switch r {
	case patient, ill:
		return "pii.health"
	case minor, aged:
		return "pii.minor"
	case distant:
		if strings.Contains(sentence, "残疾等级") || illness.MatchString(sentence) {
			return "pii.health"
		}
	case victim:
		if close, _, _ := strings.Cut(after, "、"); strings.HasPrefix(after, "（") && illness.MatchString(close) || illness.MatchString(firstClause(after)) {
			return "pii.health"
		}
	}
	return "pii.name_protected"
}

func firstClause(s string) string {
	if i := strings.IndexAny(s, "，、；：。！？,;!?\n"); i >= 0 {
		return s[:i]
	}
	return s
}

// incident tells whether a window is about an accident, a case, an illness or help.
func incident(d *draft, w *window) bool { return d.incident != nil && d.holdsIn(d.incident, w) }

// subject is the end of what a clause is about: in 陈明（男，45岁）因脑梗… it
// is 陈明.
func subject(text string, at int) int {
	s := strings.TrimRight(text[:at], "，因被均")
	if strings.HasSuffix(s, "）") {
		if i := strings.LastIndex(s, "（"); i >= 0 && len(s)-i < 60 {
			s = s[:i]
		}
	}
	return len(s)
}

// link is what may stand between the word and the name, or between two names.
var link = regexp.MustCompile(`^(?:为|是|系|叫|名叫|姓名|名字|之一|家属|名单|[：:“"（(\s]){1,3}`)

// namesAfter reads the name at a place of a window, and those listed after it.
func namesAfter(d *draft, part int, w *window, at int) (hits []stretch) {
	for range 12 {
		end := nameAt(d, part, w, at)
		if end == 0 {
			gap := profession.FindString(w.text[at:])
			if gap == "" {
				gap = link.FindString(w.text[at:])
			}
			if gap == "" || len(hits) > 0 {
				return hits
			}
			at += len(gap)
			if end = nameAt(d, part, w, at); end == 0 {
				return hits
			}
		}
		if strings.HasPrefix(w.text[end:], "（化名") || strings.HasPrefix(w.text[end:], "(化名") {
			return hits
		}
		hits = append(hits, stretch{at, end})
		rest := w.text[end:]
		if strings.HasPrefix(rest, "（") {
			if i := strings.Index(rest, "）"); i >= 0 {
				end, rest = end+i+len("）"), rest[i+len("）"):]
			}
		}
		if !strings.HasPrefix(rest, "、") && !strings.HasPrefix(rest, "和") && !strings.HasPrefix(rest, "及") {
			return hits
		}
		_, size := utf8.DecodeRuneInString(rest)
		at = end + size
	}
	return hits
}

// titles follow a surname where the given name is held back or somebody is addressed.
var titles = strings.Fields("某 先生 女士 小姐 老师 医生 师傅 大爷 大妈 大叔 大娘 大伯 大婶 大姐 大哥 大嫂 阿姨 奶奶 爷爷 婆婆 同学 同志 老人 老汉 老太 嫂 婶 总 局长 书记 主任 院长 校长 经理 氏 姓 家 村 镇 女 男 老 小 姓")

// notAtEnd are words of one character that follow a name more often than they end it.
const notAtEnd = "对向将把从给让使曾仍都也又还均跟到去说称经由就才却且或并而虽系及以后前时所这那此两一二三"

// nameAt is the end of the personal name at a place of a window, 0 if there is
// none: a surname and one or two characters that no other word claims.
func nameAt(d *draft, part int, w *window, at int) int {
	surname := surnameSize(w.text[at:])
	if surname == 0 {
		return 0
	}
	for _, title := range titles {
		if strings.HasPrefix(w.text[at+surname:], title) && !(title == "家" || title == "小" || title == "老" || title == "女" || title == "男") {
			return 0
		}
	}
	for given := 2; given >= 1; given-- {
		end, n := at+surname, 0
		for n < given && end < len(w.text) {
			r, size := utf8.DecodeRuneInString(w.text[end:])
			if !unicode.Is(unicode.Han, r) || strings.ContainsRune("某的了在是和与被已于因等", r) || n == 1 && strings.ContainsRune(notAtEnd, r) {
				break
			}
			end, n = end+size, n+1
		}
		if n == given && isName(d, part, w, at, end) {
			return end
		}
	}
	return 0
}

// nameBefore reads the name that ends at a place of a window.
func nameBefore(d *draft, part int, w *window, at int) []stretch {
	for size := 3; size >= 2; size-- {
		lo := at
		for range size {
			r, n := utf8.DecodeLastRuneInString(w.text[:lo])
			if !unicode.Is(unicode.Han, r) {
				lo = 0
				break
			}
			lo -= n
		}
		if lo > 0 || at == len("汉")*size {
			if end := nameAt(d, part, w, lo); end == at {
				return []stretch{{lo, at}}
			}
		}
	}
	return nil
}

// notNames are pieces of other words that begin like names.
var notNames = strings.Fields("某 原件 原籍 复印 关爱 关怀 关注 白血 高血 古树 古榧 张贴 张罗 方阵 申辩 毛笔 陈旧 路口 古镇 江边 康复 陈列 满意 安置 安葬 安抚 安全 时任 万元 余人 余名 解救 解除 解释 常年 常见 单位 单亲 易感 段落 水域 水果 金额 金融 党员 全家 全体 全部 权益 边境 经济 项目 计划 相关 任何 管理 向阳 成年 成功 成员 平均 平安 明确 明显 时间 时期 温馨 温暖 强烈 强制 花费 路段 农户 农民 于是 连续 游客 终身 司机 都是 池塘 查看 麻醉 隆重 冷静 荣获 车辆 车主 戴上 童年 童装 施救 施工 应急 应当 普通 公共 公开 国家 海域 干部")

// isName tells whether w.text[lo:hi] is cut off by the words around it, and is
// not itself a common word.
func isName(d *draft, part int, w *window, lo, hi int) bool {
	name := w.text[lo:hi]
	if d.segments.common(name) || containsAny(name, notNames) {
		return false
	}
	if last, _ := utf8.DecodeLastRuneInString(name); strings.ContainsRune("病症炎癌瘤障疹痛", last) {
		return false
	}
	rest := w.text[hi:]
	for range 2 { // the beginning of a longer word: 白血|病
		_, size := utf8.DecodeRuneInString(rest)
		if rest = rest[size:]; size > 0 && d.segments.knows(w.text[lo:len(w.text)-len(rest)]) {
			return false
		}
	}
	if runes := []rune(name); len(runes) == 3 && d.segments.common(string(runes[:2])) {
		return false
	}
	for _, title := range titles[1:] {
		if len(title) > len("汉") && strings.HasSuffix(name, title) {
			return false
		}
	}
	next, _ := utf8.DecodeRuneInString(w.text[hi:])
	previous, _ := utf8.DecodeLastRuneInString(w.text[:lo])
	if !unicode.Is(unicode.Han, next) && !unicode.Is(unicode.Han, previous) {
		return true
	}
	start, end := w.origin(lo, hi)
	return !d.segments.straddled(d.fold, d.parts[part].text, start, end)
}

var (
	ageBehind   = regexp.MustCompile(`(?:(?:（|\(|，)(?:男|女)?，?(?:今年|现年|年仅|时年|当年)?|(?:年仅|今年|当时|时年|刚满|未满|才))(\d{1,2})周?$`)
	ageBefore   = regexp.MustCompile(`(\d{1,2}|[一二三四五六七八九十]{1,3})周?$`)
	childBehind = regexp.MustCompile(`^岁?(?:的)?(?:[\p{Han}]{0,6}?(?:男孩|女孩|男童|女童|儿童|小朋友|小学生|初中生|高中生|学生|孩子|少年|少女|儿子|女儿|孙子|孙女|患儿))?`)
)

// agedNames reads the names of minors whose age is told: 梁小果（8岁, 6岁的李小花.
func agedNames(d *draft, part int, w *window, before, after int) []stretch {
	if !incident(d, w) || containsAny(w.text, praise) {
		return nil
	}
	if m := ageBehind.FindStringSubmatchIndex(w.text[:before]); m != nil && isMinor(w.text[m[2]:m[3]]) {
		hits := nameBefore(d, part, w, m[0])
		if hits != nil && (w.text[m[0]] == '(' || strings.HasPrefix(w.text[m[0]:], "（") || startsClause(w.text, hits[0].lo) || named.MatchString(w.text[:hits[0].lo]) || !strings.HasPrefix(w.text[m[0]:], "，")) {
			return hits
		}
	}
	if m := ageBefore.FindStringSubmatch(w.text[:before]); m != nil && isMinor(m[1]) {
		if gap := childBehind.FindString(w.text[after:]); gap != "" {
			return namesAfter(d, part, w, after+len(gap))
		}
	}
	return nil
}

// startsClause tells whether nothing is said before a place.
func startsClause(text string, at int) bool {
	previous, _ := utf8.DecodeLastRuneInString(text[:at])
	return !unicode.Is(unicode.Han, previous)
}

func isMinor(age string) bool {
	n, err := strconv.Atoi(age)
	return err == nil && n > 0 && n < 18
}
