package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"voronka/crm"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// noContactYet is the code of a message that waits for its contact in the CRM.
const noContactYet = "crm_chat_waits"

// dialogRef is where it is kept which chat of the CRM a dialog is.
func dialogRef(contact string) string { return "dialog/chat/" + contact }

// postLine is the job that writes a message into the CRM's chat.
func (b *Bot) postLine(ctx context.Context, job outbox.Job, payload lineJob) (func(storage.Tx) error, error) {
	line := payload.Line
	if b.Messenger == nil { // the channel was taken away meanwhile
		note := crm.Change{ID: line.ID, Contact: line.Contact, At: line.At, Note: line.Text}
		return func(tx storage.Tx) error { return b.mirror(tx, note, b.Now()) }, nil
	}
	var chat crm.Chat
	var known mirrored
	err := b.peek(ctx, func(tx storage.Tx) (err error) {
		if known, err = readMirrored(tx, mirrorRef(line.Contact.ID)); err != nil {
			return err
		}
		chat, err = readChat(tx, line.Contact.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the chat of the CRM: %w", err)
	}
	if known.Contact == "" {
		waits := &sales.Error{Code: noContactYet, Action: sales.Retry, Message: "the customer has no contact in the CRM yet"}
		if job.Attempts > 4 { // no longer than that after the contact is there
			waits.After = 30 * time.Second
		}
		return nil, waits
	}
	// A loud message of somebody without an open deal would make one there.
	line.Loud = line.Loud && known.Deal != "" && !known.Closed
	if line.At.UnixMilli() <= chat.Last {
		line.At = time.UnixMilli(chat.Last + 1)
	}
	after, failure := b.Messenger.Post(ctx, line, known.Contact, chat)
	if failure == nil {
		after.Last = line.At.UnixMilli()
	}
	keep, err := keepChat(line.Contact.ID, chat, after)
	if err != nil || failure == nil {
		return keep, err
	}
	err = b.Store.Update(ctx, func(tx storage.Tx) error {
		if sales.AsError(failure).Code == crm.CodeNoContact {
			return errors.Join(keep(tx), b.renewContact(tx, line))
		}
		return keep(tx)
	})
	if err != nil {
		return nil, fmt.Errorf("keep the chat of the CRM: %w", err)
	}
	b.wake()
	return nil, failure
}

func readChat(tx storage.Tx, contact string) (chat crm.Chat, err error) {
	raw, err := tx.Ref(dialogRef(contact))
	if err != nil || raw == "" {
		return chat, err
	}
	return chat, json.Unmarshal([]byte(raw), &chat)
}

// keepChat writes what is known of a chat when it has changed.
func keepChat(contact string, known, after crm.Chat) (func(storage.Tx) error, error) {
	raw, err := json.Marshal(after)
	if err != nil {
		return nil, fmt.Errorf("encode the chat of the CRM: %w", err)
	}
	return func(tx storage.Tx) error {
		if known == after {
			return nil
		}
		return tx.PutRef(dialogRef(contact), string(raw))
	}, nil
}

// contactKnown lets messages go that waited for their contact in the CRM.
func (b *Bot) contactKnown(tx storage.Tx, contact string) error {
	head, waits, err := tx.Head(dialogLane(contact))
	if err != nil || !waits || head.Code != noContactYet && head.Code != crm.CodeNoContact {
		return err
	}
	head.NotBefore = b.Now()
	return tx.Save(head)
}
