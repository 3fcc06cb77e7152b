package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

const foreignToken = "7700112233:AAForeign-token_of_nobody"

// foreignTelegram is a Bot API server written from the Bot API's documents
// alone, as a local server (`telegram-bot-api --local`) behaves: it calls
// webhooks over plain HTTP too.
type foreignTelegram struct {
	witness
	nextUpdate int64
	nextID     int64
	queue      []foreignUpdate // what no client has confirmed
	poll       chan struct{}   // closed when another poll takes over
	hook       foreignHook
	hookSet    int // how often a webhook was set
	chats      map[int64][]foreignMessage
	callbacks  map[string]bool // asked → answered
	files      map[string]string
	trouble    []string // answers 429 or 502 to the next calls of these methods
}

type foreignUpdate struct {
	id   int64
	kind string
	body object
}

type foreignHook struct {
	url, secret string
	lanes       map[string]chan []byte // nil where nobody answers at the address
	ctx         context.Context
	stop        context.CancelFunc
}

// foreignMessage is what a person sees.
type foreignMessage struct {
	id       int64
	fromBot  bool
	text     string
	file     string
	body     object // as the API shows it
	buttons  []foreignButton
	keyboard []foreignButton
}

type foreignButton struct{ text, data, url, special string }

func newForeignTelegram() *foreignTelegram {
	return &foreignTelegram{
		nextUpdate: 481_516_234 + time.Now().UnixNano()%100_000, nextID: 3_000,
		chats: map[int64][]foreignMessage{}, callbacks: map[string]bool{}, files: map[string]string{},
		trouble: []string{"getUpdates:502", "sendMessage:429"},
		hook:    foreignHook{url: "https://gone.example/telegram"}, // of a service that the shop used before
	}
}

// parameters are the documents' tables of the methods that a funnel may call;
// a mark ! says required.
func parameters(method string) (string, bool) {
	send := " business_connection_id message_thread_id direct_messages_topic_id disable_notification protect_content" +
		" allow_paid_broadcast message_effect_id suggested_post_parameters reply_parameters reply_markup parse_mode chat_id! "
	table, ok := map[string]string{
		"getMe": " ", "getWebhookInfo": " ",
		"getUpdates":          " offset limit timeout allowed_updates ",
		"setWebhook":          " url! certificate ip_address max_connections allowed_updates drop_pending_updates secret_token ",
		"deleteWebhook":       " drop_pending_updates ",
		"setMyCommands":       " commands! scope language_code ",
		"sendMessage":         send + "text! entities link_preview_options ",
		"sendDocument":        send + "document! thumbnail caption caption_entities disable_content_type_detection ",
		"sendPhoto":           send + "photo! caption caption_entities show_caption_above_media has_spoiler ",
		"answerCallbackQuery": " callback_query_id! text show_alert url cache_time ",
		"sendChatAction":      " business_connection_id chat_id! message_thread_id action! ",
	}[method]
	return table, ok
}

// call is one request, whichever of the documented ways it came.
type call struct {
	method string
	values map[string]string // objects as JSON
	files  map[string]string // part → file name
}

func (s *foreignTelegram) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token, method, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	if !ok || token != foreignToken {
		s.refuse(w, 401, "Unauthorized", nil)
		return
	}
	c, err := readCall(r, method)
	s.mu.Lock()
	if err != nil {
		s.fault("%s: %v", method, err)
		s.mu.Unlock()
		s.refuse(w, 400, "Bad Request: "+err.Error(), nil)
		return
	}
	if err := checkCall(c); err != nil {
		s.fault("%v", err)
	}
	for i, one := range s.trouble {
		name, code, _ := strings.Cut(one, ":")
		if name != method {
			continue
		}
		s.trouble = slices.Delete(s.trouble, i, i+1)
		s.mu.Unlock()
		if code == "502" {
			answer(w, 502, "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>")
		} else {
			s.refuse(w, 429, "Too Many Requests: retry after 1", object{"retry_after": 1})
		}
		return
	}
	s.mu.Unlock()
	if method == "getUpdates" {
		s.getUpdates(w, r, c)
		return
	}
	s.mu.Lock()
	result, failure := s.do(c)
	s.moved()
	s.mu.Unlock()
	if failure != "" {
		s.refuse(w, 400, "Bad Request: "+failure, nil)
		return
	}
	answer(w, 200, "application/json", object{"ok": true, "result": result, "x_server": "another implementer"})
}

