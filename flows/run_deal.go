package flows

import (
	"maps"
	"slices"
	"strings"
)

// CloseDeal ends what the customer was being sold: the deal's variables are
// written down as a note of the CRM's deal and taken away. What belongs to the
// customer and to the project stays, and so do the settings `language` and
// `timezone`.
func (r *Run) CloseDeal() {
	var lines []string
	left := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(r.Session.Vars)) {
		if name == "language" || name == "timezone" {
			left[name] = r.Session.Vars[name]
			continue
		}
		if value := r.Session.Vars[name]; value != "" && !strings.HasPrefix(value, payLink) {
			lines = append(lines, name+": "+Clip(value, 500))
		}
	}
	if len(lines) > 0 {
		r.Emit(Mirror{Note: Clip(strings.Join(lines, "\n"), maxNote)})
	}
	r.Session.Vars, r.ownVars = left, true
	r.Event("deal", "closed")
}

// maxNote keeps a note far below what a CRM takes.
const maxNote = 10_000

// been tells whether the customer was in a state before or is in it now.
func (r *Run) been(state string) string {
	if own := r.Flow.State(state); own != nil {
		state = r.home.key(own)
	}
	if slices.Contains(r.Session.Been, state) {
		return "true"
	}
	return ""
}

// visit remembers a state, in flows that ask for it.
func (r *Run) visit(state string) {
	if r.Flow.remembers && !slices.Contains(r.Session.Been, state) {
		r.Session.Been = append(slices.Clone(r.Session.Been), state)
	}
}
