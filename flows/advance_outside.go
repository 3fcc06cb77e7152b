package flows

import "slices"

// outsideRules lets the flow hear what happened beside the dialog: an operator
// who comes or goes, a stage of the CRM, a webhook, a channel joined or left.
// While an operator leads the dialog only what concerns the operator is heard.
func (r *Run) outsideRules() {
	r.cancelOutside()
	state := r.Flow.State(r.Session.State)
	operator := r.Input.Kind == Operator
	switch {
	case state == nil, operator && r.Input.Payload == "":
		return
	case r.Session.Manual && !operator:
		r.consider(state.Name, string(r.Input.Kind), "operator")
		return
	case operator:
		r.said = fold(r.Input.Payload)
	default:
		r.said = fold(r.Input.Text)
	}
	r.heard = len(r.journal)
	switch {
	case r.rules("anywhere", r.Flow.Anywhere), r.rules("on", state.On):
	default:
		r.rules("fallback", r.Flow.Fallback)
	}
}

// cancelOutside drops the alarms that end with what happened. Leaving a channel
// is not the `left` of an alarm, which means its state.
func (r *Run) cancelOutside() {
	kind := r.Input.Kind
	if kind == Left || kind == Operator && r.Input.Payload != Join {
		return
	}
	r.cancel(func(_ Timer, rule *TimerRule) bool { return rule.cancelledBy(string(kind)) })
}

// fits tells whether a rule and all its guards take the input.
func (r *Run) fits(rule *Rule) string {
	result := rule.When.match(&r.Input, r.said)
	switch {
	case result != matched:
		return result
	case len(rule.Not) > 0 && anyIn(rule.Not, r.said):
		return notWanted
	case rule.Once != "" && slices.Contains(r.Session.Once, rule.Once):
		return notAgain
	case rule.If != nil:
		if _, yes, _ := r.Compute(rule.If); !yes {
			return notFormed
		}
	}
	return matched
}

// markOnce keeps that a rule or an alarm with `once:` has had its turn.
func (r *Run) markOnce(once string) {
	if once != "" && !slices.Contains(r.Session.Once, once) {
		r.Session.Once = append(slices.Clone(r.Session.Once), once)
	}
}
