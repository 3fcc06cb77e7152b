package steps

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"voronka/flows"
	"voronka/sales"
)

// Bounds of a link's life (T-Bank API 1.80, Init: RedirectDueDate from a
// minute to ninety days).
const (
	leastLife   = time.Minute
	mostLife    = 90 * 24 * time.Hour
	defaultLife = 24 * time.Hour
)

// pay asks for the money of a product:
//
//	pay: course
//	say: К оплате #{price} ₽
//	button: Оплатить
//	expires: 30m
//	description: Курс «Go за 30 дней»
//	method: [saved, sbp, card]
//	qr: true
//	hold: true
//	save_card: true
//	language: en
//	bonus: "#{bonus}"
//
// The product may be a text with variables. One order of a product is paid
// once; coming here again shows the same link while it lives.
type pay struct {
	pos         flows.Pos
	product     flows.Template
	say, button flows.Template
	// bonus is how many roubles of the price are paid by bonuses.
	bonus   flows.Template
	terms   flows.Terms
	expires flows.Deadline
	methods []sales.Method
	qr      bool
}

func readPay(n flows.Node) flows.Step {
	n.Only("pay", "say", "button", "expires", "description", "method", "qr", "hold", "save_card", "language", "bonus")
	step := &pay{
		pos: n.Pos(), product: flows.ReadTemplate(n.Field("pay")), say: flows.ReadTemplate(n.Field("say")),
		button: flows.ReadTemplate(n.Field("button")), bonus: flows.ReadTemplate(n.Field("bonus")), expires: flows.ReadDeadline(n.Field("expires"), leastLife, mostLife),
		methods: readMethods(n.Field("method")), qr: n.Field("qr").Bool(),
		terms: flows.Terms{
			Description: flows.ReadTemplate(n.Field("description")), Language: readLanguage(n.Field("language")),
			Hold: n.Field("hold").Bool(), SaveCard: n.Field("save_card").Bool(),
		},
	}
	if step.product.Zero() {
		n.Error("pay_without_product")
	}
	if step.bonus.Constant() {
		n.Field("bonus").Money()
	}
	sbp := slices.Contains(step.methods, sales.MethodSBP)
	if step.qr && !sbp {
		n.Field("qr").Error("qr_without_sbp")
	}
	if step.terms.Hold && sbp {
		n.Field("hold").Error("hold_with_sbp") // T-Bank API 1.80: no two stages by SBP
	}
	if step.terms.SaveCard && sbp && len(step.methods) == 1 {
		n.Field("save_card").Error("save_card_with_sbp")
	}
	if len(step.methods) == 1 && step.methods[0] != sales.MethodSaved {
		step.terms.Method = step.methods[0]
	}
	return step
}

// readMethods reads the ways to pay, in the order of their buttons.
func readMethods(n flows.Node) []sales.Method {
	known := []string{string(sales.MethodCard), string(sales.MethodSBP), string(sales.MethodTPay), string(sales.MethodSaved)}
	var methods []sales.Method
	for _, item := range n.Items() {
		word := item.Text()
		if !slices.Contains(known, word) {
			item.Error("unknown_word", "Word", word, "Suggest", flows.Nearest(word, known), "Known", strings.Join(known, ", "))
			continue
		}
		methods = append(methods, sales.Method(word))
	}
	if len(methods) == 0 {
		methods = []sales.Method{""}
	}
	return methods
}

func readLanguage(n flows.Node) string {
	known := []string{"ru", "en"} // T-Bank API 1.80, Init: Language
	if word := n.Text(); word != "" && !slices.Contains(known, word) {
		n.Error("unknown_word", "Word", word, "Suggest", "", "Known", strings.Join(known, ", "))
		return ""
	}
	return n.Text()
}

