package sales

import (
	"fmt"
	"strconv"
	"strings"
)

// Money is an amount in integer kopecks.
type Money int64

// Roubles makes an amount of whole roubles.
func Roubles(n int64) Money { return Money(n * 100) }

// ParseMoney reads roubles as people write them: "4900", "4 900,50", "4900.5 ₽".
// More than two decimals, a sign or any other character is an error.
func ParseMoney(s string) (Money, error) {
	clean := strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "₽", "", ",", ".").Replace(s)
	whole, frac, dotted := strings.Cut(clean, ".")
	if len(whole) == 0 || len(whole) > 13 || len(frac) > 2 || dotted && frac == "" || !digits(whole+frac) {
		return 0, fmt.Errorf("read amount %q: want roubles such as 4900 or 4900.50", s)
	}
	roubles, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read amount %q: %w", s, err)
	}
	kopecks, _ := strconv.ParseInt((frac + "00")[:2], 10, 64)
	return Money(roubles*100 + kopecks), nil
}

func digits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// String writes roubles the Russian way, with a no-break space between
// thousands and kopecks only where there are any: "4 900", "4 900,50".
func (m Money) String() string {
	sign, abs := "", m
	if m < 0 {
		sign, abs = "−", -m
	}
	text := strconv.FormatInt(int64(abs/100), 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "\u00a0" + text[i:]
	}
	if kopecks := abs % 100; kopecks != 0 {
		text += fmt.Sprintf(",%02d", int64(kopecks))
	}
	return sign + text
}

// Decimal writes roubles with a point and two decimals, as CRMs and
// calculators read them: "4900.50".
func (m Money) Decimal() string {
	sign := ""
	if m < 0 {
		sign, m = "-", -m
	}
	return fmt.Sprintf("%s%d.%02d", sign, int64(m/100), int64(m%100))
}
