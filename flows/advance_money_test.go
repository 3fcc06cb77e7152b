package flows_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/sales"
)

func TestPaymentAsked(t *testing.T) {
	t.Parallel()
	stage := rehearse(t, shop)
	stage.Engine = flows.Engine{Provider: "tbank", FFD: "1.2"}
	turn := perform(t, stage, "/start", "[Купить]", "anna@mail.ru")
	if len(turn.Orders) != 1 || len(turn.Payments) != 1 {
		t.Fatalf("orders %v, payments %v", turn.Orders, turn.Payments)
	}
	order, payment := turn.Orders[0], turn.Payments[0]
	unguessable := regexp.MustCompile(`^[0-9a-f]{32}$`)
	for _, id := range []string{order.ID, payment.ID, payment.CustomerKey} {
		if !unguessable.MatchString(id) {
			t.Errorf("id %q", id)
		}
	}
	want := sales.Payment{
		ID: payment.ID, Order: order.ID, Contact: "play:1", Provider: "tbank", Amount: 490000, Status: sales.PaymentNew,
		Description: "Курс", Language: "ru", CustomerKey: payment.CustomerKey, CreatedAt: noon(), ExpiresAt: noon().Add(30 * time.Minute), Place: "shop.yaml:30",
		Receipt: &sales.Receipt{
			FFD: "1.2", Email: "anna@mail.ru", Taxation: "usn_income",
			Items: []sales.ReceiptItem{{Name: "Курс", Price: 490000, Quantity: 1000, Tax: "none", Method: "full_payment", Object: "service", Unit: "шт", Place: "shop.yaml:4"}},
		},
	}
	if diff := cmp.Diff(want, payment); diff != "" {
		t.Errorf("payment (-want +got):\n%s", diff)
	}
	// The link is made before the message that holds it.
	link := slices.Index(turn.Effects, flows.Effect(flows.MakeLink{Payment: payment.ID}))
	said := slices.IndexFunc(turn.Effects, func(effect flows.Effect) bool {
		say, ok := effect.(flows.Say)
		return ok && len(say.Payments) == 1 && say.Buttons[0][0].URL == flows.PayLink(payment.ID)
	})
	if link < 0 || said < link {
		t.Errorf("effects %+v", turn.Effects)
	}
	// Ids are made of the session's secret.
	other := rehearse(t, shop)
	other.Session.Seed = "another"
	if turn := perform(t, other, "/start", "[Купить]", "anna@mail.ru"); turn.Payments[0].ID == payment.ID {
		t.Error("the id does not depend on the seed")
	}
}

// TestPaymentReused: coming back shows the same link while it lives, for the
// same buyer; the order stays the same in any case.
func TestPaymentReused(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		script   []string
		payments int
	}{
		"again":         {[]string{"/start", "[Купить]", "anna@mail.ru"}, 1},
		"declined":      {[]string{"/pay fail", "[Ещё]"}, 2},
		"expired":       {[]string{"/wait 31m", "[Обновить]"}, 2},
		"other address": {[]string{"/start", "[Купить]", "other@mail.ru"}, 2},
		"refused":       {[]string{"/pay error", "/start", "[Купить]", "anna@mail.ru"}, 2},
		"other amount":  {[]string{"/pay other 10", "/start", "[Купить]", "anna@mail.ru"}, 2},
	} {
		stage := rehearse(t, shop, "/start", "[Купить]", "anna@mail.ru")
		perform(t, stage, one.script...)
		if len(stage.Known.Orders) != 1 || len(stage.Known.Payments) != one.payments {
			t.Errorf("%s: %d orders, %d payments; want 1, %d", name, len(stage.Known.Orders), len(stage.Known.Payments), one.payments)
		}
	}
}

// TestPaidOnce: however often and late the bank says it, one delivery.
func TestPaidOnce(t *testing.T) {
	t.Parallel()
	for name, script := range map[string][]string{
		"at once":              {"/pay success"},
		"twice":                {"/pay success", "/pay success"},
		"after a decline":      {"/pay fail", "/pay success"},
		"after expiry":         {"/wait 1h", "/pay success"},
		"after other amount":   {"/pay other 5", "/pay success"},
		"elsewhere":            {"/start", "/pay success"},
		"after unsubscribing":  {"стоп", "/pay success"},
		"while a person talks": {"/join", "/pay success"},
		"blocked":              {"/block", "/pay success"},
		"then expired":         {"/pay success", "/pay expired"},
		"then asked again":     {"/pay success", "/start", "[Купить]", "a@mail.ru", "/pay success"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage := rehearse(t, shop, "/start", "[Купить]", "anna@mail.ru")
			var delivered []flows.Deliver
			for _, line := range script {
				delivered = append(delivered, all[flows.Deliver](perform(t, stage, line))...)
			}
			want := []flows.Deliver{{Order: stage.Known.Orders[0].ID, File: "course.pdf"}}
			if diff := cmp.Diff(want, delivered); diff != "" {
				t.Errorf("delivered (-want +got):\n%s", diff)
			}
			order := stage.Known.Orders[0]
			if len(stage.Known.Orders) != 1 || order.DeliveredAt.IsZero() || order.PaidBy != stage.Known.Payments[0].ID {
				t.Errorf("orders %+v", stage.Known.Orders)
			}
		})
	}
}

