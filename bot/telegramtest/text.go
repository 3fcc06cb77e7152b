package telegramtest

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// maxText and maxCaption count UTF-16 units after parsing. The documents say "characters"; who keeps
// within UTF-16 units keeps within any reading of it (Bot API, sendMessage and sendPhoto).
const (
	maxText    = 4096
	maxCaption = 1024
)

// formatted reads a text parameter with its parse_mode or entities.
func formatted(c *call, name, entitiesName string) (string, []Entity, *failure) {
	text, entities := c.text(name), []Entity(nil)
	switch mode := c.text("parse_mode"); strings.ToLower(mode) {
	case "":
		c.decode(entitiesName, &entities)
	case "html":
		parsed, found, err := parseHTML(text)
		if err != nil {
			return "", nil, badRequest("can't parse entities: %v", err)
		}
		text, entities = parsed, found
	case "markdown", "markdownv2":
		fail := &failure{Code: 501, Description: "telegramtest does not play parse_mode " + mode}
		fail.violation = c.method + ".parse_mode: telegramtest does not play " + mode
		return "", nil, fail
	default:
		return "", nil, badRequest("unsupported parse_mode")
	}
	text, entities = trimmed(text, entities)
	return text, withDetected(text, entities), nil
}

// messageText is formatted for a text that must be there and fit.
func messageText(c *call) (string, []Entity, *failure) {
	if c.text("text") == "" {
		return "", nil, badRequest("message text is empty")
	}
	text, entities, fail := formatted(c, "text", "entities")
	switch {
	case fail != nil:
		return "", nil, fail
	case text == "":
		return "", nil, badRequest("text must be non-empty")
	case utf16Len(text) > maxText:
		return "", nil, badRequest("message is too long")
	}
	return text, entities, nil
}

// caption is formatted for a text that may be absent.
func caption(c *call) (string, []Entity, *failure) {
	text, entities, fail := formatted(c, "caption", "caption_entities")
	if fail == nil && utf16Len(text) > maxCaption {
		return "", nil, badRequest("message caption is too long")
	}
	return text, entities, fail
}

// trimmed drops the spaces around a text, as Telegram does, and shifts the entities with it.
func trimmed(text string, entities []Entity) (string, []Entity) {
	left := strings.TrimLeftFunc(text, unicode.IsSpace)
	shift := utf16Len(text) - utf16Len(left)
	text = strings.TrimRightFunc(left, unicode.IsSpace)
	size := utf16Len(text)
	var out []Entity
	for _, e := range entities {
		end := min(e.Offset+e.Length-shift, size)
		e.Offset = max(0, e.Offset-shift)
		e.Length = end - e.Offset
		if e.Length > 0 {
			out = append(out, e)
		}
	}
	return text, out
}

var (
	botCommand = regexp.MustCompile(`(?:^|\s)(/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)`)
	webAddress = regexp.MustCompile(`(https?://[^\s<>"]*[^\s<>".,;:!?)»])`)
	mail       = regexp.MustCompile(`([A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,})`)
	mention    = regexp.MustCompile(`(?:^|[\s(])(@[A-Za-z][A-Za-z0-9_]{3,31})`)
	hashtag    = regexp.MustCompile(`(?:^|\s)(#[\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*)`)
)

// withDetected adds what Telegram finds by itself in every text, where no entity is yet.
func withDetected(text string, entities []Entity) []Entity {
	add := func(kind string, pattern *regexp.Regexp) {
		for _, m := range pattern.FindAllStringSubmatchIndex(text, -1) {
			e := Entity{Type: kind, Offset: utf16Len(text[:m[2]]), Length: utf16Len(text[m[2]:m[3]])}
			if !slices.ContainsFunc(entities, func(o Entity) bool { return e.Offset < o.Offset+o.Length && o.Offset < e.Offset+e.Length }) {
				entities = append(entities, e)
			}
		}
	}
	add("url", webAddress)
	add("email", mail)
	add("bot_command", botCommand)
	add("mention", mention)
	add("hashtag", hashtag)
	sortEntities(entities)
	return entities
}
