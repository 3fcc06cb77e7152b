package flows

import (
	"html"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"voronka/sales"
)

// Run is one turn in the making. Steps read from it and add to it; the maps
// and slices it was given are never changed, only replaced.
type Run struct {
	// Flow is where the running steps stand; home is the session's own, which its
	// names of states begin from.
	Flow    *Flow
	home    *Flow
	Input   Input
	Session Session
	Contact sales.Contact

	engine Engine
	known  Known

	journal  []Line
	effects  []Effect
	orders   []sales.Order
	payments []sales.Payment
	trace    []Considered
	project  map[string]string
	read     map[string]string // the project's variables that were asked for, as they stood before the turn
	// subscriptions are those that changed; about is the one that is spoken of,
	// ended tells that one ended with the money that went back.
	subscriptions []sales.Subscription
	about         string
	ended         bool

	// said is the customer's text, or the label of the pressed button, folded.
	said   string
	choice Choice
	// here and step tell where the running step stands.
	here block
	step int
	// scripted is the line of a script that runs; zero outside of scripts.
	scripted Pos
	// target is where a step wants to go; waits and halted end the turn.
	target        string
	waits, halted bool
	// heard is the place of the customer's line in the journal, from 1.
	heard   int
	taken   bool // a question took its answer
	doubled bool // a second tap on the same button
	ownVars bool // Session.Vars is already a copy
	greeted bool // the channel told something new about the customer

	// unplanned is the state entered whose alarms wait for variables.
	unplanned *State
	// rang is the alarm of a Rang input.
	rang *Timer

	steps, moves, ids, timers, draws int

	// room is where a usual turn's lists stand, so that one allocation does.
	room struct {
		lines   [4]Line
		trace   [8]Considered
		effects [6]Effect
	}
}

// Asker is a step that waits for an answer.
type Asker interface {
	Step
	// Answer takes the input, or tells why not. A Refused one stays asking.
	Answer(*Run) Answer
	// Retry says again what is wanted.
	Retry(*Run)
}

// Answer is what a question makes of an input.
type Answer int

// Answers of a question.
const (
	NotMine Answer = iota // an input that is no answer at all: the rules go on, Retry at their end
	Refused               // an answer that was wrong, and the customer was told
	Taken                 // the answer is kept, the next step may run
)

// Now is the moment of the input in the project's zone.
func (r *Run) Now() time.Time {
	if r.engine.Zone != nil {
		return r.Input.At.In(r.engine.Zone)
	}
	return r.Input.At.UTC()
}

// Set keeps a variable; name, email and phone are the contact's.
func (r *Run) Set(name, value string) {
	if r.Lookup(name) == value && value != "" {
		return
	}
	value, done := r.settle(name, value)
	if done {
		return
	}
	switch name {
	case "name":
		r.Contact.Name, r.Contact.LastName = value, ""
	case "email":
		r.Contact.Email = value
	case "phone":
		r.Contact.Phone = value
	default:
		if !r.ownVars {
			r.Session.Vars, r.ownVars = maps.Clone(r.Session.Vars), true
		}
		if r.Session.Vars == nil {
			r.Session.Vars = map[string]string{}
		}
		r.Session.Vars[name] = value
		return
	}
	r.Emit(Mirror{Contact: true})
}

// Go moves to a state once the running step is done; steps after it do not run.
func (r *Run) Go(state string) { r.target = state }

// Wait makes the running step, an Asker, wait for an answer.
func (r *Run) Wait() {
	r.Session.Asking = r.place()
	r.waits = true
}

// place is where the running step stands.
func (r *Run) place() *Asking {
	return &Asking{State: r.here.state, In: r.here.in(), Step: r.step}
}

// Emit adds an effect.
func (r *Run) Emit(effect Effect) {
	if r.effects == nil {
		r.effects = r.room.effects[:0]
	}
	r.effects = append(r.effects, effect)
}

// Event adds an internal line to the journal.
func (r *Run) Event(kind, text string) {
	r.line(Line{Who: Event, Kind: kind, Text: text})
}

func (r *Run) line(line Line) {
	line.At, line.State, line.Input = r.Input.At, r.Session.State, r.Input.ID
	if r.journal == nil {
		r.journal = r.room.lines[:0]
	}
	r.journal = append(r.journal, line)
}

// Trouble notes what the flow could not do and calls an operator.
func (r *Run) Trouble(text string) {
	r.Event("error", text)
	r.Emit(CallOperator{Text: text})
}

