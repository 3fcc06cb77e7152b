package steps

import (
	"slices"
	"strings"

	"voronka/flows"
)

// event leaves a line for analytics in the journal; the customer sees nothing:
//
//	event: lead
//	value: "#{price}"
type event struct {
	pos         flows.Pos
	name, value flows.Template
}

func readEvent(n flows.Node) flows.Step {
	n.Only("event", "value")
	step := &event{pos: n.Pos(), name: flows.ReadTemplate(n.Field("event")), value: flows.ReadTemplate(n.Field("value"))}
	if step.name.Zero() {
		n.Error("empty_event")
	}
	return step
}

// Run implements flows.Step.
func (e *event) Run(r *flows.Run) {
	r.Event("event", strings.TrimSpace(r.Fill(e.name)+" "+r.Fill(e.value)))
}

// Uses implements flows.Step.
func (e *event) Uses() flows.Uses {
	return flows.Uses{Pos: e.pos, Reads: slices.Concat(e.name.Reads(), e.value.Reads())}
}
