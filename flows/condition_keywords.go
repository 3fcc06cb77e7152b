package flows

import (
	"slices"
	"strings"
)

// keywords is one alternative of words that must all occur: each group is met
// by any of its phrases, a phrase by all of its words, a word by any text that
// holds it. "(цена|сколько стоит) курс" is two groups.
type keywords [][]phrase

type phrase []string

// readKeywords reads alternatives divided by ";", as salebot writes them;
// false when a bracket or a bar is out of place.
func readKeywords(source string) ([]keywords, bool) {
	var alternatives []keywords
	for part := range strings.SplitSeq(fold(source), ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		alternative, ok := readAlternative(part)
		if !ok {
			return nil, false
		}
		alternatives = append(alternatives, alternative)
	}
	return alternatives, len(alternatives) > 0
}

func readAlternative(part string) (keywords, bool) {
	var groups keywords
	for part != "" {
		plain, rest, bracket := strings.Cut(part, "(")
		if strings.ContainsAny(plain, ")|") {
			return nil, false
		}
		for _, word := range strings.Fields(plain) {
			groups = append(groups, []phrase{{word}})
		}
		if !bracket {
			break
		}
		inside, after, closed := strings.Cut(rest, ")")
		if !closed || strings.Contains(inside, "(") {
			return nil, false
		}
		var group []phrase
		for choice := range strings.SplitSeq(inside, "|") {
			words := strings.Fields(choice)
			if len(words) == 0 {
				return nil, false
			}
			group = append(group, words)
		}
		groups, part = append(groups, group), after
	}
	return groups, len(groups) > 0
}

// in tells whether the folded text meets every group.
func (k keywords) in(said string) bool {
	for _, group := range k {
		if !slices.ContainsFunc(group, func(p phrase) bool { return p.in(said) }) {
			return false
		}
	}
	return true
}

func (p phrase) in(said string) bool {
	for _, word := range p {
		if !strings.Contains(said, word) {
			return false
		}
	}
	return true
}

// anyIn tells whether one of the alternatives is met.
func anyIn(alternatives []keywords, said string) bool {
	return slices.ContainsFunc(alternatives, func(k keywords) bool { return k.in(said) })
}

// maxExamples bounds the work of judging what keywords match.
const maxExamples = 64

// examples are texts of which every matching text holds all the words of one;
// words are divided so that none is found across two. Nil when there are too many.
func (k keywords) examples() []string {
	texts := []string{""}
	for _, group := range k {
		if len(texts)*len(group) > maxExamples {
			return nil
		}
		var longer []string
		for _, text := range texts {
			for _, words := range group {
				longer = append(longer, text+strings.Join(words, "\x00")+"\x00")
			}
		}
		texts = longer
	}
	return texts
}

// readKeywords reads words in salebot's way of writing, one alternative or more.
func (n Node) readKeywords() []keywords {
	if n.Zero() {
		return nil
	}
	all := []keywords{}
	for _, item := range n.Items() {
		text := item.Text()
		alternatives, ok := readKeywords(text)
		if !ok {
			item.Error("bad_keywords", "Value", text)
			continue
		}
		all = append(all, alternatives...)
	}
	return all
}
