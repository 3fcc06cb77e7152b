package dialogs

import "strings"

// like tells whether a text is as a pattern says: * stands for anything, \*
// for itself; line breaks and spaces of any kind and number are one space.
func like(pattern, text string) bool {
	return glob(pieces(squeeze(pattern)), squeeze(text))
}

func squeeze(text string) string { return strings.Join(strings.Fields(text), " ") }

// pieces are what stands between the stars.
func pieces(pattern string) []string {
	const star = "\x00"
	parts := strings.Split(strings.ReplaceAll(pattern, `\*`, star), "*")
	for i := range parts {
		parts[i] = strings.ReplaceAll(parts[i], star, "*")
	}
	return parts
}

func glob(parts []string, text string) bool {
	rest, ok := strings.CutPrefix(text, parts[0])
	if len(parts) == 1 {
		return ok && rest == ""
	}
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}
