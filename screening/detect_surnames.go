package screening

import (
	"strings"
	"unicode/utf8"
)

// surnames of one character by how common they are: the hundred that most
// people bear, the others of 《百家姓》 and of the name reports of the public
// security ministry, and those whose characters are mostly other words.
var surnames = [...]string{
	"王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤",
	"常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟臧闵苟邬卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩佘池查麻苑迟邝谈匡鞠惠荆乐冀郁胥班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻厉伊仝郜阚花帅屠豆朴盖练廉禹井祖漆巴丰支卿狄索宣晋初门云容敬扈晁芮阙浦戈伏鹿薄邸雍辜羊乌裘亓邰赫杭况宿鲜印逯隆茹战慕危玉银亢嵇湛宾戎茅呼揭尉檀阴昝智幸奉植衡富尧闭糜" +
		"赖聂冼占褟岐锁遆撒腾犹肇贝訾郗缑乜昌隗酆逄沃贲蓬宓蒯仉亶麴璩竺钮滑束钭暨蔚荀毋郯虢郄苌妫邴厍佴笪谯牧鄂隽郦崇秋籍糜桓皋庾冒笃刑藏旷昊瓮但鱼渠候邾岱桥苍佀庹蹇琚綦睢郇缐菅税淡勾於茅哈冶伦寿禄颉矫亢洪羿汲弓逄仰暴韶蓟咸莘贡濮习宦慎夔伯赏墨代么郅眭缴雒弋浮茶仵呙",
	"官凤诸松郏英巢堵生时成于东南边利元封佛斯向应平国强明危海银来干水展仁容计但班施严权弘钦琴宰贯",
}

// compoundSurnames are those of two characters.
var compoundSurnames = strings.Fields("欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 司空 夏侯 端木 独孤 南宫 长孙 宇文 轩辕 鲜于 闻人 万俟 赫连 澹台 濮阳 淳于 呼延 西门 东郭 百里 拓跋 完颜 纳兰 耶律 申屠 钟离 太史 公冶 宗政 梁丘 左丘 即墨 仲孙 亓官 司寇 巫马 公西 漆雕 乐正 壤驷 夹谷 谷梁 段干 褚师 羊舌 尔朱 屠岸 那拉 相里 呼延 钟离 贺若 达奚 哥舒")

