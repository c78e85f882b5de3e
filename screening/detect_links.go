package screening

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// links finds addresses of shops and affiliate pages by their registrable
// domain, wherever they stand: in the text or in an attribute.
type links struct{}

// shops are registrable domains, and hosts of general platforms that serve
// shops alone.
var shops = strings.Fields(`
taobao.com tmall.com tmall.hk tb.cn jd.com jd.hk 3.cn jingxi.com pinduoduo.com yangkeduo.com 1688.com alibaba.com suning.com vip.com
gome.com.cn dangdang.com amazon.cn amazon.com kaola.com yhd.com mogu.com vmall.com youpin.mi.com miyou.mi.com meituan.com dianping.com ele.me
weidian.com youzan.com youzan.cn koudaitong.com weimob.com wemall.com jinritemai.com haohuo.snssdk.com kwaixiaodian.com kwaishop.com
xiaohongshu.com xhslink.com v.douyin.com ctrip.com qunar.com fliggy.com tuniu.com mafengwo.cn ly.com damai.cn maoyan.com
58.com ganji.com anjuke.com lianjia.com ke.com fang.com zhuanzhuan.com goofish.com guazi.com xin.com uxin.com autohome.com.cn
zhaopin.com liepin.com shopee.cn lazada.com dewu.com poizon.com smzdm.com e.tb.cn dwz.cn suo.im mallcoo.cn taoke.com
yuanfudao.com zuoyebang.com lufax.com 51credit.com`)

// public are registrable domains, and suffixes of them, whose pages sell nothing, or
// sell what an office does.
var public = strings.Fields(`
gov.cn edu.cn org.cn ac.cn mil.cn gov.hk gov.mo 12306.cn chsi.com.cn people.com.cn xinhuanet.com news.cn cctv.com cntv.cn cnr.cn
chinanews.com.cn gmw.cn ce.cn youth.cn weixin.qq.com docs.qq.com wjx.cn wjx.top 95598.cn 12371.cn xuexi.cn`)

// offering are words by which an address is offered for buying; inShop are parts of
// addresses of shops.
var (
	offering = []string{"下单", "选购", "抢购", "秒杀", "领券", "优惠券", "代金券", "拼团", "团购", "开团", "订购", "购买链接", "点击购买", "一键购买", "立即购买", "扫码购买", "链接购买", "购买地址", "购买入口", "到手价", "折扣", "包邮", "返利", "邀请码", "佣金", "官方旗舰", "旗舰店", "特惠", "满减", "立减", "预订立享", "早鸟票", "打车券", "满减券", "限时福利", "放券", "抽免单", "试驾", "测算额度", "注册送", "注册即送"}
	inShop   = []string{"shop", "mall.", "mall/", "store", "/goods", "/item", "/buy", "coupon", "/cart", "/sale", "promo", "/deal", "tuangou", "tuan.", "?cps", "&cps", "aff=", "affid", "invite=", "invitecode", "referral", "/sku", "product?id", "product/detail", "pid=mm_", "click.", "trip.", "loan.", "buy."}
)

func (links) anchors() []string {
	return append(slices.Clone(shops), "http", "www.", ".com", ".cn", ".net", ".cc", ".shop", ".store", ".vip", ".top")
}

func (links) detect(d *draft, found []anchor) {
	part, done := -1, 0
	for _, a := range found {
		if a.part != part {
			part, done = a.part, 0
		}
		if a.start < done {
			continue
		}
		text := d.parts[part].text
		start, end := address(text, a.start, a.end)
		name := host(text[start:end])
		if done = end; isOf(name, shops) || isAddress(text[start:end], name) && !isOf(name, public) && (containsAny(strings.ToLower(text[start:end]), inShop) || containsAny(d.sentence(part, start, end).text, offering)) {
			d.report("ad.link", part, start, end, note{})
		}
	}
}

// address is the web address around text[start:end].
func address(text string, start, end int) (int, int) {
	for start > 0 && inAddress(text[start-1]) {
		start--
	}
	for end < len(text) && inAddress(text[end]) {
		end++
	}
	for end > start && strings.IndexByte(".,:;!?", text[end-1]) >= 0 {
		end--
	}
	return start, end
}

func inAddress(c byte) bool {
	return c < utf8.RuneSelf && isLatin(rune(c)) || strings.IndexByte("-._~:/?#@!$&'*+,;=%", c) >= 0
}

// host is the host of an address with or without scheme, in lower case.
func host(address string) string {
	if _, rest, found := strings.Cut(address, "://"); found {
		address = rest
	}
	if i := strings.IndexAny(address, "/?#"); i >= 0 {
		address = address[:i]
	}
	if i := strings.LastIndexByte(address, '@'); i >= 0 {
		address = address[i+1:]
	}
	name, _, _ := strings.Cut(address, ":")
	return strings.ToLower(name)
}

// isOf tells whether a host is one of some domains, or belongs to one.
func isOf(host string, domains []string) bool {
	return slices.ContainsFunc(domains, func(domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) })
}

// isAddress tells whether an address leads to a page, not to a mailbox, and its host has
// a name and a domain of letters.
func isAddress(address, host string) bool {
	i := strings.LastIndexByte(host, '.')
	return i > 1 && len(host)-i > 2 && !strings.ContainsAny(host[i:], "0123456789") && !strings.Contains(address, "@")
}
