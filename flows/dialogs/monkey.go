package dialogs

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"voronka/flows"
	"voronka/sales"
)

// Monkey walks a flow as random but plausible customers do, and remembers the
// shortest way to each trouble it finds. It depends on Pick alone: the same
// numbers give the same walks.
type Monkey struct {
	Engine flows.Engine
	Flow   *flows.Flow
	// Pick gives a number from 0 up to n.
	Pick func(n int) int
	// Start is when each customer comes.
	Start time.Time

	found []Trouble
	// Walks and Inputs count what was tried.
	Walks, Inputs int
}

// Trouble is something no customer should meet.
type Trouble struct {
	// Kind is one of TroubleKinds.
	Kind string `json:"kind"`
	// State is where the customer stood after it, Detail what is known more.
	State  string `json:"state"`
	Detail string `json:"detail,omitempty"`
	// Path are the lines that lead there, as Rehearsal.Do and `voronka play` read them.
	Path []string `json:"path"`
}

// TroubleKinds are all kinds of trouble, the worst first.
func TroubleKinds() []string {
	return []string{"panic", "engine", "double_delivery", "unserved", "loop", "error", "storm", "unanswered", "stuck"}
}

// maxWalk is how many lines one customer says at most.
const maxWalk = 40

// Walk plays one customer and keeps what trouble there was.
func (m *Monkey) Walk() {
	m.Walks++
	visit := m.visit()
	path := []string{"/start"}
	for range maxWalk {
		line := path[len(path)-1]
		m.Inputs++
		if trouble, found := visit.play(line); found {
			trouble.Path = slices.Clone(path)
			m.keep(trouble)
			return
		}
		path = append(path, m.next(visit.stage))
	}
}

// Troubles are those found so far, each kind and place once, the worst first.
func (m *Monkey) Troubles() []Trouble {
	found := slices.Clone(m.found)
	kinds := TroubleKinds()
	slices.SortStableFunc(found, func(a, b Trouble) int { return slices.Index(kinds, a.Kind) - slices.Index(kinds, b.Kind) })
	return found
}

// keep shortens a new trouble, or takes a shorter way to a known one.
func (m *Monkey) keep(trouble Trouble) {
	at := slices.IndexFunc(m.found, trouble.same)
	if at >= 0 && len(m.found[at].Path) <= 2 {
		return
	}
	trouble = m.shrink(trouble)
	switch {
	case at < 0:
		m.found = append(m.found, trouble)
	case len(trouble.Path) < len(m.found[at].Path):
		m.found[at] = trouble
	}
}

func (t Trouble) same(other Trouble) bool {
	return t.Kind == other.Kind && t.State == other.State && t.Detail == other.Detail
}

// shrink leaves out lines after the first, many at once and then one by one,
// as long as the same trouble comes.
func (m *Monkey) shrink(trouble Trouble) Trouble {
	for size := len(trouble.Path) / 2; size > 0; {
		shorter := false
		for from := 1; from+size <= len(trouble.Path); from++ {
			path := slices.Delete(slices.Clone(trouble.Path), from, from+size)
			if again, found := m.replay(path); found && again.same(trouble) {
				trouble, shorter = again, true
				break
			}
		}
		if !shorter {
			size /= 2
		}
	}
	return trouble
}

// replay plays lines and gives the first trouble.
func (m *Monkey) replay(path []string) (Trouble, bool) {
	visit := m.visit()
	for i, line := range path {
		if trouble, found := visit.play(line); found {
			trouble.Path = slices.Clone(path[:i+1])
			return trouble, true
		}
	}
	return Trouble{}, false
}

func (m *Monkey) visit() *visit {
	stage := flows.NewRehearsal(m.Engine, m.Flow, m.Start)
	one := &visit{stage: stage, delivered: map[string]int{}}
	stage.Watch = one.watch
	return one
}

// visit is one customer being played.
type visit struct {
	stage     *flows.Rehearsal
	delivered map[string]int
	// said counts messages since the customer's last word.
	said    int
	trouble []Trouble
}

// play does a line and gives the first trouble that came of it.
func (v *visit) play(line string) (trouble Trouble, found bool) {
	defer func() {
		if r := recover(); r != nil {
			trouble, found = Trouble{Kind: "panic", State: v.stage.Session.State, Detail: fmt.Sprint(r)}, true
		}
	}()
	v.said = 0
	if _, err := v.stage.Do(line); err != nil && !impossible(err) {
		return Trouble{Kind: "engine", State: v.stage.Session.State, Detail: err.Error()}, true
	}
	if len(v.trouble) > 0 {
		return v.trouble[0], true
	}
	if stuck(v.stage) {
		return Trouble{Kind: "stuck", State: v.stage.Session.State}, true
	}
	return Trouble{}, false
}

