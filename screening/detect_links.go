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

func (links) anchors() []string {
	return slices.Clone(shops)
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
		if done = end; isShop(host(text[start:end])) {
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

func isShop(host string) bool {
	for _, shop := range shops {
		if host == shop || strings.HasSuffix(host, "."+shop) {
			return true
		}
	}
	return false
}