// given are the characters that given names are made of: the most common, and
// the others.
var given = [...]string{
	"英华文玉碧繁圆秀明兰金国春红丽云珍海军平志建林桂梅荣永生芳德福清祥凤小成光宏龙伟强东峰辉洪涛杰敏静磊洋艳勇娟超霞燕玲莉娜萍慧婷雪琴丹颖倩琳晶宇浩然轩子涵梓欣怡佳思雨诗梦嘉俊豪博睿泽晨阳昊天一诺辰宸依萱彤雅晓秋义仁礼智信忠孝良善贤才学斌彬兵刚毅坚力大长顺利有财发富贵宝根水山川江石立新正中全安宁康健寿喜庆吉瑞祖宗家民启昌盛兴旺守先继世元亮素淑惠巧彩花香菊莲翠银环珠瑛琼芬芝蓉蕾薇莹洁青景鹏飞翔鸿振胜凯爱友和广树松柏涛威武少保培运连万邦双美娥蓝昌其朝开进来传士宪绍绪汉桥权茂盈会希鑫森楠婉紫若语桐馨悦妍媛瑶瑾琪璐钰熙皓煜烨炎逸航帆远霖淼沐恩铭锦诚谦" +
		"满囤栓柱锁二三四五六七八老牛虎娃高方向维克自坤乾乐晴月星旭昕旺启延岩伦仙",
	"可仓粮亭廷厚道同圣声堂境壮夏夫奇奎妮妹姣姝娇娅娟婕媚媚嫣嫱孟季宽宾密富寒尚尧岚岳峻崇崎嵘巍己巧帅师年庄庭异弘彦彪律征徐心必志忆怀怜恒悠惜愉慈慕才扬承拴挺捷掌政敬敦文斐旋昂易映昭昱晋晏晔景晖智暖暄曙曦曼月朋朗朴权李杉杏来松果枝枫柔柯柳栋校根格桃梁棋棠棣楚榕榜槐橙欢歌正武殿毓水池汐沁沛泉波泰洛津洁洲济浦浪浩润淇淑深渊渝温湘湖源溪滨滢漫潇潮澄澜灵灿炜炯炳烁烈焕焱然煌照熠爽牧献玄玖玥玫玮珂珊珏班理琛琦琨琰瑄瑕璇璞璟甜甫田男画畅留略疆益盼直真睦知硕碧磬礼社祎祝祺禄禹秦积稳穆空竞竹筠策简米粉精红纪纯纲练经绣绮绿缘群羽翊翎翠翰耀联聪肖胤舒航良艺艾芊芙芮花芸苏苑苗英茜茵荔荷莎菁菡萌萨落葵蒙蓓蔓蔚蕊蕴薛藏行裕襄西要计记许识诗语诺谊谷贝贞贤赐赫起越路轶载辅达迅迎远迪通逸遥邦郁重野钟钢钧钦铁铃银铮锋锐锡镇镜长门闯闻闵阔防附陆陵隆雁集雄雷震霄霆露非韬韵音顶项领颜风首香驰骁骄骏骞高魁魏鲁鲜鸣鹃鹤麒麟麦黎默黛鼎齐龄侠依侨保信俭修倍偲储儒允元兆先克党全公兵其典兹内农冠冬冰净凌凝凡凤刊列初判利制刻前剑力加劲劭励劲劳勤化北千升午卉卓南单博占卫卿厅原及双受叔史司叶合名君启吟周品哲唐唯商喜嘉囡圆地坚城基培堃增墨士壹声备夕多奋奕女好如妙委姗娉娴婧婵嫦嬿存孔官定宝实宣室宫宸宿小少尔尤就居展岑岱岭岸崑川巍工左巩帝常干庆应底度康延建开弟弦强当形彩影律微心忠思恂恺情意愿懿戈成扶承抒挚授接播攀支改放效斯方施旗无日旦旬时昌昊星晟普晶晓晗晚暮更曹月有望朵本机权束杨杭栗栾桑梧梨械楷榆槿樱欧步民汉沂沅沈沙河泊法泓泳洵流浏浔海涌涯淳清港游湛满漪潭激瀚焰煊熹牡犁特狮珈珉球琉瑜瑞璋瓅生甲申留疏白百皎盛相省眉睛矫石础碧祯福秉秋科秩稷穗窈立章端笑笛第简箐篱精系素绎维绵缤罗美翀翟考耐耕聿肃育腾臣自至致航舜舟色芃芷苒若英茗草荃荟荣莘莲莺菀菱萧葆葳蒲蓬蔷薛藜虹蝶蝉衡裴言训讯诠该详语谦谧谱象豫贡赋超跃轩辛辞达迁连迈选通速造逢道遵邑邻郎都郡配里重铠铸锟锴镕长问间陶隽雯霏霓霜霞静韩韶顺颂颐飒飘馥骅骐骥鸥鹂鹰黄龚国圈圣塔墩壁娣婴嫒孜孝宪寅尊峥嵩巨布帮幸彻忍恋恳悌悟慷拓振挥教敖斗旻昆昔晰曾枢柱柠标桓梵楼欣殷毛永沧泊泱浈浴涟淞渺溢滔澎濡焜煦熊燎爵牟玺珩珮琅琬琮瑗瑚瑾璧瓒甄畔略皆盟睿瞻矗砚碗祁祈祷禅秀秦程稼窦竣笃筱籽粒粟素绒绚绢维缨罕羡翘翼耘聆肇脉膺臻芦苇茹荆莫菊菲葛蒋蔡蕙藩虔虞蛟蜜衍袁觉览誉讷诏谨谭豆豪赏赢赵轮辰达迟逊遂邓邢郝鄂酉醒里鉴钗铎铖锁锰镭闽阁阎陈陌陶隐雍霁霍靖鞠韦顾颀颉颢飏馀驭骋骢魏鳌鸾鹄鹿麻棉挖狗蛋胖氏业昀娆垚犇骉劼喆赟禛琇琏瑀瑢瑭璨璠昶暕晞晙昉旼暻昴曈曚楹榛樾橦渟汶沄泠洺涓淙渲湉溱潋澍濛灏炘炤烜焯煐燚珑珺琤甯禾穹竺笙箫粲绾缇羲翙翾茉荀荞莞萦蓁薏薰蘅衿谌谙赓轲辂铄阅雎韫鸢懋勋沣沨漳潼淮汾渭漠寰戌亥卯丑巳乙丁戊庚壬癸伊粱椿磐果亚令宜钊庸弈炫炅添咏亨姬禧仪设招佑铸祐侃炽芹妤姿苓萃萤炬溥檀桦苹阿弋彧恬擎曜燊璃翥荇靓鲲鹊儿",
}

// kinds of characters in names.
const (
	commonSurname = 1 << iota
	otherSurname
	riskySurname
	commonGiven
	otherGiven
	compoundFirst // a compound surname may begin with it
	anySurname    = commonSurname | otherSurname | riskySurname
	anyGiven      = commonGiven | otherGiven
)

// inNames is the kind of each character of the basic plane.
var inNames = func() (kinds [1 << 16]uint8) {
	for i, list := range surnames {
		for _, r := range list {
			if kinds[r]&anySurname == 0 || i == 2 {
				kinds[r] = kinds[r]&^anySurname | commonSurname<<i
			}
		}
	}
	for i, list := range given {
		for _, r := range list {
			if kinds[r]&anyGiven == 0 {
				kinds[r] |= commonGiven << i
			}
		}
	}
	for _, name := range compoundSurnames {
		r, _ := utf8.DecodeRuneInString(name)
		kinds[r] |= compoundFirst
	}
	return kinds
}()

// nameKind is the kind of a character in names, 0 if it has none.
func nameKind(r rune) uint8 {
	if uint32(r) < 1<<16 {
		return inNames[r]
	}
	return 0
}

// surnameSize is the length in bytes of the surname that s begins with, 0 if none.
func surnameSize(s string) int {
	r, size := utf8.DecodeRuneInString(s)
	kind := nameKind(r)
	if kind&compoundFirst != 0 {
		for _, name := range compoundSurnames {
			if strings.HasPrefix(s, name) {
				return len(name)
			}
		}
	}
	if kind&anySurname == 0 {
		return 0
	}
	return size
}
