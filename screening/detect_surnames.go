package screening

import (
	"strings"
	"unicode/utf8"
)

// surnames of one character, the four hundred or so that nearly everyone bears
// (《百家姓》 and the name reports of the public security ministry). Characters
// that are mostly other words (和, 有, 于, 东, 国) are left out.
const surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱丘江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤" +
	"常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟臧闵苟邬边卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁都芮阙浦戈伏鹿薄邸雍辜羊阿乌裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼揭但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由糜" +
	"赖聂冼占麻揭纵褟岐麦锁遆撒腾犹肇"

// compoundSurnames are those of two characters.
var compoundSurnames = strings.Fields("欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 司空 夏侯 端木 独孤 南宫 长孙 宇文 轩辕 鲜于 闻人 万俟 赫连 澹台 濮阳 淳于 呼延 西门 东郭 百里 拓跋 完颜 纳兰 耶律")

// surnameSize is the length in bytes of the surname that s begins with, 0 if none.
func surnameSize(s string) int {
	for _, name := range compoundSurnames {
		if strings.HasPrefix(s, name) {
			return len(name)
		}
	}
	r, size := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError || !strings.ContainsRune(surnames, r) {
		return 0
	}
	return size
}
