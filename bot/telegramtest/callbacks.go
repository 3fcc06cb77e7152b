package telegramtest

import (
	"crypto/rand"
	"encoding/binary"
	"strconv"
	"time"
)

// answerWithin is how long a press can be answered.
const answerWithin = time.Minute

// callbackQuery is a press that waits for its answer.
type callbackQuery struct {
	user     *User
	at       time.Time
	answered bool
}

// CallbackAnswer is what the bot said to a pressed button (Bot API, answerCallbackQuery).
type CallbackAnswer struct {
	Text  string
	Alert bool
	URL   string
	rev   int
}

// pressed makes the callback_query of a button. The caller holds s.mu.
func (s *Server) pressed(u *User, m *message, data string) int64 {
	var raw [8]byte
	_, _ = rand.Read(raw[:])
	id := strconv.FormatUint(binary.BigEndian.Uint64(raw[:])>>1, 10)
	s.callbacks[id] = &callbackQuery{user: u, at: s.cfg.Now()}
	return s.enqueue("callback_query", "callback:"+strconv.FormatInt(u.wire.ID, 10), keepCallbacks, wireCallback{
		ID: id, From: u.wire, Message: m.wire, Data: data,
		ChatInstance: strconv.FormatInt(u.wire.ID*7919, 10),
	})
}

// answerCallbackQuery plays the Bot API's answerCallbackQuery: once for each press, and not too late.
func (s *Server) answerCallbackQuery(c *call) (any, *failure) {
	q := s.callbacks[c.text("callback_query_id")]
	if q == nil || q.answered || s.cfg.Now().Sub(q.at) > answerWithin {
		return nil, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	q.answered = true
	c.chat = q.user.wire.ID
	q.user.chat.rev++
	q.user.answers = append(q.user.answers, CallbackAnswer{
		Text: c.text("text"), Alert: c.flag("show_alert"), URL: c.text("url"), rev: q.user.chat.rev,
	})
	s.broadcast()
	return true, nil
}
