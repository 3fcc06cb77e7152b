package steps

import "voronka/flows"

// subscribed asks Telegram whether the customer is in a channel or group where
// the bot is an administrator:
//
//	subscribed: "@news"        # or its number: -1001234567890
//	to: lesson                 # who is in it; without it they go on
//	else: please_join          # who is not; without it they go on
//	failed: by_hand            # Telegram does not tell; without it an operator is
//	                           # called, and the customer goes where others do
type subscribed struct {
	pos                  flows.Pos
	channel              flows.Template
	to, fallback, failed flows.Ref
}

func readSubscribed(n flows.Node) flows.Step {
	n.Only("subscribed", "to", "else", "failed")
	step := &subscribed{
		pos: n.Pos(), channel: flows.ReadTemplate(n.Field("subscribed")), to: n.Field("to").Ref(),
		fallback: n.Field("else").Ref(), failed: n.Field("failed").Ref(),
	}
	checkChannel(n.Field("subscribed"), step.channel)
	if step.to.Name == "" && step.fallback.Name == "" {
		n.Error("empty_subscribed")
	}
	return step
}

// Run implements flows.Step.
func (s *subscribed) Run(r *flows.Run) { r.AskMembership(r.Fill(s.channel)) }

// Responded implements flows.Requester.
func (s *subscribed) Responded(r *flows.Run, response flows.Response) {
	to := s.fallback.Name
	switch {
	case response.Failure != "" && s.failed.Name != "":
		to = s.failed.Name
	case response.Failure != "":
		r.Trouble("subscribed: " + response.Failure) // whoever cannot be let in for sure is not
	case response.Body == "true":
		to = s.to.Name
	}
	if to != "" {
		r.Go(to)
	}
}

// Expects implements flows.Requester: the answer is the whole document.
func (s *subscribed) Expects() []string { return nil }

// Uses implements flows.Step.
func (s *subscribed) Uses() flows.Uses {
	uses := flows.Uses{Pos: s.pos, Waits: true, Reads: s.channel.Reads()}
	for _, to := range []flows.Ref{s.to, s.fallback, s.failed} {
		if to.Name != "" {
			to.Label = "subscribed"
			uses.Targets = append(uses.Targets, to)
		}
	}
	return uses
}
