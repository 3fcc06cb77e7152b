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

// notDelivered is the line of a message that its customer will never have.
const notDelivered = "message_not_delivered " + ChatBlocked

// maxMends is how often one run sends a message in another form after the
// channel has refused it, so that nothing of it was shown.
const maxMends = 3

// show sends a message, in another form where the channel does not take it as
// it is, and remembers its id, or that of a file that was uploaded.
func (b *Bot) show(ctx context.Context, contact sales.Contact, message Message) (finish func(storage.Tx) error, err error) {
	for range maxMends {
		sent, failure := b.Chat.Send(ctx, contact.ChatID, message)
		if failure == nil {
			return both(finish, b.sentBefore(contact.ID, message, sent)), nil
		}
		mended, err := b.mend(ctx, &contact, &message, failure)
		if err != nil {
			return nil, err
		}
		finish = both(mended, finish)
	}
	return nil, &sales.Error{Code: "telegram_refused", Action: sales.Bury, Message: "the message was refused in each form"}
}

// sentBefore keeps what a later message needs to know of one that was shown.
func (b *Bot) sentBefore(contact string, message Message, sent Sent) func(storage.Tx) error {
	if files := message.Files(); len(files) > 0 || sent.Message == 0 {
		return b.keepFiles(files, sent)
	}
	return func(tx storage.Tx) error {
		return tx.PutRef(lastRef(contact), strconv.FormatInt(sent.Message, 10))
	}
}

// mend changes a message, or its address, so that it may be taken now, and
// gives what is to be noted once it was; a failure that cannot be mended is
// given back.
func (b *Bot) mend(ctx context.Context, contact *sales.Contact, message *Message, failure error) (func(storage.Tx) error, error) {
	var moved *MovedError
	if errors.As(failure, &moved) {
		contact.ChatID = moved.To
		return nil, b.follow(ctx, contact.ID, moved.To)
	}
	files := message.Files()
	switch code := sales.AsError(failure).Code; {
	case code == ChatFile && uploaded(files):
		for _, one := range files {
			if len(one.Content) > 0 {
				one.Known = "" // the channel has forgotten it: upload it again
			}
		}
		return nil, nil
	case code == ChatMarkup && !message.Plain:
		b.Log.Error("a text's tags were refused, it is said without them", "contact", contact.ID, "error", failure)
		message.Text, message.Plain = flows.PlainText(message.Text), true
		return b.note(contact.ID, "markup", "markup_refused"), nil
	}
	return nil, failure
}

// follow keeps the new id of a chat: a group that became a supergroup (Bot API,
// ResponseParameters).
func (b *Bot) follow(ctx context.Context, contact string, chat int64) error {
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		known, err := tx.Contact(contact)
		if err != nil || known.ChatID == chat {
			return err
		}
		known.ChatID = chat
		if err := tx.PutContact(known); err != nil {
			return err
		}
		return b.note(contact, "migrated", "chat_migrated")(tx)
	})
	if err != nil {
		return untouched(fmt.Errorf("keep the chat's new id: %w", err))
	}
	return nil
}

// unreached is the finish of a message whose customer has blocked the bot or is
// gone.
func (b *Bot) unreached(job outbox.Job, contact string) func(storage.Tx) error {
	return func(tx storage.Tx) error {
		if err := b.note(contact, "unsent", notDelivered)(tx); err != nil {
			return err
		}
		return b.heardGone(tx, job, contact)
	}
}

// heardGone lets the flow hear, the first time, that its customer cannot be
// reached, as if the channel had told.
func (b *Bot) heardGone(tx storage.Tx, job outbox.Job, contact string) error {
	known, err := tx.Contact(contact)
	if err != nil || known.Blocked {
		return err
	}
	return b.take(tx, flows.Input{
		ID: "unreached:" + strconv.FormatInt(job.ID, 10), Kind: flows.Blocked, Contact: contact, At: b.Now(),
	})
}
