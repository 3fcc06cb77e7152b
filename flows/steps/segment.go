package steps

import "voronka/flows"

// segment leads those who are in an audience one way, and the others another:
//
//	segment: buyers
//	to: vip_offer              # without it they go on
//	else: offer                # without it they go on
type segment struct {
	pos          flows.Pos
	name         flows.Ref
	to, fallback flows.Ref
}

func readSegment(n flows.Node) flows.Step {
	n.Only("segment", "to", "else")
	step := &segment{pos: n.Pos(), name: n.Field("segment").Ref(), to: n.Field("to").Ref(), fallback: n.Field("else").Ref()}
	if step.name.Name == "" || step.to.Name == "" && step.fallback.Name == "" {
		n.Error("empty_segment_step")
	}
	return step
}

// Run implements flows.Step.
func (s *segment) Run(r *flows.Run) {
	to := s.fallback.Name
	if r.InSegment(s.name.Name) {
		to = s.to.Name
	}
	if to != "" {
		r.Go(to)
	}
}

// Uses implements flows.Step.
func (s *segment) Uses() flows.Uses {
	uses := flows.Uses{Pos: s.pos, Reads: []flows.Ref{inSegment(s.name)}}
	for _, to := range []flows.Ref{s.to, s.fallback} {
		if to.Name != "" {
			uses.Targets = append(uses.Targets, to)
		}
	}
	return uses
}

// inSegment is the variable that tells whether the customer is in a segment.
func inSegment(name flows.Ref) flows.Ref {
	return flows.Ref{Name: "segment." + name.Name, Pos: name.Pos}
}