// TestTwoLinksPaid: both links of one order are paid; a person gives the money back.
func TestTwoLinksPaid(t *testing.T) {
	t.Parallel()
	stage := rehearse(t, shop, "/start", "[Купить]", "anna@mail.ru", "/wait 1h", "[Обновить]")
	var turns []flows.Turn
	for _, payment := range stage.Known.Payments {
		turn, err := stage.Bank(payment, flows.Success, payment.Amount)
		if err != nil {
			t.Fatal(err)
		}
		turns = append(turns, turn)
	}
	if len(turns) != 2 || len(all[flows.Deliver](turns[0])) != 1 || len(all[flows.Deliver](turns[1])) != 0 {
		t.Fatalf("turns %+v", turns)
	}
	if calls := all[flows.CallOperator](turns[1]); len(calls) != 1 || !strings.Contains(calls[0].Text, "paid twice") {
		t.Errorf("nobody is told: %+v", turns[1].Effects)
	}
}

// TestWrongAmountIsNoSuccess: whatever the event is called, the amounts decide.
func TestWrongAmountIsNoSuccess(t *testing.T) {
	t.Parallel()
	for _, paid := range []sales.Money{0, 1, 489999, 490001} {
		stage := rehearse(t, shop, "/start", "[Купить]", "anna@mail.ru")
		turn, err := stage.Bank(stage.Known.Payments[0], flows.Success, paid)
		if err != nil {
			t.Fatal(err)
		}
		if len(all[flows.Deliver](turn)) > 0 || turn.Session.State != "by_hand" || stage.Known.Orders[0].Paid() {
			t.Errorf("%s ₽: %s %+v", paid, turn.Session.State, turn.Effects)
		}
	}
}

// TestSuccessUnheard: a flow in which no rule hears success does not pass the
// checker; should one get here, whoever paid still gets the goods.
func TestSuccessUnheard(t *testing.T) {
	t.Parallel()
	flow := load(t, `
start: pay
products: {book: {title: Книга, price: 10, deliver: {link: "https://example.ru", text: "#{name}, держите"}}}
states:
  pay:
    do: [{pay: book}]
    on: [{success: pay, fail: pay, different_amounts: pay, expired: pay, error: pay}]
`)
	flow.State("pay").On = nil
	stage := flows.NewRehearsal(flows.Engine{}, flow, noon())
	turn := perform(t, stage, "/start", "/pay success")
	if want := (flows.Deliver{Order: stage.Known.Orders[0].ID, Link: "https://example.ru", Text: "Анна, держите"}); !slices.Contains(all[flows.Deliver](turn), want) {
		t.Errorf("effects %+v", turn.Effects)
	}
	if !slices.ContainsFunc(turn.Journal, func(line flows.Line) bool { return strings.Contains(line.Text, "delivered by default") }) {
		t.Errorf("journal %+v", turn.Journal)
	}
}

func TestUnknownOrder(t *testing.T) {
	t.Parallel()
	stage := rehearse(t, shop, "/start")
	turn, err := stage.Bank(sales.Payment{ID: "x", Order: "y", Amount: 100}, flows.Success, 100)
	if err != nil || len(all[flows.Deliver](turn)) > 0 || len(all[flows.CallOperator](turn)) != 1 {
		t.Errorf("%v %+v", err, turn.Effects)
	}
}

func TestMirror(t *testing.T) {
	t.Parallel()
	stage := rehearse(t, shop+"stages: {welcome: Новая, thanks: won}\n")
	var mirrors []flows.Mirror
	for _, line := range []string{"/start", "[Купить]", "anna@mail.ru", "/pay success"} {
		mirrors = append(mirrors, all[flows.Mirror](perform(t, stage, line))...)
	}
	want := []flows.Mirror{
		{State: "welcome", Stage: "Новая", Contact: true},
		{State: "email"},
		{Contact: true},
		{State: "pay"},
		{Note: "payment_success: Курс, 4\u00a0900 ₽", Price: 490000},
		{State: "thanks", Stage: "won"},
	}
	if diff := cmp.Diff(want, mirrors); diff != "" {
		t.Errorf("mirror (-want +got):\n%s", diff)
	}
}
