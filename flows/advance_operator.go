package flows

import (
	"html"
	"strings"
	"unicode/utf16"
)

// speak says a person's words as they are, above them the picture behind an
// address. What is longer than a message goes in several.
func (r *Run) speak(text, picture string) {
	if picture != "" {
		say := Say{Photo: picture}
		if utf16Length(text) <= MaxCaption {
			say.Text, text = html.EscapeString(text), ""
		}
		r.Emit(say)
		r.line(Line{Who: Manager, Kind: "photo", Text: PlainText(say.Text)})
	}
	for text != "" {
		var part string
		part, text = headOf(text, MaxText)
		r.Emit(Say{Text: html.EscapeString(part)})
		r.line(Line{Who: Manager, Kind: "text", Text: part})
	}
}

// headOf cuts the beginning off a text, at a line's or a word's end where there
// is one; limit is in UTF-16 units, as Telegram counts (Bot API, MessageEntity).
func headOf(text string, limit int) (head, rest string) {
	if utf16Length(text) <= limit {
		return text, ""
	}
	size, end := 0, len(text)
	for i, r := range text {
		if size += utf16.RuneLen(r); size > limit {
			end = i
			break
		}
	}
	for _, border := range []string{"\n", " "} {
		if at := strings.LastIndex(text[:end], border); at > end/2 {
			end = at
			break
		}
	}
	return text[:end], strings.TrimSpace(text[end:])
}
