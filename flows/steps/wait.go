package steps

import (
	"time"

	"voronka/flows"
)

// wait lets time pass before the next step; the customer may speak meanwhile,
// and is no longer waited for once they leave the state:
//
//	wait: 10m
type wait struct {
	pos      flows.Pos
	duration time.Duration
}

func readWait(n flows.Node) flows.Step {
	n.Only("wait")
	step := &wait{pos: n.Pos(), duration: n.Field("wait").DurationWithin(time.Second, 365*24*time.Hour)}
	if step.duration == 0 {
		n.Error("empty_wait")
	}
	return step
}

// Pauses implements flows.Pauser.
func (w *wait) Pauses() time.Duration { return w.duration }

// Run implements flows.Step.
func (w *wait) Run(r *flows.Run) { r.Pause(w.duration) }

// Uses implements flows.Step.
func (w *wait) Uses() flows.Uses { return flows.Uses{Pos: w.pos, Waits: true} }
