package bot_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"voronka/flows"
	"voronka/payments"
	"voronka/payments/tbanktest"
	"voronka/sales"
)

// otherCard is not the one that was paid with before.
const otherCard = tbanktest.Card("4242424242424242")

// notes are the dialog's lines of a kind.
func (h *history) notes(kind string) (texts []string) {
	for _, line := range h.said() {
		if line.Kind == kind {
			texts = append(texts, line.Text)
		}
	}
	return texts
}

// savedCards are the dialog's lines about cards that were stored.
func (h *history) savedCards() []string {
	return slices.DeleteFunc(h.notes("card"), func(text string) bool { return !strings.HasPrefix(text, "card_saved") })
}

// asksForCard shows the page for a card, or for an account.
func (h *history) asksForCard(command string) (page string) {
	h.Helper()
	h.say(flows.Input{Kind: flows.Command, Text: command})
	h.work()
	page = h.chat.address("Карта")
	if !strings.HasPrefix(page, "https://bank.example/bind/") {
		h.Fatalf("the button leads to %q", page)
	}
	return page
}

func (h *history) binds(page string, card tbanktest.Card) {
	h.Helper()
	if _, err := h.bank.Bind(page, card); err != nil {
		h.Fatal(err)
	}
	if err := h.bank.Settle(h.Context()); err != nil {
		h.Fatal(err)
	}
}

// overdue is a subscriber whose card was declined, and the payments so far.
func overdue(t *testing.T) *history {
	t.Helper()
	h, _ := subscribed(t)
	h.bank.Inject(tbanktest.Fault{Method: "Charge", Kind: tbanktest.FaultTemporary, Code: "1051"})
	h.pass(31 * 24 * time.Hour)
	h.settle()
	if one := h.only(); one.Status != sales.SubscriptionOverdue || h.charges() != 0 {
		t.Fatalf("%s, %d charges", one.Status, h.charges())
	}
	return h
}

func TestNewCardWithoutPaymentIsChargedAtOnce(t *testing.T) {
	t.Parallel()
	h := overdue(t)
	before := h.money().payments
	h.binds(h.asksForCard("card"), otherCard)
	after := h.money().payments
	if len(before) != len(after) {
		t.Errorf("a card that was stored made %d payments of %d", len(after), len(before))
	}
	for range 3 { // the news, their copies, and the question meanwhile
		h.news(0, false)
		h.pass(time.Minute)
		h.work()
	}
	h.settle()
	if one := h.only(); one.Status != sales.SubscriptionActive || h.charges() != 1 {
		t.Errorf("%s, %d charges", one.Status, h.charges())
	}
	if saved := h.savedCards(); len(saved) != 2 || !strings.HasSuffix(saved[1], "4242") {
		t.Errorf("cards: %v", saved)
	}
	if heard := h.notes("subscription"); !slices.Contains(heard, "card_saved club") {
		t.Errorf("the flow heard %v", heard)
	}
	if fault := h.judge(); fault != "" {
		t.Error(fault)
	}
}

func TestNewCardIsFoundWithoutNotifications(t *testing.T) {
	t.Parallel()
	h := overdue(t)
	page := h.asksForCard("card")
	h.pass(10 * time.Minute)
	h.work()
	h.binds(page, otherCard)
	for h.mail.waits() {
		h.mail.drop(0)
	}
	h.pass(20 * time.Minute)
	h.work()
	h.pass(time.Minute)
	h.settle()
	if saved := h.savedCards(); len(saved) != 2 || !strings.HasSuffix(saved[1], "4242") {
		t.Errorf("cards: %v", saved)
	}
	if h.charges() != 1 {
		t.Errorf("%d charges", h.charges())
	}
}

func TestRefusedCardLeavesTheOldOne(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	h.binds(h.asksForCard("card"), tbanktest.CardDeclined)
	h.settle()
	if saved := h.savedCards(); len(saved) != 1 {
		t.Errorf("cards: %v", saved)
	}
	if heard := h.notes("subscription"); !slices.Contains(heard, "card_refused club") {
		t.Errorf("the flow heard %v", heard)
	}
	h.pass(31 * 24 * time.Hour)
	h.settle()
	if h.charges() != 1 {
		t.Errorf("%d charges of the old card", h.charges())
	}
}

