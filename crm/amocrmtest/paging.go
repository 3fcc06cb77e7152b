package amocrmtest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Page sizes (API v4, each list): 50 unless asked, 250 at most, 100 for events.
const (
	pageSize      = 50
	pageLimit     = 250
	eventsLimit   = 100
	batchLimit    = 250
	batchAdvised  = 50
	complexLimit  = 50
	complexFields = 40
)

// window cuts the page that the call asks for out of a full list.
func window[T any](c *call, items []T, limit int) (part []T, page, size int, more bool) {
	page = c.query.number("page", 1)
	size = c.query.number("limit", pageSize)
	if size > limit {
		c.offend("LimitTooLarge", "limit", fmt.Sprintf("a page has %d entries at most", limit))
		size = limit
	}
	from := min((page-1)*size, len(items))
	to := min(from+size, len(items))
	return items[from:to], page, size, to < len(items)
}

// list answers a page of the collection, or 204 when the page has nothing.
func list[T any](c *call, path, name string, items []T, view func(T) object) reply {
	limit := pageLimit
	if name == "events" {
		limit = eventsLimit
	}
	part, page, size, more := window(c, items, limit)
	if len(part) == 0 {
		return nothing()
	}
	links := object{"self": c.pageLink(path, page, size)}
	if more {
		links["next"] = c.pageLink(path, page+1, size)
	}
	if page > 1 {
		links["first"] = c.pageLink(path, 1, size)
		links["prev"] = c.pageLink(path, page-1, size)
	}
	return ok(object{"_page": page, "_links": links, "_embedded": object{name: views(part, view)}})
}

func views[T any](items []T, view func(T) object) []object {
	out := make([]object, len(items))
	for i, item := range items {
		out[i] = view(item)
	}
	return out
}

// pageLink is the call's own address with another page; filters stay as they were.
func (c *call) pageLink(path string, page, size int) object {
	var kept []string
	for _, pair := range strings.Split(c.r.URL.RawQuery, "&") {
		key, _, _ := strings.Cut(pair, "=")
		if pair != "" && key != "page" && key != "limit" {
			kept = append(kept, pair)
		}
	}
	kept = append(kept, fmt.Sprintf("limit=%d&page=%d", size, page))
	return c.href("%s?%s", path, strings.Join(kept, "&"))
}

// order sorts by order[key]=asc|desc, by id otherwise.
func order[T any](c *call, items []T, keys map[string]func(T) int64) {
	less := keys["id"]
	slices.SortStableFunc(items, func(a, b T) int { return int(less(a) - less(b)) })
	for _, key := range sortedKeys(keys) {
		value := keys[key]
		direction := c.query.get("order[" + key + "]")
		if direction == "" {
			continue
		}
		sign := 1
		if strings.EqualFold(direction, "desc") {
			sign = -1
		}
		slices.SortStableFunc(items, func(a, b T) int { return sign * int(value(a)-value(b)) })
	}
}

// checkWith notes an unknown word in with=; amoCRM ignores it, a typo it is.
func (c *call) checkWith(known ...string) {
	asked := c.query.get("with")
	if asked == "" {
		return
	}
	for _, word := range strings.Split(asked, ",") {
		if !slices.Contains(known, word) {
			c.offend("UnknownWith", "with", "with="+url.QueryEscape(word)+" is not known here")
		}
	}
}
