package screening

import (
	"regexp"
	"strings"
)

// What a clause tells of a person by name counts for more than the office and
// for more than an event anywhere in the sentence: a teacher who is defrauded
// is a victim, the officer who tells of it is none.

// fateWeight is that of an event that a clause tells of a person by name.
const fateWeight = 6

// nearby is how far behind a name an event is told of the person, in bytes.
const nearby = 36

// grimWeight is that of a clause that tells of nothing more than something grim.
const grimWeight = 2

// befalls tells whether the words around a name tell what befalls the person.
func befalls(r role, before, after string) bool {
	if befallen.MatchString(after) {
		return true
	}
	if i := strings.Index(after, "，"); i >= 0 && then.MatchString(after[i+len("，"):]) {
		return true
	}
	switch clause := clauseBefore(before); r {
	case worker, office:
		return struck.MatchString(clause)
	case neutral, pupil:
		return struck.MatchString(clause) || needy.MatchString(clause)
	}
	return false
}

// whoIs is the role of the one of whom a clause says who it is: 死者为项目部安全员李强.
func whoIs(before string) role {
	clause := clauseBefore(before)
	m := copula.FindStringIndex(clause)
	if m == nil {
		return unknown
	}
	r, _ := longestOf(leadOf, clause[:m[0]])
	return r
}

// tellsOf tells whether an event stands close behind a name that is surely one.
func (s *scene) tellsOf(f figure, clause string) bool {
	if f.gain <= 6 || f.rare || f.word || placeTail.MatchString(s.text[f.lo:f.hi]) {
		return false
	}
	near, _, _ := strings.Cut(clause, "、")
	return s.tells(f.hi, f.hi+min(len(near), nearby))
}

