package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"voronka/crm"
	"voronka/storage"
)

// Where it is kept when somebody last listened to the CRM's chats, and when
// nobody did and it is not known yet what was missed.
const (
	listenedRef = "dialog/listened"
	deafRef     = "dialog/deaf"
)

const (
	// listenEvery is how often it is written down that somebody listens.
	listenEvery = 10 * time.Second
	// deafness is how long nobody may have, before it is looked at what was missed:
	// a tick may be late, and another process takes a few seconds to take over.
	deafness = 2 * listenEvery
)

// deaf is a time in which nobody listened.
type deaf struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// chatMissed is why a person is called to a dialog in whose chat a manager wrote
// while nobody listened: the CRM tells a message once, and what it was is not to be had.
const chatMissed = "chat_missed"

// Listen writes down that somebody listens to the CRM's chats, and since when
// nobody did before. It is called every ten seconds.
func (b *Bot) Listen(ctx context.Context) error {
	if _, able := b.Messenger.(crm.Chronicler); !able {
		return nil
	}
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		now := b.Now().UTC()
		kept, err := tx.Ref(listenedRef)
		if err != nil {
			return err
		}
		last, err := time.Parse(time.RFC3339, kept)
		if err == nil && now.Sub(last) > deafness {
			silence, err := readDeaf(tx)
			if err != nil {
				return err
			}
			if silence.From.IsZero() { // whoever listened last was alive until about then
				silence.From = last.Add(listenEvery)
			}
			silence.Until = now
			raw, err := json.Marshal(silence)
			if err != nil {
				return err
			}
			if err := tx.PutRef(deafRef, string(raw)); err != nil {
				return err
			}
		}
		return tx.PutRef(listenedRef, now.Format(time.RFC3339))
	})
	if err != nil {
		return fmt.Errorf("write down who listens to the CRM's chats: %w", err)
	}
	return nil
}

func readDeaf(tx storage.Tx) (silence deaf, err error) {
	raw, err := tx.Ref(deafRef)
	if err == nil && raw != "" {
		err = json.Unmarshal([]byte(raw), &silence)
	}
	return silence, err
}

// callMissed calls a person to the dialogs in whose chats managers wrote while
// nobody listened.
func (b *Bot) callMissed(ctx context.Context) error {
	chronicler, able := b.Messenger.(crm.Chronicler)
	if !able {
		return nil
	}
	var silence deaf
	err := b.peek(ctx, func(tx storage.Tx) (err error) {
		silence, err = readDeaf(tx)
		return err
	})
	if err != nil || silence.From.IsZero() {
		return err
	}
	wrote, err := chronicler.WroteIn(ctx, silence.From, silence.Until)
	if err != nil {
		return fmt.Errorf("ask the CRM where managers wrote: %w", err)
	}
	err = b.Store.Update(ctx, func(tx storage.Tx) error {
		for _, one := range wrote {
			if err := b.callTo(tx, one, silence); err != nil {
				return err
			}
		}
		now, err := readDeaf(tx)
		if err != nil || now != silence {
			return err // it has grown meanwhile
		}
		return tx.PutRef(deafRef, "")
	})
	if err != nil {
		return fmt.Errorf("call a person to missed chats: %w", err)
	}
	b.runner.Wake()
	return nil
}

// callTo calls a person to the dialog of a deal, unless a message of a manager's
// was heard there in spite of the silence: by another process, or in its last moment.
func (b *Bot) callTo(tx storage.Tx, one crm.Wrote, silence deaf) error {
	contact, err := tx.Ref(dealRef(one.Deal))
	if err != nil || contact == "" {
		return err // not a deal of ours
	}
	kept, err := tx.Ref(wroteRef(contact))
	if err != nil {
		return err
	}
	if heard, err := time.Parse(time.RFC3339, kept); err == nil && !heard.Before(one.At) && !heard.After(silence.Until) {
		return nil
	}
	waits, err := tx.Ref(AttentionRef(contact))
	if err != nil || waits == chatMissed {
		return err
	}
	if err := b.note(contact, "crm", chatMissed)(tx); err != nil {
		return err
	}
	return b.raise(tx, contact, chatMissed)
}
