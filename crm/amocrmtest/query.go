package amocrmtest

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// query reads the PHP-style parameters of amoCRM: filter[id][]=1, filter[id][0]=1,
// filter[updated_at][from]=2, with=contacts,source.
type query struct{ values url.Values }

func parseQuery(raw string) query {
	values, _ := url.ParseQuery(raw)
	return query{values}
}

func (q query) get(key string) string { return q.values.Get(key) }

// all collects key, key[] and key[0], key[1], …
func (q query) all(key string) []string {
	var out []string
	for _, name := range q.names() {
		rest, found := strings.CutPrefix(name, key)
		if !found || (rest != "" && (!strings.HasPrefix(rest, "[") || !isIndex(rest))) {
			continue
		}
		out = append(out, q.values[name]...)
	}
	return out
}

func isIndex(rest string) bool {
	inner := strings.TrimSuffix(strings.TrimPrefix(rest, "["), "]")
	if inner == "" {
		return true
	}
	_, err := strconv.Atoi(inner)
	return err == nil
}

func (q query) names() []string {
	names := make([]string, 0, len(q.values))
	for name := range q.values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// ints is all as numbers; what is not a number is left out.
func (q query) ints(key string) []int64 {
	var out []int64
	for _, text := range q.all(key) {
		for _, part := range strings.Split(text, ",") {
			if n, err := strconv.ParseInt(part, 10, 64); err == nil {
				out = append(out, n)
			}
		}
	}
	return out
}

// with tells whether with= asks for name.
func (q query) with(name string) bool {
	return slices.Contains(strings.Split(q.get("with"), ","), name)
}

func (q query) number(key string, fallback int) int {
	n, err := strconv.Atoi(q.get(key))
	if err != nil || n < 1 {
		return fallback
	}
	return n
}

// oneOf passes when the filter is absent or names the value.
func (q query) oneOf(key string, value int64) bool {
	wanted := q.all(key)
	return len(wanted) == 0 || slices.Contains(q.ints(key), value)
}

// within passes when the value lies in key[from]…key[to], or equals a bare key.
func (q query) within(key string, value int64) bool {
	if from, err := strconv.ParseInt(q.get(key+"[from]"), 10, 64); err == nil && value < from {
		return false
	}
	if to, err := strconv.ParseInt(q.get(key+"[to]"), 10, 64); err == nil && value > to {
		return false
	}
	return q.oneOf(key, value)
}

// prefixed reads prefix[key]suffix as a map by key: filter[statuses][0][status_id].
func (q query) prefixed(prefix, suffix string) map[string]int64 {
	out := map[string]int64{}
	for name, texts := range q.values {
		rest, found := strings.CutPrefix(name, prefix)
		key, ends := strings.CutSuffix(rest, suffix)
		if !found || !ends || len(texts) == 0 {
			continue
		}
		if n, err := strconv.ParseInt(texts[0], 10, 64); err == nil {
			out[key] = n
		}
	}
	return out
}
