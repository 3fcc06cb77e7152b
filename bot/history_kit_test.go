package bot_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"voronka/bot"
	"voronka/flows"
	"voronka/payments/tbanktest"
	"voronka/storage"
)

// mortal is a store whose process dies at a commit: before it, or after it but
// before anybody learns of it.
type mortal struct {
	storage.Store
	mu    sync.Mutex
	fuse  int // commits until death, 0 for none
	after bool
	dead  bool
	die   context.CancelFunc
}

var errDead = errors.New("the process is dead")

// burn counts a commit and tells whether it is the last one.
func (m *mortal) burn() (last, dead bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead || m.fuse == 0 {
		return false, m.dead
	}
	m.fuse--
	return m.fuse == 0, false
}

func (m *mortal) kill() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dead = true
	m.die()
}

func (m *mortal) Update(ctx context.Context, fn func(storage.Tx) error) error {
	last, dead := m.burn()
	if dead {
		return errDead
	}
	if last && !m.after {
		m.kill()
		return errDead
	}
	err := m.Store.Update(ctx, fn)
	if last {
		m.kill()
		return errDead
	}
	return err
}

func (m *mortal) View(ctx context.Context, fn func(storage.Tx) error) error {
	m.mu.Lock()
	dead := m.dead
	m.mu.Unlock()
	if dead {
		return errDead
	}
	return m.Store.View(ctx, fn)
}

// wire carries calls to the bank within the process; a dropped connection has
// no answer.
type wire struct{ bank *tbanktest.Server }

func (w wire) RoundTrip(r *http.Request) (answer *http.Response, err error) {
	defer func() {
		if lost := recover(); lost != nil {
			answer, err = nil, io.ErrUnexpectedEOF
		}
	}()
	recorder := httptest.NewRecorder()
	w.bank.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

// mailbox takes what the bank notifies, to be delivered when and as often as a
// history wants.
type mailbox struct {
	mu     sync.Mutex
	bodies []string
}

func (m *mailbox) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	m.bodies = append(m.bodies, string(body))
	m.mu.Unlock()
	recorder := httptest.NewRecorder()
	_, _ = io.WriteString(recorder, "OK")
	return recorder.Result(), nil
}

// clubhouse is a chat with a channel: who is invited is in, who is kicked is out.
type clubhouse struct {
	mu    sync.Mutex
	in    bool
	shown []bot.Message
}

const entrance = "https://t.me/+entrance"

func (c *clubhouse) Send(_ context.Context, _ int64, m bot.Message) (bot.Sent, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shown = append(c.shown, m)
	c.in = c.in || strings.Contains(m.Text, entrance)
	return bot.Sent{Message: int64(len(c.shown))}, nil
}

func (c *clubhouse) Acknowledge(context.Context, int64, string, string) error { return nil }

func (c *clubhouse) Invite(context.Context, string, string, time.Time) (string, error) {
	return entrance, nil
}

func (c *clubhouse) Kick(context.Context, string, int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.in = false
	return nil
}

func (c *clubhouse) member() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.in
}

// button is the data of the newest button with a label, address its address.
func (c *clubhouse) button(label string) string { return c.labelled(label).Data }

func (c *clubhouse) address(label string) string { return c.labelled(label).URL }

func (c *clubhouse) labelled(label string) flows.InlineButton {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := len(c.shown) - 1; i >= 0; i-- {
		for _, row := range c.shown[i].Buttons {
			for _, b := range row {
				if b.Text == label {
					return b
				}
			}
		}
	}
	return flows.InlineButton{}
}

// envelope seals so that a test can tell what is sealed.
type envelope struct{}

func (envelope) Seal(purpose, plain string) string {
	return base64.StdEncoding.EncodeToString([]byte(purpose + "|" + plain))
}

func (envelope) Open(purpose, sealed string) (string, error) {
	text, err := base64.StdEncoding.DecodeString(sealed)
	plain, ours := strings.CutPrefix(string(text), purpose+"|")
	if err != nil || !ours {
		return "", errors.New("not sealed for this")
	}
	return plain, nil
}
