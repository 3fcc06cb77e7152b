package flows

import "slices"

// outsideRules lets the flow hear what happened beside the dialog: an operator
// who comes or goes, a stage of the CRM, a webhook, a channel joined or left.
// While an operator leads the dialog only what concerns the operator is heard.
func (r *Run) outsideRules() {
	r.cancelOutside()
	r.takeFields()
	state := r.standing()
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
	case r.anywhere(), r.rules("on", state.On):
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
	case rule.Once != "" && slices.Contains(r.Session.Once, r.once(rule.Once)):
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
	if once = r.once(once); once != "" && !slices.Contains(r.Session.Once, once) {
		r.Session.Once = append(slices.Clone(r.Session.Once), once)
	}
}

// once is the name of a rule or an alarm of the running flow as the session
// remembers it.
func (r *Run) once(name string) string {
	if name == "" || r.Flow.ID == r.home.ID {
		return name
	}
	return r.Flow.ID + "/" + name
}
