package flows

import "fmt"

// Enter puts the customer into a state as if the flow had led there, for
// rehearsals that begin in the middle.
func (r *Rehearsal) Enter(state string) (Turn, error) {
	if r.Flow.State(state) == nil {
		return Turn{}, fmt.Errorf("%w: %s", ErrNoState, state)
	}
	input := Input{Kind: Operator, Contact: r.Contact.ID, At: r.Now, Profile: r.Profile}
	run := &Run{
		Flow: r.Flow, home: r.Flow, Input: input, Session: r.Session, Contact: r.Contact, engine: r.Engine, known: r.Known,
	}
	run.begin()
	run.enter(r.Flow, state)
	turn := run.finish()
	r.keep(input, turn)
	return turn, nil
}

// Set gives a variable, or a field of the contact, its value.
func (r *Rehearsal) Set(name, value string) {
	run := r.run()
	run.Set(name, value)
	r.Session, r.Contact = run.Session, run.Contact
}

// Lookup is what `#{name}` would show now.
func (r *Rehearsal) Lookup(name string) string { return r.run().Lookup(name) }

func (r *Rehearsal) run() *Run {
	return &Run{
		Flow: r.Flow, home: r.Flow, Input: Input{Kind: Operator, At: r.Now}, Session: r.Session, Contact: r.Contact,
		engine: r.Engine, known: r.Known,
	}
}
