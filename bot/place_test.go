package bot_test

import (
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"voronka/payments"
	"voronka/payments/tbank"
	"voronka/payments/tbanktest"
	"voronka/sales"
)

// misled is a shop whose values come from variables, where the checker does not
// see them.
const misled = `
flow: shop
start: welcome
products:
  course: {title: Курс, price: 4900, deliver: {link: "https://example.ru/course"}}
states:
  welcome:
    do: [{say: Привет}]
    on:
      - {text: срок, to: due}
      - {text: бонусы, to: bonus}
      - {text: сумма, to: sum}
      - {text: адрес, to: address}
      - {text: данные, to: data}
      - {text: купить, to: buy}
  due:
    do:
      - set: {until: "вчера"}
      - {pay: course, expires: "#{until}"}
    on: [{success: talk, fail: talk, different_amounts: talk, expired: talk}]
  bonus:
    do:
      - set: {bonus: "много"}
      - {pay: course, bonus: "#{bonus}"}
    on: [{success: talk, fail: talk, different_amounts: talk, expired: talk}]
  sum:
    do:
      - set: {sum: "сто"}
      - calc: |
          title = 'Курс'
          link = get_tinkoff_payment_url(sum, title)
    on: [{success: talk, fail: talk, different_amounts: talk, expired: talk}]
  address:
    do:
      - set: {ip: "дома"}
      - calc: |
          link = get_tinkoff_payment_url(100, 'Курс', '', '', '', '', '', '', '', {"IP": ip})
    on: [{success: talk, fail: talk, different_amounts: talk, expired: talk}]
  data:
    do:
      - set: {long: "` + longValue + `"}
      - calc: |
          link = get_tinkoff_payment_url(100, 'Курс', '', '', '', '', '', '', '', {"DATA": {"город": long}})
    on: [{success: talk, fail: talk, different_amounts: talk, expired: talk}]
  buy:
    do:
      - pay: course
        hold: true
    on: [{held: talk, success: talk, fail: talk, different_amounts: talk, expired: talk}]
  talk:
    do: [{say: Готово}]
    on:
      - {text: списать, do: [{confirm: course}]}
      - {text: вернуть, do: [{refund: course, amount: 100}]}
      - {refunded: welcome}
`

// longValue is longer than the bank takes in DATA.
const longValue = "01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"

func misledWorld(t *testing.T) (*world, *tbanktest.Server) {
	t.Helper()
	w := newWorld(t, misled)
	practice := tbanktest.New(tbanktest.Config{Now: w.clock.Now, Terminals: []tbanktest.Terminal{{Key: "ShopDEMO", Password: "password"}}})
	t.Cleanup(practice.Close)
	web := httptest.NewServer(practice)
	t.Cleanup(web.Close)
	provider := tbank.New(tbank.Config{Terminal: "ShopDEMO", Password: "password", API: web.URL + "/v2", Now: w.clock.Now})
	w.config.Provider, w.config.Engine.Provider = provider, provider.Name()
	w.restart()
	w.say("/start")
	w.drain()
	return w, practice
}

// lineOf is where a text stands in misled: "shop.yaml:12".
func lineOf(t *testing.T, text string) string {
	t.Helper()
	for number, line := range strings.Split(misled, "\n") {
		if strings.Contains(line, text) {
			return "shop.yaml:" + strconv.Itoa(number+1)
		}
	}
	t.Fatalf("%q is not in the flow", text)
	return ""
}

// TestABadValueNamesItsLine has each value be wrong that no checker sees before.
func TestABadValueNamesItsLine(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]struct{ fault, line string }{
		"срок":   {"pay: expires is no moment to come", "{pay: course, expires:"},
		"бонусы": {"pay: no number of bonuses", "{pay: course, bonus:"},
		"сумма":  {"payment: amount is none", "get_tinkoff_payment_url(sum"},
		"данные": {"payment: extra_params: ", `{"город": long}`},
		"адрес":  {"bank_request ", `{"IP": ip}`},
	} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			w, practice := misledWorld(t)
			w.say(word)
			w.drain()
			at := " — " + lineOf(t, want.line)
			if lines := w.journal(); !slices.ContainsFunc(lines, func(line string) bool {
				return strings.Contains(line, want.fault) && strings.HasSuffix(line, at)
			}) {
				t.Errorf("no line with %q and %q: %q", want.fault, at, lines)
			}
			if made := practice.Payments(); word != "срок" && len(made) != 0 {
				t.Errorf("the bank was asked for %d payments", len(made))
			}
		})
	}
}

// TestARefusalNamesTheStepThatAsked has the bank refuse to settle and to give back.
func TestARefusalNamesTheStepThatAsked(t *testing.T) {
	t.Parallel()
	w, practice := misledWorld(t)
	w.say("купить")
	w.drain()
	payment := w.payment()
	if payment.Place != lineOf(t, "- pay: course") {
		t.Fatalf("the payment was asked for at %q", payment.Place)
	}
	if _, err := practice.Pay(payment.URL, tbanktest.CardSuccess); err != nil {
		t.Fatal(err)
	}
	news := func(status sales.PaymentStatus, state string) {
		t.Helper()
		event := payments.Event{Key: state, Payment: payment.ID, External: payment.External, Amount: payment.Amount, Status: status, State: state}
		if err := w.Accept(w.ctx(), payment.Provider, event); err != nil {
			t.Fatal(err)
		}
		w.drain()
	}
	const malformed = "251"
	news(sales.PaymentHeld, "AUTHORIZED")
	practice.Inject(tbanktest.Fault{Method: "Confirm", Kind: tbanktest.FaultTemporary, Code: malformed})
	w.say("списать")
	w.drain()
	w.hasLine("settle_failed ", lineOf(t, "confirm: course"))
	w.say("списать")
	w.drain()
	news(sales.PaymentPaid, "CONFIRMED")
	practice.Inject(tbanktest.Fault{Method: "Cancel", Kind: tbanktest.FaultTemporary, Code: malformed})
	w.say("вернуть")
	w.drain()
	w.hasLine("refund_refused ", lineOf(t, "refund: course"))
}

// hasLine wants a line of the journal that holds a word and ends with a place.
func (w *world) hasLine(word, at string) {
	w.Helper()
	if lines := w.journal(); !slices.ContainsFunc(lines, func(line string) bool {
		return strings.Contains(line, word) && strings.HasSuffix(line, " — "+at)
	}) {
		_, ids := w.buried()
		w.Errorf("no line with %q and %q: %q, buried %v, waiting %v", word, at, lines, ids, w.waiting())
	}
}
