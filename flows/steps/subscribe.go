package steps

import (
	"slices"

	"voronka/flows"
	"voronka/sales"
)

// subscribe asks for the first payment of a plan; the card that it is paid with
// is charged from then on:
//
//	subscribe: club
//	say: Доступ в клуб — #{club.price} ₽ в месяц
//	button: Подписаться
//	expires: 1h
//	description: Клуб, месяц
//	method: sbp                # from an account; card where it is absent
//	qr: true                   # a picture of the code beside the button
//
// Who is subscribed already hears so; one who has left while access lasts, or
// paused, goes on; one whose charge was declined is asked for it, by any card.
type subscribe struct {
	pos         flows.Pos
	plan        flows.Template
	say, button flows.Template
	terms       flows.PlanTerms
	qr          bool
	// renew asks a subscriber for the coming period.
	renew bool
}

func readSubscribe(n flows.Node) flows.Step { return readAsking(n, "subscribe") }

// readRenew reads the step that asks for the coming period by a link, and
// stores the card that it is paid with in place of the old one:
//
//	renew: club
//	say: Оплатите следующий месяц новой картой
//	button: Оплатить
func readRenew(n flows.Node) flows.Step { return readAsking(n, "renew") }

func readAsking(n flows.Node, word string) flows.Step {
	n.Only(word, "say", "button", "expires", "description", "method", "qr")
	method, one := readStored(n.Field("method"))
	if !one {
		n.Field("method").Error("subscribe_method")
	}
	step := &subscribe{
		pos: n.Pos(), plan: flows.ReadTemplate(n.Field(word)), say: flows.ReadTemplate(n.Field("say")),
		button: flows.ReadTemplate(n.Field("button")), qr: n.Field("qr").Bool(), renew: word == "renew",
		terms: flows.PlanTerms{
			Expires: n.Field("expires").DurationWithin(leastLife, mostLife), Description: flows.ReadTemplate(n.Field("description")),
			Method: method,
		},
	}
	if step.plan.Zero() {
		n.Error("empty_plan", "Word", word)
	}
	if step.qr && step.terms.Method != sales.MethodSBP {
		n.Field("qr").Error("qr_without_sbp")
	}
	if step.terms.Expires == 0 {
		step.terms.Expires = defaultLife
	}
	return step
}

// readStored reads whether a card or an account (SBP) is to be stored:
// one of them, never a choice.
func readStored(n flows.Node) (method sales.Method, one bool) {
	methods := readMethods(n)
	return methods[0], len(methods) == 1 && methods[0] != sales.MethodSaved && methods[0] != sales.MethodTPay
}

// Run implements flows.Step.
func (s *subscribe) Run(r *flows.Run) {
	answer, payment, fault := s.demand(r)
	if fault != "" {
		r.Fault(fault)
		r.Say(flows.Say{Text: r.Render(r.Text("trouble"), flows.MaxText)})
		return
	}
	if payment.ID == "" {
		r.Event("subscription", answer)
		r.Say(flows.Say{Text: r.Render(r.Text(answer), flows.MaxText)})
		return
	}
	button := "pay_button"
	if s.terms.Method == sales.MethodSBP {
		button = "pay_sbp"
	}
	message := flows.Say{
		Text: r.Render(otherwise(r, s.say, "subscribe"), flows.MaxText),
		Buttons: [][]flows.InlineButton{{{
			Text: flows.Clip(r.Fill(otherwise(r, s.button, button)), flows.MaxButton), URL: flows.PayLink(payment.ID),
		}}},
	}
	if s.qr {
		message.QR = payment.ID
	}
	r.Say(message)
}

// demand makes the payment; fault is what an operator has to know.
func (s *subscribe) demand(r *flows.Run) (answer string, payment sales.Payment, fault string) {
	id := r.Fill(s.plan)
	if s.renew {
		one, known := r.SubscriptionTo(id)
		if !known || one.Status == sales.SubscriptionNew || one.Status == sales.SubscriptionPaused {
			return "no_subscription", payment, ""
		}
		answer, payment = r.Renew(one, s.terms)
		return answer, payment, ""
	}
	plan, known := r.Flow.Plan(id)
	switch {
	case !known:
		return "", payment, "subscribe: no such plan: " + id
	case plan.Taxation != "" && r.Contact.Email == "" && r.Contact.Phone == "":
		return "", payment, "subscribe: a receipt needs an e-mail or a phone: " + id
	case plan.Consent != "" && r.Lookup("consent."+plan.Consent) == "":
		return "", payment, "subscribe: the customer has not agreed to be charged: " + plan.Consent
	}
	answer, payment = r.Subscribe(plan, s.terms)
	return answer, payment, ""
}

// Uses implements flows.Step.
func (s *subscribe) Uses() flows.Uses {
	uses := flows.Uses{
		Pos: s.pos, Subscribes: !s.renew, Account: s.terms.Method == sales.MethodSBP,
		Reads:    slices.Concat(s.plan.Reads(), s.say.Reads(), s.button.Reads(), s.terms.Description.Reads()),
		Texts:    []flows.Bounded{bounded(s.say, flows.MaxText, "text"), bounded(s.button, flows.MaxButton, "button")},
		Outcomes: []flows.Outcome{flows.Success, flows.Fail, flows.DifferentAmounts, flows.Expired},
		Plans:    plans(s.plan),
	}
	uses.OwnReceipt = s.renew // the subscriber was asked for an address before
	return uses
}

// plans are those that a text names; one with variables names none.
func plans(plan flows.Template) []flows.Ref {
	if plan.Zero() || !plan.Constant() {
		return nil
	}
	return []flows.Ref{{Name: plan.Source, Pos: plan.Pos}}
}
