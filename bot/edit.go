package bot

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// Editor is a chat that can change a text it has shown. An error with the code
// ChatUneditable says that the message is gone, or is none of ours.
type Editor interface {
	Edit(ctx context.Context, chat, message int64, to Message) error
}

// ChatUneditable is the code of an error that says a message cannot be changed.
const ChatUneditable = "chat_uneditable"

type editJob struct {
	Contact string     `json:"contact"`
	Edit    flows.Edit `json:"edit"`
	Pace
}

// lastRef is where the id of the bot's last text to a contact is kept.
func lastRef(contact string) string { return "last/" + contact }

// edit is the job that changes a message; one that cannot be changed is said anew.
func (b *Bot) edit(ctx context.Context, job outbox.Job, payload editJob) (func(storage.Tx) error, error) {
	return b.givingWay(ctx, job, &payload.Pace, func() (func(storage.Tx) error, error) {
		done, err := b.rewrite(ctx, payload)
		if err != nil || done {
			return nil, err
		}
		return b.utter(ctx, job, sayJob{Contact: payload.Contact, Say: payload.Edit.Say, Pace: payload.Pace})
	})
}

// rewrite changes the message and tells whether that could be done.
func (b *Bot) rewrite(ctx context.Context, payload editJob) (done bool, err error) {
	editor, able := b.Chat.(Editor)
	if !able {
		return false, nil
	}
	contact, err := b.loadContact(ctx, payload.Contact)
	if err != nil {
		return false, untouched(err)
	}
	message, err := b.lastMessage(ctx, payload)
	if err != nil || message == 0 {
		return false, untouched(err)
	}
	links, err := b.links(ctx, payload.Edit.Say)
	if errors.Is(err, errNoLink) {
		return false, nil // saying it notes why not
	}
	if err != nil {
		return false, untouched(err)
	}
	to := Message{Text: links.inText(payload.Edit.Say.Text), Buttons: linked(payload.Edit.Say.Buttons, links), Pace: payload.Pace}
	err = editor.Edit(ctx, contact.ChatID, message, to)
	if err == nil {
		return true, nil
	}
	if code := sales.AsError(err).Code; code == ChatUneditable || code == ChatBlocked {
		return false, nil
	}
	return false, err
}

// lastMessage is the message that an edit means, zero when there is none.
func (b *Bot) lastMessage(ctx context.Context, payload editJob) (id int64, err error) {
	if payload.Edit.Message != 0 {
		return payload.Edit.Message, nil
	}
	err = b.peek(ctx, func(tx storage.Tx) error {
		text, err := tx.Ref(lastRef(payload.Contact))
		if err != nil || text == "" {
			return err
		}
		id, err = strconv.ParseInt(text, 10, 64)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("look for the last message: %w", err)
	}
	return id, nil
}
