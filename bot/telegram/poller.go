package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	core "voronka/bot"
	"voronka/internal/codec"
	"voronka/sales"
)

// The Bot API holds a poll for at most 50 seconds and gives at most 100
// updates (tdlib/telegram-bot-api, Client.h; Bot API, getUpdates).
const (
	pollSeconds = 50
	pollLimit   = 100
)

// allowedUpdates are the kinds the bot understands. Telegram remembers the
// list, so it is always sent.
func allowedUpdates() []string {
	return []string{"message", "callback_query", "my_chat_member", "chat_member"}
}

// Poller asks Telegram for updates. The offset moves, and Telegram forgets,
// only after a batch is committed.
type Poller struct {
	*Receiver
	trouble
	API, Token string
	// Wait pauses between failures; the default honours ctx. Tests replace it.
	Wait func(ctx context.Context, d time.Duration)

	client *http.Client
	offset int64
}

const (
	// strangerPolls is after how many conflicts in a row it is not the long poll
	// of a process just gone: those end within 50 seconds.
	strangerPolls = 20
	// tokenPause is how long to wait while Telegram does not know the token.
	tokenPause = time.Minute
)

// Run polls until ctx ends. What only a person can mend is told by Trouble,
// and tried again all the same.
func (p *Poller) Run(ctx context.Context) {
	p.client = &http.Client{Transport: newTransport(), Timeout: (pollSeconds + 15) * time.Second}
	if p.Wait == nil {
		p.Wait = sleep
	}
	// Another process may have polled since the last Run. Telegram knows what is
	// confirmed (Bot API, getUpdates), and what comes twice is known to the store.
	p.offset = 0
	defer p.noted(nil) // whoever does not poll is in no trouble
	failures := 0
	for ctx.Err() == nil {
		err := p.poll(ctx)
		if p.noted(err) == nil {
			failures = 0
			continue
		}
		if ctx.Err() != nil {
			return
		}
		coded := sales.AsError(err)
		failures++
		pause := max(coded.After, min(time.Duration(failures)*500*time.Millisecond, 10*time.Second))
		switch {
		case core.StoreFailed(err):
			p.Log.Error("updates wait with telegram, they cannot be written down", "error", err, "failures", failures)
		case coded.Action == sales.Stop:
			pause = tokenPause
			p.Log.Error("telegram cannot be asked, somebody has to look", "error", err)
		case coded.Code == "telegram_conflict" && failures >= strangerPolls:
			p.set(coded.Code)
			p.Log.Error("somebody else polls with the same token", "error", err)
		default:
			p.Log.Warn("telegram poll failed", "error", err, "failures", failures)
		}
		p.Wait(ctx, pause)
	}
}

func (p *Poller) poll(ctx context.Context) error {
	raw, err := p.updates(ctx)
	if err != nil {
		return err
	}
	now := p.Now()
	batch := make([]Update, len(raw))
	next := p.offset
	for i, one := range raw {
		batch[i] = Read(one, now)
		if batch[i].ID != 0 {
			// Not the largest: after a week without updates ids begin anew (Bot API, Update).
			next = batch[i].ID + 1
		}
	}
	if err := p.receive(ctx, batch); err != nil {
		return err
	}
	if len(batch) > 0 && next == p.offset {
		return &sales.Error{Code: "telegram_garbled", Message: "telegram sent updates without ids"}
	}
	p.offset = next
	return nil
}

// updates calls getUpdates and keeps each update undecoded.
func (p *Poller) updates(ctx context.Context) ([]json.RawMessage, error) {
	body, err := json.Marshal(map[string]any{
		"offset": p.offset, "limit": pollLimit, "timeout": pollSeconds, "allowed_updates": allowedUpdates(),
	})
	if err != nil {
		return nil, fmt.Errorf("encode getUpdates: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(p.API, "/")+"/bot"+p.Token+"/getUpdates", bytes.NewReader(body))
	if err != nil {
		return nil, &sales.Error{Code: "telegram_address", Action: sales.Stop, Message: "the Bot API address cannot be used"}
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, transportError(err)
	}
	defer resp.Body.Close()
	return readUpdates(resp)
}

// readUpdates reads the answer to getUpdates.
func readUpdates(resp *http.Response) ([]json.RawMessage, error) {
	var got answer[[]json.RawMessage]
	raw, err := readAll(resp, 64<<20)
	if err != nil || codec.Unmarshal(raw, &got) != nil {
		return nil, &sales.Error{Code: "telegram_unavailable", Message: "telegram answered something else than JSON"}
	}
	if got.OK {
		return got.Result, nil
	}
	after := time.Duration(got.Parameters.RetryAfter) * time.Second
	switch got.Code {
	case http.StatusUnauthorized, http.StatusNotFound:
		return nil, &sales.Error{Code: "telegram_token", Action: sales.Stop, Message: "telegram does not know the bot token"}
	case http.StatusConflict:
		// The long poll of a process just gone, or a second bot with the same token.
		return nil, &sales.Error{Code: "telegram_conflict", After: max(after, 3*time.Second), Message: got.Description}
	}
	return nil, &sales.Error{Code: "telegram_failed", After: after, Message: got.Description}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
