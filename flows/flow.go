// Package flows is the funnel language: it loads projects of YAML, checks
// them, and advances sessions. It is pure: no network, no store, no clock.
package flows

import "voronka/sales"

// Project is a folder of flows loaded whole; it does not change after loading.
type Project struct {
	// Dir is the folder, for files that are delivered.
	Dir   string
	Flows []*Flow
}

// Flow is one funnel, compiled.
type Flow struct {
	ID    string
	Title string
	// File is the path as the user gave it; Version a digest of the source.
	File, Version string
	Start         string
	Products      []sales.Product
	// Taxation is that of the flow's own `receipt:`, which scripts need not repeat.
	Taxation string
	// Plans are what can be subscribed to, in the order of the file.
	Plans []sales.Plan
	// Anywhere rules come before a state's own, Fallback after; Otherwise last.
	Anywhere, Fallback []*Rule
	Otherwise          []Step
	// States in the order of the file.
	States []*State
	// Moved maps states that are gone to those that took their place.
	Moved map[string]string
	// Stages maps states to CRM stages.
	Stages map[string]string
	// Mirroring is the map of the CRM, nil where neither project nor flow has one.
	Mirroring *Mirroring
	// Texts are the flow's defaults for what the engine says by itself, by key.
	Texts map[string]string
	// Vars are the variables declared, in the order of the file.
	Vars []Variable
	// Segments are the audiences declared here, in the order of the file.
	Segments []*Segment
	// Hooks are the doors for other programs, in the order of the file.
	Hooks  []*Hook
	Source *Source
	// Written are the files it was read from, by base name: enough to load it again.
	Written map[string]string
	states  map[string]*State
	// languages are the flow in each language, under "" as it is written; titles
	// are those of products, in the language of this one.
	languages map[string]*Flow
	titles    map[string]string
	// shared are the variables of the project; remembers tells whether the states
	// a customer was in are asked for.
	shared    []string
	remembers bool
	// charges is set when some script takes money from saved cards.
	charges bool
	// phrases are looked for when somebody asks.
	phrases func() []Phrase
	// siblings are the flows of the project by id, this one among them; language
	// is what this one is translated into, empty as it is written.
	siblings map[string]*Flow
	language string
	// segments are those of the project by name.
	segments map[string]*Segment
	// renames is set where `moved:` of some flow of the project says anything.
	renames bool
}

// State is where a contact can stand.
type State struct {
	Name string
	// Title is what people call it; the name where the file gives none.
	Title  string
	Do     []Step
	On     []*Rule
	Timers []*TimerRule
	// Next is where to go once all of Do is done; empty to stay.
	Next string
	// End says that the funnel ends here on purpose.
	End bool
	Pos Pos
	// NextPos is where Next stands.
	NextPos Pos
	// flow is the one it belongs to, in the same language.
	flow *Flow
}

// Rule says what happens when an input fits.
type Rule struct {
	When Condition
	If   *Formula
	// Not are words that must not occur, as keywords.
	Not []keywords
	// Once is the name under which the rule is remembered by those it has
	// answered; empty for one that answers each time.
	Once string
	// To moves; Do without To answers in place.
	To    string
	Do    []Step
	Pos   Pos
	ToPos Pos
}

// Product finds a product by its id; a plan is one with its first payment.
func (f *Flow) Product(id string) (sales.Product, bool) {
	for _, product := range f.Products {
		if product.ID == id {
			return product, true
		}
	}
	plan, known := f.Plan(id)
	return plan.Product(), known
}

// Plan finds a plan by its id.
func (f *Flow) Plan(id string) (sales.Plan, bool) {
	for _, plan := range f.Plans {
		if plan.ID == id {
			return plan, true
		}
	}
	return sales.Plan{}, false
}

// State finds a state by name, nil when there is none: "email" of this flow,
// "contacts/email" of another flow of the project.
func (f *Flow) State(name string) *State {
	flow, state, elsewhere := splitState(name)
	if !elsewhere {
		return f.states[name]
	}
	if other := f.sibling(flow); other != nil {
		return other.states[state]
	}
	return nil
}

// Flow finds a flow by id, nil when there is none.
func (p *Project) Flow(id string) *Flow {
	for _, flow := range p.Flows {
		if flow.ID == id {
			return flow
		}
	}
	return nil
}
