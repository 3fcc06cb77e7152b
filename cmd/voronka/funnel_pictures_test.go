package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"voronka/bot"
	"voronka/flows"
	"voronka/storage/bolt"
)

// TestFunnelPictures: the console's picture counts the customers of the live
// funnel, and is kept for a minute.
func TestFunnelPictures(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "course.yaml"), []byte(planned), 0o600); err != nil {
		t.Fatal(err)
	}
	project, found, err := loader().Load(dir)
	if err != nil || project == nil {
		t.Fatal(err, found)
	}
	store, err := bolt.Open(fill(t, dir, project.Flows[0], flows.Session{State: "b"}), bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	a, _ := testApp(t, "ru")
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	live, err := bot.New(bot.Config{Store: store, Project: project, Now: clock, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	shown := &pictures{service: &service{store: store, bot: live, words: a.words, now: clock, Settings: Settings{Language: "ru"}}}
	if list := shown.list(); len(list) != 1 || list[0].ID != "course" {
		t.Errorf("list %+v", list)
	}
	if svg, err := shown.draw(t.Context(), "none"); svg != nil || err != nil {
		t.Errorf("an unknown funnel: %v, %d bytes", err, len(svg))
	}
	first, err := shown.draw(t.Context(), "course")
	if err != nil || !strings.Contains(string(first), "1 здесь · 1 прошли") {
		t.Fatalf("%v\n%s", err, first)
	}
	if again, _ := shown.draw(t.Context(), "course"); &again[0] != &first[0] {
		t.Error("drawn anew within the minute")
	}
	now = now.Add(2 * keptFor)
	if again, err := shown.draw(t.Context(), "course"); err != nil || &again[0] == &first[0] {
		t.Errorf("not drawn anew: %v", err)
	}
}
