package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"voronka/flows"
	"voronka/payments"
	"voronka/sales"
	"voronka/storage"
)

// Handle takes one input. When it returns nil the input's turn is committed,
// now or by an earlier call with the same id; an error means that nothing was.
func (b *Bot) Handle(ctx context.Context, in flows.Input) error {
	began := b.Now()
	err := b.Store.Update(ctx, func(tx storage.Tx) error { return b.take(tx, in) })
	if b.Handled != nil {
		b.Handled(in, b.Now().Sub(began), err)
	}
	if err != nil {
		return fmt.Errorf("handle input %s: %w", in.ID, err)
	}
	b.wake()
	return nil
}

// HandleAll is Handle for inputs that came together, in their order, for less
// than each alone costs. One that fails keeps back those of its contact that
// come behind it: they fail, too. It gives nil, and has done nothing, where the
// store takes only one after another.
func (b *Bot) HandleAll(ctx context.Context, ins []flows.Input) []error {
	batcher, able := b.Store.(storage.Batcher)
	if !able {
		return nil
	}
	began := b.Now()
	failed := map[string]bool{}
	turns := make([]func(storage.Tx) error, len(ins))
	for i, in := range ins {
		turns[i] = func(tx storage.Tx) error {
			if failed[in.Contact] {
				return errBehind
			}
			failed[in.Contact] = true // a panic, too, is a failure
			err := b.take(tx, in)
			failed[in.Contact] = err != nil
			return err
		}
	}
	errs := batcher.Updates(ctx, turns)
	took := b.Now().Sub(began)
	for i, in := range ins {
		if b.Handled != nil {
			b.Handled(in, took, errs[i])
		}
		if errs[i] != nil {
			errs[i] = fmt.Errorf("handle input %s: %w", in.ID, errs[i])
		}
	}
	b.wake()
	return errs
}

var errBehind = errors.New("an input of the contact before it failed")

// take handles an input within a transaction unless it was handled before.
func (b *Bot) take(tx storage.Tx, in flows.Input) error {
	seen, err := tx.See(in.ID, in.At)
	if err != nil || seen {
		return err
	}
	if stranger, err := b.stranger(tx, in); err != nil || stranger {
		return err
	}
	contact, err := b.contact(tx, in)
	if err != nil {
		return err
	}
	session, err := b.session(tx, contact)
	if err != nil {
		return err
	}
	known, err := b.known(tx, contact.ID)
	if err != nil {
		return err
	}
	turn := b.advance(contact, known, session, in)
	return b.write(tx, turn, in)
}

// stranger tells whether the input is about somebody of a channel who never
// spoke to the bot: no customer, and nobody it may write to (Bot API, sendMessage).
func (b *Bot) stranger(tx storage.Tx, in flows.Input) (bool, error) {
	if in.Kind != flows.Joined && in.Kind != flows.Left {
		return false, nil
	}
	_, err := tx.Contact(in.Contact)
	if errors.Is(err, storage.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("load contact: %w", err)
	}
	return false, nil
}

// contact is the one the input is about, made at first touch.
func (b *Bot) contact(tx storage.Tx, in flows.Input) (sales.Contact, error) {
	contact, err := tx.Contact(in.Contact)
	if errors.Is(err, storage.ErrNotFound) {
		contact, err = sales.Contact{ID: in.Contact, CreatedAt: in.At}, nil
	}
	if err != nil {
		return contact, fmt.Errorf("load contact: %w", err)
	}
	switch {
	case in.Kind.FromCustomer():
		contact.ActiveAt, contact.Blocked = in.At, false
	case in.Kind == flows.Blocked:
		contact.Blocked = true
	case in.Kind == flows.Unblocked:
		contact.Blocked = false
	}
	return contact, nil
}

func (b *Bot) session(tx storage.Tx, contact sales.Contact) (flows.Session, error) {
	session, err := tx.Session(contact.ID)
	if errors.Is(err, storage.ErrNotFound) {
		return b.newSession(contact), nil
	}
	if err != nil {
		return session, fmt.Errorf("load session: %w", err)
	}
	return session, nil
}

// advance asks the engine. A defect in it costs the customer an answer, never
// the funnel: the input is kept in the journal for an operator, and the
// session stays as it was.
func (b *Bot) advance(contact sales.Contact, known flows.Known, session flows.Session, in flows.Input) (turn flows.Turn) {
	flow := b.flow(session.Flow)
	defer func() {
		if defect := recover(); defect != nil {
			b.Log.Error("the engine failed", "input", in.ID, "defect", defect, "stack", string(debug.Stack()))
			turn = failed(contact, session, in)
		}
	}()
	turn, err := b.Engine.Advance(flow, contact, known, session, in)
	if err != nil {
		b.Log.Error("the engine failed", "input", in.ID, "error", err)
		return failed(contact, session, in)
	}
	return turn
}

// failed is the turn of an input that the engine could not take. A timer that
// rang has rung all the same: it would ring for ever.
func failed(contact sales.Contact, session flows.Session, in flows.Input) flows.Turn {
	who := flows.Event
	if in.Kind.FromCustomer() {
		who = flows.Customer
	}
	contact.ChatID = cmp.Or(contact.ChatID, in.Profile.ChatID)
	contact.Name = cmp.Or(contact.Name, in.Profile.Name)
	session = without(session, in.Timer)
	return flows.Turn{
		Session: session,
		Contact: contact,
		Journal: []flows.Line{
			{At: in.At, Who: who, Kind: string(in.Kind), Text: content(in), State: session.State, Input: in.ID},
			{At: in.At, Who: flows.Event, Kind: "failed", Text: "engine_failed " + in.ID, State: session.State, Input: in.ID},
		},
		Effects: []flows.Effect{flows.CallOperator{Text: "engine_failed"}},
	}
}

// content is what an input says, for an operator who has to answer it.
func content(in flows.Input) string {
	if in.Payment != nil {
		return "payment_" + string(in.Payment.Outcome) + " " + in.Payment.Payment
	}
	return strings.TrimSpace(strings.Join([]string{in.Text, in.Payload, in.Phone, in.File, in.Timer}, " "))
}

// without is the session with one of its timers gone.
func without(session flows.Session, timer string) flows.Session {
	session.Timers = slices.DeleteFunc(slices.Clone(session.Timers), func(t flows.Timer) bool { return t.ID == timer })
	return session
}

// write puts a whole turn into the transaction.
func (b *Bot) write(tx storage.Tx, turn flows.Turn, in flows.Input) error {
	if err := tx.PutContact(turn.Contact); err != nil {
		return fmt.Errorf("save contact: %w", err)
	}
	if err := tx.PutSession(turn.Session); err != nil {
		return fmt.Errorf("save session: %w", err)
	}
	if err := tx.Append(turn.Contact.ID, turn.Journal...); err != nil {
		return fmt.Errorf("save journal: %w", err)
	}
	for _, order := range turn.Orders {
		if err := tx.PutOrder(order); err != nil {
			return fmt.Errorf("save order: %w", err)
		}
	}
	for _, one := range turn.Subscriptions {
		if err := tx.PutSubscription(one); err != nil {
			return fmt.Errorf("save subscription: %w", err)
		}
	}
	for _, payment := range turn.Payments {
		payment.CheckAt = payments.NextCheck(payment, in.At)
		if err := tx.PutPayment(payment); err != nil {
			return fmt.Errorf("save payment: %w", err)
		}
	}
	if err := b.share(tx, turn.Project); err != nil {
		return err
	}
	return b.enqueue(tx, turn, in)
}
