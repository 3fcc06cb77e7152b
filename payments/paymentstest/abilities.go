package paymentstest

import (
	"slices"
	"testing"

	"voronka/payments"
	"voronka/sales"
)

// part is less than Amount.
const part sales.Money = 120000

// half is a receipt of a part, nil where payments have none.
func (b *bench) half(amount sales.Money) *sales.Receipt {
	if b.Receipt == nil {
		return nil
	}
	r := *b.Receipt
	r.Items = []sales.ReceiptItem{r.Items[0]}
	r.Items[0].Price, r.Items[0].Quantity = amount, 1000
	return &r
}

func (b *bench) refund(id string, amount, before sales.Money) sales.Refund {
	return sales.Refund{ID: id, Payment: b.p.ID, Amount: amount, Before: before, Receipt: b.half(amount), CreatedAt: b.Now()}
}

// held makes a payment whose money is held.
func held(t *testing.T, b *bench) (payments.Holder, payments.Link, bool) {
	holder, able := b.Provider.(payments.Holder)
	if !able {
		t.Log("this provider holds no money")
		return nil, payments.Link{}, false
	}
	b.p.Hold = true
	link := b.link(t)
	b.Pay(t, link, Amount)
	b.apply(b.listen(t)...)
	b.ask(t, sales.PaymentHeld)
	b.ended(t, sales.PaymentHeld, "held")
	return holder, link, true
}

func holdConfirmed(t *testing.T, b *bench) {
	holder, link, able := held(t, b)
	if !able {
		return
	}
	for range 2 {
		e, err := holder.Confirm(t.Context(), b.p, Amount, nil)
		if err != nil || e.Status != sales.PaymentPaid || e.Amount != Amount {
			t.Fatalf("confirm: %+v, %v", e, err)
		}
		b.apply(e)
	}
	if e, err := holder.Void(t.Context(), b.p); err != nil || e.Status != sales.PaymentPaid {
		t.Errorf("taken money is voided: %+v, %v", e, err)
	}
	b.apply(b.listen(t)...)
	b.ended(t, sales.PaymentPaid, "held", "success")
	b.balance(t, link, Amount, 0)
}

func holdConfirmedInPart(t *testing.T, b *bench) {
	holder, link, able := held(t, b)
	if !able {
		return
	}
	if _, err := holder.Confirm(t.Context(), b.p, Amount+1, nil); sales.AsError(err).Action != sales.Bury {
		t.Errorf("more than is held is confirmed: %v", err)
	}
	e, err := holder.Confirm(t.Context(), b.p, part, b.half(part))
	if err != nil || e.Status != sales.PaymentPaid || e.Amount != part {
		t.Fatalf("confirm a part: %+v, %v", e, err)
	}
	b.p.Capture = part
	b.apply(append(b.listen(t), e)...) // the news may come before the answer
	b.ended(t, sales.PaymentPaid, "held", "success")
	if b.p.Paid != part {
		t.Errorf("%s was taken, want %s", b.p.Paid, sales.Money(part))
	}
	b.balance(t, link, part, 0)
}

func holdVoided(t *testing.T, b *bench) {
	holder, link, able := held(t, b)
	if !able {
		return
	}
	for range 2 {
		e, err := holder.Void(t.Context(), b.p)
		if err != nil || e.Status != sales.PaymentRefunded {
			t.Fatalf("void: %+v, %v", e, err)
		}
		b.apply(e)
	}
	if e, err := holder.Confirm(t.Context(), b.p, Amount, nil); err != nil || e.Status != sales.PaymentRefunded {
		t.Errorf("released money is taken: %+v, %v", e, err)
	}
	b.apply(b.listen(t)...)
	b.ended(t, sales.PaymentRefunded, "held", "refunded")
	b.balance(t, link, Amount, Amount)
}

// bought makes a paid payment of a provider that can give money back.
func bought(t *testing.T, b *bench) (payments.Refunder, payments.Link, bool) {
	refunder, able := b.Provider.(payments.Refunder)
	if !able {
		t.Log("this provider gives no money back")
		return nil, payments.Link{}, false
	}
	link := b.link(t)
	b.Pay(t, link, Amount)
	b.apply(b.listen(t)...)
	b.ended(t, sales.PaymentPaid, "success")
	return refunder, link, true
}

