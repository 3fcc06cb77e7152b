package bot_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"voronka/bot"
	"voronka/flows"
	"voronka/flows/steps"
	"voronka/payments/tbanktest"
	"voronka/sales"
)

// accountFlow is a club whose first payment comes from an account.
func accountFlow(t *testing.T) func(*bot.Config) {
	return func(c *bot.Config) {
		text := strings.Replace(clubFlow, "{subscribe: club, expires: 1h}", "{subscribe: club, expires: 1h, method: sbp, qr: true, button: СБП}", 1)
		flow, found := flows.Loader{Kinds: steps.All()}.LoadText("shop.yaml", text)
		if flow == nil || text == clubFlow {
			t.Fatalf("the flow does not load: %+v", found)
		}
		c.Project = &flows.Project{Dir: c.Project.Dir, Flows: []*flows.Flow{flow}}
	}
}

// joins asks for the first payment of the club and gives it.
func joins(t *testing.T, change ...func(*bot.Config)) (*history, sales.Payment) {
	t.Helper()
	h := newHistory(t, t.TempDir())
	t.Cleanup(h.close)
	for _, c := range append(change, accountFlow(t)) {
		c(&h.config)
	}
	h.live()
	h.begin()
	h.say(flows.Input{Kind: flows.Command, Text: "join"})
	h.work()
	all := h.money().payments
	if len(all) != 1 {
		t.Fatalf("%d payments", len(all))
	}
	return h, all[0]
}

// paysByQR is the customer who pays the first payment in their bank's app.
func (h *history) paysByQR(bound bool) {
	h.Helper()
	if _, err := h.bank.PayByQR(h.money().payments[0].External, bound); err != nil {
		h.Fatal(err)
	}
	if err := h.bank.Settle(h.Context()); err != nil {
		h.Fatal(err)
	}
}

// chargedNextMonth lets a month pass and tells whether the club was charged by SBP.
func (h *history) chargedNextMonth() bool {
	h.Helper()
	h.pass(31 * 24 * time.Hour)
	h.settle()
	known := h.bank.Payments()
	last := known[len(known)-1]
	return h.charges() == 1 && last.SBP && last.Status == tbanktest.StatusConfirmed
}

func TestSubscriptionPaidBySBPIsChargedFromTheAccount(t *testing.T) {
	t.Parallel()
	h, first := joins(t)
	if first.Request == "" || first.Method != sales.MethodSBP || !strings.Contains(first.URL, "type=02") {
		t.Fatalf("no code was made: %q, %q, %q", first.Request, first.Method, first.URL)
	}
	if shown := h.chat.shown[len(h.chat.shown)-1]; shown.Photo == nil || h.chat.address("СБП") != first.URL {
		t.Errorf("the customer sees %v, and a button to %q", shown.Photo, h.chat.address("СБП"))
	}
	h.paysByQR(true)
	h.settle()
	if saved := h.notes("card"); len(saved) != 1 || !strings.Contains(saved[0], "Т-Банк") {
		t.Errorf("accounts: %v", saved)
	}
	if heard := h.notes("subscription"); slices.ContainsFunc(heard, func(s string) bool { return strings.HasPrefix(s, "card_") }) {
		t.Errorf("the flow heard of the account, too: %v", heard)
	}
	if !h.chargedNextMonth() {
		t.Errorf("%d charges", h.charges())
	}
	if fault := h.judge(); fault != "" {
		t.Error(fault)
	}
}

func TestAccountOfAPaymentIsFoundWithoutNotifications(t *testing.T) {
	t.Parallel()
	h, _ := joins(t)
	h.paysByQR(true)
	h.loseAll()
	h.pass(time.Hour) // the payment is asked about
	h.work()
	h.loseAll()
	h.pass(time.Hour) // its account is
	h.work()
	if saved := h.notes("card"); len(saved) != 1 {
		t.Errorf("accounts: %v", saved)
	}
	if !h.chargedNextMonth() {
		t.Errorf("%d charges", h.charges())
	}
}

func TestAccountThatItsBankRefusesIsHeard(t *testing.T) {
	t.Parallel()
	h, _ := joins(t)
	h.paysByQR(false)
	h.settle()
	for range 3 {
		h.pass(time.Hour)
		h.settle()
	}
	if one := h.only(); one.Status != sales.SubscriptionActive {
		t.Errorf("paid for, and %s", one.Status)
	}
	heard := h.notes("subscription")
	if got := slices.IndexFunc(heard, func(s string) bool { return s == "card_refused club" }); got < 0 || slices.Contains(heard[got+1:], "card_refused club") {
		t.Errorf("the flow heard %v", heard)
	}
}

