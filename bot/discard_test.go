package bot_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"voronka/bot"
	"voronka/flows"
	"voronka/flows/steps"
	"voronka/payments/tbanktest"
	"voronka/sales"
)

// removed counts the cards that the bank was told to forget.
func (h *history) removed() (cards []string) {
	h.Helper()
	for _, call := range h.bank.Requests() {
		if call.Method != "RemoveCard" {
			continue
		}
		var asked struct{ CardId string }
		if err := json.Unmarshal(call.Body, &asked); err != nil {
			h.Fatal(err)
		}
		cards = append(cards, asked.CardId)
	}
	return cards
}

func TestReplacedCardIsRemovedAtTheBank(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	old := h.bank.Payments()[0].CardID
	h.binds(h.asksForCard("card"), otherCard)
	for range 3 { // the news, and their copies
		h.news(0, false)
		h.work()
	}
	h.settle()
	if got := h.removed(); !slices.Equal(got, []string{old}) {
		t.Errorf("removed %v, want %s", got, old)
	}
	if notes := h.notes("card"); !slices.ContainsFunc(notes, func(s string) bool { return strings.HasPrefix(s, "card_removed") }) {
		t.Errorf("the dialog says %v", notes)
	}
	h.pass(31 * 24 * time.Hour)
	h.settle()
	if h.charges() != 1 {
		t.Errorf("%d charges of the new card", h.charges())
	}
}

// TestReplacedCardIsRemovedThoughTheAnswerIsLost repeats the call.
func TestReplacedCardIsRemovedThoughTheAnswerIsLost(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"RemoveCard", "GetCardList"} {
		for _, kind := range []tbanktest.FaultKind{tbanktest.FaultDropAfter, tbanktest.FaultHTML, tbanktest.FaultTemporary} {
			h, _ := subscribed(t)
			h.bank.Inject(tbanktest.Fault{Method: method, Kind: kind})
			h.binds(h.asksForCard("card"), otherCard)
			for range 4 {
				h.settle()
				h.pass(time.Hour)
			}
			h.settle()
			if got := slices.Compact(h.removed()); len(got) != 1 {
				t.Errorf("%s, fault %v: removed %v", method, kind, got)
			}
		}
	}
}

// TestCardThatIsChargedIsNotRemoved gives another card while nobody knows what
// became of a charge of the first.
func TestCardThatIsChargedIsNotRemoved(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	h.bank.Inject(tbanktest.Fault{Method: "Charge", Kind: tbanktest.FaultDropBefore})
	h.pass(31 * 24 * time.Hour)
	h.work()
	h.binds(h.asksForCard("card"), otherCard)
	h.news(0, true)
	h.work()
	if got := h.removed(); len(got) != 0 && h.charges() == 0 {
		t.Errorf("removed %v while a charge was under way", got)
	}
	for range 4 {
		h.pass(time.Hour)
		h.settle()
	}
	if len(h.removed()) != 1 || h.charges() != 1 {
		t.Errorf("removed %v, %d charges", h.removed(), h.charges())
	}
	if fault := h.judge(); fault != "" {
		t.Error(fault)
	}
}

// TestSameCardAgainIsKept stores the card that is stored already: the bank may
// know both by one number.
func TestSameCardAgainIsKept(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	h.bank.Mischief(tbanktest.Mischief{SameCardID: true})
	h.binds(h.asksForCard("card"), tbanktest.CardSuccess)
	h.settle()
	if got := h.removed(); len(got) != 0 {
		t.Fatalf("removed %v", got)
	}
	h.pass(31 * 24 * time.Hour)
	h.settle()
	if h.charges() != 1 {
		t.Errorf("%d charges", h.charges())
	}
}

func TestAccountInPlaceOfACardLetsTheCardGo(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t)
	if err := h.bank.BindAccount(h.asksForCard("anycard"), true); err != nil {
		t.Fatal(err)
	}
	h.settle()
	if got := h.removed(); len(got) != 1 {
		t.Errorf("removed %v", got)
	}
}

// forgetful is a club whose customers can be forgotten.
func forgetful(t *testing.T) func(*bot.Config) {
	return func(c *bot.Config) {
		text := strings.Replace(clubFlow, "  - {command: leave,", "  - {command: forget, do: [{forget_me: true}]}\n  - {command: leave,", 1)
		flow, found := flows.Loader{Kinds: steps.All()}.LoadText("shop.yaml", text)
		if flow == nil || text == clubFlow {
			t.Fatalf("the flow does not load: %+v", found)
		}
		c.Project = &flows.Project{Dir: c.Project.Dir, Flows: []*flows.Flow{flow}}
	}
}

func TestForgottenCustomerHasNoCardAtTheBank(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t, forgetful(t))
	h.say(flows.Input{Kind: flows.Command, Text: "forget"})
	h.settle()
	if got := h.removed(); len(got) != 0 {
		t.Fatalf("a living subscription lost its card: %v", got)
	}
	h.say(flows.Input{Kind: flows.Command, Text: "leave"})
	h.settle()
	for range 3 { // to the end of what was paid for, and a day more
		h.pass(16 * 24 * time.Hour)
		h.settle()
	}
	if got := h.removed(); len(got) != 1 {
		t.Errorf("removed %v", got)
	}
	gone := slices.ContainsFunc(h.bank.Requests(), func(c tbanktest.Request) bool { return c.Method == "RemoveCustomer" })
	if !gone {
		t.Error("the bank still remembers the customer")
	}
	if one := h.only(); h.charges() != 0 || one.Status != sales.SubscriptionEnded {
		t.Errorf("%s, %d charges", one.Status, h.charges())
	}
}

func TestWhoeverCameBackKeepsTheCard(t *testing.T) {
	t.Parallel()
	h, _ := subscribed(t, forgetful(t))
	h.say(flows.Input{Kind: flows.Command, Text: "forget"})
	h.work()
	h.pass(time.Minute)
	h.binds(h.asksForCard("card"), otherCard)
	h.settle()
	for range 3 {
		h.pass(24 * time.Hour)
		h.settle()
	}
	first := h.bank.Payments()[0].CardID
	if got := h.removed(); !slices.Equal(got, []string{first}) {
		t.Errorf("removed %v, want the first card alone: %s", got, first)
	}
}
