package steps

import (
	"strconv"

	"voronka/flows"
)

// split shares customers out, each to the same arm for ever:
//
//	split: price_test
//	arms:
//	  - {name: cheap, weight: 70, to: cheap_offer}
//	  - {name: dear, weight: 30, to: dear_offer}
//	segment: newcomers         # only they take part, others go on
//
// The arm is kept in the variable that the split is named after. An arm
// without `to` goes on with the next step.
type split struct {
	pos  flows.Pos
	name flows.Ref
	arms []flows.Arm
	to   map[string]flows.Ref
	uses []flows.Ref
	only flows.Ref
}

func readSplit(n flows.Node) flows.Step {
	n.Only("split", "arms", "segment")
	step := &split{pos: n.Pos(), name: n.Field("split").Ref(), to: map[string]flows.Ref{}, only: n.Field("segment").Ref()}
	if step.name.Name == "" {
		n.Error("split_without_name")
	}
	total := 0
	for _, item := range n.Field("arms").Items() {
		item.Only("name", "weight", "to")
		arm := flows.Arm{Name: item.Field("name").Text(), Weight: readWeight(item.Field("weight"))}
		to := item.Field("to").Ref()
		if arm.Name == "" {
			arm.Name = to.Name
		}
		if _, twice := step.to[arm.Name]; twice || arm.Name == "" {
			item.Error("split_arm_name", "Arm", arm.Name)
		}
		step.arms, step.to[arm.Name] = append(step.arms, arm), to
		if to.Name != "" {
			step.uses = append(step.uses, to)
		}
		total += arm.Weight
	}
	if len(step.arms) < 2 || total == 0 {
		n.Error("split_without_arms")
	}
	return step
}

// readWeight reads a share from 0 to 1000, 1 where there is none.
func readWeight(n flows.Node) int {
	if n.Zero() {
		return 1
	}
	weight, err := strconv.Atoi(n.Text())
	if err != nil || weight < 0 || weight > 1000 {
		n.Error("split_weight", "Value", n.Text())
		return 1
	}
	return weight
}

// Shares implements flows.Splitter.
func (s *split) Shares() (string, []flows.Arm) { return s.name.Name, s.arms }

// Run implements flows.Step.
func (s *split) Run(r *flows.Run) {
	if s.only.Name != "" && !r.InSegment(s.only.Name) {
		return
	}
	arm := r.Split(s.name.Name, s.arms)
	if to := s.to[arm].Name; to != "" {
		r.Go(to)
	}
}

// Uses implements flows.Step.
func (s *split) Uses() flows.Uses {
	uses := flows.Uses{Pos: s.pos, Targets: s.uses, Sets: []flows.Ref{s.name}}
	if s.only.Name != "" {
		uses.Reads = []flows.Ref{inSegment(s.only)}
	}
	return uses
}
