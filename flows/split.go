package flows

import "hash/fnv"

// Arm is one side of a split.
type Arm struct {
	Name string
	// Weight is the arm's share among all weights; zero takes nobody new.
	Weight int
}

// Split puts the customer on one of the arms, the same one for ever: what was
// chosen is kept in the variable name. An arm that is gone is chosen anew. The
// choice depends on the session's seed alone. It is empty when no arm has weight.
func (r *Run) Split(name string, arms []Arm) string {
	kept, total := r.Session.Vars[name], 0
	for _, arm := range arms {
		if arm.Name == kept {
			return kept
		}
		total += arm.Weight
	}
	if total <= 0 {
		return ""
	}
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(name + "\x00" + r.Session.Seed)) // a hash never fails to write
	// The high bits of FNV are the mixed ones.
	point := int((sum.Sum64() >> 20) % uint64(total))
	for _, arm := range arms {
		if point -= arm.Weight; point < 0 {
			r.Set(name, arm.Name)
			r.Event("split", name+": "+arm.Name)
			return arm.Name
		}
	}
	return ""
}
