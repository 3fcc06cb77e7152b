package flows

import "strings"

// customer answers what a person in the chat did. The way is always the same:
// rules of `anywhere`, the waiting question, the pressed button's own target,
// the state's `on`, a /start, the question again, `fallback`, `otherwise`.
func (r *Run) customer() {
	r.Session.Answered, r.Contact.ActiveAt, r.Contact.Blocked = r.Input.At, r.Input.At, false
	r.cancel(func(_ Timer, rule *TimerRule) bool { return rule.cancelledBy("answered") })
	live := r.Input.Kind != Button || r.press()
	r.hear()
	r.choosesBroadcasts()
	if r.isStart() {
		r.arrive()
	}
	if r.Session.Manual || !live {
		return
	}
	if r.Session.State == "" {
		r.first()
		return
	}
	r.route()
}

// first answers somebody unknown: whatever they said, the flow begins, unless
// a rule of `anywhere` leads elsewhere.
func (r *Run) first() {
	r.anywhere()
	if r.Session.State == "" && !r.halted {
		r.enter(r.home, r.home.Start)
	}
}

func (r *Run) route() {
	state := r.standing()
	switch {
	case r.anywhere(), r.answer(), r.follow(), r.rules("on", state.On):
	case r.isStart():
		r.consider(r.home.Start, "start", matched)
		r.enter(r.home, r.home.Start)
	case r.retry(), r.rules("fallback", r.Flow.Fallback):
	default:
		r.consider("otherwise", "otherwise", matched)
		if len(r.Flow.Otherwise) == 0 {
			r.Say(Say{Text: r.Render(r.Text("otherwise"), MaxText)})
		}
		r.do(block{steps: r.Flow.Otherwise, flow: r.Flow, state: r.Session.State, list: "otherwise"}, 0)
	}
}

func (r *Run) isStart() bool { return r.Input.Kind == Command && fold(r.Input.Text) == "start" }

// anywhere tries the rules that are heard in every state: those of the flow
// that the customer is in, then those of the session's own.
func (r *Run) anywhere() bool {
	here := r.Flow
	if r.rules("anywhere", here.Anywhere) {
		return true
	}
	if here.ID == r.home.ID {
		return false
	}
	r.Flow = r.home
	if r.rules(homeAnywhere, r.home.Anywhere) {
		return true
	}
	r.Flow = here
	return false
}

// rules tries the rules of a list and fires the first that fits.
func (r *Run) rules(list string, rules []*Rule) bool {
	return r.rulesOf(r.Session.State, list, rules)
}

func (r *Run) rulesOf(state, list string, rules []*Rule) bool {
	for i, rule := range rules {
		result := r.fits(rule)
		r.consider(rule.When.where, rule.When.label, result)
		if result == matched {
			r.markOnce(rule.Once)
			r.do(block{steps: rule.Do, then: rule.To, flow: r.Flow, state: state, list: list, index: i}, 0)
			return true
		}
	}
	return false
}

func (r *Run) consider(where, label, result string) {
	if r.trace == nil {
		r.trace = r.room.trace[:0]
	}
	r.trace = append(r.trace, Considered{Rule: where, Label: label, Result: result})
}

// answer gives the input to the waiting question.
func (r *Run) answer() bool {
	asking := r.Session.Asking
	if asking == nil || r.Input.Kind == Command {
		return false
	}
	b, _ := r.block(asking)
	r.here, r.step, r.Flow = b, asking.Step, b.flow
	switch b.steps[asking.Step].(Asker).Answer(r) {
	case Taken:
		r.consider(asking.String(), "ask", matched)
		r.Session.Asking, r.taken = nil, true
		r.do(b, asking.Step+1)
		return true
	case Refused:
		r.consider(asking.String(), "ask", "refused")
		return true
	}
	r.Flow = r.standing().flow
	r.consider(asking.String(), "ask", "asking")
	return false
}

// retry asks again when nothing else took an input that was meant as an answer.
func (r *Run) retry() bool {
	asking := r.Session.Asking
	if asking == nil || r.Input.Kind == Command || r.Input.Kind == Button {
		return false
	}
	b, _ := r.block(asking)
	r.here, r.step, r.Flow = b, asking.Step, b.flow
	b.steps[asking.Step].(Asker).Retry(r)
	r.consider(asking.String(), "ask", "retry")
	return true
}

// hear notes what the customer did.
func (r *Run) hear() {
	text := r.Input.Text
	switch r.Input.Kind {
	case Command:
		text = strings.TrimSpace("/" + text + " " + r.Input.Payload)
	case Button:
		if text = r.choice.Text; text == "" {
			text = r.Input.Payload
		}
	case Shared:
		text = r.Input.Phone
	}
	r.line(Line{Who: Customer, Kind: string(r.Input.Kind), Text: text})
	r.heard = len(r.journal)
	switch r.Input.Kind {
	case Text:
		r.said = fold(text)
	case Command:
		r.said = fold(r.Input.Text)
	case Button:
		r.said = fold(text)
	}
}

// outside answers what neither a customer, a payment nor an alarm did.
func (r *Run) outside() {
	switch r.Input.Kind {
	case Operator:
		r.operator()
	case Announced:
		r.Event("broadcast", strings.TrimSpace("broadcast "+r.Input.Broadcast))
		r.announced()
		return
	case Blocked, Unblocked:
		r.Contact.Blocked = r.Input.Kind == Blocked
		r.Event(string(r.Input.Kind), string(r.Input.Kind))
		r.Emit(Mirror{Note: string(r.Input.Kind), Stage: r.home.Mirroring.stage(string(r.Input.Kind))})
	default:
		r.Event(string(r.Input.Kind), strings.TrimSpace(r.Input.Text+" "+r.Input.Payload))
	}
	r.outsideRules()
}

// Words of an Operator input's Payload.
const (
	// Join silences the bot, Leave lets it speak again.
	Join  = "join"
	Leave = "leave"
)

// operator lets a person speak in the dialog: Text is sent as it is.
func (r *Run) operator() {
	switch r.Input.Payload {
	case Join, Leave:
		r.Session.Manual = r.Input.Payload == Join
		r.Event("operator", r.Input.Payload)
	}
	r.speak(r.Input.Text, r.Input.File)
}
