package bot_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"voronka/flows"
	"voronka/payments/tbanktest"
	"voronka/sales"
)

// joinsUnheard is a customer who joins the club while no news of the bank come through.
func joinsUnheard(t *testing.T, pay func(*history, string)) *history {
	t.Helper()
	h := newHistory(t, t.TempDir())
	t.Cleanup(h.close)
	h.begin()
	h.say(flows.Input{Kind: flows.Command, Text: "join"})
	h.work()
	pay(h, h.money().payments[0].URL)
	for range 40 {
		if err := h.bank.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.loseAll()
		h.pass(5 * time.Minute)
		h.work()
	}
	if one := h.only(); one.Status != sales.SubscriptionActive {
		t.Fatalf("nobody asked about the payment: %s", one.Status)
	}
	return h
}

func TestCardOfAPaymentIsFoundWithoutNotifications(t *testing.T) {
	t.Parallel()
	h := joinsUnheard(t, func(h *history, link string) {
		if _, err := h.bank.Pay(link, tbanktest.CardSuccess); err != nil {
			t.Fatal(err)
		}
	})
	if saved := h.savedCards(); !slices.Equal(saved, []string{"card_saved •• 0777"}) {
		t.Errorf("cards: %v", saved)
	}
	if heard := h.notes("subscription"); slices.Contains(heard, "card_refused club") {
		t.Errorf("the flow heard %v", heard)
	}
	h.pass(31 * 24 * time.Hour)
	h.settle()
	if h.charges() != 1 {
		t.Errorf("%d charges", h.charges())
	}
	if fault := h.judge(); fault != "" {
		t.Error(fault)
	}
}

// TestPaymentThatLeavesNoCardIsHeardAtOnce pays a subscription's link by SBP on
// the bank's own page.
func TestPaymentThatLeavesNoCardIsHeardAtOnce(t *testing.T) {
	t.Parallel()
	for name, heard := range map[string]bool{"told": true, "untold": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := joinsUnheard(t, func(h *history, link string) {
				answer, err := (&http.Client{Transport: wire{h.bank}}).Get(link)
				if err != nil {
					t.Fatal(err)
				}
				answer.Body.Close()
				if _, err := h.bank.PayByQR(link, true); err != nil {
					t.Fatal(err)
				}
				for heard && h.mail.waits() {
					h.news(0, true)
				}
			})
			words := slices.DeleteFunc(h.notes("subscription"), func(s string) bool { return s != "card_refused club" })
			if len(words) != 1 || len(h.savedCards()) != 0 {
				t.Errorf("the flow heard %v, cards %v", h.notes("subscription"), h.savedCards())
			}
		})
	}
}

// TestCardThatWasToldIsNotAskedFor leaves the list of cards alone where the news brought the card.
func TestCardThatWasToldIsNotAskedFor(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	if waiting := len(h.savedCards()); waiting != 1 {
		t.Fatalf("%d cards", waiting)
	}
	h.pass(time.Hour)
	h.settle()
	asked := slices.ContainsFunc(h.bank.Requests(), func(r tbanktest.Request) bool { return r.Method == "GetCardList" })
	if asked {
		t.Error("the bank was asked for a card that it told of")
	}
}

// TestCardThatIsStoredAgainUnheardStays renews with the card that is saved, by a
// bank that knows it by one number.
func TestCardThatIsStoredAgainUnheardStays(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	h.bank.Mischief(tbanktest.Mischief{SameCardID: true})
	for range 2 {
		h.say(flows.Input{Kind: flows.Command, Text: "renew"})
		h.work()
		all := h.money().payments
		link := all[slices.IndexFunc(all, func(p sales.Payment) bool { return p.Status == sales.PaymentLinked })].URL
		if _, err := h.bank.Pay(link, tbanktest.CardSuccess); err != nil {
			t.Fatal(err)
		}
		for range 20 {
			h.loseAll()
			h.pass(5 * time.Minute)
			h.work()
		}
	}
	if heard := h.notes("subscription"); slices.Contains(heard, "card_refused club") {
		t.Errorf("the flow heard %v", heard)
	}
	h.pass(3 * 31 * 24 * time.Hour)
	h.settle()
	if h.charges() != 1 {
		t.Errorf("%d charges", h.charges())
	}
}
