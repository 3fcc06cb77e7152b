package checkout

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/time/rate"

	"voronka/bot"
	"voronka/sales"
	"voronka/web"
)

// Paywall leads buyers from a CRM's bill to the provider's page:
// /paywall/{account}/{bill}/{method}, or the same as a query with account_id,
// invoice_id and payment_method_code (amoCRM, integrations/banks-and-acquiring).
// A method that the shop has leads to its own page, see Pay; any other to the
// provider's page, which offers all it has.
type Paywall struct {
	// Bill finds or makes the payment; see bot.Bot.Bill.
	Bill func(ctx context.Context, account, bill, email, language string) (bot.Billed, error)
	// Text is the locales' lookup.
	Text func(lang, key string, args map[string]any) string
}

// Anybody may knock, with any number, and each knock asks the CRM, whose
// requests are few: so many a second get through, the others wait on their page.
const (
	knocks = rate.Limit(3)
	burst  = 10
)

var (
	accountID = regexp.MustCompile(`^[0-9]{1,20}$`)
	mailbox   = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
)

// longestMail is what a receipt takes (T-Bank API 1.80, Receipt.Email).
const longestMail = 64

// Handler gives the pages' handler.
func (p Paywall) Handler() (http.Handler, error) {
	tmpl, err := template.ParseFS(pages, "pay.html")
	if err != nil {
		return nil, fmt.Errorf("parse the payment page: %w", err)
	}
	limit := rate.NewLimiter(knocks, burst)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.serve(w, r, tmpl, limit) }), nil
}

func (p Paywall) serve(w http.ResponseWriter, r *http.Request, tmpl *template.Template, limit *rate.Limiter) {
	account, bill := cmp.Or(r.PathValue("account"), r.URL.Query().Get("account_id")), cmp.Or(r.PathValue("bill"), r.URL.Query().Get("invoice_id"))
	shown := p.page(buyersLanguage(r), here(r))
	email, named := given(r)
	switch {
	case !accountID.MatchString(account) || !accountID.MatchString(bill):
		p.show(w, tmpl, http.StatusNotFound, shown, bot.Billed{State: bot.BillMissing})
	case r.Method == http.MethodGet && r.URL.Query().Get("go") == "":
		// The loader: something to look at while the CRM and the bank are asked.
		shown.Refresh = "0;url=" + here(r) + "go=1"
		p.show(w, tmpl, http.StatusOK, shown, bot.Billed{State: bot.BillWaiting})
	case !named:
		shown.Wrong = p.Text(shown.Language, "paywall.who.wrong", nil)
		p.show(w, tmpl, http.StatusOK, shown, bot.Billed{State: bot.BillWho})
	case !limit.Allow():
		p.show(w, tmpl, http.StatusOK, shown, bot.Billed{State: bot.BillWaiting})
	default:
		billed, err := p.Bill(r.Context(), account, bill, email, shown.Language)
		if err != nil {
			p.show(w, tmpl, http.StatusServiceUnavailable, shown, bot.Billed{State: bot.BillWaiting})
			return
		}
		billed.URL = wayOf(r, billed)
		p.answer(w, r, tmpl, shown, billed)
	}
}

func (p Paywall) answer(w http.ResponseWriter, r *http.Request, tmpl *template.Template, shown page, billed bot.Billed) {
	switch {
	case billed.State == bot.BillOpen && r.Method == http.MethodPost:
		// The page's policy lets a form lead nowhere else, a redirect neither.
		billed.State, shown.Refresh = bot.BillWaiting, "0;url="+billed.URL
		p.show(w, tmpl, http.StatusOK, shown, billed)
	case billed.State == bot.BillOpen:
		web.Secure(w)
		http.Redirect(w, r, billed.URL, http.StatusSeeOther)
	case billed.State == bot.BillMissing:
		p.show(w, tmpl, http.StatusNotFound, shown, billed)
	default:
		p.show(w, tmpl, http.StatusOK, shown, billed)
	}
}

// wayOf is where a bill is paid by the method in the address. Its code is up to
// the owner of the integration: letters, digits and "_" (amoCRM,
// integrations/banks-and-acquiring, whose own example spells sbp as "spb").
func wayOf(r *http.Request, billed bot.Billed) string {
	code := cmp.Or(r.PathValue("method"), r.URL.Query().Get("payment_method_code"))
	methods := map[string]sales.Method{
		"sbp": sales.MethodSBP, "spb": sales.MethodSBP, "tpay": sales.MethodTPay, "tinkoffpay": sales.MethodTPay,
	}
	method := methods[strings.ReplaceAll(strings.ToLower(code), "_", "")]
	if billed.Payment == "" || !slices.Contains(billed.Methods, method) {
		return billed.URL
	}
	return "/pay/" + billed.Payment + "/" + string(method)
}

// given reads the mail that a buyer typed; false where it is none.
func given(r *http.Request) (email string, ok bool) {
	if r.Method != http.MethodPost {
		return "", true
	}
	r.Body = http.MaxBytesReader(nil, r.Body, 4096)
	email = strings.TrimSpace(r.PostFormValue("email"))
	parsed, err := mail.ParseAddress(email)
	return email, err == nil && parsed.Address == email && len(email) <= longestMail && mailbox.MatchString(email)
}

// here is the page's own address, ready to take another parameter.
func here(r *http.Request) string {
	query := url.Values{}
	for _, name := range []string{"account_id", "invoice_id", "payment_method_code"} {
		if value := r.URL.Query().Get(name); value != "" {
			query.Set(name, value)
		}
	}
	address := url.URL{Path: r.URL.Path, RawQuery: query.Encode()}
	if len(query) > 0 {
		return address.String() + "&"
	}
	return address.String() + "?"
}

// buyersLanguage is the best of ours for the buyer's browser.
func buyersLanguage(r *http.Request) string {
	wanted, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(wanted) == 0 {
		return "ru"
	}
	_, index, _ := language.NewMatcher([]language.Tag{language.Russian, language.English}).Match(wanted...)
	return []string{"ru", "en"}[index]
}

func (p Paywall) page(lang, here string) page {
	return page{Style: template.CSS(web.Style()), Language: lang, Here: here + "go=1"}
}

func (p Paywall) show(w http.ResponseWriter, tmpl *template.Template, status int, shown page, billed bot.Billed) {
	shown.State = string(billed.State)
	key, args := "paywall."+shown.State, map[string]any{"Title": nested(billed.Title, shown.Language), "Amount": billed.Amount.String()}
	shown.Title, shown.Text = p.Text(shown.Language, key+".title", args), p.Text(shown.Language, key+".text", args)
	if billed.Seller != "" {
		shown.Seller = p.Text(shown.Language, "paywall.seller", map[string]any{"Name": billed.Seller, "INN": billed.INN})
	}
	switch {
	case billed.State == bot.BillWho:
		shown.Ask, shown.Send = p.Text(shown.Language, "paywall.who.ask", nil), p.Text(shown.Language, "paywall.who.send", nil)
	case billed.State == bot.BillWaiting && shown.Refresh == "":
		shown.Refresh = "3;url=" + shown.Here
	}
	web.Secure(w)
	w.WriteHeader(status)
	// The buyer has left when this fails; there is nobody to tell.
	_ = tmpl.Execute(w, shown)
}
