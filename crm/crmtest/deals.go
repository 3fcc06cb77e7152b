package crmtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/crm"
	"voronka/sales"
)

func dealLands(r *room) {
	refs := r.must(crm.Change{
		ID: "c1", Contact: anna(), Title: "Курс", Stage: r.h.Stages[0], Price: sales.Roubles(4900),
		Tags: []string{"курс"}, Fields: map[string]string{r.h.Fields[0]: "order-1"},
	}, crm.Refs{})
	deal := r.onlyDeal()
	if deal.Stage != r.h.Stages[0] || deal.Price != sales.Roubles(4900) || deal.Fields[r.h.Fields[0]] != "order-1" || !slices.Contains(deal.Tags, "курс") {
		r.Errorf("new deal %+v", deal)
	}
	r.must(crm.Change{
		ID: "c2", Contact: anna(), Stage: r.h.Stages[1], Price: sales.Roubles(9900),
		Tags: []string{"вип"}, Fields: map[string]string{r.h.Fields[1]: "Ёжик 🦔"},
	}, refs)
	r.must(crm.Change{ID: "c3", Contact: anna()}, refs)
	deal = r.onlyDeal()
	if deal.Stage != r.h.Stages[1] || deal.Price != sales.Roubles(9900) {
		r.Errorf("moved deal %+v", deal)
	}
	if deal.Fields[r.h.Fields[0]] != "order-1" || deal.Fields[r.h.Fields[1]] != "Ёжик 🦔" {
		r.Errorf("fields %v, want the old one kept and the new one there", deal.Fields)
	}
	if !slices.Contains(deal.Tags, "курс") || !slices.Contains(deal.Tags, "вип") {
		r.Errorf("tags %q, want both", deal.Tags)
	}
}

func feedLands(r *room) {
	long := strings.Repeat("Щ", 4096)
	due := start().Add(24 * time.Hour)
	refs := r.must(crm.Change{ID: "c1", Contact: anna(), Note: "Пришла из рекламы 🎉"}, crm.Refs{})
	r.must(crm.Change{ID: "c2", Contact: anna(), Note: long, Task: &crm.Task{Text: "Позвонить", Due: due}}, refs)
	deal := r.onlyDeal()
	if diff := cmp.Diff([]string{"Пришла из рекламы 🎉", long}, deal.Notes); diff != "" {
		r.Errorf("notes (-want +got):\n%s", diff)
	}
	if len(deal.Tasks) != 1 || deal.Tasks[0].Text != "Позвонить" || !deal.Tasks[0].Due.Equal(due) {
		r.Errorf("tasks %+v", deal.Tasks)
	}
}

// equalNotes must not be taken for one another, not even by a repeated attempt.
func equalNotes(r *room) {
	refs := r.must(crm.Change{ID: "c1", Contact: anna(), Note: "Напомнили об оплате"}, crm.Refs{})
	r.must(crm.Change{ID: "c2", Contact: anna(), Note: "Напомнили об оплате", Repeat: true}, refs)
	r.must(crm.Change{ID: "c2", Contact: anna(), Note: "Напомнили об оплате", Repeat: true}, refs)
	if deal := r.onlyDeal(); len(deal.Notes) != 2 {
		r.Errorf("%d notes, want two", len(deal.Notes))
	}
}

func wonAndLost(r *room) {
	refs := r.must(crm.Change{ID: "c1", Contact: anna(), Stage: crm.Lost}, crm.Refs{})
	if deal := r.onlyDeal(); deal.Stage != crm.Lost {
		r.Errorf("stage %q, want lost", deal.Stage)
	}
	r.must(crm.Change{ID: "c2", Contact: anna(), Stage: crm.Won}, refs)
	r.must(crm.Change{ID: "c3", Contact: anna(), Note: "Курс выдан"}, refs)
	if deal := r.onlyDeal(); deal.Stage != crm.Won || len(deal.Notes) != 1 {
		r.Errorf("deal %+v, want it won with a note", deal)
	}
}

func unknownStage(r *room) {
	_, err := r.fails(crm.Change{ID: "c1", Contact: anna(), Stage: "Нет такой"}, crm.Refs{})
	if err.Code != "crm_stage" || err.Action != sales.Bury {
		r.Errorf("error %+v, want crm_stage buried", err)
	}
	for _, told := range []string{"Нет такой", r.h.Stages[0], r.h.Stages[1]} {
		if !strings.Contains(err.Message, told) {
			r.Errorf("the message does not name %q: %s", told, err.Message)
		}
	}
	if len(r.People())+len(r.Deals()) != 0 {
		r.Error("something was made before the refusal")
	}
}

func unknownField(r *room) {
	_, err := r.fails(crm.Change{ID: "c1", Contact: anna(), Fields: map[string]string{"Нет такого": "1"}}, crm.Refs{})
	if err.Code != "crm_field" || err.Action != sales.Bury || !strings.Contains(err.Message, "Нет такого") {
		r.Errorf("error %+v, want crm_field buried, naming the field", err)
	}
	if len(r.People())+len(r.Deals()) != 0 {
		r.Error("something was made before the refusal")
	}
}

func foldedStage(r *room) {
	spelt := " " + strings.ReplaceAll(strings.ToUpper(r.h.Stages[1]), "Ё", "Е")
	r.must(crm.Change{ID: "c1", Contact: anna(), Stage: spelt}, crm.Refs{})
	if deal := r.onlyDeal(); deal.Stage != r.h.Stages[1] {
		r.Errorf("stage %q, want %q", deal.Stage, r.h.Stages[1])
	}
}

func deletedDeal(r *room) {
	refs := r.must(crm.Change{ID: "c1", Contact: anna(), Title: "Курс"}, crm.Refs{})
	r.DeleteDeal(refs.Deal)
	again := r.must(crm.Change{ID: "c2", Contact: anna(), Title: "Курс", Stage: r.h.Stages[1], Note: "Оплата не прошла"}, refs)
	if again.Contact != refs.Contact || again.Deal == refs.Deal {
		r.Errorf("refs %+v after %+v, want the same contact and a new deal", again, refs)
	}
	if deal := r.onlyDeal(); deal.Ref != again.Deal || deal.Stage != r.h.Stages[1] || len(deal.Notes) != 1 {
		r.Errorf("deal %+v", deal)
	}
}

func tenChanges(r *room) {
	var refs crm.Refs
	var want []string
	for i := range 10 {
		note := fmt.Sprintf("Шаг %d", i+1)
		want = append(want, note)
		refs = r.must(crm.Change{
			ID: fmt.Sprintf("c%d", i+1), Contact: anna(), Title: "Курс", Note: note,
			Stage: r.h.Stages[i%2], Price: sales.Roubles(int64(i + 1)),
		}, refs)
	}
	deal := r.onlyDeal()
	if diff := cmp.Diff(want, deal.Notes); diff != "" {
		r.Errorf("notes (-want +got):\n%s", diff)
	}
	if deal.Stage != r.h.Stages[1] || deal.Price != sales.Roubles(10) {
		r.Errorf("the last change did not win: %+v", deal)
	}
}
