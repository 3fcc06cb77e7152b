package crmtest

import (
	"fmt"
	"slices"
	"time"

	"voronka/crm"
)

// Furnished is an account that can be set up: an Account that shows what it
// holds is tried as a crm.Fitter, too.
type Furnished interface {
	Fitter() crm.Fitter
	// Furniture names everything that Setup can make and the account has, each as
	// often as it is there.
	Furniture() []string
}

// New names, which no account has.
const (
	newPipeline, newStage, newField     = "Новая воронка", "Новый этап", "Новое поле"
	newPerson, newTracking, newLossName = "Новое поле контакта", "Новая метка", "Новая причина"
)

// names is what a funnel with something new names.
func (r *room) names() crm.Wanted {
	return crm.Wanted{
		Stages: map[string][]string{"": {r.h.Stages[0], newStage}, newPipeline: {"Первый", "Второй"}},
		Fields: []string{r.h.Fields[0], newField}, Person: []string{newPerson}, Tracking: []string{newTracking},
		LossReasons: []string{newLossName}, Hook: "https://bot.example.ru/crm/0123456789abcdef",
	}
}

func (r *room) compare(fitter crm.Fitter) crm.Lacks {
	r.Helper()
	lacks, err := fitter.Compare(r.Context(), r.names())
	if err != nil {
		r.Fatalf("compare: %v", err)
	}
	return lacks
}

// setUp makes what is missing until nothing is.
func (r *room) setUp(fitter crm.Fitter) []string {
	r.Helper()
	for range 3 {
		lacks := r.compare(fitter)
		if !lacks.Anything() {
			return slices.Sorted(slices.Values(r.Account.(Furnished).Furniture()))
		}
		if err := fitter.Setup(r.Context(), lacks); err != nil {
			r.Fatalf("set up: %v", err)
		}
	}
	r.Fatalf("after three setups it lacks %+v", r.compare(fitter))
	return nil
}

// setUpOnce wants what is new to be made once, to be of use, and what was there
// to be left alone.
func setUpOnce(r *room) {
	account, able := r.Account.(Furnished)
	if !able {
		return
	}
	fitter := account.Fitter()
	before := account.Furniture()
	lacks := r.compare(fitter)
	if after := account.Furniture(); !slices.Equal(before, after) {
		r.Errorf("to compare has changed %v into %v", before, after)
	}
	if !slices.Equal(lacks.Pipelines, []string{newPipeline}) || !slices.Equal(lacks.Fields, []string{newField}) || lacks.Hook == "" {
		r.Errorf("it lacks %+v", lacks)
	}
	after := r.setUp(fitter)
	for _, name := range before {
		after = slices.Delete(after, slices.Index(after, name), slices.Index(after, name)+1)
	}
	if once := slices.Compact(slices.Clone(after)); len(once) != len(after) {
		r.Errorf("made twice: %v", after)
	}
	r.must(crm.Change{ID: "c1", Contact: anna(), Stage: newStage, Fields: map[string]string{newField: "да"}}, crm.Refs{})
	if deal := r.onlyDeal(); deal.Stage != newStage || deal.Fields[newField] != "да" {
		r.Errorf("the deal is %+v", deal)
	}
}

// setUpInTrouble spoils each call of a setup in turn, repeats it as its owner
// does, and wants the account to be as after one where all went well.
func setUpInTrouble(r *room) {
	account, able := r.Account.(Furnished)
	if !able {
		return
	}
	want := r.setUp(account.Fitter())
	for name, fault := range faults() {
		for skip := range manyCalls {
			fault.Skip = skip
			if !r.h.setUpSpoilt(r, fmt.Sprintf("%s, call %d", name, skip+1), fault, want) {
				break
			}
		}
	}
}

// setUpSpoilt tells whether the fault has met a call.
func (h Harness) setUpSpoilt(in *room, what string, fault Fault, want []string) bool {
	in.Helper()
	r := h.room(in.T)
	fitter := r.Account.(Furnished).Fitter()
	r.door.Break(&fault)
	lacks, err := fitter.Compare(r.Context(), r.names())
	if err == nil {
		err = fitter.Setup(r.Context(), lacks)
	}
	if err != nil {
		r.private(err)
	}
	fired := r.door.Fired()
	r.door.Break(nil)
	r.clock.Advance(time.Hour)
	if got := r.setUp(fitter); !slices.Equal(got, want) {
		in.Errorf("%s: the account holds %v, want %v", what, got, want)
	}
	return fired
}
