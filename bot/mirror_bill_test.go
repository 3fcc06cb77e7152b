package bot_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/crm/amocrm"
	"voronka/crm/amocrmtest"
	"voronka/sales"
	"voronka/storage"
)

const billedShop = `
flow: shop
title: Магазин
start: welcome
products: {course: {title: Курс, price: 4900, deliver: {link: "https://example.ru/1"}}, more: {title: Второй, price: 200, deliver: {link: "https://example.ru/1"}}}
crm: {deal: "Продажа #{name}", invoices: true}
states:
  welcome: {do: [{say: Привет}], on: [{any: true, to: pay}]}
  pay:
    do: [{pay: course, say: Оплатите, button: Оплатить, expires: 30d}]
    on: [{success: thanks, fail: again, different_amounts: odd, expired: again, error: again}]
  again:
    do: [{pay: course, say: Ещё раз, button: Оплатить, expires: 30d}]
    on: [{success: thanks, fail: again, different_amounts: odd, expired: again, error: again}]
  odd: {do: [{say: Разберёмся}], end: true}
  thanks: {do: [{say: Спасибо}, {crm: {stage: won}}], on: [{any: true, to: second}]}
  second:
    do: [{pay: more, say: Оплатите, button: Оплатить, expires: 30d}]
    on: [{success: fin, fail: fin, different_amounts: fin, expired: fin, error: fin}]
  fin: {do: [{say: Спасибо}, {crm: {stage: won}}], end: true}
`

// wireless reaches a fake without a network.
type wireless struct{ http.Handler }

func (w wireless) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	return answer.Result(), nil
}

// billed is a shop with an amoCRM account in which it has been asked for money.
type billed struct {
	*world
	account *amocrmtest.Server
}

func newBilled(t *testing.T, flow string) billed {
	t.Helper()
	account := amocrmtest.New(amocrmtest.Config{Token: "token"})
	t.Cleanup(account.Close)
	w := newWorld(t, flow, func(c *bot.Config) {
		c.CRM = amocrm.New(amocrm.Config{URL: "http://amocrm.test", Token: "token", RequestsPerSecond: 100000, HTTP: &http.Client{Transport: wireless{account}}})
	})
	w.say("/start")
	w.say("дайте")
	w.drain()
	return billed{w, account}
}

// asked is the payment that the customer was asked for last.
func (b billed) asked() (payment sales.Payment) {
	b.Helper()
	b.view(func(tx storage.Tx) (err error) {
		payment, err = tx.Payment(b.session().Payment)
		return err
	})
	return payment
}

// deals are the deals of the account with their bills, oldest first.
func (b billed) deals() (told []string) {
	bills := map[int64]string{}
	for _, bill := range b.account.Elements("invoices") {
		bills[bill.ID] = strings.Join(append(bill.Values("BILL_STATUS"), bill.Values("BILL_PRICE")...), " ")
	}
	for _, deal := range b.account.Leads() {
		line := fmt.Sprintf("%s %d", deal.Name, deal.Price)
		if deal.StatusID == amocrmtest.Won {
			line += " won"
		}
		for _, id := range b.account.Linked(deal.ID, "catalog_elements") {
			line += ", " + bills[id]
			delete(bills, id)
		}
		told = append(told, line)
	}
	for _, lost := range bills {
		told = append(told, "an invoice of no deal: "+lost)
	}
	return told
}

func (b billed) want(when string, deals ...string) {
	b.Helper()
	b.drain()
	if diff := cmp.Diff(deals, b.deals()); diff != "" {
		b.Errorf("%s (-want +got):\n%s", when, diff)
	}
	if jobs, _ := b.buried(); len(jobs) > 0 {
		b.Errorf("%s: buried %v", when, jobs)
	}
}

func TestLinkAfterAClosedDealBeginsANewOne(t *testing.T) {
	t.Parallel()
	b := newBilled(t, billedShop)
	b.want("a link", "Продажа Анна 4900, Создан 4900.00")
	b.notify(paid(b.asked()))
	b.want("a sale", "Продажа Анна 4900 won, Оплачен 4900.00")
	b.clock.pass(time.Minute)
	b.say("ещё")
	b.want("a second link", "Продажа Анна 4900 won, Оплачен 4900.00", "Продажа Анна 200, Создан 200.00")
	b.notify(paid(b.asked()))
	b.want("a second sale", "Продажа Анна 4900 won, Оплачен 4900.00", "Продажа Анна 200 won, Оплачен 200.00")
}

