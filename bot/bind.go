package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

// binding is a request to store a card as the store keeps it.
type binding struct {
	ID           string    `json:"id"`
	Contact      string    `json:"contact"`
	Subscription string    `json:"subscription,omitempty"`
	Provider     string    `json:"provider"`
	Shop         string    `json:"shop,omitempty"`
	CustomerKey  string    `json:"customer_key,omitempty"`
	Account      bool      `json:"account,omitempty"`
	Description  string    `json:"description,omitempty"`
	AskedAt      time.Time `json:"asked_at"`
	// Request is the provider's key of it, URL its page; empty until it is made.
	Request string `json:"request,omitempty"`
	URL     string `json:"url,omitempty"`
	// Ended is what came of it, empty while it is open.
	Ended  flows.Outcome `json:"ended,omitempty"`
	Checks int           `json:"checks,omitempty"`
	// Payment is the one that stores the account by being paid, empty where
	// nothing is paid: the flow hears of the payment then, and of the account only
	// where its bank would not have it charged.
	Payment string `json:"payment,omitempty"`
}

type bindJob struct {
	Binding string `json:"binding"`
}

// bindLife is how long a page for a card lives (T-Bank API 1.80, AddCard: two
// days), and a bit; bindPatience is how long a provider that is down is waited for.
const (
	bindLife     = 49 * time.Hour
	bindPatience = time.Hour
)

func bindingRef(id string) string                { return "binding/" + id }
func requestRef(provider, request string) string { return "bound/" + provider + "/" + request }

func loadBinding(tx storage.Tx, id string) (one binding, err error) {
	raw, err := tx.Ref(bindingRef(id))
	if err != nil || raw == "" {
		return one, err
	}
	if err := json.Unmarshal([]byte(raw), &one); err != nil {
		return one, fmt.Errorf("read binding: %w", err)
	}
	return one, nil
}

func putBinding(tx storage.Tx, one binding) error {
	raw, err := json.Marshal(one)
	if err != nil {
		return fmt.Errorf("encode binding: %w", err)
	}
	return tx.PutRef(bindingRef(one.ID), string(raw))
}

// enqueueBind writes a request for a card and the job that makes its page,
// before the message that shows it, in the same lane.
func (b *Bot) enqueueBind(tx storage.Tx, e flows.BindCard, contact string, at time.Time) error {
	one := binding{
		ID: e.ID, Contact: contact, Subscription: e.Subscription, CustomerKey: e.CustomerKey, Account: e.Account,
		Description: e.Description, AskedAt: at, Provider: b.Engine.Provider,
	}
	return errors.Join(putBinding(tx, one), put(tx, chatLane(contact), jobBind, bindJob{e.ID}, at))
}

// bind is the job that has the provider make the page for a card. A page whose
// answer was lost is made again: nobody can have seen it.
func (b *Bot) bind(ctx context.Context, _ outbox.Job, payload bindJob) (func(storage.Tx) error, error) {
	one, err := b.peekBinding(ctx, payload.Binding)
	if err != nil || one.ID == "" || one.URL != "" || one.Ended != "" {
		return nil, err
	}
	made, err := b.askPage(ctx, one)
	switch coded := sales.AsError(err); {
	case err == nil:
	case coded.Action == sales.Retry && b.Now().Before(one.AskedAt.Add(bindPatience)):
		return nil, err
	default:
		b.Log.Error("page for a card not made", "binding", one.ID, "error", err)
		return func(tx storage.Tx) error {
			return errors.Join(b.raise(tx, one.Contact, coded.Code), b.endBinding(tx, one.ID, flows.CardRefused))
		}, nil
	}
	one.Request, one.URL = made.External, made.URL
	return func(tx storage.Tx) error {
		return errors.Join(putBinding(tx, one), tx.PutRef(requestRef(one.Provider, one.Request), one.ID),
			put(tx, cardLane(one.ID), jobBound, payload, b.Now().Add(bindPause(0))))
	}, nil
}

// askPage has the provider make the page.
func (b *Bot) askPage(ctx context.Context, one binding) (payments.Link, error) {
	if b.Sealer == nil {
		return payments.Link{}, &sales.Error{Code: "card_not_kept", Action: sales.Bury, Message: "there is no key to keep cards with"}
	}
	if b.Provider != nil && b.Provider.Name() == one.Provider {
		if binder, able := b.Provider.(payments.AccountBinder); able && one.Account {
			return binder.BindAccount(ctx, one.Shop, one.Description)
		}
		if wallet, able := b.Provider.(payments.Wallet); able && !one.Account {
			return wallet.Bind(ctx, one.Shop, one.CustomerKey)
		}
	}
	return payments.Link{}, &sales.Error{Code: "no_provider", Action: sales.Bury, Message: "the payment provider stores no cards"}
}