func (v *visit) report(turn flows.Turn, kind, detail string) {
	v.trouble = append(v.trouble, Trouble{Kind: kind, State: turn.Session.State, Detail: detail})
}

// Messages that are too many in one turn, and while the customer keeps silent.
const (
	stormTurn   = 6
	stormSilent = 20
)

// watch judges one turn.
func (v *visit) watch(_ flows.Session, input flows.Input, turn flows.Turn) {
	said, answered, served := 0, false, false
	for _, effect := range turn.Effects {
		switch effect := effect.(type) {
		case flows.Say:
			said++
		case flows.Deliver:
			said++
			served = true
			if effect.Order != "" {
				if v.delivered[effect.Order]++; v.delivered[effect.Order] > 1 {
					v.report(turn, "double_delivery", effect.What())
				}
			}
		case flows.CallOperator:
			answered, served = true, true
		case flows.Acknowledge:
			answered = answered || effect.Text != ""
		case flows.Mirror, flows.MakeLink, flows.Typing:
		default: // another way to be noticed
			answered = true
		}
	}
	v.said += said
	for _, line := range turn.Journal {
		if line.Who == flows.Event && line.Kind == "error" {
			v.reportError(turn, line.Text)
		}
	}
	switch {
	case said > stormTurn || v.said > stormSilent:
		v.report(turn, "storm", "")
	case input.Kind == flows.Paid && input.Payment.Outcome == flows.Success && !served && bought(turn, input.Payment.Order) && v.delivered[input.Payment.Order] == 0:
		v.report(turn, "unserved", "")
	case input.Kind.FromCustomer() && said == 0 && !answered && !turn.Session.Manual && !repeated(turn):
		v.report(turn, "unanswered", string(input.Kind))
	}
}

// reportError sorts the engine's complaints; ids in them say nothing.
func (v *visit) reportError(turn flows.Turn, text string) {
	switch {
	case strings.HasPrefix(text, "loop:"):
		v.report(turn, "loop", text)
	case strings.HasPrefix(text, "order is paid twice"), strings.HasPrefix(text, "no rule hears "):
		// Seldom the flow's fault, and the engine has done what is safe.
	default:
		before, _, _ := strings.Cut(text, ": ")
		v.report(turn, "error", before)
	}
}

// repeated tells whether the turn was a second tap on a button, left unanswered on purpose.
func repeated(turn flows.Turn) bool {
	return slices.ContainsFunc(turn.Trace, func(c flows.Considered) bool { return c.Result == "repeated" })
}

// stuck tells whether nothing of the flow leads on from here, though the flow
// does not say that it ends, and the customer has not bought.
func stuck(stage *flows.Rehearsal) bool {
	session := stage.Session
	state := stage.Flow.State(session.State)
	if state == nil || state.End || session.Manual || session.Asking != nil || session.Request != nil || len(session.Timers) > 0 {
		return false
	}
	done := func(order sales.Order) bool { return order.ID == session.Order && !order.DeliveredAt.IsZero() }
	if slices.ContainsFunc(stage.Known.Orders, done) || slices.ContainsFunc(stage.Known.Subscriptions, sales.Subscription.Live) {
		return false
	}
	if slices.ContainsFunc(state.Do, func(step flows.Step) bool { return step.Uses().Ends }) {
		return false
	}
	for _, choice := range session.Choices {
		if choice.State == state.Name {
			return false
		}
	}
	open := slices.ContainsFunc(stage.Known.Payments, isOpen)
	return !slices.ContainsFunc(state.On, func(rule *flows.Rule) bool { return rule.When.Outcome == "" || open })
}

func isOpen(payment sales.Payment) bool {
	return payment.Status == sales.PaymentLinked || payment.Status == sales.PaymentDeclined
}

// bought tells whether a turn is the one that pays for a thing: news that come
// again, and periods of a subscription, need not hand anything over.
func bought(turn flows.Turn, id string) bool {
	return slices.ContainsFunc(turn.Orders, func(order sales.Order) bool {
		return order.ID == id && order.Paid() && order.Subscription == ""
	})
}
