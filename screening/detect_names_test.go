package screening

import (
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	e := engine(t)
	for name, tt := range map[string]struct{ in, want string }{
		"a victim":                    {"遇难者胡大勇系返乡务工人员。", "pii.name_protected 胡大勇"},
		"two in a list":               {"遇难者张大军、李二柱的家属已到现场。", "pii.name_protected 张大军|pii.name_protected 李二柱"},
		"behind 的":                    {"被拐多年的宋小娥已与亲生父母相认。", "pii.name_protected 宋小娥"},
		"a patient":                   {"患者马德顺被诊断为肺结核。", "pii.health 马德顺"},
		"before the illness":          {"陈明（男，45岁）因脑梗住院治疗。", "pii.health 陈明"},
		"a minor in a case":           {"13岁的初中生余小军因打架被训诫。", "pii.minor 余小军"},
		"a parent":                    {"学生李小明因感染住院，其父李强、母亲王芳表示认可。", "pii.minor 李小明|pii.name_protected 李强|pii.name_protected 王芳"},
		"anywhere in a sad sentence":  {"轿车坠河后，简宏亮再也没有上来。", "pii.name_protected 简宏亮"},
		"a compound surname":          {"老人司徒文患阿尔茨海默病多年。", "pii.health 司徒文"},
		"who acts by office":          {"县长贺国平看望在事故中受伤的群众。", ""},
		"who rescues":                 {"外卖小哥李强冲进火场救出老人，被授予称号。", ""},
		"a public defendant":          {"被告人孙强犯诈骗罪，判处有期徒刑三年。", ""},
		"a family law suit":           {"原告车美玲与被告甘志刚离婚纠纷一案调解结案。", "pii.name_protected 车美玲|pii.name_protected 甘志刚"},
		"a table":                     {"信访事项公开\n信访人|诉求|结果\n甄宝平|低保被停|已恢复", "pii.name_protected 甄宝平"},
		"a list below a heading":      {"大病救助公示\n- 栾高明，白血病，救助2万元", "pii.health 栾高明"},
		"the staff in a table":        {"姓名|致贫原因|帮扶干部\n井长顺|因病|赵磊", "pii.name_protected 井长顺"},
		"told in the sentence before": {"山洪冲走了两个人。村民段守田昨天还在地里干活。", "pii.name_protected 段守田"},
		"a prize is no case":          {"三好学生张雨桐获得一等奖。", ""},
		"a title holds the name back": {"患者李先生已经康复出院。", ""},
		"masked already":              {"伤者陈某已送医，受害人刘某某报警。", ""},
		"no name but a word":          {"患者安全管理规范，儿童白血病保障试点。", ""},
		"an officer who is ill":       {"老支书谷成林查出食道癌已经两年。", "pii.health 谷成林"},
		"a parent who is beaten":      {"祁翠芳被前夫打得鼻青脸肿，抱着孩子跑到妇联求助。", "pii.name_protected 祁翠芳"},
		"an age told later":           {"派出所将夜不归宿的巫志鹏交给其父母严加管教，他才15岁。", "pii.minor 巫志鹏"},
		"who rescue together":         {"消防员车宝山、甘大勇、岳新民跳入水中救起落水儿童。", ""},
		"a teacher who is defrauded":  {"县公安局反诈中心接到报警，退休教师贺秀珍因轻信电话，先后转账4.8万元。", "pii.name_protected 贺秀珍"},
		"struck, then the office":     {"网上出现对遇害女教师卓婉清私生活的猜测。", "pii.name_protected 卓婉清"},
		"a village official on leave": {"大学生村官于静怡因重度抑郁症请假三个月。", "pii.health 于静怡"},
		"who the dead person is":      {"死者为项目部安全员苏建平。", "pii.name_protected 苏建平"},
		"a child and the water":       {"12岁的邢子轩在河边戏水时滑入深潭。", "pii.minor 邢子轩"},
		"a wife by her husband":       {"尚美云的丈夫酒后多次动手打人。", "pii.name_protected 尚美云"},
		"the officer who tells of it": {"反诈民警汤丽君及时止付，为受害老人挽回损失12万元。", ""},
		"a doctor who operates":       {"急诊医生王小波做完手术，患者脱离危险。", ""},
		"known to everybody":          {"焦裕禄身患肝癌，仍忍着剧痛工作。", ""},
		"an athlete who is injured":   {"羽毛球选手林小丹因伤退赛。", ""},
		"a shop in a feature story":   {"面馆老板娘葛秀梅熬汤三十年，辣得食客眼泪直流。", ""},
		"what somebody should do":     {"患者应全程佩戴口罩，商家应保留证据报警。", ""},
		"a firm that does it":         {"武小丽被公司经理多次骚扰，最终选择报警。", "pii.name_protected 武小丽"},
		"words begin in its place":    {"被困群众转移后，楼道里装上了门磁，老人白天当班。", ""},
		"a word across its edge":      {"案管室月度数据显示，被骗群众明显减少。", ""},
		"a word after a role":         {"患者万一漏服，产妇高龄、双胎的，应及时就医。", ""},
		"a shop in quotes":            {"名为“康寿堂”的门店谎称能治好糖尿病。", ""},
		"a name like a word":          {"患者高明被确诊为肺癌，白雪梅被前夫打成轻伤。", "pii.health 高明|pii.name_protected 白雪梅"},
		"a compound surname alone":    {"死者乐正，男，45岁。", "pii.name_protected 乐正"},
		"a measure is no name":        {"慢病患者满意度调查显示，服药依从性明显提高。", ""},
		"an invented name":            {"小雨（化名）今年9岁，因病住院。", ""},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := e.Screen(t.Context(), Text{Body: tt.in})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, h := range report.Hits {
				if strings.HasPrefix(h.Category, "pii.") {
					got = append(got, h.Category+" "+h.Text)
				}
			}
			if s := strings.Join(got, "|"); s != tt.want {
				t.Errorf("got %q, want %q", s, tt.want)
			}
		})
	}
}

func TestMasks(t *testing.T) {
	for name, tt := range map[string]struct{ mask, in, want string }{
		"a name keeps the surname":      {"name", "王秀英", "王某某"},
		"a compound surname":            {"name", "欧阳明", "欧阳某"},
		"an address keeps the road":     {"address", "城关镇文化路28号3单元502室", "城关镇文化路**号"},
		"a date keeps the year":         {"date", "1951年8月16日", "1951年**月**日"},
		"mail keeps the provider":       {"mail", "lisi@163.com", "l***@163.com"},
		"a plate keeps place and end":   {"plate", "陕G12345", "陕G****5"},
		"a telephone keeps the area":    {"phone", "0915-3210987", "0915******87"},
		"an account keeps its two ends": {"account", "lao_wang", "l******g"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := masks[tt.mask](tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
