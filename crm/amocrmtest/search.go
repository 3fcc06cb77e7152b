package amocrmtest

import "strings"

// search is what query= asks for. It is full text over the filled fields (API
// v4, leads-api): every word must occur somewhere, and a number is also looked
// for among the digits of phones. A hit is a candidate, not a proof: the client
// has to compare the field it cares for.
type search struct {
	words  []string
	number string
	newest int64 // cards that were changed later are not found yet
}

// readable is a card as the search reads it, a line for each value.
type readable struct{ text, digits string }

// search is nil where the call asks for everything.
func (c *call) search() *search {
	asked := strings.TrimSpace(lower(c.query.get("query")))
	if asked == "" {
		return nil
	}
	s := &search{words: strings.Fields(asked), newest: c.now - int64(c.s.cfg.SearchLag.Seconds())}
	if number := onlyDigits(asked); len(number) >= 3 && isPhoneLike(asked) {
		s.number = number
	}
	return s
}

// finds tells whether a card of an entity is an answer.
func (c *call) finds(s *search, entity string, card *Card) bool {
	if s == nil {
		return true
	}
	if card.UpdatedAt > s.newest {
		return false
	}
	read := c.s.read(entity, card)
	if s.number != "" {
		return strings.Contains(read.digits, s.number)
	}
	for _, word := range s.words {
		if !strings.Contains(read.text, word) {
			return false
		}
	}
	return true
}

// read is the card as the search reads it, kept until the card is changed.
func (s *Server) read(entity string, card *Card) readable {
	at := end{entity, card.ID}
	if known, ok := s.readables[at]; ok {
		return known
	}
	lines := []string{lower(card.Name)}
	for _, f := range card.Fields {
		for _, v := range f.Values {
			lines = append(lines, lower(plain(v.Value)))
		}
	}
	made := readable{text: strings.Join(lines, "\n")}
	for i, line := range lines {
		lines[i] = onlyDigits(line)
	}
	made.digits = strings.Join(lines, "\n")
	s.readables[at] = made
	return made
}

// rewritten tells the search that a card has changed.
func (s *Server) rewritten(entity string, card *Card) { delete(s.readables, end{entity, card.ID}) }
