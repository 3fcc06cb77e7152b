package flows

import "slices"

// move is one way from a state to another.
type move struct {
	from, to string
	// event is unique within from: "next", "on:2", "timer:0", "anywhere:1", "do:0:1".
	event string
	rule  *Rule
	timer *TimerRule
	// step is the index of the step of Do whose button leads away; -1 for others.
	step int
	// label is the text of the button that leads away; jump is set where a step
	// of Do leads away at once, without a button.
	label string
	jump  bool
}

// flowMoves lists the ways of each state in the order of the file. The ways of
// `anywhere`, `fallback` and `otherwise` leave from every state.
func flowMoves(f *Flow) []move {
	var moves []move
	for _, state := range f.States {
		moves = append(moves, stateMoves(state)...)
		moves = append(moves, ruleMoves(state.Name, "anywhere", f.Anywhere)...)
		moves = append(moves, ruleMoves(state.Name, "fallback", f.Fallback)...)
		moves = append(moves, stepMoves(move{from: state.Name, event: "otherwise", step: -1}, f.Otherwise)...)
	}
	for i := range moves {
		moves[i].to = f.own(moves[i].to)
	}
	return moves
}

// stateMoves are the ways that the state itself offers.
func stateMoves(state *State) []move {
	var moves []move
	for i, step := range state.Do {
		moves = append(moves, stepMoves(move{from: state.Name, event: label("do", i), step: i}, []Step{step})...)
	}
	moves = append(moves, ruleMoves(state.Name, "on", state.On)...)
	for i, timer := range state.Timers {
		way := move{from: state.Name, event: label("timer", i), timer: timer, step: -1}
		if timer.To != "" {
			moves = append(moves, way.toward(timer.To))
		}
		moves = append(moves, stepMoves(way, timer.Do)...)
	}
	if state.Next != "" {
		moves = append(moves, move{from: state.Name, to: state.Next, event: "next", step: len(state.Do)})
	}
	return moves
}

func ruleMoves(from, list string, rules []*Rule) []move {
	var moves []move
	for i, rule := range rules {
		way := move{from: from, event: label(list, i), rule: rule, step: -1}
		if rule.To != "" {
			moves = append(moves, way.toward(rule.To))
		}
		moves = append(moves, stepMoves(way, rule.Do)...)
	}
	return moves
}

// stepMoves are the targets of steps, each an event of its own.
func stepMoves(way move, steps []Step) []move {
	var moves []move
	for i, step := range steps {
		for j, target := range step.Uses().Targets {
			one := way.toward(target.Name)
			one.event = label(label(way.event, i), j)
			one.label, one.jump = target.Label, target.Label == "" && way.step >= 0
			moves = append(moves, one)
		}
	}
	return moves
}

func (m move) toward(to string) move {
	m.to = to
	return m
}

// waits tells whether a state stops for the customer before its `next`.
func (s *State) waits() bool { return s.firstWait() < len(s.Do) }

// firstWait is the index of the first step that waits, the number of steps when none does.
func (s *State) firstWait() int {
	if i := slices.IndexFunc(s.Do, func(step Step) bool { return step.Uses().Waits }); i >= 0 {
		return i
	}
	return len(s.Do)
}
