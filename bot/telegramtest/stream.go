package telegramtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// heartbeat keeps proxies from closing a silent stream.
const heartbeat = 15 * time.Second

// shownMessage is a message as the page draws it.
type shownMessage struct {
	ID       int64         `json:"id"`
	Bot      bool          `json:"bot"`
	Deleted  bool          `json:"deleted,omitempty"`
	Text     string        `json:"text,omitempty"`
	Entities []Entity      `json:"entities,omitempty"`
	Buttons  [][]Button    `json:"buttons,omitempty"`
	File     *shownFile    `json:"file,omitempty"`
	Group    string        `json:"group,omitempty"` // of an album
	Contact  *wireContact  `json:"contact,omitempty"`
	Location *wireLocation `json:"location,omitempty"`
	Reply    string        `json:"reply,omitempty"`
	Time     int64         `json:"time"` // milliseconds
	Edited   bool          `json:"edited,omitempty"`
}

type shownFile struct {
	Name  string `json:"name"`
	Size  int    `json:"size"`
	URL   string `json:"url"`
	Kind  string `json:"kind"` // photo, document, video, audio, voice, animation or video_note
	MIME  string `json:"mime,omitempty"`
	Width int    `json:"width,omitempty"`
	High  int    `json:"height,omitempty"`
}

// shownState is everything around the messages.
type shownState struct {
	Started     bool          `json:"started"`
	Blocked     bool          `json:"blocked"`
	Action      string        `json:"action"`
	Keyboard    [][]Key       `json:"keyboard"`
	Placeholder string        `json:"placeholder,omitempty"`
	Commands    []wireCommand `json:"commands"`
}

// frame is what one wake-up of a stream has to write.
type frame struct {
	messages []shownMessage
	answers  []CallbackAnswer
	state    []byte
	rev      int
	changed  <-chan struct{}
	reset    bool          // the browser remembers another server's chat
	calm     time.Duration // until the typing indicator goes out; 0: it is out
}

// serveEvents streams a customer's chat: "message" (new, edited or deleted), "state" and "answer".
// The event id is the chat's revision, so a browser that comes back gets what it missed.
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	u, ok := s.customer(w, r)
	if !ok {
		return
	}
	seen := r.Header.Get("Last-Event-ID")
	if seen == "" {
		seen = r.URL.Query().Get("after")
	}
	last, err := strconv.Atoi(seen)
	fresh := err != nil
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	stream := http.NewResponseController(w)
	var state []byte
	for {
		f := s.frame(u, last, fresh)
		if f.reset {
			writeEvent(w, "reset", f.rev, true)
		}
		for _, m := range f.messages {
			writeEvent(w, "message", f.rev, m)
		}
		for _, a := range f.answers {
			writeEvent(w, "answer", f.rev, map[string]any{"text": a.Text, "alert": a.Alert, "url": a.URL})
		}
		if !bytes.Equal(state, f.state) {
			state = f.state
			writeEvent(w, "state", f.rev, json.RawMessage(state))
		}
		if stream.Flush() != nil {
			return
		}
		last, fresh = f.rev, false
		pause := heartbeat
		if f.calm > 0 {
			pause = min(pause, f.calm)
		}
		timer := time.NewTimer(pause)
		select {
		case <-f.changed:
		case <-timer.C:
			_, _ = fmt.Fprint(w, ": still here\n\n")
		case <-r.Context().Done():
			return
		case <-s.stopped.Done():
			return
		}
		timer.Stop()
	}
}

// frame collects what changed after revision last. Old answers are not shown to a fresh page.
func (s *Server) frame(u *User, last int, fresh bool) frame {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := frame{rev: u.chat.rev, changed: s.changed, reset: last > u.chat.rev}
	if f.reset {
		last, fresh = 0, true
	}
	for _, m := range u.chat.messages {
		if m.rev > last && !(fresh && m.deleted) {
			f.messages = append(f.messages, m.shown())
		}
	}
	for _, a := range u.answers {
		if a.rev > last && !fresh {
			f.answers = append(f.answers, a)
		}
	}
	state := shownState{
		Started: u.started, Blocked: u.blocked, Keyboard: u.chat.keyboard, Placeholder: u.chat.placeholder,
		Commands: s.menu(u.wire.LanguageCode),
	}
	if f.calm = u.chat.actionUntil.Sub(s.cfg.Now()); f.calm > 0 {
		state.Action = u.chat.action
	}
	f.state = encodeJSON(state)
	return f
}

func (m *message) shown() shownMessage {
	out := shownMessage{ID: m.wire.MessageID, Bot: m.fromBot, Deleted: m.deleted, Time: m.at.UnixMilli()}
	if m.deleted {
		return out
	}
	out.Text, out.Entities = m.content()
	out.Buttons, out.Contact, out.Location = m.markup.inline, m.wire.Contact, m.wire.Location
	out.Edited = m.wire.EditDate != 0
	if m.wire.ReplyTo != nil {
		out.Reply = m.wire.ReplyTo.Text + m.wire.ReplyTo.Caption
	}
	if m.file == nil {
		return out
	}
	out.Group = m.wire.MediaGroup
	out.File = &shownFile{
		Name: m.file.Name, Size: len(m.file.Data), URL: "chat/file/" + url.PathEscape(m.file.ID), Kind: m.wire.kind(), MIME: m.file.MIME,
	}
	if m.wire.Photo != nil {
		out.File.Width, out.File.High = m.wire.Photo[0].Width, m.wire.Photo[0].Height
	}
	return out
}

func writeEvent(w http.ResponseWriter, event string, id int, data any) {
	_, _ = fmt.Fprintf(w, "event: %s\nid: %d\ndata: %s\n\n", event, id, encodeJSON(data))
}

// attachment writes a Content-Disposition that keeps Cyrillic names.
func attachment(disposition, name string) string {
	return mime.FormatMediaType(disposition, map[string]string{"filename": name})
}
