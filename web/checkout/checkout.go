// Package checkout holds the pages a customer sees between the chat and the
// bank.
package checkout

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"voronka/sales"
	"voronka/storage"
	"voronka/web"
)

//go:embed pay.html
var pages embed.FS

// Pay answers GET /pay/{id} and GET /pay/{id}/{method}: it counts the click and
// redirects to the provider's page, lets the customer choose a way to pay, or
// says why there is nothing to pay.
type Pay struct {
	Store storage.Store
	// Clicked hears of the first click on a payment's link.
	Clicked func(ctx context.Context, payment string) error
	// Methods lists the ways to pay a payment, Open gives the address of one; nil
	// where the provider has its page alone.
	Methods func(ctx context.Context, payment sales.Payment) []sales.Method
	Open    func(ctx context.Context, payment sales.Payment, method sales.Method) string
	// Again gives the attempt that a declined payment's link leads to; it may be nil.
	Again func(ctx context.Context, payment string) (sales.Payment, error)
	// Text is the locales' lookup.
	Text func(lang, key string, args map[string]any) string
	// ChatURL leads back to the bot; may be empty.
	ChatURL string
	Now     func() time.Time
}

// page is what pay.html shows.
type page struct {
	Style             template.CSS
	Language          string
	State             string
	Title, Text, Back string
	ChatURL           string
	// Refresh is the content of the page's http-equiv refresh, empty for none.
	Refresh string
	// Here is where the page's form goes; Ask, Send and Wrong are its words.
	Here, Ask, Send, Wrong string
	// Seller names who gets the money.
	Seller string
	// Ways are the ways to choose from; Code is the picture of a QR code, which
	// Scan explains, and App leads to the address in it, with the words Open.
	Ways       []way
	Code       template.URL
	App        string
	Scan, Open string
}

// way is one way to pay.
type way struct{ Method, Address, Text string }

// Handler gives the page's handler.
func (p Pay) Handler() (http.Handler, error) {
	tmpl, err := template.ParseFS(pages, "pay.html")
	if err != nil {
		return nil, fmt.Errorf("parse the payment page: %w", err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.serve(w, r, tmpl) }), nil
}

func (p Pay) serve(w http.ResponseWriter, r *http.Request, tmpl *template.Template) {
	var payment sales.Payment
	var order sales.Order
	err := storage.Peek(r.Context(), p.Store, func(tx storage.Tx) (err error) {
		if payment, err = tx.Payment(r.PathValue("id")); err != nil {
			return err
		}
		if order, err = tx.Order(payment.Order); err != nil {
			return err
		}
		payment, err = newest(tx, payment)
		return err
	})
	switch {
	case errors.Is(err, storage.ErrNotFound):
		p.show(w, tmpl, http.StatusNotFound, "missing", "ru", order)
		return
	case err != nil:
		p.show(w, tmpl, http.StatusServiceUnavailable, "waiting", "ru", order)
		return
	}
	if payment.Status == sales.PaymentDeclined && p.Again != nil && r.Method == http.MethodGet {
		if payment, err = p.Again(r.Context(), payment.ID); err != nil {
			p.show(w, tmpl, http.StatusServiceUnavailable, "waiting", "ru", order)
			return
		}
	}
	state := p.state(payment, order)
	if state != "open" {
		status := http.StatusOK
		if state == "expired" {
			status = http.StatusGone
		}
		p.show(w, tmpl, status, state, payment.Language, order)
		return
	}
	if payment.ClickedAt.IsZero() && r.Method == http.MethodGet {
		if err := p.Clicked(r.Context(), payment.ID); err != nil {
			p.show(w, tmpl, http.StatusServiceUnavailable, "waiting", payment.Language, order)
			return
		}
	}
	p.lead(w, r, tmpl, payment, order)
}

// newest is the payment that an old link of the same order leads to: a declined
// or expired one has been replaced where a younger one can still be paid.
func newest(tx storage.Tx, asked sales.Payment) (sales.Payment, error) {
	if asked.Status != sales.PaymentDeclined && asked.Status != sales.PaymentExpired {
		return asked, nil
	}
	attempts, err := tx.Payments(asked.Order)
	if err != nil {
		return asked, err
	}
	for _, attempt := range slices.Backward(attempts) {
		if attempt.CreatedAt.After(asked.CreatedAt) && attempt.Status == sales.PaymentLinked {
			return attempt, nil
		}
	}
	return asked, nil
}

// state is what a customer can do about a payment now.
func (p Pay) state(payment sales.Payment, order sales.Order) string {
	switch payment.Status {
	case sales.PaymentPaid, sales.PaymentHeld:
		return "paid"
	case sales.PaymentOther:
		return "other"
	case sales.PaymentRefunded, sales.PaymentPartly:
		return "refunded"
	case sales.PaymentRefused:
		return "refused"
	case sales.PaymentExpired:
		return "expired"
	}
	switch {
	case order.Paid():
		return "paid"
	case !p.Now().Before(payment.ExpiresAt):
		return "expired"
	case payment.URL == "":
		return "waiting"
	}
	return "open"
}

func (p Pay) show(w http.ResponseWriter, tmpl *template.Template, status int, state, lang string, order sales.Order) {
	p.send(w, tmpl, status, p.page(state, lang, order))
}

// page is the page of a state in the customer's language.
func (p Pay) page(state, lang string, order sales.Order) page {
	args := map[string]any{"Title": nested(order.Title, lang), "Amount": order.Amount.String()}
	shown := page{
		Style: template.CSS(web.Style()), Language: lang, State: state, ChatURL: p.ChatURL,
		Title: p.Text(lang, "checkout."+state+".title", args), Text: p.Text(lang, "checkout."+state+".text", args),
		Back: p.Text(lang, "checkout.back", nil),
	}
	if state == "waiting" {
		shown.Refresh = "3"
	}
	return shown
}

// nested is a title as it stands within quotation marks of a language: its own
// become inner ones.
func nested(title, lang string) string {
	if lang == "en" {
		return strings.NewReplacer("«", "‘", "»", "’", "„", "‘", "“", "‘", "”", "’").Replace(title)
	}
	return strings.NewReplacer("«", "„", "»", "“", "“", "‘", "”", "’").Replace(title)
}

func (p Pay) send(w http.ResponseWriter, tmpl *template.Template, status int, shown page) {
	web.Secure(w)
	w.WriteHeader(status)
	// The customer has left when this fails; there is nobody to tell.
	_ = tmpl.Execute(w, shown)
}
