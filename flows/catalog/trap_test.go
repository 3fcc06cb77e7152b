package catalog_test

import (
	"testing"
	"time"

	"voronka/flows"
	"voronka/flows/catalog"
	"voronka/flows/steps"
)

// TestTrapAnyMessageResubscribes: at salebot whoever asked for silence is
// subscribed again by any word of his. Here he stays where `bye` is, is answered
// when he asks, and no reminder comes until he starts anew.
func TestTrapAnyMessageResubscribes(t *testing.T) {
	t.Parallel()
	project, found, err := flows.Loader{Kinds: steps.All()}.LoadFS(catalog.FS, "catalog")
	if err != nil || project == nil {
		t.Fatalf("%v %+v", err, found)
	}
	stage := flows.NewRehearsal(flows.Engine{}, project.Flow("course"), time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))
	for _, word := range []string{"/start", "стоп", "спасибо", "цена", "👍", "/photo", "менеджер", "/join", "/leave"} {
		if _, err := stage.Do(word); err != nil {
			t.Fatal(err)
		}
		if stage.Session.State != "bye" && word != "/start" {
			t.Errorf("%q moved to %s", word, stage.Session.State)
		}
	}
	turns, err := stage.Wait(90 * 24 * time.Hour)
	if err != nil || len(turns) > 0 {
		t.Errorf("by itself: %+v, %v", turns, err)
	}
	if _, err := stage.Do("/start"); err != nil || stage.Session.State != "welcome" {
		t.Errorf("/start leads to %s: %v", stage.Session.State, err)
	}
}