func (s *foreignTelegram) refuse(w http.ResponseWriter, code int, description string, parameters object) {
	body := object{"ok": false, "error_code": code, "description": description}
	if parameters != nil {
		body["parameters"] = parameters
	}
	answer(w, code, "application/json", body)
}

// readCall takes the four ways of Bot API, "Making requests": query,
// urlencoded, JSON, multipart.
func readCall(r *http.Request, method string) (call, error) {
	c := call{method: method, values: map[string]string{}, files: map[string]string{}}
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return c, fmt.Errorf("verb %s", r.Method)
	}
	for name, values := range r.URL.Query() {
		c.values[name] = values[0]
	}
	kind, options, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		body, _ := io.ReadAll(r.Body)
		if len(body) > 0 {
			return c, fmt.Errorf("a body without a content type: %v", err)
		}
		return c, nil
	}
	switch kind {
	case "application/json":
		values := map[string]json.RawMessage{}
		if err := json.NewDecoder(r.Body).Decode(&values); err != nil {
			return c, fmt.Errorf("can't parse JSON: %v", err)
		}
		for name, raw := range values {
			c.values[name] = string(raw)
			var text string
			if json.Unmarshal(raw, &text) == nil && raw[0] == '"' {
				c.values[name] = text
			}
		}
	case "application/x-www-form-urlencoded":
		if err := r.ParseForm(); err != nil {
			return c, err
		}
		for name, values := range r.PostForm {
			c.values[name] = values[0]
		}
	case "multipart/form-data":
		if options["boundary"] == "" {
			return c, fmt.Errorf("multipart without a boundary")
		}
		if err := r.ParseMultipartForm(50 << 20); err != nil {
			return c, err
		}
		for name, values := range r.MultipartForm.Value {
			c.values[name] = values[0]
		}
		for name, parts := range r.MultipartForm.File {
			if parts[0].Size == 0 {
				return c, fmt.Errorf("file %s must be non-empty", name)
			}
			c.files[name] = parts[0].Filename
		}
	default:
		return c, fmt.Errorf("content type %s", kind)
	}
	return c, nil
}

func checkCall(c call) error {
	table, ok := parameters(c.method)
	if !ok {
		return fmt.Errorf("method %s is not expected of a funnel", c.method)
	}
	attached := map[string]bool{}
	for name, value := range c.values {
		if !strings.Contains(table, " "+name+" ") && !strings.Contains(table, " "+name+"! ") {
			return fmt.Errorf("%s: no parameter %s", c.method, name)
		}
		attached[strings.TrimPrefix(value, "attach://")] = true
	}
	for name := range c.files {
		if !strings.Contains(table, " "+name) && !attached[name] {
			return fmt.Errorf("%s: nobody asked for file %s", c.method, name)
		}
	}
	for name := range strings.FieldsSeq(table) {
		required, is := strings.CutSuffix(name, "!")
		_, file := c.files[required]
		if is && c.values[required] == "" && !file {
			return fmt.Errorf("%s: parameter %s is missing", c.method, required)
		}
	}
	return nil
}

