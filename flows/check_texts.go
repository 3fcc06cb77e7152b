package flows

import (
	"html"
	"regexp"
	"unicode/utf16"
)

// Limits of what is sent. Bot API: sendMessage text is 1-4096 characters after
// entities parsing, a caption 0-1024, InlineKeyboardButton.callback_data 1-64
// bytes. The length of a button's label is not documented: 64 characters is our
// own bound, about two lines on a phone; more is cut off by the apps.
const (
	MaxText     = 4096
	MaxCaption  = 1024
	MaxButton   = 64
	MaxCallback = 64
)

var htmlTag = regexp.MustCompile(`</?[a-zA-Z][^<>]*>`)

// texts checks the length of what is said, leaving out variables, whose values
// are not known yet.
func (c *checker) texts() {
	for _, uses := range c.uses {
		for _, text := range uses.Texts {
			if length := text.length(); length > text.Max {
				c.fail(text.Pos, text.What+"_too_long", "Length", length, "Max", text.Max, "Over", length-text.Max)
			}
		}
	}
}

// length is what Telegram would count at least.
func (b Bounded) length() int {
	if b.Bytes {
		return len(b.Text)
	}
	bare := html.UnescapeString(htmlTag.ReplaceAllString(variable.ReplaceAllString(b.Text, ""), ""))
	return len(utf16.Encode([]rune(bare)))
}
