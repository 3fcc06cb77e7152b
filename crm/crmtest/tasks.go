package crmtest

import (
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/crm"
)

// closesTasks closes ours by text and by name, whatever else is open, and none
// that a manager has or that is not there.
func closesTasks(r *room) {
	due := start().Add(24 * time.Hour)
	refs := r.must(crm.Change{ID: "c1", Contact: anna(), Task: &crm.Task{Text: "Позвонить", Due: due}}, crm.Refs{})
	refs = r.must(crm.Change{ID: "c2", Contact: anna(), Task: &crm.Task{Text: "Выставить счёт Анне", Due: due, Name: "счёт"}}, refs)
	refs = r.must(crm.Change{ID: "c3", Contact: anna(), Task: &crm.Task{Text: "Поздравить", Due: due}}, refs)
	refs = r.must(crm.Change{ID: "c4", Contact: anna(), CloseTask: "Написать"}, refs)
	r.done(refs, 3)
	refs = r.must(crm.Change{ID: "c5", Contact: anna(), CloseTask: "счёт"}, refs)
	r.done(refs, 2, "Выставить счёт Анне")
	closing := crm.Change{ID: "c6", Contact: anna(), CloseTask: "Позвонить"}
	after := r.must(closing, refs)
	r.done(after, 1, "Позвонить", "Выставить счёт Анне")
	closing.Repeat = true // before its refs were kept, and after
	for _, known := range []crm.Refs{refs, after} {
		r.done(r.must(closing, known), 1, "Позвонить", "Выставить счёт Анне")
	}
}

// renewsTask puts a task in the place of one with the same text, however often
// it is repeated.
func renewsTask(r *room) {
	task := func(days time.Duration) *crm.Task {
		return &crm.Task{Text: "Позвонить", Due: start().Add(days * 24 * time.Hour), Name: "звонок"}
	}
	refs := r.must(crm.Change{ID: "c1", Contact: anna(), Task: task(1)}, crm.Refs{})
	renew := crm.Change{ID: "c2", Contact: anna(), CloseTask: "звонок", Task: task(2)}
	after := r.must(renew, refs)
	renew.Repeat = true
	for _, known := range []crm.Refs{refs, after} {
		r.done(r.must(renew, known), 1, "Позвонить")
	}
	if tasks := r.onlyDeal().Tasks; len(tasks) != 2 {
		r.Errorf("%d tasks, want two", len(tasks))
	}
}

// done wants so many open tasks in the refs, and the finished ones in the deal.
func (r *room) done(refs crm.Refs, open int, want ...string) {
	r.Helper()
	if diff := cmp.Diff(want, r.onlyDeal().Done); diff != "" {
		r.Errorf("finished (-want +got):\n%s", diff)
	}
	if len(refs.Tasks) != open || len(refs.TaskNames) > open {
		r.Errorf("refs %+v, want %d open tasks", refs, open)
	}
}
