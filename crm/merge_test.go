package crm_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/crm"
	"voronka/sales"
)

func TestMergeKeepsWhatBothWouldLeave(t *testing.T) {
	t.Parallel()
	who := sales.Contact{ID: "tg:7"}
	later := sales.Contact{ID: "tg:7", Phone: "+79161234567"}
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	task := &crm.Task{Text: "Позвонить", Due: at}
	got := crm.Change{ID: "1", Contact: who, Title: "Курс", At: at, Person: true, Stage: "Новый", Note: "Раз", Tags: []string{"а"}, Fields: map[string]string{"Город": "Тула", "Тариф": "1"}}
	for _, next := range []crm.Change{
		{ID: "2", Contact: later, At: at.Add(time.Second), Note: "Два", Price: 100, Money: true, Tags: []string{"б", "а"}},
		{ID: "3", Contact: later, At: at.Add(time.Minute), Stage: "Счёт", Task: task, Fields: map[string]string{"Тариф": "2"}, Repeat: true},
		{ID: "4", Contact: later, At: at.Add(time.Hour), Note: "Два"},
	} {
		both, joined := crm.Merge(got, next)
		if !joined {
			t.Fatalf("%s is not joined", next.ID)
		}
		got = both
	}
	want := crm.Change{
		ID: "4", Contact: later, Title: "Курс", At: at.Add(time.Hour), Person: true, Stage: "Счёт", Price: 100, Money: true, Repeat: true, Note: "Два",
		Tags: []string{"а", "б"}, Fields: map[string]string{"Город": "Тула", "Тариф": "2"},
		Merged: []crm.Change{
			{ID: "1", Contact: who, At: at, Note: "Раз"},
			{ID: "2", Contact: later, At: at.Add(time.Second), Note: "Два"},
			{ID: "3", Contact: later, At: at.Add(time.Minute), Task: task},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !got.Since().Equal(at) {
		t.Errorf("since %v", got.Since())
	}
	if parts := got.Parts(); len(parts) != 4 || parts[3].ID != "4" {
		t.Errorf("parts %+v", parts)
	}
}

func TestMergeStopsWhereADealEnds(t *testing.T) {
	t.Parallel()
	who := sales.Contact{ID: "tg:7"}
	for name, try := range map[string]struct {
		first, second crm.Change
		joined        bool
	}{
		"a note after the end":    {crm.Change{Stage: crm.Won}, crm.Change{Note: "Курс выдан"}, true},
		"a stage after the end":   {crm.Change{Stage: crm.Won}, crm.Change{Stage: "Новый"}, false},
		"money after the end":     {crm.Change{Stage: crm.Lost}, crm.Change{Price: 100, Note: "Оплата"}, false},
		"the end after a stage":   {crm.Change{Stage: "Новый"}, crm.Change{Stage: crm.Won}, true},
		"the end, a note, a sale": {crm.Change{Stage: crm.Won, Merged: []crm.Change{{Note: "Раз"}}}, crm.Change{Stage: "Новый"}, false},
	} {
		try.first.Contact, try.second.Contact = who, who
		if _, joined := crm.Merge(try.first, try.second); joined != try.joined {
			t.Errorf("%s: joined %v", name, joined)
		}
	}
	if _, joined := crm.Merge(crm.Change{Contact: who}, crm.Change{Contact: sales.Contact{ID: "tg:8"}}); joined {
		t.Error("two contacts are joined")
	}
	many := crm.Change{Contact: who}
	for i := 0; ; i++ {
		both, joined := crm.Merge(many, crm.Change{ID: fmt.Sprint(i), Contact: who, Note: "x"})
		if !joined {
			if i < 40 {
				t.Errorf("only %d go together", i)
			}
			return
		}
		many = both
	}
}

// TestMergedChangesKeepWhatTheyClose, each in its place.
func TestMergedChangesKeepWhatTheyClose(t *testing.T) {
	t.Parallel()
	first := crm.Change{ID: "1", Task: &crm.Task{Text: "Позвонить"}}
	second := crm.Change{ID: "2", CloseTask: "Позвонить"}
	both, _ := crm.Merge(first, second)
	both, joined := crm.Merge(both, crm.Change{ID: "3", Note: "Ещё"})
	if !joined || len(both.Merged) != 2 || both.Merged[1].CloseTask != "Позвонить" || both.CloseTask != "" {
		t.Errorf("merged %+v", both)
	}
}
