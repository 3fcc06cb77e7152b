package checkout

import (
	"encoding/base64"
	"html/template"
	"net/http"

	"rsc.io/qr"

	"voronka/sales"
	"voronka/web"
)

// lead leads to where a payment is paid: by the way in the address, by the one
// that the payment wants, or by the customer's choice where there are several.
func (p Pay) lead(w http.ResponseWriter, r *http.Request, tmpl *template.Template, payment sales.Payment, order sales.Order) {
	method := sales.Method(r.PathValue("method"))
	if method == "" || payment.StoresAccount() {
		method = payment.Method
	}
	if method == "" && p.Methods != nil {
		if ways := p.Methods(r.Context(), payment); len(ways) > 1 {
			p.choose(w, tmpl, payment, order, ways)
			return
		}
	}
	address := payment.URL
	if p.Open != nil {
		address = p.Open(r.Context(), payment, method)
	}
	if method == sales.MethodSBP && (address != payment.URL || payment.StoresAccount()) && r.Method == http.MethodGet {
		p.code(w, tmpl, payment, order, address)
		return
	}
	web.Secure(w)
	http.Redirect(w, r, address, http.StatusFound)
}

// choose shows the ways to pay, the provider's page last: it takes everything.
func (p Pay) choose(w http.ResponseWriter, tmpl *template.Template, payment sales.Payment, order sales.Order, methods []sales.Method) {
	shown := p.page("choose", payment.Language, order)
	add := func(method sales.Method) {
		shown.Ways = append(shown.Ways, way{
			Method: string(method), Address: "/pay/" + payment.ID + "/" + string(method),
			Text: p.Text(payment.Language, "checkout.way."+string(method), nil),
		})
	}
	for _, method := range methods {
		if method != sales.MethodCard {
			add(method)
		}
	}
	add(sales.MethodCard)
	p.send(w, tmpl, http.StatusOK, shown)
}

// code shows a QR code for the phone beside a computer, and a button for who
// reads this on the phone.
func (p Pay) code(w http.ResponseWriter, tmpl *template.Template, payment sales.Payment, order sales.Order, address string) {
	shown := p.page("code", payment.Language, order)
	shown.App, shown.Open = address, p.Text(payment.Language, "checkout.code.open", nil)
	shown.Scan = p.Text(payment.Language, "checkout.code.scan", nil)
	if picture, err := qr.Encode(address, qr.M); err == nil { // an address is far shorter than a code holds
		shown.Code = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(picture.PNG()))
	}
	if !payment.StoresAccount() { // a card would leave nothing to charge later
		shown.Ways = []way{{
			Method: string(sales.MethodCard), Address: "/pay/" + payment.ID + "/" + string(sales.MethodCard),
			Text: p.Text(payment.Language, "checkout.way.other", nil),
		}}
	}
	p.send(w, tmpl, http.StatusOK, shown)
}