// getUpdates is a long poll: it forgets what is below the offset, answers as
// soon as there is something, and gives way to a newer poll.
func (s *foreignTelegram) getUpdates(w http.ResponseWriter, r *http.Request, c call) {
	number := func(name string, otherwise int64) int64 {
		if n, err := strconv.ParseInt(c.values[name], 10, 64); err == nil {
			return n
		}
		return otherwise
	}
	offset, limit, timeout := number("offset", 0), number("limit", 100), min(number("timeout", 0), 50)
	s.mu.Lock()
	if s.hook.url != "" {
		s.mu.Unlock()
		s.refuse(w, 409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", nil)
		return
	}
	if limit < 1 || limit > 100 {
		s.fault("getUpdates: limit %d", limit)
	}
	if s.poll != nil {
		close(s.poll)
	}
	mine := make(chan struct{})
	s.poll = mine
	s.queue = slices.DeleteFunc(s.queue, func(u foreignUpdate) bool { return u.id < offset })
	s.mu.Unlock()

	ctx, cancel := context.WithTimeout(r.Context(), time.Duration(timeout)*time.Second)
	defer cancel()
	go func() {
		select {
		case <-mine:
			cancel()
		case <-ctx.Done():
		}
	}()
	s.until(ctx, "updates", func() bool { return len(s.queue) > 0 || s.poll != mine })
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.poll != mine {
		s.refuse(w, 409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running", nil)
		return
	}
	s.poll = nil
	batch := []object{}
	for _, one := range s.queue {
		if int64(len(batch)) < limit && r.Context().Err() == nil {
			batch = append(batch, one.body)
		}
	}
	answer(w, 200, "application/json", object{"ok": true, "result": batch})
}

func (s *foreignTelegram) do(c call) (any, string) {
	switch c.method {
	case "getMe":
		return object{"id": 7700112233, "is_bot": true, "first_name": "Суслик", "username": "suslik_shop_bot",
			"can_join_groups": true, "can_read_all_group_messages": false, "can_fly": false}, ""
	case "getWebhookInfo":
		return object{"url": s.hook.url, "has_custom_certificate": false, "pending_update_count": len(s.queue)}, ""
	case "setWebhook":
		return s.setWebhook(c)
	case "deleteWebhook":
		s.keepPending(c)
		if s.hook.stop != nil {
			s.hook.stop()
		}
		s.hook = foreignHook{}
		return true, ""
	case "answerCallbackQuery":
		id := c.values["callback_query_id"]
		if answered, known := s.callbacks[id]; !known || answered {
			s.fault("answerCallbackQuery: query %s known %v answered %v", id, known, answered)
			return nil, "query is too old and response timeout expired or query ID is invalid"
		}
		if len(utf16.Encode([]rune(c.values["text"]))) > 200 {
			return nil, "MESSAGE_TOO_LONG"
		}
		s.callbacks[id] = true
		return true, ""
	case "sendMessage", "sendDocument", "sendPhoto":
		return s.send(c)
	}
	return true, ""
}

// keepPending complains of a client that throws away what customers wrote.
func (s *foreignTelegram) keepPending(c call) {
	if c.values["drop_pending_updates"] == "true" {
		s.fault("%s drops %d pending updates", c.method, len(s.queue))
		s.queue = nil
	}
}

func (s *foreignTelegram) setWebhook(c call) (any, string) {
	s.keepPending(c)
	address, err := url.Parse(c.values["url"])
	if err != nil || address.Host == "" {
		return nil, "bad webhook: invalid URL"
	}
	for _, r := range c.values["secret_token"] {
		if !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", r) {
			return nil, "secret token contains unallowed characters"
		}
	}
	if s.hook.stop != nil {
		s.hook.stop()
	}
	s.hook = foreignHook{url: c.values["url"], secret: c.values["secret_token"], lanes: map[string]chan []byte{}}
	s.hook.ctx, s.hook.stop = context.WithCancel(context.Background())
	s.hookSet++
	waiting := s.queue
	s.queue = nil
	for _, one := range waiting {
		s.push(one)
	}
	return true, ""
}

// deliver queues an update for polling, or pushes it; s.mu is held.
func (s *foreignTelegram) deliver(kind string, body object) {
	s.nextUpdate++
	update := foreignUpdate{s.nextUpdate, kind, object{"update_id": s.nextUpdate, kind: body, "x_future": object{"a": []int{1}}}}
	if s.hook.lanes == nil {
		s.queue = append(s.queue, update)
	} else {
		s.push(update)
	}
	s.moved()
}

// push gives the update to its queue: messages of one chat are one, presses of
// one user another, and each waits for 2xx before the next.
func (s *foreignTelegram) push(u foreignUpdate) {
	inner := u.body[u.kind].(object)
	lane := fmt.Sprint(u.kind, inner["from"].(object)["id"])
	queue, ok := s.hook.lanes[lane]
	if !ok {
		queue = make(chan []byte, 100)
		s.hook.lanes[lane] = queue
		go s.drain(s.hook.ctx, s.hook.url, s.hook.secret, queue)
	}
	body, _ := json.Marshal(u.body)
	queue <- body
	if _, contact := inner["contact"]; contact {
		queue <- body // an answer that was lost on the way: the update comes again
	}
}

func (s *foreignTelegram) drain(ctx context.Context, address, secret string, queue chan []byte) {
	for {
		select {
		case <-ctx.Done():
			return
		case body := <-queue:
			for wait := 50 * time.Millisecond; ctx.Err() == nil; wait = min(2*wait, time.Second) {
				status, err := s.post(ctx, address, secret, body)
				if err == nil && status/100 == 2 {
					break
				}
				pause(ctx, wait)
			}
		}
	}
}

func (s *foreignTelegram) post(ctx context.Context, address, secret string, body []byte) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	if secret != "" {
		request.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	said, _ := io.ReadAll(response.Body)
	if response.StatusCode == 200 && strings.Contains(string(said), `"method"`) {
		s.mu.Lock()
		s.fault("a method in the answer to a webhook: its result would never be known")
		s.mu.Unlock()
	}
	return response.StatusCode, nil
}