func (b *Bot) peekBinding(ctx context.Context, id string) (one binding, err error) {
	err = b.peek(ctx, func(tx storage.Tx) (err error) {
		one, err = loadBinding(tx, id)
		return err
	})
	return one, err
}

// bindPause grows while nothing is heard of a page.
func bindPause(checks int) time.Duration {
	const s, m = time.Second, time.Minute
	steps := []time.Duration{30 * s, m, m, 2 * m, 5 * m, 10 * m, 20 * m, 60 * m, 180 * m, 360 * m}
	return steps[min(checks, len(steps)-1)]
}

// bound is the job that asks what became of a page: without a public address
// nobody else tells.
func (b *Bot) bound(ctx context.Context, _ outbox.Job, payload bindJob) (func(storage.Tx) error, error) {
	one, err := b.peekBinding(ctx, payload.Binding)
	if err != nil || one.Request == "" || one.Ended == flows.CardSaved {
		return nil, err
	}
	said, err := b.askBinding(ctx, one)
	if err != nil {
		return nil, err
	}
	return func(tx storage.Tx) error {
		if err := b.tellCard(tx, one.ID, said); err != nil {
			return err
		}
		current, err := loadBinding(tx, one.ID)
		if err != nil || current.Ended == flows.CardSaved {
			return err
		}
		if b.Now().After(one.AskedAt.Add(bindLife)) {
			return b.giveUpAccount(tx, current)
		}
		current.Checks++
		return errors.Join(putBinding(tx, current), put(tx, cardLane(one.ID), jobBound, payload, b.Now().Add(bindPause(current.Checks))))
	}, nil
}

// askBinding asks the provider; what its answer lacks of a card, the list of
// the customer's cards tells.
func (b *Bot) askBinding(ctx context.Context, one binding) (said payments.Binding, err error) {
	if binder, able := b.Provider.(payments.AccountBinder); able && one.Account {
		return binder.AccountBound(ctx, one.Shop, one.Request)
	}
	wallet, able := b.Provider.(payments.Wallet)
	if !able || one.Account {
		return said, &sales.Error{Code: "no_provider", Action: sales.Bury, Message: "the payment provider stores no cards"}
	}
	said, err = wallet.Bound(ctx, one.Shop, one.Request)
	if err != nil || said.Status != payments.BindingDone || said.Card.Last != "" {
		return said, err
	}
	cards, err := wallet.Cards(ctx, one.Shop, one.CustomerKey)
	for _, card := range cards {
		if card.ID == said.Card.ID && card.ID != "" {
			said.Card.Last, said.Card.Expires = card.Last, card.Expires
		}
	}
	return said, err
}

// acceptCard takes a notification about a card. It never touches a payment.
func (b *Bot) acceptCard(tx storage.Tx, provider string, event payments.Event) error {
	id, err := tx.Ref(requestRef(provider, event.Binding.Request))
	if err != nil {
		return err
	}
	if id == "" {
		return payments.ErrUnknown
	}
	one, err := loadBinding(tx, id)
	if err != nil {
		return err
	}
	if key := event.Binding.CustomerKey; one.Shop != event.Shop || key != "" && key != one.CustomerKey {
		return fmt.Errorf("notification about a card of another: %w", payments.ErrForged)
	}
	known, err := tx.Record(provider+"/"+event.Key, event.Raw, b.Now())
	if err != nil || known {
		return err
	}
	return b.tellCard(tx, id, *event.Binding)
}

// tellCard writes down what became of a request for a card. A card that was
// stored stays, whatever is said later; a refusal does not keep the customer
// from another try on the same page.
func (b *Bot) tellCard(tx storage.Tx, id string, said payments.Binding) error {
	one, err := loadBinding(tx, id)
	switch {
	case err != nil, one.Ended == flows.CardSaved, said.Status == payments.BindingOpen:
		return err
	case one.Payment != "":
		return b.tellAccount(tx, one, said)
	case said.Status != payments.BindingDone || said.Card.Token == "" || b.Sealer == nil: // without a token nothing can be charged
		return b.endBinding(tx, id, flows.CardRefused)
	}
	if err := b.keepCard(tx, one.Contact, one.Shop, said.Card); err != nil {
		return err
	}
	return b.endBinding(tx, id, flows.CardSaved)
}

// endBinding closes a request and lets the flow hear of it, each word once.
func (b *Bot) endBinding(tx storage.Tx, id string, outcome flows.Outcome) error {
	one, err := loadBinding(tx, id)
	if err != nil || one.Ended == outcome {
		return err
	}
	one.Ended = outcome
	if err := putBinding(tx, one); err != nil {
		return err
	}
	return b.take(tx, flows.Input{
		ID: "card:" + id + ":" + string(outcome), Kind: flows.Bound, Contact: one.Contact, At: b.Now(),
		Payload: string(outcome), Subscription: one.Subscription,
	})
}
