package screening

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// masks make the masked form of a personal datum, by the name that rules call
// them in mask = "…". What stays tells the reader whose datum it is, but
// nobody can use it.
var masks = map[string]func(string) string{
	"name":    maskName,
	"address": maskAddress,
	"date":    maskDate,
	"mail":    maskMail,
	"plate":   func(s string) string { return maskEnds(s, min(2, utf8.RuneCountInString(s)-1), 1) },
	"code":    func(s string) string { return maskEnds(s, 1, 2) },
	"account": func(s string) string { return maskEnds(s, 1, 1) },
	"phone":   maskPhone,
}

// maskEnds hides all but the first and last characters.
func maskEnds(s string, head, tail int) string {
	runes := []rune(s)
	if head+tail >= len(runes) {
		head, tail = 0, 0
	}
	return string(runes[:head]) + strings.Repeat("*", len(runes)-head-tail) + string(runes[len(runes)-tail:])
}

// maskName keeps the surname: 王秀英 is 王某某.
func maskName(s string) string {
	size := surnameSize(s)
	if size == 0 {
		_, size = utf8.DecodeRuneInString(s)
	}
	return s[:size] + strings.Repeat("某", max(1, utf8.RuneCountInString(s[size:])))
}

var (
	placeNumber = regexp.MustCompile(`[0-9０-９一二三四五六七八九十百]+(?:号楼|号|栋|幢|座|单元|室|户|组|层|楼|弄)`)
	dateDigits  = regexp.MustCompile(`[0-9０-９]+`)
)

// maskAddress keeps the place down to the road, estate or village and drops
// the numbers behind it.
func maskAddress(s string) string {
	if at := placeNumber.FindStringIndex(s); at != nil {
		return s[:at[0]] + "**号"
	}
	return maskEnds(s, 3, 0)
}

// maskDate keeps the year.
func maskDate(s string) string {
	n := 0
	return dateDigits.ReplaceAllStringFunc(s, func(digits string) string {
		if n++; n == 1 {
			return digits
		}
		return "**"
	})
}

// maskMail keeps the first character and the provider.
func maskMail(s string) string {
	local, domain, found := strings.Cut(s, "@")
	if !found {
		return maskEnds(s, 1, 0)
	}
	return maskEnds(local, 1, 0) + "@" + domain
}

// maskPhone keeps the area code.
func maskPhone(s string) string {
	return maskEnds(s, min(4, utf8.RuneCountInString(s)-3), 2)
}
