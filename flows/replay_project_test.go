package flows_test

import (
	"slices"
	"testing"

	"voronka/flows"
)

// seats is a flow in which customers take places that all of them see.
const seats = `
start: hi
vars: {seats: {type: number, default: 20, scope: project}, note: {type: text, default: нет, scope: project}}
anywhere:
  - {text: место, do: [{calc: "project.seats = seats - 1"}, {say: "Осталось #{seats}"}]}
states:
  hi: {do: [{say: "Мест #{seats}"}], end: true}
`

// TestReplayBeginsAtTheRecordedMoment: the places that others took between two
// inputs of a customer are as they were then.
func TestReplayBeginsAtTheRecordedMoment(t *testing.T) {
	t.Parallel()
	stage := flows.NewRehearsal(flows.Engine{}, load(t, seats), noon())
	var journal []flows.Line
	stage.Watch = func(_ flows.Session, _ flows.Input, turn flows.Turn) { journal = append(journal, turn.Journal...) }
	stage.Known.Project = map[string]string{"seats": "9"}
	perform(t, stage, "/start", "место")
	stage.Known.Project = map[string]string{"seats": "3"} // five were taken by others
	perform(t, stage, "место")
	if last := journal[len(journal)-1]; last.Text != "Осталось 2" {
		t.Fatalf("recorded %q", last.Text)
	}
	got := flows.Engine{}.Replay(stage.Flow, stage.Contact, stage.Session, journal)
	if got.Inputs != 3 || got.Differ > 0 || len(got.Guessed) > 0 {
		t.Errorf("%+v %+v", got, got.First)
	}

	edited := load(t, seats+"otherwise: [{say: \"Заметка: #{note}\"}]\n")
	if got := (flows.Engine{}).Replay(edited, stage.Contact, stage.Session, journal); got.Differ > 0 || len(got.Guessed) > 0 {
		t.Errorf("of an edit that asks for nothing else: %+v", got)
	}
	perform(t, stage, "что?")
	if got := (flows.Engine{}).Replay(edited, stage.Contact, stage.Session, journal); got.Differ != 1 || !slices.Equal(got.Guessed, []string{"note"}) {
		t.Errorf("of an edit that reads another variable: %+v", got)
	}

	for i := range journal { // as earlier versions kept it
		if heard := journal[i].Heard; heard != nil {
			older := *heard
			older.Project = nil
			journal[i].Heard = &older
		}
	}
	if got := (flows.Engine{}).Replay(stage.Flow, stage.Contact, stage.Session, journal); got.Differ == 0 || !slices.Equal(got.Guessed, []string{"seats"}) {
		t.Errorf("of an older journal: %+v", got)
	}
}
