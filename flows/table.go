package flows

import (
	"context"
	"strconv"

	"github.com/looplab/fsm"
)

// tabulate puts the moves into a state table. looplab/fsm overwrites a
// repeated (state, event) silently; events are unique within a state by the
// way moves name them.
func tabulate(start string, moves []move) *fsm.FSM {
	events := make(fsm.Events, 0, len(moves))
	for _, way := range moves {
		events = append(events, fsm.EventDesc{Name: way.from + " " + way.event, Src: []string{way.from}, Dst: way.to})
	}
	return fsm.NewFSM(start, events, nil)
}

// reachable walks the table from where customers come in.
func reachable(from []string, moves []move) map[string]bool {
	machine := tabulate(from[0], moves)
	events := map[string][]string{}
	for _, way := range moves {
		events[way.from] = append(events[way.from], way.from+" "+way.event)
	}
	reached, queue := map[string]bool{}, from
	for _, state := range from {
		reached[state] = true
	}
	for len(queue) > 0 {
		state := queue[0]
		queue = queue[1:]
		for _, event := range events[state] {
			machine.SetState(state)
			// The only error left is a move to the same state, which leads nowhere new.
			if machine.Event(context.Background(), event) != nil {
				continue
			}
			if to := machine.Current(); !reached[to] {
				reached[to] = true
				queue = append(queue, to)
			}
		}
	}
	return reached
}

func label(list string, i int) string { return list + ":" + strconv.Itoa(i) }
