package amocrm

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"voronka/crm"
)

var _ crm.Chronicler = (*Chats)(nil)

// WroteIn implements crm.Chronicler through the account's history, where chats
// are found as the contacts' and reported as the deals' (API v4,
// events-and-notes).
func (c *Chats) WroteIn(ctx context.Context, from, until time.Time) ([]crm.Wrote, error) {
	ctx = withRank(ctx, ofNotes)
	query := url.Values{
		"filter[type][]":           {"outgoing_chat_message"},
		"filter[entity][]":         {"contact"},
		"filter[created_at][from]": {strconv.FormatInt(from.Unix(), 10)},
		"filter[created_at][to]":   {strconv.FormatInt(until.Unix(), 10)},
		"limit":                    {strconv.Itoa(eventsPage)},
	}
	var wrote []crm.Wrote
	for number := 1; ; number++ {
		query.Set("page", strconv.Itoa(number))
		var read page
		found, err := c.crm.api.get(ctx, "events", query, &read)
		if err != nil || !found {
			return wrote, err
		}
		var events []happening
		if err := read.items("events", &events); err != nil {
			return wrote, lost("GET", "events")
		}
		for _, e := range events {
			if e.Entity == "lead" && e.Kind == "outgoing_chat_message" {
				wrote = append(wrote, crm.Wrote{Deal: id(e.ID), At: time.Unix(int64(e.At), 0)})
			}
		}
		if len(read.Links.Value.Next) == 0 {
			return wrote, nil
		}
	}
}