// Fault is Trouble that names the place in the flow that is to be mended.
func (r *Run) Fault(text string) {
	if at := r.written(); at != "" {
		text += " — " + at
	}
	r.Trouble(text)
}

// written is where the running step, or the line of its script, stands in the
// flow: "shop.yaml:12"; empty where no step runs.
func (r *Run) written() string {
	pos := r.scripted
	if pos.File == "" && r.step < len(r.here.steps) {
		pos = r.here.steps[r.step].Uses().Pos
	}
	if pos.File == "" {
		return ""
	}
	return place(pos)
}

// halt ends the turn.
func (r *Run) halt(text string) {
	if !r.halted {
		r.halted = true
		r.Trouble(text)
	}
}

// Render fills in an HTML text for a message: values are escaped, and
// shortened when the text would be longer than Telegram takes.
func (r *Run) Render(t Template, limit int) string {
	text := r.expand(t, html.EscapeString)
	if len(text) <= limit || utf16Length(PlainText(text)) <= limit {
		return text
	}
	return r.expand(t, func(value string) string { return html.EscapeString(Clip(value, 200)) })
}

// Fill fills in a text that is not HTML: a label, a note, a variable.
func (r *Run) Fill(t Template) string { return r.expand(t, nil) }

func (r *Run) expand(t Template, shown func(string) string) string {
	if t.Constant() {
		return t.expand(expansion{})
	}
	return t.expand(expansion{lookup: r.Lookup, env: r.env, shown: shown, failed: r.formulaFailed})
}

func (r *Run) formulaFailed(formula *Formula, err error) {
	r.Event("error", formula.Source+": "+err.Error())
}

// Compute runs a formula; one that fails is noted and gives false.
func (r *Run) Compute(formula *Formula) (value string, yes, ok bool) {
	result, err := formula.program.RunIn(r.env())
	if err != nil {
		r.formulaFailed(formula, err)
		return "", false, false
	}
	return result.String(), result.True(), true
}

// Text is what the engine says by itself under a key of TextKeys.
func (r *Run) Text(key string) Template {
	text := r.Flow.Texts[key]
	if text == "" && r.engine.Texts != nil {
		text = r.engine.Texts(spokenBy(r.Session, r.Contact, r.Input), key)
	}
	template, err := ParseTemplate(text)
	if err != nil || text == "" {
		return Template{Source: key, parts: []part{{text: key}}}
	}
	return template
}

// Say sends a message and notes it. Payments whose links it holds are listed.
func (r *Run) Say(say Say) {
	labels := say.labels()
	say.Payments = r.linked(say)
	if len(say.Keyboard) > 0 {
		r.Session.Keyboard = false
	} else if r.Session.Keyboard && len(say.Buttons) == 0 && !say.Album() {
		say.RemoveKeyboard, r.Session.Keyboard = true, false
	}
	r.Emit(say)
	r.line(Line{Who: Bot, Kind: say.kind(), Text: PlainText(say.Text), Buttons: labels})
}

// labels are what stands on the buttons of a message.
func (s Say) labels() []string {
	var labels []string
	for _, row := range s.Buttons {
		for _, button := range row {
			labels = append(labels, button.Text)
		}
	}
	for _, row := range s.Keyboard {
		for _, button := range row {
			labels = append(labels, button.Text)
		}
	}
	return labels
}

// linked are the payments whose links a message holds.
func (r *Run) linked(say Say) []string {
	if !say.holds("") {
		return say.Payments
	}
	listed := slices.Clone(say.Payments)
	for i := range len(r.known.Payments) + len(r.payments) {
		if id := r.paymentAt(i).ID; say.holds(id) && !slices.Contains(listed, id) {
			listed = append(listed, id)
		}
	}
	return listed
}

// holds tells whether the PayLink of a payment, of any when it is empty,
// stands in the text or behind a button.
func (s Say) holds(payment string) bool {
	if leadsTo(s.Text, payment) {
		return true
	}
	for _, row := range s.Buttons {
		for _, button := range row {
			if leadsTo(button.URL, payment) {
				return true
			}
		}
	}
	return false
}

func leadsTo(text, payment string) bool {
	for {
		_, after, found := strings.Cut(text, payLink)
		switch {
		case !found:
			return false
		case strings.HasPrefix(after, payment):
			return true
		}
		text = after
	}
}

// Clip shortens a text to a number of characters, with … at its end.
func Clip(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return text
}

func utf16Length(text string) int { return len(utf16.Encode([]rune(text))) }
