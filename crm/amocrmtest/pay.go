package amocrmtest

import (
	"errors"
	"html/template"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// PayMethod is a way to pay that an integration adds to the page of invoices
// (integrations/banks-and-acquiring).
type PayMethod struct {
	// Name is what buyers see, Code stands for it in the address.
	Name, Code string
	// Address holds ":account_id" and ":invoice_id", and may hold ":payment_method_code".
	Address string
}

var payCode = regexp.MustCompile(`^[A-Za-z0-9_]{1,50}$`)

// Check tells why amoCRM would not take the method.
func (m PayMethod) Check() error {
	switch {
	case m.Name == "" || utf8.RuneCountInString(m.Name) > 50:
		return errors.New("the name of a way to pay has 1 to 50 characters")
	case !payCode.MatchString(m.Code):
		return errors.New("the code of a way to pay has 1 to 50 Latin letters, digits and underscores")
	case !strings.Contains(m.Address, ":account_id") || !strings.Contains(m.Address, ":invoice_id"):
		return errors.New("the address of a way to pay needs :account_id and :invoice_id")
	}
	return nil
}

// payRoot is where the pages of invoices live; the real ones have a host of their
// own, pay.amocrm.ru (API v4, catalogs-api, invoice_link).
const payRoot = "/pay/"

// servePay is the page behind invoice_link. The buyer chooses a way to pay, and
// comes to its address by a plain GET: nothing of it is signed, and no sum is told.
func (s *Server) servePay(w http.ResponseWriter, r *http.Request) {
	hash, code, chosen := strings.Cut(strings.TrimPrefix(r.URL.Path, payRoot), "/")
	id, err := strconv.ParseInt(hash, 16, 64)
	s.mu.Lock()
	bill := s.element(invoices, id)
	var card Card
	if bill != nil {
		card = bill.card.clone()
	}
	s.mu.Unlock()
	if err != nil || bill == nil || r.Method != http.MethodGet {
		http.NotFound(w, r)
		return
	}
	if !chosen {
		s.showPay(w, r, card, hash)
		return
	}
	for _, m := range s.cfg.PayWall {
		if m.Code == code && m.Check() == nil {
			http.Redirect(w, r, s.payAddress(m, id), http.StatusFound)
			return
		}
	}
	http.NotFound(w, r)
}

func (s *Server) payAddress(m PayMethod, bill int64) string {
	return strings.NewReplacer(
		":account_id", digits(s.cfg.AccountID), ":invoice_id", digits(bill), ":payment_method_code", m.Code,
	).Replace(m.Address)
}

func (s *Server) showPay(w http.ResponseWriter, r *http.Request, bill Card, hash string) {
	tmpl, err := template.ParseFS(pages, "page/pay.html")
	if err != nil {
		http.Error(w, "the invoice's page does not parse", http.StatusInternalServerError)
		return
	}
	paid := false
	for _, f := range bill.Fields {
		paid = paid || f.Code == "BILL_STATUS" && len(f.Values) > 0 && f.Values[0].EnumCode == "paid"
	}
	var methods []PayMethod
	for _, m := range s.cfg.PayWall {
		if m.Check() == nil {
			methods = append(methods, m)
		}
	}
	lang := language(r)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	tmpl.Execute(w, object{
		"Lang": lang, "Words": words(lang), "Name": bill.Name, "Total": first(bill.Values("BILL_PRICE")), "Paid": paid, "Methods": methods, "Hash": hash,
	})
}
