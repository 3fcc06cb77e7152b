package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// utter is the job that says something. What cannot reach a customer who has
// gone is of no use later; an unknown outcome is judged by doubted.
func (b *Bot) utter(ctx context.Context, job outbox.Job, payload sayJob) (func(storage.Tx) error, error) {
	finish, err := b.say(ctx, payload)
	switch {
	case err == nil:
		return both(b.cleared(ctx, job, payload.Contact, finish), b.arrived(payload, "")), nil
	case sales.AsError(err).Code == ChatBlocked:
		return both(b.unreached(job, payload.Contact), b.arrived(payload, ChatBlocked)), nil
	}
	return nil, b.doubted(ctx, job, err)
}

// say shows a message.
func (b *Bot) say(ctx context.Context, payload sayJob) (func(storage.Tx) error, error) {
	contact, err := b.addressee(ctx, payload)
	if err != nil {
		return nil, err
	}
	if contact.Blocked && payload.Urgency != Reply {
		return nil, &sales.Error{Code: ChatBlocked, Action: sales.Bury, Message: "the customer has blocked the bot"}
	}
	links, err := b.links(ctx, payload.Say)
	if errors.Is(err, errNoLink) {
		// The provider refused; the flow hears of it by an input of its own.
		return b.note(payload.Contact, "unsent", "payment link refused, message not sent"), nil
	}
	if err != nil {
		return nil, err
	}
	message := Message{
		Text: links.inText(payload.Say.Text), Buttons: linked(payload.Say.Buttons, links),
		Keyboard: payload.Say.Keyboard, RemoveKeyboard: payload.Say.RemoveKeyboard,
		Preview: payload.Say.Preview, Protect: payload.Say.Protect, Silent: payload.Say.Silent, Pace: payload.Pace,
	}
	if err = b.attach(ctx, &message, payload.Say); err != nil {
		return nil, err
	}
	if err = b.code(ctx, &message, payload.Say.QR); err != nil {
		return nil, err
	}
	return b.show(ctx, contact, message)
}

// addressee is who is to hear it. A reply knows its chat, and goes to whoever
// has just written: it need not look into the store.
func (b *Bot) addressee(ctx context.Context, payload sayJob) (sales.Contact, error) {
	if payload.Chat != 0 && payload.Urgency == Reply {
		return sales.Contact{ID: payload.Contact, ChatID: payload.Chat}, nil
	}
	return b.loadContact(ctx, payload.Contact)
}

// file reads a file of the project, with the channel's id of it when it was
// uploaded before; an empty name is no file.
func (b *Bot) file(ctx context.Context, kind, name string) (*File, error) {
	if name == "" {
		return nil, nil
	}
	if given := elsewhere(name); given != nil {
		return given, nil
	}
	content, err := b.Files(name)
	if err != nil {
		return nil, &sales.Error{Code: "file_missing", Action: sales.Bury, Message: "file " + name + " cannot be read from the project folder", Err: err}
	}
	file := &File{Name: path.Base(name), Content: content}
	err = b.peek(ctx, func(tx storage.Tx) error {
		file.Known, err = tx.Ref(fileRef(kind, content))
		return err
	})
	return file, err
}

// fileRef is where the channel's id of an uploaded file is kept, by content. An
// id belongs to one kind: a photo cannot be sent again as a document (Bot API,
// "Sending files").
func fileRef(kind string, content []byte) string {
	sum := sha256.Sum256(content)
	return kind + "/" + hex.EncodeToString(sum[:])
}

var errNoLink = errors.New("the payment has no link")

// replaced puts the addresses that a customer can open in the place of the
// late-bound ones: as they are, and inside HTML; nil where there are none.
type replaced struct{ address, text *strings.Replacer }

func (b *Bot) payAddress(payment sales.Payment) string {
	if b.PublicURL == "" {
		return payment.URL
	}
	return b.PublicURL + "/pay/" + payment.ID
}

func (r replaced) inText(text string) string {
	if r.text == nil {
		return text
	}
	return r.text.Replace(text)
}

func linked(rows [][]flows.InlineButton, links replaced) [][]flows.InlineButton {
	if links.address == nil {
		return rows
	}
	out := make([][]flows.InlineButton, len(rows))
	for i, row := range rows {
		out[i] = make([]flows.InlineButton, len(row))
		for j, button := range row {
			button.URL = links.address.Replace(button.URL)
			out[i][j] = button
		}
	}
	return out
}

// pressLife is how long a press can be acknowledged at least: its update itself
// is kept for 150 seconds (tdlib/telegram-bot-api, Client.cpp).
const pressLife = 2 * time.Minute

// acknowledge is the job that stops a button's spinner. It is tried once, and
// after a pause that the channel asks for: a press is soon forgotten there.
func (b *Bot) acknowledge(ctx context.Context, job outbox.Job, payload ackJob) (func(storage.Tx) error, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	err := b.Chat.Acknowledge(ctx, payload.Chat, payload.Acknowledge.Callback, payload.Acknowledge.Text)
	if err == nil {
		return nil, nil
	}
	coded := sales.AsError(err)
	if again := b.Now().Add(coded.After); coded.Code == ChatFlood && again.Before(job.EnqueuedAt.Add(pressLife)) {
		return nil, err
	}
	b.Log.Info("a press was not acknowledged", "error", err)
	return nil, nil
}

func (b *Bot) loadContact(ctx context.Context, id string) (contact sales.Contact, err error) {
	err = b.peek(ctx, func(tx storage.Tx) error {
		contact, err = tx.Contact(id)
		return err
	})
	if err != nil {
		return contact, fmt.Errorf("load contact: %w", err)
	}
	return contact, nil
}

// note is a finish that leaves an internal line in the dialog.
func (b *Bot) note(contact, kind, text string) func(storage.Tx) error {
	return func(tx storage.Tx) error {
		return tx.Append(contact, flows.Line{At: b.Now(), Who: flows.Event, Kind: kind, Text: text})
	}
}

// untouched codes an error of our own, before anything was sent: the job may
// be tried again whatever it does.
func untouched(err error) error {
	var coded *sales.Error
	if err == nil || errors.As(err, &coded) {
		return err
	}
	return &sales.Error{Code: "internal", Action: sales.Retry, Err: err}
}
