package steps_test

import (
	"strconv"
	"testing"
	"time"

	"voronka/flows"
	"voronka/flows/steps"
)

// TestSplitSharesByWeight lets a thousand customers in and counts the arms.
func TestSplitSharesByWeight(t *testing.T) {
	t.Parallel()
	flow, found := flows.Loader{Kinds: steps.All()}.LoadText("a.yaml",
		"start: a\nstates:\n  a: {do: [{split: ab, arms: [{name: x, weight: 70}, {name: y, weight: 30}]}], end: true}\n")
	if flow == nil {
		t.Fatal(found)
	}
	count := map[string]int{}
	for i := range 1000 {
		rehearsal := flows.NewRehearsal(engine(), flow, time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))
		rehearsal.Session.Seed = "seed " + strconv.Itoa(i)
		if _, err := rehearsal.Do("/start"); err != nil {
			t.Fatal(err)
		}
		count[rehearsal.Session.Vars["ab"]]++
	}
	if count["x"] < 640 || count["x"] > 760 || count["x"]+count["y"] != 1000 {
		t.Errorf("70:30 became %v", count)
	}
}
