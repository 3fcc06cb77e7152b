package tbank_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/payments"
	"voronka/payments/tbank"
	"voronka/payments/tbanktest"
	"voronka/sales"
)

// twoShops is a provider with a main shop and one more, on one bank.
func twoShops(t *testing.T) (*bank, *tbank.Provider) {
	b, _ := open(t, nil)
	return b, tbank.New(tbank.Config{
		Terminal: terminal, Password: password, API: b.url + "/v2", Now: b.now,
		Shops: map[string]tbank.Shop{"books": {Terminal: "OtherDEMO", Password: "another password"}},
	})
}

func TestEachPaymentGoesToItsShop(t *testing.T) {
	t.Parallel()
	b, provider := twoShops(t)
	terminals := map[string]string{"": terminal, "books": "OtherDEMO"}
	for shop, want := range terminals {
		p := payment(b)
		p.ID, p.Shop = "p-"+shop, shop
		link, err := provider.Link(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		made, err := b.Pay(link.URL, tbanktest.CardSuccess)
		if err != nil || made.Terminal != want {
			t.Errorf("%q: taken by %s, %v", shop, made.Terminal, err)
		}
		p.External = link.External
		if e, err := provider.Status(t.Context(), p); err != nil || e.Status != sales.PaymentPaid || e.Shop != shop {
			t.Errorf("%q: %+v, %v", shop, e, err)
		}
		for _, n := range b.notifications(t) {
			r := httptest.NewRequest(http.MethodPost, "/payments/tbank", nil)
			if e, err := provider.Receive(r, n.Body); err != nil || e.Shop != shop || e.Payment != p.ID {
				t.Errorf("%q is told as %q of %q, %v", p.ID, e.Payment, e.Shop, err)
			}
		}
	}
	p := payment(b)
	p.Shop = "closed"
	if _, err := provider.Link(t.Context(), p); sales.AsError(err).Code != "bank_shop" {
		t.Errorf("an unknown shop: %v", err)
	}
}

// TestNobodyIsAShopWithoutATerminal: an empty TerminalKey and an empty password would let anybody sign.
func TestNobodyIsAShopWithoutATerminal(t *testing.T) {
	t.Parallel()
	provider := tbank.New(tbank.Config{Shops: map[string]tbank.Shop{"books": {}}})
	body := `{"OrderId":"p1","PaymentId":81,"Status":"CONFIRMED","Amount":100}`
	_, err := provider.Receive(httptest.NewRequest(http.MethodPost, "/", nil), withToken(t, body, tokenOf(t, body, "")))
	if !errors.Is(err, payments.ErrForged) {
		t.Errorf("signed with nothing: %v", err)
	}
}

func linkedPayment(t *testing.T, b *bank, provider *tbank.Provider, change func(*sales.Payment)) sales.Payment {
	t.Helper()
	p := payment(b)
	if change != nil {
		change(&p)
	}
	link, err := provider.Link(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	p.External, p.URL = link.External, link.URL
	return p
}

func TestWaysToPay(t *testing.T) {
	t.Parallel()
	b, _ := open(t, func(c *tbanktest.Terminal) { c.TPay = true })
	provider := tbank.New(tbank.Config{API: b.url + "/v2", Now: b.now, Shops: map[string]tbank.Shop{
		"s": {Terminal: terminal, Password: password, SBP: true, TPay: true},
		"o": {Terminal: "OtherDEMO", Password: "another password"},
	}})
	methods, err := provider.Methods(t.Context(), "s")
	if want := []sales.Method{sales.MethodCard, sales.MethodSBP, sales.MethodTPay}; err != nil || !slices.Equal(methods, want) {
		t.Errorf("methods: %v, %v", methods, err)
	}
	p := linkedPayment(t, b, provider, func(p *sales.Payment) { p.Shop = "s" })
	for method, want := range map[sales.Method]string{sales.MethodCard: p.URL, sales.MethodSBP: p.URL + "?type=02&sum=490000&cur=RUB", sales.MethodTPay: p.URL + "?tpay=1"} {
		if got, err := provider.Open(t.Context(), p, method); err != nil || got != want {
			t.Errorf("%s: %q, %v", method, got, err)
		}
	}
	small := linkedPayment(t, b, provider, func(p *sales.Payment) { p.ID, p.Shop, p.Amount = "p2", "s", 900 })
	if _, err := provider.Open(t.Context(), small, sales.MethodSBP); sales.AsError(err).Code != "method_off" {
		t.Errorf("SBP below 10 roubles: %v", err)
	}
	other := linkedPayment(t, b, provider, func(p *sales.Payment) { p.ID, p.Shop = "p3", "o" })
	for _, method := range []sales.Method{sales.MethodSBP, sales.MethodTPay, "cash"} {
		if _, err := provider.Open(t.Context(), other, method); sales.AsError(err).Code != "method_off" || sales.AsError(err).Action != sales.Bury {
			t.Errorf("%s that is switched off: %v", method, err)
		}
	}
}

func TestSBPIsPaidAndGivenBack(t *testing.T) {
	t.Parallel()
	b, provider := open(t, nil)
	for outcome, want := range map[tbank.TestOutcome]sales.PaymentStatus{
		tbank.TestPaid: sales.PaymentPaid, tbank.TestLate: sales.PaymentExpired, tbank.TestRejected: sales.PaymentDeclined,
	} {
		p := linkedPayment(t, b, provider, func(p *sales.Payment) { p.ID = "p" + string(outcome) })
		if _, err := provider.Open(t.Context(), p, sales.MethodSBP); err != nil {
			t.Fatal(err)
		}
		if err := provider.PayTest(t.Context(), p, outcome); err != nil {
			t.Fatal(err)
		}
		if e, err := provider.Status(t.Context(), p); err != nil || e.Status != want {
			t.Errorf("%q: %+v, %v", outcome, e, err)
		}
	}
	p := payment(b)
	p.ID, p.Paid = "p", 490000
	found, err := provider.Status(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	p.External = found.External
	if members, err := provider.Members(t.Context(), p); err != nil || len(members) != 2 || !members[0].IsPayee {
		t.Errorf("members: %+v, %v", members, err)
	}
	slowRefund(t, b, provider, p)
	banks, err := provider.Banks(t.Context(), "", "mobile", "iOS")
	if err != nil || len(banks) != 3 || banks[0].BankName != "Т-Банк" || banks[0].NspkID == "" {
		t.Errorf("banks: %+v, %v", banks, err)
	}
}

// slowRefund: money by SBP goes back later, or not; what cannot be told is not repeated.
func slowRefund(t *testing.T, b *bank, provider *tbank.Provider, p sales.Payment) {
	t.Helper()
	b.Mischief(tbanktest.Mischief{SlowRefunds: true})
	first := sales.Refund{ID: "r1", Amount: 100000}
	ask := func(r sales.Refund, again bool, want sales.RefundStatus) payments.Returned {
		t.Helper()
		done, err := provider.Refund(t.Context(), p, r, again)
		if err != nil || done.Status != want {
			t.Fatalf("refund %s: %+v, %v", r.ID, done, err)
		}
		return done
	}
	state := func(want sales.RefundStatus) payments.Returned {
		t.Helper()
		done, err := provider.RefundState(t.Context(), p, first)
		if err != nil || done.Status != want {
			t.Fatalf("state: %+v, %v; want %s", done, err, want)
		}
		return done
	}
	if done := ask(first, false, sales.RefundPending); done.Left != 390000 || !done.Known {
		t.Errorf("left: %+v", done)
	}
	ask(first, true, sales.RefundPending)
	second := sales.Refund{ID: "r2", Amount: 100000, Before: 100000}
	if _, err := provider.Refund(t.Context(), p, second, false); sales.AsError(err).Code != "bank_busy" || sales.AsError(err).Action != sales.Retry {
		t.Errorf("while another is under way: %v", err)
	}
	state(sales.RefundPending)
	if err := b.FinishRefund(p.External, false); err != nil {
		t.Fatal(err)
	}
	if done := state(sales.RefundRefused); !strings.Contains(done.Message, "нет расчетного счета") {
		t.Errorf("why: %+v", done)
	}
	ask(first, false, sales.RefundPending)
	if err := b.FinishRefund(p.External, true); err != nil {
		t.Fatal(err)
	}
	state(sales.RefundDone)
	ask(first, true, sales.RefundDone)
	if _, err := provider.Refund(t.Context(), p, second, true); sales.AsError(err).Code != "refund_unsure" {
		t.Errorf("a second part that may have gone: %v", err)
	}
	ask(second, false, sales.RefundPending)
}

func TestCardsAndAccountsAreBound(t *testing.T) {
	t.Parallel()
	b, provider := open(t, nil)
	bound := func(link payments.Link, ask func() (payments.Binding, error), want string) payments.Binding {
		t.Helper()
		got, err := ask()
		if err != nil || got.Status != want || got.Request != link.External {
			t.Fatalf("bound: %+v, %v; want %s", got, err, want)
		}
		return got
	}
	link, err := provider.Bind(t.Context(), "", "anna")
	if err != nil {
		t.Fatal(err)
	}
	ask := func() (payments.Binding, error) { return provider.Bound(t.Context(), "", link.External) }
	bound(link, ask, payments.BindingOpen)
	if _, err := b.Bind(link.URL, tbanktest.CardSuccess); err != nil {
		t.Fatal(err)
	}
	card := bound(link, ask, payments.BindingDone).Card
	told := b.notifications(t)
	event, err := provider.Receive(httptest.NewRequest(http.MethodPost, "/", nil), told[len(told)-1].Body)
	if err != nil || event.Binding == nil || event.Binding.Card.Token != card.Token || event.Binding.CustomerKey != "anna" ||
		event.Binding.Card.Last != "0777" || event.Key == "" {
		t.Errorf("told: %+v, %v", event, err)
	}
	p := linkedPayment(t, b, provider, func(p *sales.Payment) { p.Initiator = sales.ByCustomer })
	if e, err := provider.Charge(t.Context(), p, card); err != nil || e.Status != sales.PaymentPaid {
		t.Errorf("charge: %+v, %v", e, err)
	}

	account, err := provider.BindAccount(t.Context(), "", "Клуб")
	if err != nil {
		t.Fatal(err)
	}
	askAccount := func() (payments.Binding, error) { return provider.AccountBound(t.Context(), "", account.External) }
	bound(account, askAccount, payments.BindingOpen)
	if err := b.BindAccount(account.URL, true); err != nil {
		t.Fatal(err)
	}
	token := bound(account, askAccount, payments.BindingDone).Card
	p = linkedPayment(t, b, provider, func(p *sales.Payment) {
		p.ID, p.Initiator, p.Method = "p2", sales.ByMerchant, sales.MethodSBP
	})
	for range 2 {
		if e, err := provider.Charge(t.Context(), p, token); err != nil || e.Status != sales.PaymentPaid {
			t.Errorf("charge an account: %+v, %v", e, err)
		}
	}
}

func TestCustomersReceiptsAndResend(t *testing.T) {
	t.Parallel()
	b, provider := open(t, func(c *tbanktest.Terminal) { c.CashRegister = true })
	anna := tbank.Customer{Key: "anna", Email: "anna@mail.example", Phone: "+79001234567"}
	if err := provider.AddCustomer(t.Context(), "", anna); err != nil {
		t.Fatal(err)
	}
	if got, known, err := provider.Customer(t.Context(), "", "anna"); err != nil || !known || !cmp.Equal(got, anna) {
		t.Errorf("customer: %+v, %v, %v", got, known, err)
	}
	for range 2 {
		if err := provider.RemoveCustomer(t.Context(), "", "anna"); err != nil {
			t.Error(err)
		}
	}
	if _, known, err := provider.Customer(t.Context(), "", "anna"); err != nil || known {
		t.Errorf("forgotten: %v, %v", known, err)
	}
	r := receipt("1.05")
	for i := range r.Items {
		r.Items[i].Method = "full_prepayment"
	}
	p := linkedPayment(t, b, provider, func(p *sales.Payment) { p.Receipt = r })
	if err := provider.CloseReceipt(t.Context(), p, *receipt("1.05")); sales.AsError(err).Code != "bank_state" {
		t.Errorf("closed before it is paid: %v", err)
	}
	b.Mischief(tbanktest.Mischief{Lose: 1})
	if _, err := b.Pay(p.URL, tbanktest.CardSuccess); err != nil {
		t.Fatal(err)
	}
	b.notifications(t)
	if err := provider.Certify(t.Context(), p, "anna@mail.ru"); err != nil {
		t.Errorf("the certificate of a paid one: %v", err)
	}
	unpaid := linkedPayment(t, b, provider, func(p *sales.Payment) { p.ID, p.Receipt = "pay-unpaid", r })
	for _, one := range []sales.Payment{{ID: "new"}, unpaid} {
		if err := provider.Certify(t.Context(), one, "anna@mail.ru"); sales.AsError(err).Action != sales.Bury {
			t.Errorf("the certificate of %s: %v", one.ID, err)
		}
	}
	if n, err := provider.Resend(t.Context(), ""); err != nil || n != 1 {
		t.Errorf("resent %d, %v", n, err)
	}
	if err := provider.CloseReceipt(t.Context(), p, *receipt("1.05")); err != nil {
		t.Error(err)
	}
	if made, err := b.Payment(p.External); err != nil || len(made.Closing) != 1 {
		t.Errorf("closing receipts: %d, %v", len(made.Closing), err)
	}
	b.notifications(t)
}

// TestWrongFieldsAreNotSent: what the bank would refuse never leaves.
func TestWrongFieldsAreNotSent(t *testing.T) {
	t.Parallel()
	b, provider := open(t, nil)
	many := map[string]string{}
	for i := range 20 {
		many["DATA.k"+string(rune('a'+i))] = "v"
	}
	for name, change := range map[string]func(*sales.Payment){
		"no id":                func(p *sales.Payment) { p.ID = "" },
		"long id":              func(p *sales.Payment) { p.ID = strings.Repeat("x", 37) },
		"nothing to pay":       func(p *sales.Payment) { p.Amount = 0 },
		"less than nothing":    func(p *sales.Payment) { p.Amount = -100 },
		"eleven digits":        func(p *sales.Payment) { p.Amount = 10_000_000_000 },
		"over already":         func(p *sales.Payment) { p.ExpiresAt = b.now().Add(59 * time.Second) },
		"key of DATA":          func(p *sales.Payment) { p.Extra = map[string]string{"DATA." + strings.Repeat("к", 21): "v"} },
		"empty key of DATA":    func(p *sales.Payment) { p.Extra = map[string]string{"DATA.": "v"} },
		"value of DATA":        func(p *sales.Payment) { p.Extra = map[string]string{"DATA.k": strings.Repeat("в", 101)} },
		"pairs of DATA":        func(p *sales.Payment) { p.Extra = many },
		"IP":                   func(p *sales.Payment) { p.Extra = map[string]string{"IP": "66.249.72"} },
		"nobody's card stored": func(p *sales.Payment) { p.Recurrent = true },
		"a charge that stores": func(p *sales.Payment) { p.Recurrent, p.CustomerKey, p.Initiator = true, "anna", sales.ByMerchant },
		"receipt of another sum": func(p *sales.Payment) {
			p.Receipt = receipt("1.05")
			p.Amount--
		},
	} {
		p := payment(b)
		change(&p)
		if _, err := provider.Link(t.Context(), p); sales.AsError(err).Action != sales.Bury || sales.AsError(err).Message == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if sent := b.Requests(); len(sent) != 0 {
		t.Errorf("%d requests were sent: %s", len(sent), sent[0].Body)
	}
}
