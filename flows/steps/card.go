package steps

import (
	"slices"

	"voronka/flows"
	"voronka/sales"
)

// newCard asks for another card without a payment:
//
//	new_card: club             # or true: for payments in one tap
//	say: Привяжите карту, с неё будем списывать дальше
//	button: Привязать карту
//	method: sbp                # an account instead; card where it is absent
//
// What comes of it is heard as card_saved or card_refused.
type newCard struct {
	pos         flows.Pos
	plan        flows.Template
	say, button flows.Template
	account     bool
}

func readNewCard(n flows.Node) flows.Step {
	n.Only("new_card", "say", "button", "method")
	step := &newCard{pos: n.Pos(), say: flows.ReadTemplate(n.Field("say")), button: flows.ReadTemplate(n.Field("button"))}
	if n.Field("new_card").Text() != "true" {
		if step.plan = flows.ReadTemplate(n.Field("new_card")); step.plan.Zero() {
			n.Error("empty_plan", "Word", "new_card")
		}
	}
	method, one := readStored(n.Field("method"))
	if !one {
		n.Field("method").Error("new_card_method")
	}
	step.account = method == sales.MethodSBP
	return step
}

// Run implements flows.Step.
func (s *newCard) Run(r *flows.Run) {
	id, ok := r.AskCard(r.Fill(s.plan), s.account)
	if !ok {
		r.Event("subscription", "no_subscription "+r.Fill(s.plan))
		r.Say(flows.Say{Text: r.Render(r.Text("no_subscription"), flows.MaxText)})
		return
	}
	r.Say(flows.Say{
		Card: id, Text: r.Render(otherwise(r, s.say, "new_card"), flows.MaxText),
		Buttons: [][]flows.InlineButton{{{
			Text: flows.Clip(r.Fill(otherwise(r, s.button, "bind_card_button")), flows.MaxButton), URL: flows.CardLink(id),
		}}},
	})
}

// Uses implements flows.Step.
func (s *newCard) Uses() flows.Uses {
	return flows.Uses{
		Pos: s.pos, Ends: true, Plans: plans(s.plan), Reads: slices.Concat(s.plan.Reads(), s.say.Reads(), s.button.Reads()),
		Texts: []flows.Bounded{bounded(s.say, flows.MaxText, "text"), bounded(s.button, flows.MaxButton, "button")},
	}
}
