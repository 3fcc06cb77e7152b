package steps

import (
	"time"

	"voronka/flows"
)

// typing shows that the bot is typing for a while:
//
//	typing: 3s
type typing struct {
	pos      flows.Pos
	duration time.Duration
}

func readTyping(n flows.Node) flows.Step {
	n.Only("typing")
	step := &typing{pos: n.Pos(), duration: n.Field("typing").DurationWithin(time.Second, time.Minute)}
	if step.duration == 0 {
		n.Error("empty_typing")
	}
	return step
}

// Run implements flows.Step.
func (t *typing) Run(r *flows.Run) { r.Typing(t.duration) }

// Uses implements flows.Step.
func (t *typing) Uses() flows.Uses { return flows.Uses{Pos: t.pos} }