func refundedInParts(t *testing.T, b *bench) {
	refunder, link, able := bought(t, b)
	if !able {
		return
	}
	for i, before := range []sales.Money{0, part, 2 * part} {
		amount := min(part, Amount-before)
		if i == 2 {
			amount = Amount - before
		}
		done, err := refunder.Refund(t.Context(), b.p, b.refund("refund-"+string(rune('a'+i)), amount, before), false)
		if err != nil || done.Status != sales.RefundDone || done.Known && done.Left != Amount-before-amount {
			t.Fatalf("refund %d: %+v, %v", i, done, err)
		}
		b.apply(done.Event)
		b.balance(t, link, Amount, before+amount)
	}
	b.apply(b.listen(t)...)
	b.ended(t, sales.PaymentRefunded, "success", "refunded")
}

func refundRepeated(t *testing.T, b *bench) {
	refunder, link, able := bought(t, b)
	if !able {
		return
	}
	for _, refund := range []sales.Refund{b.refund("refund-a", part, 0), b.refund("refund-b", Amount-part, part)} {
		for i := range 3 {
			done, err := refunder.Refund(t.Context(), b.p, refund, i > 0)
			if err != nil || done.Status != sales.RefundDone {
				t.Fatalf("%s asked for the %d. time: %+v, %v", refund.ID, i+1, done, err)
			}
			b.apply(done.Event)
		}
		b.balance(t, link, Amount, refund.Before+refund.Amount)
	}
	b.apply(b.listen(t)...)
	b.ended(t, sales.PaymentRefunded, "success", "refunded")
}

// refundMishaps: whatever happens to the call, the repeated one gives back once.
func refundMishaps(t *testing.T, b *bench) {
	refunder, link, able := bought(t, b)
	if !able {
		return
	}
	before := sales.Money(0)
	for _, mishap := range []Mishap{Page, Unheard, Unlearned, Busy} {
		refund := b.refund("refund-"+string(rune('a'+mishap)), part, before)
		for try := 0; ; try++ {
			if try == 0 {
				b.Break(mishap)
			}
			done, err := refunder.Refund(t.Context(), b.p, refund, try > 0)
			if err == nil {
				b.apply(done.Event)
				break
			}
			b.failed(t, "refund", err, true)
			if try > 3 {
				t.Fatalf("the refund never comes: %v", err)
			}
		}
		before += part
		b.balance(t, link, Amount, before)
	}
	b.listen(t)
}

func refundTooMuch(t *testing.T, b *bench) {
	refunder, link, able := bought(t, b)
	if !able {
		return
	}
	for _, refund := range []sales.Refund{
		b.refund("refund-a", Amount+1, 0), b.refund("refund-b", 0, 0), b.refund("refund-c", -1, 0), b.refund("", part, 0),
		b.refund("refund-d", part, Amount-part+1),
	} {
		if done, err := refunder.Refund(t.Context(), b.p, refund, false); sales.AsError(err).Action != sales.Bury {
			t.Errorf("refund of %d: %+v, %v", refund.Amount, done, err)
		}
	}
	b.balance(t, link, Amount, 0)
}

// balance compares with the bank's own ledger.
func (b *bench) balance(t *testing.T, link payments.Link, paid, returned sales.Money) {
	t.Helper()
	if gotPaid, gotReturned := b.Balance(t, link); gotPaid != paid || gotReturned != returned {
		t.Errorf("by the bank's ledger %d was paid and %d went back; want %d and %d", gotPaid, gotReturned, paid, returned)
	}
}

