package bot

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strconv"

	"voronka/flows"
	"voronka/storage"
)

// What Hooked answers beside errors of the store.
var (
	// ErrNoHook is a webhook that no flow declares.
	ErrNoHook = errors.New("no flow declares such a webhook")
	// ErrNobody is a webhook about somebody who never spoke to the bot.
	ErrNobody = errors.New("the webhook is about nobody that the bot knows")
)

// Hooked takes the webhook of another program: its JSON document becomes
// variables as the hook declares, and the flow of the customer hears its name.
// When it returns nil the turn is committed, now or by an earlier call with the
// same key. Keys are remembered as long as updates of Telegram.
func (b *Bot) Hooked(ctx context.Context, name, document, key string) error {
	hook := b.Live().Hook(name)
	if hook == nil {
		return ErrNoHook
	}
	contact, err := b.whom(ctx, hook.By, hook.Key(document))
	if err != nil {
		return err
	}
	return b.Handle(ctx, flows.Input{
		ID: "hook:" + name + ":" + contact + ":" + key, Kind: flows.Webhook, Contact: contact, At: b.Now(),
		Text: name, Fields: hook.Fields(document),
	})
}

// whom finds a customer by what another program knows of them. Of several with
// one phone or e-mail it is the one who spoke last.
func (b *Bot) whom(ctx context.Context, by, value string) (id string, err error) {
	switch by {
	case "client_id":
		id = value
	case "telegram":
		number, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return "", ErrNobody
		}
		id = "tg:" + strconv.FormatInt(number, 10)
	default:
		return b.lookUp(ctx, by, value)
	}
	err = b.peek(ctx, func(tx storage.Tx) error {
		_, err := tx.Contact(id)
		return err
	})
	if errors.Is(err, storage.ErrNotFound) || id == "" {
		return "", ErrNobody
	}
	if err != nil {
		return "", fmt.Errorf("load contact: %w", err)
	}
	return id, nil
}

// lookUp finds a customer by a phone or an e-mail as people write them.
func (b *Bot) lookUp(ctx context.Context, by, value string) (id string, err error) {
	find := storage.Tx.ByPhone
	if by == "email" {
		address, err := mail.ParseAddress(value)
		if err != nil {
			return "", ErrNobody
		}
		find, value = storage.Tx.ByEmail, address.Address
	}
	err = b.peek(ctx, func(tx storage.Tx) error {
		found, err := find(tx, value, 1)
		if err != nil {
			return fmt.Errorf("look a contact up: %w", err)
		}
		if len(found) == 0 {
			return ErrNobody
		}
		id = found[0].ID
		return nil
	})
	return id, err
}
