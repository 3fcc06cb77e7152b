package flows

import "slices"

// maxStates keeps the checks, which weigh every way between states, quick.
const maxStates = 1000

func (d *draft) readStates(n Node) {
	if n.Zero() {
		d.root.Error("no_states")
		return
	}
	if entries := n.Entries(); len(entries) > maxStates {
		n.Error("too_many_states", "Max", maxStates)
		return
	}
	for _, entry := range n.Entries() {
		entry.Key.identifier()
		state := entry.Value.state(entry.Name)
		state.Pos = entry.Key.Pos()
		d.flow.States = append(d.flow.States, state)
		d.flow.states[state.Name] = state
	}
}

func (n Node) state(name string) *State {
	state := &State{Name: name, Title: name}
	n.Only("title", "do", "on", "timers", "next", "end")
	if title := n.Field("title"); !title.Zero() {
		state.Title = title.Text()
	}
	state.Do = n.Field("do").Steps()
	state.On = onceIn(name, n.Field("on").rules())
	for _, item := range n.Field("timers").Items() {
		if timer := item.timer(); timer != nil {
			state.Timers = append(state.Timers, timer)
		}
	}
	next := n.Field("next").Ref()
	state.Next, state.NextPos = next.Name, next.Pos
	state.End = n.Field("end").Bool()
	if state.End && state.Next != "" {
		n.Field("end").Error("end_and_next", "State", name, "Next", state.Next)
	}
	return state
}

func (n Node) timer() *TimerRule {
	if !n.IsMap() {
		n.Error("want_mapping")
		return nil
	}
	n.Only("after", "to", "do", "unless")
	timer := &TimerRule{Pos: n.Pos(), After: n.Field("after").Duration(), Do: n.Field("do").Steps()}
	if n.Field("after").Zero() {
		n.Error("timer_without_after")
	}
	to := n.Field("to").Ref()
	timer.To, timer.ToPos = to.Name, to.Pos
	if timer.To == "" && len(timer.Do) == 0 {
		n.Error("rule_without_action")
	}
	known := []string{"answered", "left", "paid"}
	for _, item := range n.Field("unless").Items() {
		word := item.Text()
		if !slices.Contains(known, word) {
			item.Error("unknown_word", "Word", word, "Suggest", Nearest(word, known), "Known", joinSorted(known))
			continue
		}
		timer.Unless = append(timer.Unless, word)
	}
	return timer
}
