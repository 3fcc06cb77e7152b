package dialogs

import (
	"errors"
	"fmt"
	"slices"

	"voronka/flows"
)

// Failure is where a dialog went another way.
type Failure struct {
	Pos flows.Pos `json:"pos"`
	// Code tells what kind of failure it is, for the locales: "expected",
	// "unexpected", "action" or "start".
	Code string `json:"code"`
	// Line is the step as it stands in the test: "bot: Спасибо*".
	Line string `json:"line"`
	// Got is what came instead, one entry for each message or effect.
	Got []string `json:"got,omitempty"`
	// Reason is why an action was not possible.
	Reason error `json:"-"`
	// Tail are the last lines of the dialog.
	Tail []flows.Line `json:"tail,omitempty"`
}

// tail is how many lines of the dialog a failure shows.
const tail = 8

// Play plays one dialog and gives nil when all went as it says. watch hears of
// every turn and may be nil.
func (s *Suite) Play(d *Dialog, engine flows.Engine, flow *flows.Flow, watch func(flows.Session, flows.Input, flows.Turn)) *Failure {
	stage := flows.NewRehearsal(engine, flow, s.At)
	stage.Profile = s.Profile
	one := &scene{Rehearsal: stage, suite: s}
	stage.Watch = func(before flows.Session, input flows.Input, turn flows.Turn) {
		one.hear(turn)
		if watch != nil {
			watch(before, input, turn)
		}
	}
	if err := one.begin(d); err != nil {
		return &Failure{Pos: d.StartAt.Pos, Code: "start", Line: "start_at: " + d.StartAt.Name, Reason: err}
	}
	for i := range d.Steps {
		if failure := one.step(&d.Steps[i]); failure != nil {
			failure.Tail = one.last()
			return failure
		}
	}
	return nil
}

// scene is a dialog being played, with all that came of the last action.
type scene struct {
	*flows.Rehearsal
	suite *Suite
	turns []flows.Turn
	// said counts the messages that were expected and came.
	said    int
	journal []flows.Line
}

func (s *scene) begin(d *Dialog) error {
	for _, pair := range d.With {
		s.Set(pair.Name, pair.Text)
	}
	if d.StartAt.Name == "" {
		return nil
	}
	_, err := s.Enter(d.StartAt.Name)
	return err
}

func (s *scene) hear(turn flows.Turn) {
	s.turns = append(s.turns, turn)
	s.journal = append(s.journal, turn.Journal...)
}

func (s *scene) step(step *Step) *Failure {
	if do := step.word.do; do != nil {
		s.turns, s.said = s.turns[:0], 0
		if err := do(s, step); err != nil {
			return &Failure{Pos: step.Pos, Code: "action", Line: step.String(), Got: s.offered(err), Reason: err}
		}
		if _, err := s.Settle(); err != nil {
			return &Failure{Pos: step.Pos, Code: "action", Line: step.String(), Reason: err}
		}
		return nil
	}
	ok, got := step.word.check(s, step)
	switch {
	case ok == !step.Not:
		return nil
	case step.Not:
		return &Failure{Pos: step.Pos, Code: "unexpected", Line: step.String(), Got: got}
	}
	return &Failure{Pos: step.Pos, Code: "expected", Line: step.String(), Got: got}
}

// offered is what could have been pressed.
func (s *scene) offered(err error) []string {
	if !errors.Is(err, flows.ErrNoButton) {
		return nil
	}
	var labels []string
	for _, live := range s.Live {
		if live.Message == s.Live[len(s.Live)-1].Message {
			labels = append(labels, "["+live.Text+"]")
		}
	}
	for _, button := range s.Keyboard {
		labels = append(labels, "["+button.Text+"]")
	}
	return labels
}

// last are the last lines that people said or that happened.
func (s *scene) last() []flows.Line {
	lines := slices.DeleteFunc(slices.Clone(s.journal), func(line flows.Line) bool {
		return line.Who == flows.Event && line.Kind != "payment" && line.Kind != "timer" && line.Kind != "error"
	})
	return lines[max(0, len(lines)-tail):]
}

// String is the step as a test says it.
func (s *Step) String() string {
	value := s.Text
	switch {
	case s.Pairs != nil:
		value = ""
		for i, pair := range s.Pairs {
			if i > 0 {
				value += ", "
			}
			value += pair.Name + ": " + pair.Text
		}
		value = "{" + value + "}"
	case s.Texts != nil:
		value = fmt.Sprintf("%q", s.Texts)
	case s.Word == "silent":
		value = fmt.Sprint(!s.Not)
	}
	if s.Not && s.Word != "silent" {
		return "not: {" + s.Word + ": " + value + "}"
	}
	return s.Word + ": " + value
}

// effects are those of one type since the last action.
func effects[T flows.Effect](s *scene) []T {
	var found []T
	for _, turn := range s.turns {
		for _, effect := range turn.Effects {
			if one, ok := effect.(T); ok {
				found = append(found, one)
			}
		}
	}
	return found
}
