package screening

import "regexp"

// plates finds vehicle registrations (GA 36-2018): the character of the
// province, the letter of the city, five characters, or six with new energy.
type plates struct{}

var plateNumber = regexp.MustCompile(`^[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Za-hj-np-z]\s?[·•．.・\-]?\s?((?:[A-HJ-NP-Za-hj-np-z0-9]\s?){4}(?:[A-HJ-NP-Za-hj-np-z0-9]{1,2}|[挂学警港澳]))`)

const (
	plateProvinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
	plateCities    = "ABCDEFGHJKLMNPQRSTUVWXYZ"
)

func (plates) anchors() (list []string) {
	for _, province := range plateProvinces {
		for _, city := range plateCities {
			list = append(list, string(province)+string(city))
		}
	}
	return list
}

func (plates) detect(d *draft, found []anchor) {
	for _, a := range found {
		text := d.parts[a.part].text
		w := d.read(a.part, a.start, min(len(text), a.start+48))
		m := plateNumber.FindStringSubmatchIndex(w.text)
		if m == nil || m[1] < len(w.text) && isLatin(rune(w.text[m[1]])) || digits(w.text[m[2]:m[3]]) < 2 {
			continue
		}
		start, end := w.origin(0, m[1])
		d.report("pii.plate", a.part, start, end, note{})
	}
}

func digits(s string) (n int) {
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
}
