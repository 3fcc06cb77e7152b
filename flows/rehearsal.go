package flows

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"voronka/sales"
)

// Rehearsal plays a dialog of one customer in virtual time, with a bank in
// memory and no network: for tests, and for a chat in the terminal.
type Rehearsal struct {
	Engine  Engine
	Flow    *Flow
	Now     time.Time
	Contact sales.Contact
	Session Session
	Known   Known
	// Profile is what the channel tells about the customer.
	Profile Profile
	// Live are the inline buttons shown so far, the latest last.
	Live []LiveButton
	// Keyboard are the reply buttons in place of the keyboard now.
	Keyboard []ReplyButton
	// Watch hears of every turn, with the session that its input met; may be nil.
	Watch func(before Session, input Input, turn Turn)

	inputs  int
	message int64
	// declines is why charges of the saved card fail, empty while they do not;
	// refunds are those not answered yet, back what has gone back of payments.
	declines sales.Decline
	refunds  []Refund
	settles  []Settle        // held money, not settled yet
	bind     BindCard        // the card that was asked for last
	asked    map[string]bool // refunds by id
	back     map[string]sales.Money
}

// LiveButton is a button in the chat, with the message it hangs under.
type LiveButton struct {
	InlineButton
	Message int64
}

// NewRehearsal begins with a customer that nobody knows yet.
func NewRehearsal(engine Engine, flow *Flow, now time.Time) *Rehearsal {
	return &Rehearsal{
		Engine: engine, Flow: flow, Now: now,
		Contact: sales.Contact{ID: "play:1"}, Session: Session{Seed: "rehearsal"},
		Profile: Profile{ChatID: 1, Name: "Анна", Username: "anna", Language: "ru"},
	}
}

// Send lets something happen now and keeps what comes of it.
func (r *Rehearsal) Send(input Input) (Turn, error) {
	r.inputs++
	input.ID, input.Contact, input.At = "play:"+strconv.Itoa(r.inputs), r.Contact.ID, r.Now
	if input.Kind.FromCustomer() {
		input.Profile = r.Profile
	}
	turn, err := r.Engine.Advance(r.Flow, r.Contact, r.Known, r.Session, input)
	if err != nil {
		return Turn{}, fmt.Errorf("advance by %s: %w", input.Kind, err)
	}
	r.keep(input, turn)
	return turn, nil
}

// keep takes over what a turn changed.
func (r *Rehearsal) keep(input Input, turn Turn) {
	if r.Watch != nil {
		r.Watch(r.Session, input, turn)
	}
	r.Session, r.Contact = turn.Session, turn.Contact
	if len(turn.Project) > 0 {
		r.Known.Project = maps.Clone(r.Known.Project)
		if r.Known.Project == nil {
			r.Known.Project = map[string]string{}
		}
		maps.Copy(r.Known.Project, turn.Project)
	}
	for _, order := range turn.Orders {
		r.Known.Orders = replace(r.Known.Orders, order, func(o sales.Order) bool { return o.ID == order.ID })
	}
	for _, payment := range turn.Payments {
		r.Known.Payments = replace(r.Known.Payments, payment, func(p sales.Payment) bool { return p.ID == payment.ID })
	}
	for _, one := range turn.Subscriptions {
		r.Known.Subscriptions = replace(r.Known.Subscriptions, one, func(s sales.Subscription) bool { return s.ID == one.ID })
	}
	for _, effect := range turn.Effects {
		r.show(effect)
	}
}

func replace[T any](list []T, one T, same func(T) bool) []T {
	list = slices.Clone(list)
	if i := slices.IndexFunc(list, same); i >= 0 {
		list[i] = one
		return list
	}
	return append(list, one)
}

// show does what the world would do about an effect.
func (r *Rehearsal) show(effect Effect) {
	switch effect := effect.(type) {
	case Say:
		r.message++
		if len(effect.Keyboard) > 0 || effect.RemoveKeyboard {
			r.Keyboard = slices.Concat(effect.Keyboard...)
		}
		r.hang(effect.Buttons, r.message)
	case Edit:
		message := cmp.Or(effect.Message, r.message)
		r.Live = slices.DeleteFunc(r.Live, func(live LiveButton) bool { return live.Message == message })
		r.hang(effect.Say.Buttons, message)
	case Settle:
		if effect.Do != CloseReceipt {
			r.settles = append(r.settles, effect)
		}
	case Refund:
		if !r.asked[effect.ID] {
			r.asked = maps.Clone(r.asked)
			if r.asked == nil {
				r.asked = map[string]bool{}
			}
			r.asked[effect.ID] = true
			r.refunds = append(r.refunds, effect)
		}
	case BindCard:
		r.bind = effect
	case MakeLink:
		r.move(effect.Payment, func(p *sales.Payment) { p.Status = sales.PaymentLinked })
	}
}