// TestMoneyForABillOfAClosedDealBelongsThere: a manager wins the deal by hand
// before the bank tells of the money.
func TestMoneyForABillOfAClosedDealBelongsThere(t *testing.T) {
	t.Parallel()
	b := newBilled(t, billedShop)
	b.view(func(tx storage.Tx) error {
		raw, err := tx.Ref("crm/tg:7")
		if err == nil {
			err = b.store.Update(b.ctx(), func(tx storage.Tx) error {
				return tx.PutRef("crm/tg:7", strings.Replace(raw, "{", `{"closed":true,`, 1))
			})
		}
		return err
	})
	b.notify(paid(b.asked()))
	b.want("a sale", "Продажа Анна 4900 won, Оплачен 4900.00")
}

func TestAttemptsOfOneOrderShareOneBill(t *testing.T) {
	t.Parallel()
	for name, attempt := range map[string]func(b billed, first sales.Payment) sales.Payment{
		"the same link, a moment before the bank tells": func(b billed, first sales.Payment) sales.Payment {
			b.notify(event(first, sales.PaymentDeclined, first.Amount))
			next, err := b.Again(b.ctx(), first.ID)
			if err != nil || next.ID == first.ID {
				b.Fatalf("another attempt %+v, %v", next, err)
			}
			return next
		},
		"a link of its own": func(b billed, first sales.Payment) sales.Payment {
			b.notify(event(first, sales.PaymentDeclined, first.Amount))
			b.drain()
			return b.asked()
		},
		"an expired link": func(b billed, first sales.Payment) sales.Payment {
			b.notify(event(first, sales.PaymentExpired, first.Amount))
			b.drain()
			b.say("/start")
			b.say("дайте")
			b.drain()
			return b.asked()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBilled(t, billedShop)
			next := attempt(b, b.asked())
			b.want("another attempt", "Продажа Анна 4900, Создан 4900.00")
			b.notify(paid(next))
			b.want("a sale", "Продажа Анна 4900 won, Оплачен 4900.00")
		})
	}
}

// TestBillOfAnEarlierVersionIsFound: it was kept by its payment.
func TestBillOfAnEarlierVersionIsFound(t *testing.T) {
	t.Parallel()
	b := newBilled(t, billedShop)
	payment := b.asked()
	err := b.store.Update(b.ctx(), func(tx storage.Tx) error {
		raw, err := tx.Ref("crm/tg:7")
		if err != nil || !strings.Contains(raw, payment.Order) {
			t.Errorf("kept %s, %v", raw, err)
		}
		return tx.PutRef("crm/tg:7", strings.ReplaceAll(raw, payment.Order, payment.ID))
	})
	if err != nil {
		t.Fatal(err)
	}
	b.notify(event(payment, sales.PaymentDeclined, payment.Amount))
	b.drain()
	b.notify(paid(b.asked()))
	b.want("a sale", "Продажа Анна 4900 won, Оплачен 4900.00")
}

func TestBillOfALesserSumIsPartlyPaid(t *testing.T) {
	t.Parallel()
	b := newBilled(t, billedShop)
	payment := b.asked()
	b.notify(event(payment, sales.PaymentPaid, payment.Amount-100))
	b.want("a part", "Продажа Анна 4900, Частично оплачен 4900.00")
}

// TestBillFollowsThePrice: an order whose price changed is replaced, and its bill is not left behind.
func TestBillFollowsThePrice(t *testing.T) {
	t.Parallel()
	b := newBilled(t, billedShop)
	cheaper := newWorld(t, strings.Replace(billedShop, "price: 4900", "price: 3900", 1))
	b.config.Project = cheaper.config.Project
	b.restart()
	b.clock.pass(time.Minute)
	b.say("/start")
	b.say("дайте")
	b.want("a lower price", "Продажа Анна 3900, Создан 3900.00")
	b.notify(paid(b.asked()))
	b.want("a sale", "Продажа Анна 3900 won, Оплачен 3900.00")
}
