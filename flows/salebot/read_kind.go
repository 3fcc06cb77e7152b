package salebot

import (
	"cmp"
	"strings"
)

// kind reads the type of a block by its words, English or Russian, of the new
// editor or the old. What numbers stand for is documented nowhere: then the
// condition decides, and that is noted.
func (r *reading) kind(b *block, word string) kind {
	low := strings.NewReplacer("_", " ", "-", " ", "ё", "е").Replace(strings.ToLower(word))
	has := func(parts ...string) bool {
		for _, part := range parts {
			if strings.Contains(low, part) {
				return true
			}
		}
		return false
	}
	own := b.guard.condition != "" || b.guard.compare != ""
	switch {
	case has("comment", "комментар"):
		return comment
	case has("non state", "nonstate", "not state", "не состоян", "quick answer") && (own || has("condition", "услов")):
		return inPlaceOwn
	case has("non state", "nonstate", "not state", "не состоян"):
		return inPlace
	case has("close", "закры", "end of", "конец", "передач"):
		return closeDeal
	case has("start", "старт", "primary", "первостеп", "начало"):
		return start
	case has("state", "состоян"):
		return state
	}
	if word != "" {
		r.note(b.id, b.people(), "kind", "Type", word)
	}
	if own {
		return start
	}
	return state
}

// unsupported notes what a block does beyond our reach, and fields of names we
// do not know.
func (r *reading) unsupported(b *block, f fields) {
	if f.flag("only_callback", "react_only_to_callbacks", "callback_only") {
		r.note(b.id, b.people(), "callback_only")
	}
	for _, one := range []struct {
		code  string
		names []string
	}{
		{"request", []string{"request", "api_request", "request_url", "webhook", "webhook_url", "url"}},
		{"python", []string{"python", "python_code", "code", "script"}},
		{"actions", []string{"actions", "action", "add_to_list", "remove_from_list", "label", "labels", "tags", "lists"}},
		{"stage", []string{"order_status", "crm_stage", "order_state", "deal_status"}},
		{"payment", []string{"payment", "pay_button", "payments", "amount"}},
		{"ai", []string{"ai", "assistant", "prompt"}},
	} {
		for _, name := range one.names {
			f.asked[name] = true
			if !empty(f.values[name]) {
				r.note(b.id, b.people(), one.code, "Field", name)
			}
		}
	}
	for _, name := range f.unknown() {
		r.strange[name]++
	}
}

// people is how a block is called in the list of what was not translated.
func (b *block) people() string { return clip(cmp.Or(b.title, b.text, b.guard.condition), 40) }

func (a *arrow) people() string { return a.from + " → " + a.to }

// clip keeps the first characters of a line.
func clip(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
