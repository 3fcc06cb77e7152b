package dialogs_test

import (
	"os"
	"testing"
	"time"

	"voronka/flows"
	"voronka/flows/catalog"
	"voronka/flows/dialogs"
	"voronka/flows/steps"
)

func course(t testing.TB) *flows.Flow {
	t.Helper()
	project, found, err := flows.Loader{Kinds: steps.All()}.LoadFS(catalog.FS, "catalog")
	if err != nil || project == nil {
		t.Fatal(found, err)
	}
	return project.Flow("course")
}

func engine() flows.Engine {
	return flows.Engine{Zone: time.UTC, Texts: func(_, key string) string { return "‹" + key + "›" }}
}

// read reads a suite that has to be in order.
func read(t testing.TB, name, text string) *dialogs.Suite {
	t.Helper()
	suite, found := dialogs.Read(name, []byte(text), nil)
	if suite == nil {
		t.Fatal(found)
	}
	return suite
}

// TestCourse plays the ready funnel's own tests and wants every state, rule
// and timer of it played.
func TestCourse(t *testing.T) {
	t.Parallel()
	playAll(t, course(t), "../catalog/course_test.yaml")
}

// TestClub does so with the club by subscription.
func TestClub(t *testing.T) {
	t.Parallel()
	files, err := catalog.Club()
	if err != nil {
		t.Fatal(err)
	}
	project, found, err := flows.Loader{Kinds: steps.All()}.LoadFS(files, "club")
	if err != nil || project == nil || len(found) > 0 {
		t.Fatal(found, err)
	}
	playAll(t, project.Flow("club"), "../catalog/club/club_test.yaml")
}

func playAll(t *testing.T, flow *flows.Flow, tests string) {
	t.Helper()
	text, err := os.ReadFile(tests)
	if err != nil {
		t.Fatal(err)
	}
	suite := read(t, tests, string(text))
	cover := flows.NewCoverage(flow)
	for i := range suite.Dialogs {
		dialog := &suite.Dialogs[i]
		if failure := suite.Play(dialog, engine(), flow, cover.Add); failure != nil {
			t.Errorf("%s: %+v", dialog.Name, *failure)
		}
	}
	for _, place := range cover.Places() {
		if place.Times == 0 {
			t.Errorf("%s:%d: %s %s is never played", place.Pos.File, place.Pos.Line, place.Kind, place.Name)
		}
	}
}