// stored pays in person and gives the card that is left behind.
func stored(t *testing.T, b *bench, pay func(*testing.T, payments.Link)) (payments.Recurrer, payments.Card, bool) {
	recurrer, able := b.Provider.(payments.Recurrer)
	if !able {
		t.Log("this provider charges no stored cards")
		return nil, payments.Card{}, false
	}
	parent := *b
	parent.p = b.payment("pay-parent")
	parent.p.Recurrent = true
	pay(t, parent.link(t))
	events := parent.listen(t)
	at := slices.IndexFunc(events, func(e payments.Event) bool { return e.Card != nil && e.Card.Token != "" })
	if at < 0 {
		t.Fatal("no event carries the stored card")
	}
	b.p.Initiator, b.p.CustomerKey = sales.ByMerchant, ""
	return recurrer, *events[at].Card, true
}

func charged(t *testing.T, b *bench) {
	recurrer, card, able := stored(t, b, func(t *testing.T, l payments.Link) { b.Pay(t, l, Amount) })
	if !able {
		return
	}
	if _, err := recurrer.Charge(t.Context(), b.p, card); sales.AsError(err).Action != sales.Bury {
		t.Errorf("a payment unknown to the bank is charged: %v", err)
	}
	link := b.link(t)
	for range 3 {
		e, err := recurrer.Charge(t.Context(), b.p, card)
		if err != nil || e.Status != sales.PaymentPaid || e.Amount != Amount {
			t.Fatalf("charge: %+v, %v", e, err)
		}
		b.apply(e)
	}
	b.apply(b.listen(t)...)
	b.ended(t, sales.PaymentPaid, "success")
	b.balance(t, link, Amount, 0)
	if wallet, able := b.Provider.(payments.Wallet); able {
		b.wallet(t, wallet, card)
	}
}

func (b *bench) wallet(t *testing.T, wallet payments.Wallet, card payments.Card) {
	key := b.payment("any").CustomerKey
	cards, err := wallet.Cards(t.Context(), "", key)
	if err != nil || !slices.ContainsFunc(cards, func(c payments.Card) bool { return c.Token == card.Token && !c.Removed && c.Last != "" }) {
		t.Errorf("the stored card is not in the wallet: %v", err)
	}
	if nobody, err := wallet.Cards(t.Context(), "", "nobody"); err != nil || len(nobody) != 0 {
		t.Errorf("cards of nobody: %d, %v", len(nobody), err)
	}
	for range 2 {
		if err := wallet.Discard(t.Context(), "", key, card); err != nil {
			t.Errorf("discard: %v", err)
		}
	}
	for range 2 {
		if err := wallet.Forget(t.Context(), "", key); err != nil {
			t.Errorf("forget: %v", err)
		}
		cards, err := wallet.Cards(t.Context(), "", key)
		if err != nil || slices.ContainsFunc(cards, func(c payments.Card) bool { return !c.Removed }) {
			t.Errorf("a forgotten customer has cards: %v", err)
		}
	}
}

func chargeMishaps(t *testing.T, b *bench) {
	recurrer, card, able := stored(t, b, func(t *testing.T, l payments.Link) { b.Pay(t, l, Amount) })
	if !able {
		return
	}
	for _, mishap := range []Mishap{Page, Unheard, Unlearned, Busy} {
		one := *b
		one.p, one.heard = b.payment("pay-charge-"+string(rune('a'+mishap))), nil
		one.p.Initiator, one.p.CustomerKey = sales.ByMerchant, ""
		link := one.link(t)
		b.Break(mishap)
		for range 4 {
			e, err := recurrer.Charge(t.Context(), one.p, card)
			if err != nil {
				one.failed(t, "charge", err, true)
				continue
			}
			one.apply(e)
		}
		one.apply(one.listen(t)...)
		one.ended(t, sales.PaymentPaid, "success")
		one.balance(t, link, Amount, 0)
	}
}

func chargeDeclined(t *testing.T, b *bench) {
	recurrer, card, able := stored(t, b, b.PayOnce)
	if !able {
		return
	}
	link := b.link(t)
	for range 2 {
		e, err := recurrer.Charge(t.Context(), b.p, card)
		if err != nil || e.Status != sales.PaymentDeclined || e.Reason != payments.NoFunds {
			t.Fatalf("a declined charge: %+v, %v", e, err)
		}
		b.apply(e)
	}
	b.apply(b.listen(t)...)
	b.ended(t, sales.PaymentDeclined, "fail")
	b.balance(t, link, 0, 0)
}
