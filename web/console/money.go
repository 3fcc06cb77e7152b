package console

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"voronka/bot"
	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

const rowsPerPage = 100

// moneyPage is what is charged again and again, and what went back.
type moneyPage struct {
	// Stopped tells by whose word charges are off.
	Stopped       string
	Subscriptions []sales.Subscription
	Refunds       []sales.Refund
	// Next leads to older subscriptions; empty on the last page.
	Next string
}

func (c *Console) money(w http.ResponseWriter, r *http.Request) {
	var page moneyPage
	after := sales.Subscription{ID: r.URL.Query().Get("id")}
	after.CreatedAt, _ = time.Parse(time.RFC3339Nano, r.URL.Query().Get("at")) // a wrong one begins at the start
	err := c.Store.View(r.Context(), func(tx storage.Tx) (err error) {
		if page.Stopped, err = c.Bot.ChargesStopped(tx); err != nil {
			return err
		}
		if page.Subscriptions, err = tx.AllSubscriptions(after, rowsPerPage); err != nil {
			return err
		}
		page.Refunds, err = tx.AllRefunds(sales.Refund{}, rowsPerPage)
		return err
	})
	if err != nil {
		c.fail(w, err)
		return
	}
	if len(page.Subscriptions) == rowsPerPage {
		last := page.Subscriptions[rowsPerPage-1]
		page.Next = "?" + url.Values{"id": {last.ID}, "at": {last.CreatedAt.UTC().Format(time.RFC3339Nano)}}.Encode()
	}
	c.show(w, r, http.StatusOK, "money", page)
}

// charges is the switch of all charges.
func (c *Console) charges(w http.ResponseWriter, r *http.Request) {
	by := ""
	if r.PostFormValue("word") == "stop" {
		by = operator
	}
	if err := c.Bot.StopCharges(r.Context(), by); err != nil {
		c.fail(w, err)
		return
	}
	http.Redirect(w, r, "/console/money", http.StatusSeeOther)
}

// operator is who acts in the console: there is one password.
const operator = "console"

func (c *Console) cancelSubscription(w http.ResponseWriter, r *http.Request) {
	err := c.Bot.CancelSubscription(r.Context(), r.PathValue("id"), operator, r.PostFormValue("now") == "yes")
	if errors.Is(err, storage.ErrNotFound) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		c.fail(w, err)
		return
	}
	http.Redirect(w, r, "/console/money", http.StatusSeeOther)
}

// refund gives money back once the operator has confirmed it. An impatient
// second press has the same act and changes nothing.
func (c *Console) refund(w http.ResponseWriter, r *http.Request) {
	act, text := r.PostFormValue("act"), strings.TrimSpace(r.PostFormValue("amount"))
	amount, err := sales.ParseMoney(text)
	if act == "" || len(act) > 64 || r.PostFormValue("sure") != "yes" || err != nil || amount <= 0 {
		http.Error(w, c.Text(c.Language, "console.bad_refund", nil), http.StatusUnprocessableEntity)
		return
	}
	payment, err := c.payment(r)
	if err == nil {
		err = c.Bot.Refund(r.Context(), sales.Refund{
			ID: "console-" + act, Payment: payment.ID, Amount: amount, By: operator,
			Reason: strings.TrimSpace(r.PostFormValue("reason")), Withdraw: r.PostFormValue("withdraw") == "yes",
		})
	}
	switch {
	case errors.Is(err, storage.ErrNotFound):
		http.NotFound(w, r)
	case errors.Is(err, bot.ErrRefund):
		http.Error(w, c.Text(c.Language, "console.refund_too_much", nil), http.StatusUnprocessableEntity)
	case err != nil:
		c.fail(w, err)
	default:
		http.Redirect(w, r, "/console/dialogs/"+url.PathEscape(payment.Contact), http.StatusSeeOther)
	}
}

// settle takes held money, or lets it go. Another press asks for the same again,
// which changes nothing: the provider is asked first what became of it.
func (c *Console) settle(w http.ResponseWriter, r *http.Request) {
	do := flows.Settlement(r.PostFormValue("word"))
	var part sales.Money
	if text := strings.TrimSpace(r.PostFormValue("amount")); text != "" && do == flows.ConfirmHold {
		var err error
		if part, err = sales.ParseMoney(text); err != nil || part <= 0 {
			http.Error(w, c.Text(c.Language, "console.bad_part", nil), http.StatusUnprocessableEntity)
			return
		}
	}
	var payment sales.Payment
	err := c.Store.View(r.Context(), func(tx storage.Tx) (err error) {
		payment, err = tx.Payment(r.PathValue("id"))
		return err
	})
	if part > payment.Amount && err == nil {
		http.Error(w, c.Text(c.Language, "console.bad_part", nil), http.StatusUnprocessableEntity)
		return
	}
	if part == payment.Amount {
		part = 0
	}
	if err == nil {
		err = c.Bot.Settle(r.Context(), payment.ID, do, part, operator)
	}
	switch {
	case errors.Is(err, storage.ErrNotFound):
		http.NotFound(w, r)
	case errors.Is(err, bot.ErrNotHeld):
		http.Error(w, c.Text(c.Language, "console.not_held", nil), http.StatusConflict)
	case err != nil:
		c.fail(w, err)
	default:
		http.Redirect(w, r, "/console/dialogs/"+url.PathEscape(payment.Contact), http.StatusSeeOther)
	}
}

// errand does something for a program with the console's password. Browsers are
// never asked for a password here, so no other site can make one send it.
func (c *Console) errand(w http.ResponseWriter, r *http.Request) {
	do := c.Errands[r.PathValue("errand")]
	if do == nil {
		http.NotFound(w, r)
		return
	}
	_, password, _ := r.BasicAuth()
	if c.admitProgram(w, password) {
		do(w, r)
	}
}

// act makes one form unique.
func act() string { return rand.Text() }

// payment is the one that a page's address names.
func (c *Console) payment(r *http.Request) (payment sales.Payment, err error) {
	err = c.Store.View(r.Context(), func(tx storage.Tx) (err error) {
		payment, err = tx.Payment(r.PathValue("id"))
		return err
	})
	return payment, err
}
