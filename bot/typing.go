package bot

import (
	"context"
	"time"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/storage"
)

// Typist is a chat that can show that the bot is typing, for a few seconds.
type Typist interface {
	Typing(ctx context.Context, chat int64) error
}

// typed is for how long one sign of typing is shown (Bot API, sendChatAction:
// 5 seconds or less).
const typed = 5 * time.Second

type typingJob struct {
	Contact string `json:"contact"`
	// Over marks the end: nothing is shown, the lane has waited long enough.
	Over bool `json:"over,omitempty"`
}

// enqueueTyping shows the sign again and again; the last job holds back what
// the same lane says after it.
func enqueueTyping(tx storage.Tx, lane outbox.Lane, contact string, typing flows.Typing, at time.Time) error {
	end := time.Duration(typing.Seconds) * time.Second
	for shown := time.Duration(0); shown < end; shown += typed {
		if err := put(tx, lane, jobTyping, typingJob{Contact: contact}, at.Add(shown)); err != nil {
			return err
		}
	}
	return put(tx, lane, jobTyping, typingJob{Contact: contact, Over: true}, at.Add(end))
}

// typing is the job that shows the sign. It is tried once: nobody misses it.
func (b *Bot) typing(ctx context.Context, _ outbox.Job, payload typingJob) (func(storage.Tx) error, error) {
	typist, able := b.Chat.(Typist)
	if payload.Over || !able {
		return nil, nil
	}
	contact, err := b.loadContact(ctx, payload.Contact)
	if err != nil {
		return nil, untouched(err)
	}
	ctx, cancel := context.WithTimeout(ctx, typed)
	defer cancel()
	if err := typist.Typing(ctx, contact.ChatID); err != nil {
		b.Log.Info("typing was not shown", "error", err)
	}
	return nil, nil
}
