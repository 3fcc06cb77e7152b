package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

const planned = `start: a
states:
  a: {do: [{ask: Имя?, into: nick}], next: b}
  b: {do: [{say: Ждём, buttons: [[{text: Дальше, to: c}]]}], timers: [{after: 24h, to: c}]}
  c: {end: true, do: [{say: Конец}]}
`

// fill keeps a published flow and dialogs that stand in its states.
func fill(t *testing.T, dir string, flow *flows.Flow, sessions ...flows.Session) string {
	t.Helper()
	path := filepath.Join(dir, "voronka.db")
	store, err := bolt.Open(path, bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	err = store.Update(t.Context(), func(tx storage.Tx) error {
		if err := tx.Publish(storage.Version{Digest: flow.Version, Flow: flow.ID, At: at, Sources: flow.Written}); err != nil {
			return err
		}
		for i, session := range sessions {
			id := "tg:" + string(rune('1'+i))
			session.Contact, session.Flow, session.Version, session.Seed = id, flow.ID, flow.Version, "seed"
			if err := errors.Join(tx.PutContact(sales.Contact{ID: id, CreatedAt: at, ActiveAt: at}), tx.PutSession(session)); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, store.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPlan(t *testing.T) {
	t.Parallel()
	due := time.Date(2026, 12, 2, 12, 0, 0, 0, time.UTC)
	waiting := flows.Session{State: "b", Timers: []flows.Timer{{ID: "t1.1", State: "b", Due: due}}}
	asked := flows.Session{State: "a", Asking: &flows.Asking{State: "a"}}
	for name, test := range map[string]struct {
		edit   *strings.Replacer
		want   []string
		broken bool
	}{
		"nothing changes": {
			strings.NewReplacer(), []string{"3 диалога", "  course/a: 1 — остаются", "  course/b: 2 — остаются"}, false,
		},
		"renamed, with another reminder": {
			strings.NewReplacer("  b: {", "  wait: {", "next: b", "next: wait", "24h", "48h", "start: a", "start: a\nmoved: {b: wait}"),
			[]string{
				"3 диалога", "→ course/b: 2 — перейдут в «wait» (moved)", "  course/a: 1 — остаются",
				"⏰ course/b: 2 — было «after 1d → c», станет «after 2d → c» (срок уже назначен и не сдвинется)",
			}, false,
		},
		"the question is gone": {
			strings.NewReplacer("{ask: Имя?, into: nick}", "{say: Здравствуйте}"),
			[]string{
				"3 диалога", "  course/a: 1 — остаются", "  course/b: 2 — остаются",
				"! вопрос, на который ждут ответа, исчезнет — диалогов: 1",
			}, false,
		},
		"a state is lost": {
			strings.NewReplacer("  b: {", "  wait: {", "next: b", "next: wait"),
			[]string{
				"3 диалога", "! course/b: 2 — состояния больше нет, начнут с «a». Скажите в moved, куда им идти", "  course/a: 1 — остаются",
				"⏰ course/b: 2 — напоминание больше не сработает, было «after 1d → c»",
			}, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			flow, found := loader().LoadText("course.yaml", planned)
			if flow == nil {
				t.Fatalf("%+v", found)
			}
			database := fill(t, t.TempDir(), flow, waiting, waiting, asked)
			if err := os.WriteFile(filepath.Join(dir, "course.yaml"), []byte(test.edit.Replace(planned)), 0o600); err != nil {
				t.Fatal(err)
			}
			a, out := testApp(t, "ru")
			if err := (&planCommand{Dir: dir, Database: database}).Run(a); (err != nil) != test.broken {
				t.Errorf("got %v", err)
			}
			if diff := cmp.Diff(test.want, strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestPlanOfNoDatabase(t *testing.T) {
	t.Parallel()
	a, _ := testApp(t, "ru")
	missing := filepath.Join(t.TempDir(), "none.db")
	err := (&planCommand{Dir: "../../flows/catalog", Database: missing}).Run(a)
	if known := (*spoken)(nil); !errors.As(err, &known) || known.key != "plan.no_database" {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("the database was made")
	}
}

func TestPlanOfABusyDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "voronka.db")
	store, err := bolt.Open(path, bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	a, _ := testApp(t, "ru")
	err = (&planCommand{Dir: "../../flows/catalog", Database: path}).Run(a)
	if known := (*spoken)(nil); !errors.As(err, &known) || known.key != "plan.busy" {
		t.Errorf("got %v", err)
	}
}
