package main

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// send is sendMessage, sendDocument and sendPhoto of the foreign Bot API server.
func (s *foreignTelegram) send(c call) (any, string) {
	chat, err := strconv.ParseInt(c.values["chat_id"], 10, 64)
	if err != nil || s.chats[chat] == nil {
		s.fault("%s to a chat that never began: %s", c.method, c.values["chat_id"])
		return nil, "chat not found"
	}
	text, limit := c.values["text"], 4096
	if c.method != "sendMessage" {
		text, limit = c.values["caption"], 1024
	}
	plain, entities, failure := parseText(text, c.values["parse_mode"])
	if failure != "" {
		s.fault("%s: %s in %q", c.method, failure, text)
		return nil, failure
	}
	if n := len(utf16.Encode([]rune(plain))); n > limit || (n == 0 && c.method == "sendMessage") {
		s.fault("%s: a text of %d", c.method, n)
		return nil, "message is too long"
	}
	s.nextID += 7
	message := foreignMessage{id: s.nextID, fromBot: true, text: plain}
	message.body = object{"message_id": s.nextID, "date": time.Now().Unix(), "x_unknown": object{"deep": nil},
		"from": object{"id": 7700112233, "is_bot": true, "first_name": "Суслик", "username": "suslik_shop_bot"},
		"chat": object{"id": chat, "type": "private", "first_name": "x"}}
	if failure := s.markup(c, &message); failure != "" {
		s.fault("%s: %s: %s", c.method, failure, c.values["reply_markup"])
		return nil, failure
	}
	field := map[string]string{"sendDocument": "document", "sendPhoto": "photo"}[c.method]
	if field == "" {
		message.body["text"], message.body["entities"] = plain, entities
	} else if failure := s.attach(c, field, &message); failure != "" {
		s.fault("%s: %s", c.method, failure)
		return nil, failure
	}
	s.chats[chat] = append(s.chats[chat], message)
	return message.body, ""
}

// attach takes an uploaded file, or the id of one that is known.
func (s *foreignTelegram) attach(c call, field string, message *foreignMessage) string {
	name, uploaded := c.files[field]
	if given, ok := strings.CutPrefix(c.values[field], "attach://"); ok {
		name, uploaded = c.files[given]
	}
	id := "BQACAgIAAx0" + strconv.FormatInt(s.nextID, 36)
	if !uploaded {
		id = c.values[field]
		name = s.files[id]
	}
	if name == "" {
		return "wrong file identifier/HTTP URL specified"
	}
	s.files[id] = name
	message.file = name
	file := object{"file_id": id, "file_unique_id": "AgAD" + id[len(id)-3:], "file_size": 100_500}
	message.body["caption"] = message.text
	if field == "photo" {
		file["width"], file["height"] = 90, 90
		message.body["photo"] = []object{file}
		return ""
	}
	file["file_name"], file["mime_type"] = name, "application/pdf"
	message.body["document"] = file
	return ""
}

type wireMarkup struct {
	Inline [][]map[string]any `json:"inline_keyboard"`
	Reply  [][]map[string]any `json:"keyboard"`
	Remove bool               `json:"remove_keyboard"`
	Force  bool               `json:"force_reply"`
}

// markup reads the buttons as strictly as Bot API, InlineKeyboardButton and
// KeyboardButton, describe them.
func (s *foreignTelegram) markup(c call, message *foreignMessage) string {
	raw := c.values["reply_markup"]
	if raw == "" {
		return ""
	}
	var markup wireMarkup
	if err := json.Unmarshal([]byte(raw), &markup); err != nil {
		return "can't parse reply keyboard markup JSON object"
	}
	if markup.Inline == nil && markup.Reply == nil && !markup.Remove && !markup.Force {
		return "object expected as reply markup"
	}
	for _, button := range slices.Concat(markup.Inline...) {
		shown := foreignButton{}
		shown.text, _ = button["text"].(string)
		shown.data, _ = button["callback_data"].(string)
		shown.url, _ = button["url"].(string)
		if shown.text == "" || (shown.data == "") == (shown.url == "") || len(shown.data) > 64 {
			return "BUTTON_DATA_INVALID"
		}
		if address, err := url.Parse(shown.url); shown.url != "" && (err != nil || !strings.Contains(address.Host, ".")) {
			return "BUTTON_URL_INVALID"
		}
		message.buttons = append(message.buttons, shown)
	}
	for _, button := range slices.Concat(markup.Reply...) {
		shown := foreignButton{}
		shown.text, _ = button["text"].(string)
		if asks, _ := button["request_contact"].(bool); asks {
			shown.special = "contact"
		}
		if shown.text == "" {
			return "field \"text\" must be of type String"
		}
		message.keyboard = append(message.keyboard, shown)
	}
	if len(message.buttons) > 0 {
		message.body["reply_markup"] = json.RawMessage(raw)
	}
	return ""
}

