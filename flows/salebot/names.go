package salebot

import (
	"cmp"
	"strconv"
	"strings"
)

// longestName bounds names that people have to read in `to:`.
const longestName = 32

// names gives each block a name made of its own words, unique, the same each
// time the same file is translated.
func names(blocks []*block) map[string]string {
	given, taken := map[string]string{}, map[string]bool{}
	for _, one := range blocks {
		base := latin(cmp.Or(one.title, one.text, one.guard.condition))
		if base == "" || base[0] >= '0' && base[0] <= '9' {
			base = strings.TrimSuffix("block_"+cmp.Or(base, latin(one.id)), "_")
		}
		name := base
		for n := 2; taken[name]; n++ {
			name = base + "_" + strconv.Itoa(n)
		}
		given[one.id], taken[name] = name, true
	}
	return given
}

// latin writes the first words of a text with a–z, digits and underscores.
func latin(text string) string {
	var out strings.Builder
	for _, char := range strings.ToLower(clip(text, 4*longestName)) {
		switch sound, known := sounds()[char]; {
		case known:
			out.WriteString(sound)
		case char >= 'a' && char <= 'z' || char >= '0' && char <= '9':
			out.WriteRune(char)
		case out.Len() > 0 && !strings.HasSuffix(out.String(), "_"):
			if out.Len() >= longestName*2/3 {
				return out.String()
			}
			out.WriteByte('_')
		}
		if out.Len() >= longestName {
			break
		}
	}
	return strings.Trim(out.String(), "_")
}

// sounds are Russian letters as Latin ones.
func sounds() map[rune]string {
	return map[rune]string{
		'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "e", 'ж': "zh", 'з': "z", 'и': "i", 'й': "y", 'к': "k",
		'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "h", 'ц': "c",
		'ч': "ch", 'ш': "sh", 'щ': "sch", 'ъ': "", 'ы': "y", 'ь': "", 'э': "e", 'ю': "yu", 'я': "ya",
	}
}
