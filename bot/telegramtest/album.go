package telegramtest

import (
	"encoding/json"
	"strconv"
)

// Bounds of an album (Bot API, sendMediaGroup: "must include 2-10 items").
const (
	minAlbum = 2
	maxAlbum = 10
)

// albumItem is what sendMediaGroup is told of one file.
type albumItem struct {
	Type     string   `json:"type"`
	Media    string   `json:"media"`
	Caption  string   `json:"caption"`
	Mode     string   `json:"parse_mode"`
	Entities []Entity `json:"caption_entities"`
}

// sendMediaGroup plays the Bot API's sendMediaGroup: all items are looked at
// before the first is sent, so that a refused album shows nothing.
func (s *Server) sendMediaGroup(c *call) (any, *failure) {
	var items []albumItem
	c.decode("media", &items)
	if fail := grouped(items); fail != nil {
		return nil, fail
	}
	var messages []*message
	for _, item := range items {
		m, fail := s.albumMessage(c, item)
		if fail != nil {
			return nil, fail
		}
		messages = append(messages, m)
	}
	ch, fail := s.writable(c)
	if fail != nil {
		return nil, fail
	}
	to, fail := replyTo(c, ch)
	if fail != nil {
		return nil, fail
	}
	group := strconv.FormatInt(s.lastID+1, 10) + "0000"
	out := make([]wireMessage, len(messages))
	for i, m := range messages {
		m.wire.ReplyTo, m.wire.Protected, m.wire.MediaGroup = to, c.flag("protect_content"), group
		out[i] = s.addFromBot(ch, m).wire
	}
	return out, nil
}

// grouped checks which files go together, in the words of TDLib and its server.
func grouped(items []albumItem) *failure {
	switch {
	case len(items) == 0:
		return badRequest("there are no messages to send")
	case len(items) > maxAlbum:
		return badRequest("too many messages to send as an album")
	case len(items) < minAlbum:
		fail := badRequest("there are no messages to send")
		fail.violation = "sendMediaGroup.media: must include 2-10 items"
		return fail
	}
	for _, item := range items {
		for _, alone := range []string{"document", "audio"} {
			if (item.Type == alone) != (items[0].Type == alone) {
				return badRequest("%s can't be mixed with other media types", alone)
			}
		}
	}
	return nil
}

// albumMessage makes the message of one item.
func (s *Server) albumMessage(c *call, item albumItem) (*message, *failure) {
	one := &call{ctx: c.ctx, method: c.method, files: c.files, params: map[string]param{
		item.Type: {item.Media, jsonText}, "caption": {item.Caption, jsonText}, "parse_mode": {item.Mode, jsonText},
	}}
	if len(item.Entities) > 0 {
		raw, err := json.Marshal(item.Entities)
		if err != nil {
			return nil, badRequest("can't parse entities JSON object")
		}
		one.params["caption_entities"] = param{string(raw), jsonOther}
	}
	m := &message{}
	var fail *failure
	if m.wire.Caption, m.wire.CaptionEntities, fail = caption(one); fail != nil {
		return nil, fail
	}
	if m.file, fail = s.incoming(one, item.Type); fail != nil {
		return nil, fail
	}
	return m, media()[item.Type].shown(m.file, &m.wire)
}

// addresses are the files of an album that Telegram fetches by itself, by the
// part they are then found under.
func (c *call) addresses() map[string]albumItem {
	out := map[string]albumItem{}
	var items []albumItem
	c.decode("media", &items)
	for _, item := range items {
		out[item.Media] = item
	}
	return out
}