func TestAccountTakesThePlaceOfTheCard(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	if err := h.bank.BindAccount(h.asksForCard("anycard"), true); err != nil {
		t.Fatal(err)
	}
	h.settle()
	h.pass(31 * 24 * time.Hour)
	h.settle()
	if h.charges() != 1 {
		t.Fatalf("%d charges", h.charges())
	}
	known := h.bank.Payments()
	if last := known[len(known)-1]; !last.SBP || last.Status != tbanktest.StatusConfirmed {
		t.Errorf("charged by SBP: %t, %s", last.SBP, last.Status)
	}
	if fault := h.judge(); fault != "" {
		t.Error(fault)
	}
}

// TestCardAcrossKindsIsNotChargedTwice changes the card for an account while
// the bank's answer to a charge is lost.
func TestCardAcrossKindsIsNotChargedTwice(t *testing.T) {
	t.Parallel()
	for _, kind := range []tbanktest.FaultKind{tbanktest.FaultDropBefore, tbanktest.FaultDropAfter} {
		h, _ := subscribed(t)
		page := h.asksForCard("anycard")
		h.bank.Inject(tbanktest.Fault{Method: "Charge", Kind: kind})
		h.pass(31 * 24 * time.Hour)
		h.work()
		if err := h.bank.BindAccount(page, true); err != nil {
			t.Fatal(err)
		}
		for range 6 {
			h.settle()
			h.pass(time.Hour)
		}
		h.settle()
		if h.charges() != 1 {
			t.Errorf("fault %v: %d charges", kind, h.charges())
		}
		if fault := h.judge(); fault != "" {
			t.Error(fault)
		}
	}
}

func TestNewsOfForeignCardsChangeNothing(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	h.asksForCard("card")
	h.pass(time.Minute)
	h.work()
	var asked struct{ RequestKey string }
	for _, call := range h.bank.Requests() {
		if call.Method == "GetAddCardState" {
			if err := json.Unmarshal(call.Body, &asked); err != nil {
				t.Fatal(err)
			}
		}
	}
	done := func(change func(*payments.Event)) error {
		event := payments.Event{Key: "k", Binding: &payments.Binding{
			Request: asked.RequestKey, Status: payments.BindingDone, Card: payments.Card{Token: "1", ID: "2", Kind: payments.CardKind, Last: "6666"},
		}}
		change(&event)
		return h.bot.Accept(context.Background(), "tbank", event)
	}
	for name, change := range map[string]func(*payments.Event){
		"another request":  func(e *payments.Event) { e.Binding.Request = "unknown" },
		"another shop":     func(e *payments.Event) { e.Shop = "second" },
		"another customer": func(e *payments.Event) { e.Binding.CustomerKey = "somebody" },
	} {
		if err := done(change); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := done(func(e *payments.Event) { e.Binding.Card.Token = "" }); err != nil {
		t.Error(err)
	}
	if saved := h.savedCards(); len(saved) != 1 {
		t.Errorf("cards: %v", saved)
	}
}

// TestLateNewsBringNoOldCardBack has the news of a payment by link come after
// the customer has given another card.
func TestLateNewsBringNoOldCardBack(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	h.say(flows.Input{Kind: flows.Command, Text: "renew"})
	h.work()
	h.pay(happening{"pay", 0, 2}) // CardOnce
	h.pass(time.Second)
	h.binds(h.asksForCard("card"), otherCard)
	for i := range 10 {
		if body, _ := h.mail.pick(i); strings.Contains(body, "LINKCARD") {
			h.news(i, true)
		}
	}
	h.settle()
	if saved := h.savedCards(); len(saved) != 2 || !strings.HasSuffix(saved[1], "4242") {
		t.Errorf("cards: %v", saved)
	}
}