// TestCodeWhoseAnswerIsLostIsMadeAgain breaks the making of the address at each call.
func TestCodeWhoseAnswerIsLostIsMadeAgain(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"Init", "GetQr"} {
		for _, kind := range []tbanktest.FaultKind{tbanktest.FaultDropBefore, tbanktest.FaultDropAfter, tbanktest.FaultHTML} {
			t.Run(method, func(t *testing.T) {
				t.Parallel()
				h := newHistory(t, t.TempDir())
				t.Cleanup(h.close)
				accountFlow(t)(&h.config)
				h.live()
				h.begin()
				h.bank.Inject(tbanktest.Fault{Method: method, Kind: kind})
				h.say(flows.Input{Kind: flows.Command, Text: "join"})
				for range 4 {
					h.work()
					h.pass(time.Minute)
				}
				h.work()
				if h.chat.address("СБП") == "" {
					t.Fatal("no link was sent")
				}
				h.paysByQR(true)
				h.settle()
				if !h.chargedNextMonth() {
					t.Errorf("%d charges", h.charges())
				}
				if fault := h.judge(); fault != "" {
					t.Error(fault)
				}
			})
		}
	}
}

// TestSBPThatIsOffSaysSo has a terminal without SBP: nobody is sent to a page
// that would store nothing.
func TestSBPThatIsOffSaysSo(t *testing.T) {
	t.Parallel()
	h := newHistory(t, t.TempDir())
	t.Cleanup(h.close)
	h.bank.SetTerminal(tbanktest.Terminal{Key: "HistoryDEMO", Password: "password", Charge: true})
	accountFlow(t)(&h.config)
	h.live()
	h.begin()
	h.say(flows.Input{Kind: flows.Command, Text: "join"})
	h.work()
	if one := h.money().payments[0]; one.Status != sales.PaymentRefused || one.State != "method_off" {
		t.Errorf("%s, %s", one.Status, one.State)
	}
	if h.chat.address("СБП") != "" {
		t.Error("a link was sent")
	}
}

// TestDeclinedCodeIsTriedAgain renews an attempt through the link's address.
func TestDeclinedCodeIsTriedAgain(t *testing.T) {
	t.Parallel()
	h, first := joins(t)
	page := &http.Client{Transport: wire{h.bank}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := page.PostForm(first.URL, url.Values{"app": {"no"}, "kind": {"sbp"}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	h.settle()
	next, err := h.bot.Again(t.Context(), first.ID)
	if err != nil || next.ID == first.ID || next.Request == "" || next.Request == first.Request || next.URL == first.URL {
		t.Fatalf("again: %s %q %q, %v", next.ID, next.Request, next.URL, err)
	}
	if _, err := h.bank.PayByQR(next.External, true); err != nil {
		t.Fatal(err)
	}
	h.settle()
	if !h.chargedNextMonth() {
		t.Errorf("%d charges", h.charges())
	}
}

// TestCodeSurvivesCrashes kills the process at each commit on the way to the code.
func TestCodeSurvivesCrashes(t *testing.T) {
	t.Parallel()
	for fuse := 1; fuse <= 8; fuse++ {
		for _, after := range []bool{false, true} {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				h := newHistory(t, dir)
				defer h.close()
				accountFlow(t)(&h.config)
				h.live()
				h.begin()
				h.store.fuse, h.store.after = fuse, after
				h.say(flows.Input{Kind: flows.Command, Text: "join"})
				for range 6 {
					h.work()
					h.pass(time.Minute)
				}
				if made := h.bank.Payments(); len(made) > 2 || h.chat.address("СБП") == "" {
					t.Fatalf("fuse %d %t: %d payments at the bank, the button leads to %q", fuse, after, len(made), h.chat.address("СБП"))
				}
				h.paysByQR(true)
				h.settle()
				if !h.chargedNextMonth() {
					t.Errorf("fuse %d %t: %d charges", fuse, after, h.charges())
				}
				if fault := h.judge(); fault != "" {
					t.Errorf("fuse %d %t: %s", fuse, after, fault)
				}
			})
		}
	}
}