// parseText is Bot API, "HTML style": known tags, closed in order, three named entities.
func parseText(text, mode string) (plain string, entities []object, failure string) {
	if mode == "" {
		return strings.TrimSpace(text), []object{}, ""
	}
	if mode != "HTML" {
		return "", nil, "unsupported parse_mode"
	}
	tag := regexp.MustCompile(`^<(/?)([a-z-]+)((?:\s+[a-z-]+(?:=(?:"[^"]*"|'[^']*'))?)*)\s*>`)
	known := []string{"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "span", "tg-spoiler", "a", "code", "pre", "blockquote"}
	var open []string
	var out strings.Builder
	entities = []object{}
	for text != "" {
		next := strings.IndexAny(text, "<")
		if next < 0 {
			next = len(text)
		}
		if next > 0 {
			out.WriteString(html.UnescapeString(text[:next]))
			text = text[next:]
			continue
		}
		found := tag.FindStringSubmatch(text)
		if found == nil || !slices.Contains(known, found[2]) {
			return "", nil, "can't parse entities: unsupported start tag"
		}
		if found[1] == "" {
			open = append(open, found[2])
			entities = append(entities, object{"type": "bold", "offset": 0, "length": 1})
		} else if len(open) == 0 || open[len(open)-1] != found[2] {
			return "", nil, "can't parse entities: unmatched end tag"
		} else {
			open = open[:len(open)-1]
		}
		text = text[len(found[0]):]
	}
	if len(open) > 0 {
		return "", nil, "can't parse entities: can't find end tag"
	}
	return strings.TrimSpace(out.String()), entities, ""
}

// person is somebody with the Telegram app.
type person struct {
	s    *foreignTelegram
	id   int64
	name string
}

func (p person) profile() object {
	return object{"id": p.id, "is_bot": false, "first_name": p.name, "language_code": "ru", "is_premium": true, "x_badge": 5}
}

// says sends an update with a message of the person.
func (p person) says(kind string, content object) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.s.nextID += 3
	body := object{"message_id": p.s.nextID, "date": time.Now().Unix(), "from": p.profile(), "x_seen": true,
		"chat": object{"id": p.id, "type": "private", "first_name": p.name}}
	for key, value := range content {
		body[key] = value
	}
	text, _ := body["text"].(string)
	p.s.chats[p.id] = append(p.s.chats[p.id], foreignMessage{id: p.s.nextID, text: text, body: body})
	p.s.deliver(kind, body)
}

func (p person) start(payload string) {
	p.says("message", object{"text": "/start " + payload, "entities": []object{{"type": "bot_command", "offset": 0, "length": 6}}})
}

func (p person) write(text string) { p.says("message", object{"text": text}) }

func (p person) contact(phone string, owner int64) {
	p.says("message", object{"contact": object{"phone_number": phone, "first_name": "К", "user_id": owner, "vcard": ""}})
}

// waits until the newest messages of the bot hold the text, after the message id.
func (p person) waits(ctx context.Context, after int64, text string) (foreignMessage, error) {
	var found foreignMessage
	err := p.s.until(ctx, fmt.Sprintf("%q for %s", text, p.name), func() bool {
		for _, one := range p.s.chats[p.id] {
			if one.id > after && one.fromBot && strings.Contains(one.text, text) {
				found = one
				return true
			}
		}
		return false
	})
	return found, err
}

// button waits for a button on a message after the id.
func (p person) button(ctx context.Context, after int64, label string) (foreignMessage, foreignButton, error) {
	var message foreignMessage
	var found foreignButton
	err := p.s.until(ctx, fmt.Sprintf("button %q for %s", label, p.name), func() bool {
		for _, one := range p.s.chats[p.id] {
			for _, button := range append(append([]foreignButton(nil), one.buttons...), one.keyboard...) {
				if one.id > after && button.text == label {
					message, found = one, button
					return true
				}
			}
		}
		return false
	})
	return message, found, err
}

// press presses an inline button and answers the id of its message.
func (p person) press(ctx context.Context, after int64, label string) (int64, error) {
	message, button, err := p.button(ctx, after, label)
	if err != nil {
		return 0, err
	}
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.s.nextID++
	id := "41" + strconv.FormatInt(p.s.nextID*1_000_003, 10)
	p.s.callbacks[id] = false
	p.s.deliver("callback_query", object{"id": id, "from": p.profile(), "message": message.body,
		"chat_instance": "-77" + id, "data": button.data})
	return message.id, nil
}

// last is the id of the newest message of the chat.
func (p person) last() int64 {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	all := p.s.chats[p.id]
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1].id
}

// files counts the documents of that name in the chat.
func (p person) files(name string) int {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	n := 0
	for _, one := range p.s.chats[p.id] {
		if one.file == name {
			n++
		}
	}
	return n
}