var (
	// befallen tells what befalls one, whatever the office: illness, fraud, violence.
	befallen = mustPattern(`^(?:在[^，。]{2,16}[中时上]|[^，。、；者为给说的访慰问和发现见救帮护看遇对向将把让治医料顾伺陪扶搀背抱]{0,8}?)(?:` + strings.Join([]string{
		`[双左右两][腿臂目眼脚手][^，。]{0,4}[失截断瘫骨残瞎]`, `截肢|失明|失聪|偏瘫|瘫痪|卧床|流产|早产`,
		`(?:查出|确诊|检出|患)(?:有|上|了|为|患)?[^，。者]{0,8}(?:[癌瘤病炎症]|硬化|结节|阳性|骨折|梗|出血|抑郁|结石|肿块|艾滋)(?:[^人员者群例种]|$)`,
		`患(?:有|上|了|病(?:[，。后多已]|$))`, `做(?:了|完|过)[^，。台例场]{0,8}手术`, `因病(?:住院|请假|休)`,
		`[腰颈膝胃心肝肾肺][^，。]{0,4}(?:突出|疼|炎|病|断裂|破裂|结石|劳损)`,
		`因[^，。]{0,10}(?:[病症癌炎瘤梗](?:[^虫害]|$)|流产|出血|骨折|手术|住院|怀孕)`,
		`(?:住进|送进|转入|转至)[^，。]{0,8}(?:ICU|病房|监护室|抢救)`, `(?:接受|等待)[^，。]{0,8}(?:移植|化疗|放疗|透析)`,
		`遭[^，。]{0,8}(?:抢|骗|打|撞|害|暴|侵|扰|袭|伤)`, `(?:被|遇)害(?:$|[，”后身前一案])|遇难`,
		`(?:被|给)[^，。]{0,12}(?:套牢|[骗抢偷盗拐]走?(?:$|[^，。]{0,8}[\d万元])|[打撞咬捅刺砍踢]伤|卷走|冲走|掩埋|砸中|撞飞|卷入|压住|困在|辞退|拖欠|诈骗|骗取|杀害|打死|撞死|撞倒|殴打|辱骂|骚扰|尾随|猥亵|性侵|恐吓|威胁|诊断|确诊|扣走|转走|盗刷)`,
		`触电|坠楼|坠落|溺水|[跌摔][倒落伤断]|骨折|被[^，。]{0,6}推倒|(?:从|自)[^，。]{2,12}(?:坠|跌|摔)|从[^，。]{0,8}掉[了下]|[掉跌]进|突发|突然(?:晕|昏|倒)|不慎|挨(?:了|打)`,
		`因?(?:不服|误点|误入|误信|轻信|听信)|信以为真|(?:接|收)到[^，。]{0,6}(?:自称|冒充|客服|诈骗|陌生|假|“[^”]{0,12}(?:客服|公安|警官|领导|老板|局|中心|员|电话|短信))`,
		`在[^，。]{0,14}(?:诱导|诱骗|蛊惑|怂恿|引诱)下|在[^，。]{0,14}(?:接到|收到)“(?:老板|领导)|(?:被|受)[^，。]{0,8}(?:诱导|诱骗|蛊惑)`,
		`(?:准备|正要|正准备)[^，。]{0,16}(?:转账|汇款|汇出)|(?:转账|转出|转去|汇出|汇去|汇款|充值|打款)[^，。]{0,6}\d|损失[^，。]{0,4}(?:[\d万元]|全部|积蓄)`,
		`来[信电访]反映|实名举报|差点|险些`,
		`[^，。、]{0,6}(?:涂片|彩超|造影|化验|筛查|检测|体检|穿刺)[^，。]{0,6}(?:异常|阳性|高危|癌变)`,
	}, "|") + `)`)
	// then is told of the same person in the next clause.
	then = mustPattern(`^(?:患?[^，。、患者家属救助防治筛查]{0,4}(?:癌|白血病|尿毒症|肝硬化|肾衰竭|艾滋病|脑瘫|血友病|抑郁症|精神分裂症|结核|[甲乙丙]肝|脑梗|红斑狼疮|地中海贫血)(?:晚期|早期|中期|[一二三四]期|术后)?(?:[，。；（]|$)|[上去今昨近日前]\p{Han}{1,2}|不料|结果|后来?|又|却)?(?:因[^，。]{0,10}(?:[病症癌炎瘤梗]|早产|流产|出血|骨折|手术|住院)|被?(?:查出|确诊|诊断)[^，。]{0,8}[病症癌炎瘤梗]|不慎|[他她](?:正|仍|已)[^，。]{0,14}(?:移植|化疗|抢救|住院)|被[^，。]{0,12}(?:[撞打咬捅刺砍]伤|撞倒|骗走|抢走|卷走|砸中))`)
	// struck stands before somebody of an office to whom it happened: 遇害女教师, 被骗退休职工.
	struck = mustPattern(`(?:遇害|被害|被骗|受骗|受害|受伤|重伤|遇难|罹难|身亡|遇险|失踪|失联|走失|落水|溺水|溺亡|坠亡|坠楼|被困|被[打撞砸拐抢盗砍捅刺咬]伤?|轻生|患病|患癌|病重|病危|确诊|怀孕|流产|抑郁|瘫痪|截肢|烧伤|中毒|被欠薪|患[^，。的]{1,8}[病症癌炎瘤])的?[^，。、的了案救组员将把院科室馆站局]{0,9}$`)
	// needy stands before somebody of the people: 获救女孩, 独居老人.
	needy = mustPattern(`(?:获救|患病|重病|被救|辍学|失学|流浪|留守|独居|孤寡|失独|单亲|性侵|家暴|残疾)的?[^，。、的了案救组员将把院科室馆站局村家]{0,6}$`)
	// copula says who somebody is.
	copula = regexp.MustCompile(`(?:系|为|是)[^，。；了给向到送请让对由在]{2,18}$`)
	// misdeed is what minors are named for.
	misdeed = mustPattern(`打赏|充值|游戏|网吧|偷|逃|沉迷|无证|拦下|交警|撞|打架|抽烟|喝酒|文身|酒吧|辍学|走失|迷路|报警|民警|消防|救援|施救|求助|家暴|离异|服刑|监护|低保|孤儿|困境|留守`)
	// grim are characters of which words for harm, illness, grief and guilt are made.
	grim = runeSet("骗诈伤亡死尸殁癌瘤疼痛泪哭讼狱赌殴砸撞坠跌摔淹溺烫刺捅咬抢偷盗拐瘫残聋哑瞎瘸虐辱毙丧葬冤血昏晕悔囚病症炎债赔拘押逃弃孤寡逼吓慌惨缝骂踹踢砍埋卷翻胁迫")
)
