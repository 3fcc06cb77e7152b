package salebot

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// threshold is how alike salebot wants a text to be, in percent
// (docs.salebot.pro, match types: similarity above 70%).
const threshold = 70

// alternatives splits a condition at its semicolons.
func alternatives(condition string) []string {
	var all []string
	for _, one := range strings.Split(condition, ";") {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, one)
		}
	}
	return all
}

// heardAs is one condition of ours with its words.
type heardAs struct {
	key   string
	words []string
}

// guarded makes the rules of a guard: one for each kind of condition in it.
func (t *translation) guarded(b *block, g guard, who string, action []any) []*yaml.Node {
	var rules []*yaml.Node
	for _, one := range t.conditions(b, g, who) {
		var value any = one.words
		if len(one.words) == 0 {
			value = true
		}
		pairs := []any{one.key, value}
		if one.key == "fuzzy" {
			pairs = append(pairs, "threshold", threshold)
		}
		pairs = append(pairs, "not", g.negative, "if", g.formula(), "once", g.once)
		rules = append(rules, mapping(append(pairs, action...)...))
		t.rules++
	}
	return rules
}

var bareName = regexp.MustCompile(`^(?:#\{)?([\p{L}_][\p{L}\p{N}_.]*)\}?$`)

// formula is the comparison of variables. A name alone compares the condition
// with the variable's value.
func (g guard) formula() string {
	if g.compare == "" {
		return ""
	}
	if name := bareName.FindStringSubmatch(g.compare); name != nil {
		var ways []string
		for _, word := range alternatives(g.condition) {
			ways = append(ways, name[1]+` == "`+strings.ReplaceAll(word, `"`, `\"`)+`"`)
		}
		if len(ways) == 0 {
			return name[1]
		}
		return strings.Join(ways, " or ")
	}
	return inserted.ReplaceAllString(g.compare, "$1")
}

// inserted is a variable inside a comparison, in quotes or without.
var inserted = regexp.MustCompile(`["']?#\{([\p{L}_][\p{L}\p{N}_.]*)\}["']?`)

var paymentWord = regexp.MustCompile(`^\S*_(success|fail|different_amounts)(\s|$)`)

// conditions translates what a guard waits for.
func (t *translation) conditions(b *block, g guard, who string) []heardAs {
	if g.condition == "" || bareName.MatchString(g.compare) {
		return []heardAs{{key: "any"}}
	}
	key := t.matched(b, g, who)
	words := alternatives(g.condition)
	if key == "regexp" {
		words = []string{g.condition}
	}
	var all []heardAs
	add := func(key string, words ...string) {
		for i := range all {
			if all[i].key == key && key != "start" {
				all[i].words = append(all[i].words, words...)
				return
			}
		}
		all = append(all, heardAs{key, words})
	}
	for _, word := range words {
		payment := paymentWord.FindStringSubmatch(word)
		switch {
		case payment != nil:
			if !slices.ContainsFunc(all, func(h heardAs) bool { return h.key == payment[1] }) {
				add(payment[1])
			}
		case word == "client_unsubscribed":
			add("blocked")
		case strings.Contains(word, "#{"):
			t.notes = append(t.notes, newNote(b.id, who, "condition_variable", "Condition", clip(word, 60)))
		case key == "regexp":
			add("regexp", word)
		case strings.HasPrefix(word, "/start "):
			add("start", strings.TrimSpace(strings.TrimPrefix(word, "/start ")))
		case strings.HasPrefix(word, "/") && !strings.ContainsAny(word, " |"):
			add("command", word[1:])
		case t.heard[strings.ToLower(word)]:
			add("button", word)
		case key == "keywords" && len(all) > 0 && all[len(all)-1].key == "keywords":
			all[len(all)-1].words[0] += "; " + word
		default:
			add(key, word)
		}
	}
	return all
}

// matched reads the match type; salebot's own is fuzzy.
func (t *translation) matched(b *block, g guard, who string) string {
	low := strings.ToLower(g.match)
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(low, part) })
	}
	switch {
	case has("full", "exact", "strict", "equal", "полн", "точн"):
		return "text"
	case has("keyword", "ключ", "contain"):
		return "keywords"
	case has("regex", "regular", "регуляр"):
		return "regexp"
	case has("meaning", "смысл"):
		t.notes = append(t.notes, newNote(b.id, who, "meaning", "Condition", clip(g.condition, 60)))
	case low != "" && !has("fuzzy", "error", "inaccura", "ошиб", "неточн", "similar", "default"):
		t.notes = append(t.notes, newNote(b.id, who, "match", "Match", g.match, "Condition", clip(g.condition, 60)))
	}
	return "fuzzy"
}