// Run implements flows.Step.
func (p *pay) Run(r *flows.Run) {
	id := r.Fill(p.product)
	product, known := r.Flow.Product(id)
	if !known {
		p.fail(r, "pay: no such product: "+id)
		return
	}
	if product.Taxation != "" && r.Contact.Email == "" && r.Contact.Phone == "" {
		p.fail(r, "pay: a receipt needs an e-mail or a phone: "+id)
		return
	}
	if !p.bonus.Zero() {
		bonus, err := sales.ParseMoney(cmp.Or(r.Fill(p.bonus), "0"))
		if err != nil || bonus < 0 {
			p.fail(r, "pay: no number of bonuses: "+p.bonus.Source)
			return
		}
		product = product.Less(bonus)
	}
	terms := p.terms
	var timely bool
	if terms.Expires, timely = r.Deadline(p.expires, defaultLife, mostLife); !timely {
		r.Fault("pay: expires is no moment to come, the link lives a day: " + id)
	}
	order, payment, asked := r.Demand(product, terms)
	if !asked {
		r.Event("payment", "paid before: "+order.ID)
		r.Say(flows.Say{Text: r.Render(r.Text("already_paid"), flows.MaxText)})
		return
	}
	message := flows.Say{Text: r.Render(otherwise(r, p.say, "pay"), flows.MaxText), Buttons: p.buttons(r, product, payment)}
	if p.qr {
		message.QR = payment.ID
	}
	r.Say(message)
}

// buttons are one for each way that there is now; where none is left, the provider's page.
func (p *pay) buttons(r *flows.Run, product sales.Product, payment sales.Payment) [][]flows.InlineButton {
	var rows [][]flows.InlineButton
	own := p.button
	for _, method := range p.methods {
		button := flows.InlineButton{URL: flows.PayLink(payment.ID)}
		switch method {
		case sales.MethodSaved:
			saved, ok := r.SavedButton(product, flows.Clip(r.Fill(r.Text("pay_saved")), flows.MaxButton))
			if !ok {
				continue
			}
			rows = append(rows, []flows.InlineButton{saved})
			continue
		case sales.MethodSBP, sales.MethodTPay:
			button.URL = flows.PayWay(payment.ID, method)
			button.Text = r.Fill(r.Text("pay_" + string(method)))
			if p.terms.Method != "" { // the only way: the author's own words are about it
				button.Text = r.Fill(otherwise(r, own, "pay_"+string(method)))
			}
		default:
			button.Text = r.Fill(otherwise(r, own, "pay_button"))
			if len(p.methods) > 1 {
				button.URL = flows.PayWay(payment.ID, sales.MethodCard)
			}
		}
		button.Text = flows.Clip(button.Text, flows.MaxButton)
		rows = append(rows, []flows.InlineButton{button})
	}
	if len(rows) == 0 {
		rows = [][]flows.InlineButton{{{Text: flows.Clip(r.Fill(otherwise(r, own, "pay_button")), flows.MaxButton), URL: flows.PayLink(payment.ID)}}}
	}
	return rows
}

// fail tells the customer that a person is going to help.
func (p *pay) fail(r *flows.Run, text string) {
	r.Fault(text)
	r.Say(flows.Say{Text: r.Render(r.Text("trouble"), flows.MaxText)})
}

// otherwise is a step's own text, or what the engine says under a key.
func otherwise(r *flows.Run, own flows.Template, key string) flows.Template {
	if own.Zero() {
		return r.Text(key)
	}
	return own
}

// Uses implements flows.Step.
func (p *pay) Uses() flows.Uses {
	uses := flows.Uses{
		Pos:   p.pos,
		Reads: slices.Concat(p.product.Reads(), p.say.Reads(), p.button.Reads(), p.bonus.Reads(), p.terms.Description.Reads(), p.expires.Reads()),
		Texts: []flows.Bounded{bounded(p.say, flows.MaxText, "text"), bounded(p.button, flows.MaxButton, "button")},
		// The example funnel of the design handles these four and has to load. A
		// bank that refuses to make a link (`error`) has a safe default instead:
		// the engine tells the customer and calls an operator.
		Outcomes: []flows.Outcome{flows.Success, flows.Fail, flows.DifferentAmounts, flows.Expired},
	}
	if p.terms.Hold {
		uses.Outcomes = append(uses.Outcomes, flows.Held)
	}
	if p.product.Constant() {
		uses.Products = []flows.Ref{{Name: p.product.Source, Pos: p.product.Pos}}
	}
	return uses
}
