package bot_test

import (
	"strings"
	"testing"

	"voronka/flows"
	"voronka/flows/steps"
	"voronka/storage"
)

const renaming = `start: mail
states:
  mail: {do: [{ask: Почта?, into: email, as: email}], next: bye}
  bye: {end: true, do: [{say: Пока}]}
`

// TestPublishTakesDialogsAlong publishes a renamed state between a question and
// its answer.
func TestPublishTakesDialogsAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, renaming)
	w.say("/start")
	edited := strings.NewReplacer("start: mail", "start: address\nmoved: {mail: address}", "  mail:", "  address:", "Пока", "До свидания").Replace(renaming)
	flow, found := flows.Loader{Kinds: steps.All()}.LoadText("shop.yaml", edited)
	if flow == nil {
		t.Fatalf("%+v", found)
	}
	if err := w.Publish(w.ctx(), &flows.Project{Dir: t.TempDir(), Flows: []*flows.Flow{flow}}); err != nil {
		t.Fatal(err)
	}
	w.say("anna@mail.ru")
	err := w.store.View(w.ctx(), func(tx storage.Tx) error {
		lines, err := tx.Journal("tg:7", 0, 1)
		if err != nil || len(lines) != 1 || lines[0].Text != "До свидания" {
			t.Errorf("the last line is %+v, %v", lines, err)
		}
		session, err := tx.Session("tg:7")
		if err != nil || session.State != "bye" || session.Version != flow.Version {
			t.Errorf("session %+v, %v", session, err)
		}
		published, err := tx.Version(flow.Version)
		if err != nil || published.Sources["shop.yaml"] != edited {
			t.Errorf("published %+v, %v", published, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPublishNothing leaves what runs.
func TestPublishNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, renaming)
	live := w.Live()
	if err := w.Publish(w.ctx(), &flows.Project{}); err == nil || w.Live() != live {
		t.Errorf("an empty project went live: %v", err)
	}
}
