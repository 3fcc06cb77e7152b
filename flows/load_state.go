package flows

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
		state.Pos, state.flow = entry.Key.Pos(), d.flow
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
		state.Timers = append(state.Timers, item.timers()...)
	}
	for i, timer := range state.Timers {
		if timer.Once != "" {
			timer.Once = timerName(state.Timers[:i], timer, name)
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
