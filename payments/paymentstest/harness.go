// Package paymentstest is the suite that every payment provider must pass
// against a fake of its bank.
package paymentstest

import (
	"net/http"
	"testing"
	"time"

	"voronka/payments"
	"voronka/sales"
)

// Harness is a provider, its bank, and hands to act as buyer, operator and
// mishap. Every function ends the test where it cannot do what is asked.
type Harness struct {
	Provider payments.Provider
	// Now is the clock of provider and bank; Advance moves it.
	Now     func() time.Time
	Advance func(time.Duration)

	// Pay is a buyer who pays an amount by a link, Decline one whose card is declined.
	Pay     func(t *testing.T, link payments.Link, amount sales.Money)
	Decline func(t *testing.T, link payments.Link)
	// Refund is an operator of the bank who gives all the money back.
	Refund func(t *testing.T, link payments.Link)
	// SayNext makes the bank use a word for the status that nobody knows, in
	// its next genuine notifications.
	SayNext func(word string)
	// Notifications waits until the bank has told everything and takes what it
	// told since the last call, in the order of arrival.
	Notifications func(t *testing.T) []Notification
	// Tamper changes what a notification says and keeps its signature.
	Tamper func(body []byte) []byte
	// Break makes the next call fail; an empty method is any.
	Break func(Mishap)

	// Foreign gives genuine notifications of a shop that is not the provider's;
	// nil where the fake has none.
	Foreign func(t *testing.T) []Notification
	// Balance is what the bank's own ledger says was paid by a link and went back.
	Balance func(t *testing.T, link payments.Link) (paid, returned sales.Money)
	// PayOnce is a buyer whose card pays in person, and is declined whenever it is
	// charged without them; nil for a provider that is no payments.Recurrer.
	PayOnce func(t *testing.T, link payments.Link)

	// PayByQR is a buyer who pays in a bank's app by the address of
	// payments.AccountBinder.BindPaying; bound is whether the account may be charged
	// later. Nil for a provider that is none.
	PayByQR func(t *testing.T, link payments.Link, bound bool)

	// Receipt goes with every payment; nil for none. Its total is Amount.
	Receipt *sales.Receipt
	// Private must not appear in an error or in an event's Raw: passwords, tokens, cards, contacts.
	Private []string
}

// Amount is what the suite's payments ask for.
const Amount sales.Money = 490000

// Notification is one that the bank sent.
type Notification struct {
	Header http.Header
	Body   []byte
}

// Mishap is a way in which a call fails.
type Mishap int

// The mishaps.
const (
	Page      Mishap = iota // a proxy answers 502 with an HTML page, nothing was done
	Unheard                 // the connection breaks, nothing was done
	Unlearned               // it was done, the connection breaks before the answer
	Busy                    // the bank says in its own words that it is out of order for a while
)

// payment is a new one, as a turn would make it.
func (h Harness) payment(id string) sales.Payment {
	return sales.Payment{
		ID: id, Order: "order-1", Contact: "tg:1", Provider: h.Provider.Name(), Amount: Amount,
		Status: sales.PaymentNew, Description: "Курс «Go за 30 дней» 🚀", Language: "ru-RU", CustomerKey: "tg:1",
		Receipt: h.Receipt, CreatedAt: h.Now(), ExpiresAt: h.Now().Add(30 * time.Minute),
	}
}
