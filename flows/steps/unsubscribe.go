package steps

import (
	"voronka/flows"
	"voronka/sales"
)

// standing is a step that does something with a subscription:
//
//	unsubscribe: club          # access stays until the end of what is paid
//	now: true                  # or ends at once
//
//	pause_plan: club
//	resume_plan: club
//
//	change_plan: club          # from this one
//	to: club_year              # to that one
type standing struct {
	pos      flows.Pos
	plan, to flows.Template
	now      bool
	act      func(*standing, *flows.Run, sales.Subscription)
	// said is the engine's own text where there is such a subscription and the
	// flow says nothing itself.
	said string
	say  flows.Template
}

func readStanding(n flows.Node, word string, act func(*standing, *flows.Run, sales.Subscription), keys ...string) *standing {
	n.Only(append([]string{word, "say"}, keys...)...)
	step := &standing{
		pos: n.Pos(), plan: flows.ReadTemplate(n.Field(word)), to: flows.ReadTemplate(n.Field("to")),
		now: n.Field("now").Bool(), say: flows.ReadTemplate(n.Field("say")), act: act,
	}
	if step.plan.Zero() {
		n.Error("empty_plan", "Word", word)
	}
	return step
}

func readUnsubscribe(n flows.Node) flows.Step {
	step := readStanding(n, "unsubscribe", func(s *standing, r *flows.Run, one sales.Subscription) { r.Unsubscribe(one, s.now) }, "now")
	step.said = "unsubscribed"
	return step
}

func readPausePlan(n flows.Node) flows.Step {
	return readStanding(n, "pause_plan", func(_ *standing, r *flows.Run, one sales.Subscription) { r.PauseSubscription(one) })
}

func readResumePlan(n flows.Node) flows.Step {
	return readStanding(n, "resume_plan", func(_ *standing, r *flows.Run, one sales.Subscription) { r.ResumeSubscription(one) })
}

func readChangePlan(n flows.Node) flows.Step {
	step := readStanding(n, "change_plan", func(s *standing, r *flows.Run, one sales.Subscription) {
		if to, known := r.Flow.Plan(r.Fill(s.to)); known {
			r.ChangePlan(one, to)
			return
		}
		r.Trouble("change_plan: no such plan: " + r.Fill(s.to))
	}, "to")
	if step.to.Zero() {
		n.Error("change_to_nothing")
	}
	return step
}

// Run implements flows.Step.
func (s *standing) Run(r *flows.Run) {
	one, known := r.SubscriptionTo(r.Fill(s.plan))
	if !known || one.Status == sales.SubscriptionNew {
		r.Event("subscription", "no_subscription "+r.Fill(s.plan))
		r.Say(flows.Say{Text: r.Render(r.Text("no_subscription"), flows.MaxText)})
		return
	}
	s.act(s, r, one)
	switch {
	case !s.say.Zero():
		r.Say(flows.Say{Text: r.Render(s.say, flows.MaxText)})
	case s.said != "":
		r.Say(flows.Say{Text: r.Render(r.Text(s.said), flows.MaxText)})
	}
}

// Uses implements flows.Step.
func (s *standing) Uses() flows.Uses {
	return flows.Uses{
		Pos: s.pos, Ends: true, Plans: append(plans(s.plan), plans(s.to)...),
		Reads: append(append(s.plan.Reads(), s.to.Reads()...), s.say.Reads()...),
		Texts: []flows.Bounded{bounded(s.say, flows.MaxText, "text")},
	}
}
