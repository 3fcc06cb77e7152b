package telegramtest

import (
	"fmt"
	"strconv"
	"strings"
)

// tagEntity names the entity of a start tag (Bot API, "HTML style").
func tagEntity(name string, attributes map[string]string, at int) (Entity, error) {
	switch name {
	case "b", "strong":
		return Entity{Type: "bold"}, nil
	case "i", "em":
		return Entity{Type: "italic"}, nil
	case "u", "ins":
		return Entity{Type: "underline"}, nil
	case "s", "strike", "del":
		return Entity{Type: "strikethrough"}, nil
	case "tg-spoiler":
		return Entity{Type: "spoiler"}, nil
	case "span":
		if attributes["class"] == "tg-spoiler" {
			return Entity{Type: "spoiler"}, nil
		}
		return Entity{}, entityErrorf(`Tag "span" must have class "tg-spoiler" at byte offset %d`, at)
	case "a":
		return Entity{Type: "text_link", URL: attributes["href"]}, nil
	case "code":
		language, _ := strings.CutPrefix(attributes["class"], "language-")
		if language == attributes["class"] {
			language = ""
		}
		return Entity{Type: "code", Language: language}, nil
	case "pre":
		return Entity{Type: "pre"}, nil
	case "blockquote":
		if _, expandable := attributes["expandable"]; expandable {
			return Entity{Type: "expandable_blockquote"}, nil
		}
		return Entity{Type: "blockquote"}, nil
	case "tg-emoji":
		return Entity{Type: "custom_emoji", CustomEmojiID: attributes["emoji-id"]}, nil
	case "tg-time":
		unix, _ := strconv.ParseInt(attributes["unix"], 10, 64)
		return Entity{Type: "date_time", UnixTime: unix, Format: attributes["format"]}, nil
	}
	return Entity{}, entityErrorf("Unsupported start tag %q at byte offset %d", name, at)
}

// supportedTag tells the tags of tagEntity from all others; Telegram looks at the name before the attributes.
func supportedTag(name string) bool {
	_, err := tagEntity(name, map[string]string{"class": "tg-spoiler"}, 0)
	return err == nil
}

// entityError is Telegram's own wording, capital letter included.
type entityError string

func (e entityError) Error() string { return string(e) }

func entityErrorf(format string, args ...any) error {
	return entityError(fmt.Sprintf(format, args...))
}
