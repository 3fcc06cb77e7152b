package storage

import (
	"bytes"
	"strconv"
	"time"
	"unicode/utf8"

	"voronka/flows"
	"voronka/internal/codec"
	"voronka/sales"
)

// Decode reads a record, for stores; into is zero. What Encode wrote field by
// field it reads so, in a third of the codec's time. Anything else, down to a
// space, is the codec's.
func Decode(raw []byte, into any) error {
	switch to := into.(type) {
	case *sales.Contact:
		if contact, ok := decodeContact(raw); ok {
			*to = contact
			return nil
		}
	case *flows.Session:
		if session, ok := decodeSession(raw); ok {
			*to = session
			return nil
		}
	}
	return codec.Unmarshal(raw, into)
}

func decodeContact(raw []byte) (c sales.Contact, ok bool) {
	s := scan{rest: raw}
	c.ID = s.text(`{"ID":`)
	c.ChatID = s.number(`,"ChatID":`)
	c.Name = s.text(`,"Name":`)
	c.LastName = s.text(`,"LastName":`)
	c.Username = s.text(`,"Username":`)
	c.Language = s.text(`,"Language":`)
	c.Email = s.text(`,"Email":`)
	c.Phone = s.text(`,"Phone":`)
	c.Source = s.texts(`,"Source":`)
	c.Blocked = s.flag(`,"Blocked":`)
	c.CreatedAt = s.moment(`,"CreatedAt":`)
	c.ActiveAt = s.moment(`,"ActiveAt":`)
	return c, s.ended()
}

func decodeSession(raw []byte) (to flows.Session, ok bool) {
	s := scan{rest: raw}
	to.Contact = s.text(`{"contact":`)
	to.Flow = s.text(`,"flow":`)
	to.Version = s.text(`,"version":`)
	to.State = s.text(`,"state":`)
	to.Entered = s.moment(`,"entered":`)
	to.Asking = s.asking(`,"asking":`)
	to.Vars = s.maybeTexts(`,"vars":`)
	to.Customer = s.maybeTexts(`,"customer":`)
	s.other(`,"calls":`, &to.Calls)
	s.other(`,"request":`, &to.Request)
	s.other(`,"consents":`, &to.Consents)
	s.other(`,"broadcasts":`, &to.Broadcasts)
	to.LastBroadcast = s.maybeMoment(`,"last_broadcast":`)
	to.OptedOut = s.maybeMoment(`,"opted_out":`)
	s.other(`,"tags":`, &to.Tags)
	s.other(`,"been":`, &to.Been)
	to.Timers = s.timers(`,"timers":[`)
	to.Answered = s.maybeMoment(`,"answered":`)
	to.Order = s.maybe(`,"order":`)
	to.Payment = s.maybe(`,"payment":`)
	to.Manual = s.has(`,"manual":true`)
	to.Asked = s.maybeTexts(`,"asked":`)
	to.Turns = s.number(`,"turns":`)
	to.Seed = s.text(`,"seed":`)
	s.other(`,"choices":`, &to.Choices)
	to.Tapped = s.maybe(`,"tapped":`)
	to.Keyboard = s.has(`,"keyboard":true`)
	s.other(`,"once":`, &to.Once)
	return to, s.ended()
}

func (s *scan) asking(name string) *flows.Asking {
	if !s.has(name) {
		return nil
	}
	asking := &flows.Asking{State: s.text(`{"state":`), In: s.maybe(`,"in":`), Step: int(s.number(`,"step":`))}
	s.skip("}")
	return asking
}

func (s *scan) timers(name string) (timers []flows.Timer) {
	if !s.has(name) {
		return nil
	}
	for len(timers) == 0 || s.has(",") {
		timers = append(timers, flows.Timer{
			ID: s.text(`{"id":`), State: s.text(`,"state":`), Index: int(s.number(`,"index":`)),
			At: s.asking(`,"at":`), Set: s.moment(`,"set":`), Due: s.moment(`,"due":`),
		})
		s.skip("}")
	}
	s.skip("]")
	return timers
}

// scan reads an object that Encode wrote. Whatever is otherwise than Encode
// writes makes it fail, once for all.
type scan struct {
	rest   []byte
	failed bool
}

// ended tells whether the object was read to its end, and well.
func (s *scan) ended() bool { return !s.failed && string(s.rest) == "}" }

// has reads something that may be there.
func (s *scan) has(what string) bool {
	if s.failed || len(s.rest) < len(what) || string(s.rest[:len(what)]) != what {
		return false
	}
	s.rest = s.rest[len(what):]
	return true
}

func (s *scan) skip(what string) { s.failed = !s.has(what) || s.failed }

// text reads a name and a text without escapes.
func (s *scan) text(name string) string { s.skip(name); return string(s.quoted()) }

func (s *scan) maybe(name string) string {
	if !s.has(name) {
		return ""
	}
	return string(s.quoted())
}

func (s *scan) quoted() []byte {
	if !s.has(`"`) {
		s.failed = true
		return nil
	}
	end := bytes.IndexByte(s.rest, '"')
	if end < 0 {
		s.failed = true
		return nil
	}
	text := s.rest[:end]
	s.rest = s.rest[end+1:]
	plain := true
	for _, char := range text {
		if s.failed = s.failed || char == '\\' || char < ' '; char >= utf8.RuneSelf {
			plain = false
		}
	}
	s.failed = s.failed || !plain && !utf8.Valid(text)
	return text
}

func (s *scan) number(name string) int64 {
	s.skip(name)
	end := 0
	for end < len(s.rest) && (s.rest[end] >= '0' && s.rest[end] <= '9' || s.rest[end] == '-') {
		end++
	}
	n, err := strconv.ParseInt(string(s.rest[:end]), 10, 64)
	s.failed = s.failed || err != nil
	s.rest = s.rest[end:]
	return n
}

func (s *scan) flag(name string) bool {
	s.skip(name)
	if s.has("true") {
		return true
	}
	s.skip("false")
	return false
}

// moment reads a time of UTC.
func (s *scan) moment(name string) time.Time { s.skip(name); return s.time() }

func (s *scan) maybeMoment(name string) time.Time {
	if !s.has(name) {
		return time.Time{}
	}
	return s.time()
}

func (s *scan) time() time.Time {
	text := s.quoted()
	var at time.Time
	err := at.UnmarshalText(text)
	s.failed = s.failed || err != nil || text[len(text)-1] != 'Z'
	return at
}

func (s *scan) texts(name string) map[string]string {
	s.skip(name)
	if s.has("null") {
		return nil
	}
	return s.pairs()
}

func (s *scan) maybeTexts(name string) map[string]string {
	if !s.has(name) {
		return nil
	}
	return s.pairs()
}

func (s *scan) pairs() map[string]string {
	values := map[string]string{}
	s.skip("{")
	for !s.failed && !s.has("}") {
		if len(values) > 0 {
			s.skip(",")
		}
		key := s.text("")
		values[key] = s.text(":")
	}
	return values
}

// other reads a value that few records have with the codec.
func (s *scan) other(name string, into any) {
	if !s.has(name) {
		return
	}
	size := extent(s.rest)
	s.failed = s.failed || codec.Unmarshal(s.rest[:size], into) != nil
	s.rest = s.rest[size:]
}

// extent is the length of the list or the object that a text begins with.
func extent(text []byte) int {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch char := text[i]; {
		case quoted && char == '\\':
			i++
		case char == '"':
			quoted = !quoted
		case quoted:
		case char == '{' || char == '[':
			depth++
		case char == '}' || char == ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(text)
}
