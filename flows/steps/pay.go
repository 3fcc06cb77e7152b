package steps

import (
	"slices"
	"time"

	"voronka/flows"
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
//
// The product may be a text with variables. One order of a product is paid
// once; coming here again shows the same link while it lives.
type pay struct {
	pos         flows.Pos
	product     flows.Template
	say, button flows.Template
	description flows.Template
	expires     time.Duration
}

func readPay(n flows.Node) flows.Step {
	n.Only("pay", "say", "button", "expires", "description")
	step := &pay{
		pos: n.Pos(), product: flows.ReadTemplate(n.Field("pay")), say: flows.ReadTemplate(n.Field("say")),
		button: flows.ReadTemplate(n.Field("button")), description: flows.ReadTemplate(n.Field("description")),
		expires: n.Field("expires").DurationWithin(leastLife, mostLife),
	}
	if step.product.Zero() {
		n.Error("pay_without_product")
	}
	if step.expires == 0 {
		step.expires = defaultLife
	}
	return step
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
	order, payment, asked := r.Demand(product, p.expires, p.description)
	if !asked {
		r.Event("payment", "paid before: "+order.ID)
		r.Say(flows.Say{Text: r.Render(r.Text("already_paid"), flows.MaxText)})
		return
	}
	r.Say(flows.Say{
		Text: r.Render(otherwise(r, p.say, "pay"), flows.MaxText),
		Buttons: [][]flows.InlineButton{{{
			Text: flows.Clip(r.Fill(otherwise(r, p.button, "pay_button")), flows.MaxButton),
			URL:  flows.PayLink(payment.ID),
		}}},
	})
}

// fail tells the customer that a person is going to help.
func (p *pay) fail(r *flows.Run, text string) {
	r.Trouble(text)
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
		Reads: slices.Concat(p.product.Reads(), p.say.Reads(), p.button.Reads(), p.description.Reads()),
		Texts: []flows.Bounded{bounded(p.say, flows.MaxText, "text"), bounded(p.button, flows.MaxButton, "button")},
		// The example funnel of the design handles these four and has to load. A
		// bank that refuses to make a link (`error`) has a safe default instead:
		// the engine tells the customer and calls an operator.
		Outcomes: []flows.Outcome{flows.Success, flows.Fail, flows.DifferentAmounts, flows.Expired},
	}
	if p.product.Constant() {
		uses.Products = []flows.Ref{{Name: p.product.Source, Pos: p.product.Pos}}
	}
	return uses
}
