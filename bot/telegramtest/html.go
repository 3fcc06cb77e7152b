package telegramtest

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// htmlParser reads a text with parse_mode HTML (Bot API, "HTML style") as tdlib's MessageEntity.cpp does.
type htmlParser struct {
	in       string
	pos      int
	out      strings.Builder
	offset   int // of out, in UTF-16 units
	open     []openTag
	entities []Entity
}

// openTag waits for its end tag.
type openTag struct {
	name   string
	at     int // byte offset of the tag in the input
	start  int // byte offset of its text in the output
	entity Entity
}

// parseHTML gives the plain text and its entities, or Telegram's reason without "can't parse entities: ".
func parseHTML(in string) (string, []Entity, error) {
	p := &htmlParser{in: in}
	for p.pos < len(p.in) {
		var err error
		switch rest := p.in[p.pos:]; {
		case strings.HasPrefix(rest, "</"):
			err = p.endTag()
		case rest[0] == '<':
			err = p.startTag()
		case rest[0] == '&':
			p.write(p.character())
		default:
			r, size := utf8.DecodeRuneInString(rest)
			p.pos += size
			p.write(r)
		}
		if err != nil {
			return "", nil, err
		}
	}
	if len(p.open) > 0 {
		last := p.open[len(p.open)-1]
		return "", nil, entityErrorf("Can't find end tag corresponding to start tag %q", last.name)
	}
	sortEntities(p.entities)
	return p.out.String(), p.entities, nil
}

func (p *htmlParser) write(r rune) {
	p.out.WriteRune(r)
	p.offset += utf16Len(string(r))
}

// character reads a reference at '&': numeric ones and lt, gt, amp, quot; anything else is a plain '&'.
func (p *htmlParser) character() rune {
	rest := p.in[p.pos+1:]
	if digits, ok := strings.CutPrefix(rest, "#"); ok {
		base, skip := 10, 2
		if strings.HasPrefix(digits, "x") {
			digits, base, skip = digits[1:], 16, 3
		}
		n := 0
		for n < len(digits) && isDigit(digits[n], base) {
			n++
		}
		code, err := strconv.ParseInt(digits[:n], base, 32)
		if err == nil && code > 0 && code <= unicode.MaxRune {
			p.pos += skip + n
			p.skipSemicolon()
			return rune(code)
		}
	}
	for name, r := range map[string]rune{"lt": '<', "gt": '>', "amp": '&', "quot": '"'} {
		after, ok := strings.CutPrefix(rest, name)
		if ok && (after == "" || !isLetter(after[0])) {
			p.pos += 1 + len(name)
			p.skipSemicolon()
			return r
		}
	}
	p.pos++
	return '&'
}

func (p *htmlParser) skipSemicolon() {
	if p.pos < len(p.in) && p.in[p.pos] == ';' {
		p.pos++
	}
}

func isDigit(b byte, base int) bool {
	return b >= '0' && b <= '9' || base == 16 && (b|0x20 >= 'a' && b|0x20 <= 'f')
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// startTag reads <name attribute="value">.
func (p *htmlParser) startTag() error {
	at := p.pos
	p.pos++
	from := p.pos
	for p.pos < len(p.in) && !isSpace(p.in[p.pos]) && p.in[p.pos] != '>' {
		p.pos++
	}
	if p.pos == len(p.in) {
		return entityErrorf("Unclosed start tag at byte offset %d", at)
	}
	name := strings.ToLower(p.in[from:p.pos])
	if !supportedTag(name) {
		return entityErrorf("Unsupported start tag %q at byte offset %d", name, at)
	}
	attributes, err := p.attributes(name, at)
	if err != nil {
		return err
	}
	entity, err := tagEntity(name, attributes, at)
	if err != nil {
		return err
	}
	entity.Offset = p.offset
	p.open = append(p.open, openTag{name, at, p.out.Len(), entity})
	return nil
}

// attributes reads up to and including '>'.
func (p *htmlParser) attributes(tag string, at int) (map[string]string, error) {
	out := map[string]string{}
	for {
		for p.pos < len(p.in) && isSpace(p.in[p.pos]) {
			p.pos++
		}
		if p.pos == len(p.in) {
			return nil, entityErrorf("Unclosed start tag %q at byte offset %d", tag, at)
		}
		if p.in[p.pos] == '>' {
			p.pos++
			return out, nil
		}
		from := p.pos
		for p.pos < len(p.in) && !isSpace(p.in[p.pos]) && !strings.ContainsRune("=>", rune(p.in[p.pos])) {
			p.pos++
		}
		name := strings.ToLower(p.in[from:p.pos])
		if name == "" {
			return nil, entityErrorf("Empty attribute name in the tag %q at byte offset %d", tag, at)
		}
		if p.pos == len(p.in) || p.in[p.pos] != '=' {
			out[name] = "" // <blockquote expandable>
			continue
		}
		p.pos++
		value, ok := p.attributeValue()
		if !ok {
			return nil, entityErrorf("Unclosed start tag %q at byte offset %d", tag, at)
		}
		out[name] = value
	}
}

func (p *htmlParser) attributeValue() (string, bool) {
	var value strings.Builder
	if p.pos == len(p.in) {
		return "", false
	}
	quote := p.in[p.pos]
	if quote != '"' && quote != '\'' {
		for p.pos < len(p.in) && !isSpace(p.in[p.pos]) && p.in[p.pos] != '>' {
			value.WriteByte(p.in[p.pos])
			p.pos++
		}
		return value.String(), true
	}
	for p.pos++; p.pos < len(p.in) && p.in[p.pos] != quote; {
		if p.in[p.pos] == '&' {
			value.WriteRune(p.character())
			continue
		}
		value.WriteByte(p.in[p.pos])
		p.pos++
	}
	if p.pos == len(p.in) {
		return "", false
	}
	p.pos++
	return value.String(), true
}

// endTag closes the innermost tag.
func (p *htmlParser) endTag() error {
	at := p.pos
	end := strings.IndexByte(p.in[p.pos:], '>')
	if end < 0 {
		return entityErrorf("Unclosed end tag at byte offset %d", at)
	}
	name := strings.ToLower(strings.TrimSpace(p.in[p.pos+2 : p.pos+end]))
	p.pos += end + 1
	if len(p.open) == 0 {
		return entityErrorf("Unexpected end tag at byte offset %d", at)
	}
	tag := p.open[len(p.open)-1]
	if name != "" && name != tag.name {
		return entityErrorf(`Unmatched end tag at byte offset %d, expected "</%s>", found "</%s>"`, at, tag.name, name)
	}
	p.open = p.open[:len(p.open)-1]
	p.close(tag)
	return nil
}

func (p *htmlParser) close(tag openTag) {
	e := tag.entity
	e.Length = p.offset - e.Offset
	if e.Type == "text_link" && e.URL == "" {
		e.URL = p.out.String()[tag.start:]
	}
	if e.Length == 0 || e.Type == "text_link" && !strings.Contains(e.URL, ".") && !strings.Contains(e.URL, ":") {
		return
	}
	if e.Type == "code" && e.Language != "" {
		if n := len(p.open); n == 0 || p.open[n-1].name != "pre" {
			e.Language = ""
		} else {
			p.open[n-1].entity.Language = e.Language
			return
		}
	}
	p.entities = append(p.entities, e)
}

// sortEntities puts outer entities before the inner ones.
func sortEntities(entities []Entity) {
	slices.SortStableFunc(entities, func(a, b Entity) int {
		if a.Offset != b.Offset {
			return a.Offset - b.Offset
		}
		return b.Length - a.Length
	})
}
