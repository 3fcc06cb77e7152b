package flows

import (
	"maps"
	"slices"
)

// overlook is what a replay knows of the project's variables, which all
// customers share: only what the recorded turns read.
type overlook struct {
	// told are the variables whose values a recording gave, or the replay itself.
	told map[string]bool
	// guessed are those that the new version read before anybody told: it met their
	// defaults.
	guessed map[string]bool
}

// recall lets the project's variables be what they were at a recorded moment.
func (p *playback) recall(recorded map[string]string) {
	if len(recorded) == 0 {
		return
	}
	p.known.tell(recorded)
	now := maps.Clone(p.rehearsal.Known.Project)
	if now == nil {
		now = map[string]string{}
	}
	maps.Copy(now, recorded)
	p.rehearsal.Known.Project = now
}

// noticed looks after a turn of the new version which variables it met.
func (p *playback) noticed(turn Turn) {
	for _, line := range turn.Journal {
		if line.Heard == nil {
			continue
		}
		for name := range line.Heard.Project {
			if !p.known.told[name] {
				p.known.guessed[name] = true
			}
		}
	}
	p.known.tell(turn.Project)
	p.result.Guessed = slices.Sorted(maps.Keys(p.known.guessed))
}

func (o *overlook) tell(values map[string]string) {
	for name := range values {
		o.told[name] = true
	}
}
