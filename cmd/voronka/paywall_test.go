package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"voronka/crm/amocrmtest"
	"voronka/storage"
)

// amoAccount is the account of the fake (amocrmtest.Config).
const amoAccount = 28805383

func billOf(title string, roubles any, more ...amocrmtest.FieldValue) amocrmtest.Bill {
	sum := amocrmtest.FieldValue{Code: "BILL_PRICE", Values: []amocrmtest.Value{{Value: roubles}}}
	return amocrmtest.Bill{Name: title, Fields: append(more, sum)}
}

func paidBill() amocrmtest.FieldValue {
	return amocrmtest.FieldValue{Code: "BILL_STATUS", Values: []amocrmtest.Value{{Value: "Оплачен", EnumID: 1302893, EnumCode: "paid"}}}
}

func (w *outside) paywall(bill int64) string {
	return fmt.Sprintf("http://%s/paywall/%d/%d/card", w.listen, amoAccount, bill)
}

// TestPaywallInABrowser pays a bill of a manager as its buyer does: loader,
// mail for the receipt, the bank's page; amoCRM shows it paid.
func TestPaywallInABrowser(t *testing.T) {
	t.Parallel()
	w, ctx := newSickOutside(t, "polling")
	w.env = append(w.env, "VORONKA_PAYWALL_TAXATION=usn_income")
	bill := w.amo.AddBill(billOf("Консультация 💼 за «апрель»", 1500.5))
	w.start()
	if err := w.answers(ctx); err != nil {
		t.Fatal(err)
	}
	page := openBrowser(t, w.paywall(bill), 390, 800)
	page.sees("the question for a mail", `document.querySelector('[data-state="who"] input#email')`)
	page.shot("paywall-1-who")
	page.types("#email", "anna@mail")
	page.sees("that a slip is noticed", `document.querySelector('#wrong')`)
	page.shot("paywall-2-wrong")
	page.types("#email", "anna@mail.ru")
	page.sees("the bank's page", `document.querySelector('button[data-card="success"]')`)
	page.clicks(`button[data-card="success"]`)
	page.clicks(`#pay`)
	page.sees("the bank's thanks", `document.querySelector('#result[data-state="paid"]')`)
	w.settled(ctx)
	if status := billStatus(w.amo.Bills()[0]); status != "paid" {
		t.Errorf("amoCRM shows the bill as %q", status)
	}
	page.opens(w.paywall(bill))
	page.sees("that it is paid", `document.querySelector('[data-state="paid"]')`)
	page.shot("paywall-3-paid")
	w.stop()
	w.read(func(tx storage.Tx) error {
		order, err := tx.Order(fmt.Sprintf("bill:%d", bill))
		if err != nil || !order.Paid() || order.Amount != 150050 {
			t.Errorf("order %+v, %v", order, err)
		}
		return nil
	})
	w.silent("anna@mail.ru")
}

func billStatus(bill amocrmtest.Bill) string {
	for _, field := range bill.Fields {
		if field.Code == "BILL_STATUS" {
			return field.Values[0].EnumCode
		}
	}
	return ""
}