// hang puts buttons under a message.
func (r *Rehearsal) hang(rows [][]InlineButton, message int64) {
	for _, row := range rows {
		for _, button := range row {
			r.Live = append(r.Live, LiveButton{button, message})
		}
	}
}

func (r *Rehearsal) move(id string, change func(*sales.Payment)) {
	r.Known.Payments = slices.Clone(r.Known.Payments)
	for i := range r.Known.Payments {
		if r.Known.Payments[i].ID == id {
			change(&r.Known.Payments[i])
		}
	}
}

// Find is a button where it was shown last.
func (r *Rehearsal) Find(button InlineButton) LiveButton {
	for _, live := range slices.Backward(r.Live) {
		if live.InlineButton == button {
			return live
		}
	}
	return LiveButton{InlineButton: button}
}

// Press presses a button.
func (r *Rehearsal) Press(button LiveButton) (Turn, error) {
	return r.Send(Input{Kind: Button, Payload: button.Data, Callback: "callback", Message: button.Message})
}

// Wait lets time pass; alarms ring and links expire on the way, each at its moment.
func (r *Rehearsal) Wait(d time.Duration) ([]Turn, error) {
	var turns []Turn
	end := r.Now.Add(d)
	for range 1000 {
		due, happen := r.next()
		if happen == nil || due.After(end) {
			r.Now = end
			return turns, nil
		}
		if due.After(r.Now) {
			r.Now = due
		}
		turn, err := happen()
		if err != nil {
			return turns, err
		}
		turns = append(turns, turn)
		settled, err := r.Settle()
		turns = append(turns, settled...)
		if err != nil {
			return turns, err
		}
	}
	return turns, fmt.Errorf("wait %s: more than 1000 alarms rang", d)
}

// next is what time brings next.
func (r *Rehearsal) next() (due time.Time, happen func() (Turn, error)) {
	for _, timer := range r.Session.Timers {
		if happen == nil || timer.Due.Before(due) {
			due, happen = timer.Due, func() (Turn, error) { return r.Send(Input{Kind: Rang, Timer: timer.ID}) }
		}
	}
	for _, payment := range r.Known.Payments {
		open := payment.Status == sales.PaymentLinked || payment.Status == sales.PaymentDeclined
		if open && payment.Initiator == "" && (happen == nil || payment.ExpiresAt.Before(due)) {
			due, happen = payment.ExpiresAt, func() (Turn, error) { return r.Bank(payment, Expired, 0) }
		}
	}
	for _, one := range r.Known.Subscriptions {
		if !one.NextAt.IsZero() && (happen == nil || one.NextAt.Before(due)) {
			due, happen = one.NextAt, func() (Turn, error) { return r.Send(Input{Kind: Renewal, Subscription: one.ID}) }
		}
	}
	return due, happen
}

// Bank ends a payment; paid is the amount that came.
func (r *Rehearsal) Bank(payment sales.Payment, outcome Outcome, paid sales.Money) (Turn, error) {
	return r.bank(payment, outcome, paid, false)
}

func (r *Rehearsal) bank(payment sales.Payment, outcome Outcome, paid sales.Money, withdraw bool) (Turn, error) {
	if status := outcome.ended(); status != "" {
		r.move(payment.ID, func(p *sales.Payment) { p.Status, p.Paid = status, paid })
	}
	r.remember(payment, outcome)
	order := slices.IndexFunc(r.Known.Orders, func(o sales.Order) bool { return o.ID == payment.Order })
	event := PaymentEvent{
		Outcome: outcome, Payment: payment.ID, Order: payment.Order, Paid: paid, Amount: payment.Due(),
		External: strconv.Itoa(43 + len(r.Known.Payments)), Withdraw: withdraw,
	}
	if outcome == Fail && payment.Initiator != "" {
		event.Decline = r.declines
	}
	if outcome == Receipt {
		event.Receipt = "https://receipt.example/" + event.External
	}
	if order >= 0 {
		event.Product = r.Known.Orders[order].Product
	}
	return r.Send(Input{Kind: Paid, Payment: &event})
}

// ended is the status of a payment that came to such an end; empty where the outcome is none.
func (o Outcome) ended() sales.PaymentStatus {
	return map[Outcome]sales.PaymentStatus{
		Success: sales.PaymentPaid, Fail: sales.PaymentDeclined, DifferentAmounts: sales.PaymentOther,
		Expired: sales.PaymentExpired, LinkError: sales.PaymentRefused, Refunded: sales.PaymentRefunded, Held: sales.PaymentHeld,
	}[o]
}
