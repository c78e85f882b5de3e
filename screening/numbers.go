package screening

import (
	"strings"
	"time"
)

// isIDCard tells whether s (digits, x) is a resident identity number: 17
// digits and a check character (GB 11643-1999, ISO 7064 MOD 11-2) around a
// date of birth that can be.
func isIDCard(s string) bool {
	return looksLikeIDCard(s) && hasIDCheck(s)
}

// isForeignerID tells whether s is the number of a permit of permanent
// residence as issued since 2023: a 9, the country and the date of birth.
func isForeignerID(s string) bool {
	return len(s) == 18 && digitsOnly(s[:17]) && s[0] == '9' && isBirthDate(s[6:14]) && hasIDCheck(s)
}

func hasIDCheck(s string) bool {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(s[i]-'0') * w
	}
	return s[17] == "10x98765432"[sum%11]
}

// provinces are the first two digits of division codes (GB/T 2260).
const provinces = " 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 "

// looksLikeIDCard tells whether s has the form of an identity number, with a
// province and a date of birth that can be, whatever its check character.
func looksLikeIDCard(s string) bool {
	return len(s) == 18 && digitsOnly(s[:17]) && (s[17] == 'x' || digitsOnly(s[17:])) &&
		strings.Contains(provinces, " "+s[:2]+" ") && isBirthDate(s[6:14])
}

// isOldIDCard tells whether s is an identity number of 15 digits, as issued until 1999.
func isOldIDCard(s string) bool {
	return len(s) == 15 && digitsOnly(s) && strings.Contains(provinces, " "+s[:2]+" ") && isBirthDate("19"+s[6:12])
}

// isBirthDate reads 19870412.
func isBirthDate(s string) bool {
	t, err := time.Parse("20060102", s)
	return err == nil && t.Year() >= 1880 && t.Year() <= 2099
}

// creditCode is the alphabet of unified social credit codes; the place of a
// character is its value.
const creditCode = "0123456789abcdefghjklmnpqrtuwxy"

// isCreditCode tells whether s is a unified social credit code of an
// organisation (GB 32100-2015, MOD 31): public, never personal data.
func isCreditCode(s string) bool {
	if len(s) != 18 || !strings.Contains(provinces, " "+s[2:4]+" ") && s[2:4] != "10" {
		return false
	}
	sum, weight := 0, 1
	for i := range 17 {
		v := strings.IndexByte(creditCode, s[i])
		if v < 0 {
			return false
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return strings.IndexByte(creditCode, s[17]) == (31-sum%31)%31
}

// isBankCard tells whether s is a payment card number: UnionPay (62, 16–19
// digits), Visa, Mastercard, with a Luhn check digit (ISO/IEC 7812-1).
func isBankCard(s string) bool {
	return isCardLike(s) && luhn(s)
}

// isCardLike tells whether s has the issuer and the length of a payment card.
func isCardLike(s string) bool {
	n := len(s)
	return digitsOnly(s) && (n >= 16 && n <= 19 && strings.HasPrefix(s, "62") ||
		n == 16 && (s[0] == '4' || s[0] == '5' && s[1] >= '1' && s[1] <= '5') ||
		n >= 16 && n <= 19 && (strings.HasPrefix(s, "9558") || strings.HasPrefix(s, "9559")))
}

func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		v := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}

// isMobile tells whether s is a mainland mobile number with an assigned
// prefix (工信部《我国公众移动通信网网号及H0分配情况》, March 2023).
func isMobile(s string) bool {
	if len(s) != 11 || !digitsOnly(s) || s[0] != '1' {
		return false
	}
	assigned := map[byte]string{'3': "0123456789", '4': "56789", '5': "012356789", '6': "2567", '7': "0123456788", '8': "0123456789", '9': "012356789"}
	return strings.IndexByte(assigned[s[1]], s[2]) >= 0
}

func digitsOnly(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
