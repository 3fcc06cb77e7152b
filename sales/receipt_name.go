package sales

import "strings"

// ReceiptName makes a receipt's name of a text that somebody wrote elsewhere:
// what cash registers stumble over is left out, the rest is cut to their
// length. Nothing may be left.
func ReceiptName(text string) string {
	kept := strings.Map(func(r rune) rune {
		if forbidden(r) {
			return ' '
		}
		return r
	}, text)
	name := []rune(strings.Join(strings.Fields(kept), " "))
	if len(name) > maxItemName {
		name = append(name[:maxItemName-1], '…')
	}
	return string(name)
}