// TestPaywallErrorPages walks through every case in which there is nothing to
// pay, in both languages and both forms of the address.
func TestPaywallErrorPages(t *testing.T) {
	t.Parallel()
	w, ctx := newSickOutside(t, "polling")
	w.env = append(w.env, "VORONKA_PAYWALL_TAXATION=none")
	zero, below := w.amo.AddBill(billOf("Ноль", 0)), w.amo.AddBill(billOf("Меньше нуля", -5))
	settled, fine := w.amo.AddBill(billOf("Оплачен", 10, paidBill())), w.amo.AddBill(billOf("", 10))
	gone := w.amo.AddBill(billOf("Удалён", 10))
	w.amo.DeleteBill(gone)
	w.start()
	if err := w.answers(ctx); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		account string
		bill    any
		state   string
		ru, en  string
	}{
		"account unavailable": {"999", fine, "missing", "Счёт не найден", "There is no such invoice"},
		"invoice missing":     {"28805383", gone, "missing", "обратитесь к продавцу", "turn to the seller"},
		"never was":           {"28805383", 987654321, "missing", "Счёт не найден", "There is no such invoice"},
		"no number":           {"28805383", "%3Cscript%3E", "missing", "Счёт не найден", "There is no such invoice"},
		"sum zero":            {"28805383", zero, "wrong", "Попросите продавца поправить", "Ask the seller to correct"},
		"sum below zero":      {"28805383", below, "wrong", "Попросите продавца поправить", "Ask the seller to correct"},
		"already paid":        {"28805383", settled, "paid", "уже оплачен", "is paid"},
		"no items":            {"28805383", fine, "", "", ""}, // paid by a stand-in row
	} {
		for _, address := range []string{
			fmt.Sprintf("/paywall/%s/%v/sbp", test.account, test.bill),
			fmt.Sprintf("/paywall?account_id=%s&invoice_id=%v", test.account, test.bill),
		} {
			for language, want := range map[string]string{"ru": test.ru, "en-GB,en;q=0.9": test.en} {
				body, to := w.walk(ctx, address, language)
				if test.state == "" {
					if !strings.Contains(to, "/new/") && !strings.HasPrefix(to, "http") {
						t.Errorf("%s: leads to %q:\n%s", name, to, body)
					}
					continue
				}
				if !strings.Contains(body, `data-state="`+test.state+`"`) || !strings.Contains(body, want) || strings.Contains(body, "<script>") {
					t.Errorf("%s, %s: got\n%s", name, language, body)
				}
			}
		}
	}
	w.stop()
}

// walk opens an address as a browser does: the loader first, then what it leads
// to; to is where that redirects.
func (w *outside) walk(ctx context.Context, address, language string) (body, to string) {
	w.t.Helper()
	joint := "?"
	if strings.Contains(address, "?") {
		joint = "&"
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for try := range 40 { // so many visits in a moment are held up, on a page that comes again
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+w.listen+address+joint+"go=1", nil)
		if err != nil {
			w.t.Fatal(err)
		}
		request.Header.Set("Accept-Language", language)
		response, err := client.Do(request)
		if err != nil {
			w.t.Fatal(err)
		}
		raw, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			w.t.Fatal(err)
		}
		body = string(raw)
		if !strings.Contains(body, `data-state="waiting"`) {
			return body, response.Header.Get("Location")
		}
		if err := pause(ctx, 300*time.Millisecond); err != nil {
			w.t.Fatalf("try %d: %v\n%s", try, err, body)
		}
	}
	return body, ""
}

// sees waits until an expression over the page itself holds, through whatever
// navigation comes between.
func (b *tab) sees(what, expression string) {
	b.t.Helper()
	for {
		found, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("!!("+expression+")"))
		if err == nil && found {
			return
		}
		if err := pause(b.ctx, 50*time.Millisecond); err != nil {
			text, _ := chromedp.Run(context.WithoutCancel(b.ctx), chromedp.Evaluate[string]("document.body.innerText"))
			b.t.Fatalf("see %s: %v\n%s", what, err, text)
		}
	}
}

func (b *tab) opens(address string) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.Navigate(address)); err != nil {
		b.t.Fatalf("open %s: %v", address, err)
	}
}

func (b *tab) clicks(selector string) {
	b.t.Helper()
	b.sees(selector, fmt.Sprintf("document.readyState === 'complete' && document.querySelector(%q)", selector))
	if err := chromedp.Do(b.ctx, chromedp.Click(selector)); err != nil {
		b.t.Fatalf("click %s: %v", selector, err)
	}
}

// types fills a field and sends its form.
func (b *tab) types(selector, text string) {
	b.t.Helper()
	b.sees(selector, fmt.Sprintf("document.readyState === 'complete' && document.querySelector(%q)", selector))
	if err := chromedp.Do(b.ctx, chromedp.SendKeys(selector, text+"\r")); err != nil {
		b.t.Fatalf("type into %s: %v", selector, err)
	}
}
