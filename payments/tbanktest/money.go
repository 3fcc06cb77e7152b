package tbanktest

import (
	"fmt"
	"strings"
)

// money writes kopecks as people read them: "4 900 ₽", "4 900,50 ₽"; in English "₽4,900.50".
func money(kopecks int64, lang string) string {
	group, point := "\u00a0", ","
	if lang == "en" {
		group, point = ",", "."
	}
	whole := fmt.Sprint(kopecks / 100)
	var parts []string
	for len(whole) > 3 {
		parts = append([]string{whole[len(whole)-3:]}, parts...)
		whole = whole[:len(whole)-3]
	}
	text := strings.Join(append([]string{whole}, parts...), group)
	if rest := kopecks % 100; rest != 0 {
		text += fmt.Sprintf("%s%02d", point, rest)
	}
	if lang == "en" {
		return "₽" + text
	}
	return text + "\u00a0₽"
}
