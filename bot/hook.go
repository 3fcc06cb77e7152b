package bot

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"voronka/flows"
	"voronka/sales"
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
	err = b.Store.View(ctx, func(tx storage.Tx) error {
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

// lookUp goes through the contacts, the last active first: stores keep no index
// of phones and e-mails.
func (b *Bot) lookUp(ctx context.Context, by, value string) (id string, err error) {
	same := matcher(by, value)
	if same == nil {
		return "", ErrNobody
	}
	err = b.Store.View(ctx, func(tx storage.Tx) error {
		const page = 500
		for after := (sales.Contact{}); ; {
			contacts, err := tx.Contacts(after, page)
			if err != nil {
				return fmt.Errorf("list contacts: %w", err)
			}
			for _, contact := range contacts {
				if same(contact) {
					id = contact.ID
					return nil
				}
			}
			if len(contacts) < page {
				return ErrNobody
			}
			after = contacts[len(contacts)-1]
		}
	})
	return id, err
}

// matcher compares contacts with a phone or an e-mail as people write them; nil
// for what is neither.
func matcher(by, value string) func(sales.Contact) bool {
	if by == "email" {
		address, err := mail.ParseAddress(value)
		if err != nil {
			return nil
		}
		return func(c sales.Contact) bool { return strings.EqualFold(c.Email, address.Address) }
	}
	number, err := phonenumbers.Parse(value, "RU")
	if err != nil || !phonenumbers.IsPossibleNumber(number) {
		return nil
	}
	phone := phonenumbers.Format(number, phonenumbers.E164)
	return func(c sales.Contact) bool { return c.Phone == phone }
}
