package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
)

// TestCalendar says who gets what as the edited folder would say it.
func TestCalendar(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	flow, found := loader().LoadText("course.yaml", planned)
	if flow == nil {
		t.Fatal(found)
	}
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	database := fill(t, dir, flow,
		flows.Session{State: "b", Timers: []flows.Timer{{ID: "1", State: "b", Due: now.Add(20 * time.Hour)}}},
		flows.Session{State: "b", Timers: []flows.Timer{{ID: "1", State: "b", Due: now.Add(time.Hour)}, {ID: "2", State: "b", Index: 5, Due: now.Add(2 * time.Hour)}}},
		flows.Session{State: "b", Timers: []flows.Timer{{ID: "1", State: "b", Due: now.Add(25 * time.Hour)}}},
	)
	project := filepath.Join(dir, "flows")
	edited := strings.Replace(planned, "say: Конец", "say: Новый конец", 1)
	if err := os.MkdirAll(project, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(project, "course.yaml"), []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	code := command(t.Context(), func() time.Time { return now }, []string{"plan", project, "--database", database, "--when", "24h"}, nil, strings.NewReader(""), &out, &errs)
	want := []string{"За 1d сработает напоминаний: 3", "01.12.2026", "  16:00  tg:2   b  Новый конец",
		"  17:00  tg:2   b  (такого напоминания в воронке больше нет)", "02.12.2026", "  11:00  tg:1   b  Новый конец", ""}
	if diff := cmp.Diff(want, strings.Split(out.String(), "\n")); diff != "" || code != exitOK {
		t.Errorf("%d %s%s", code, errs.String(), diff)
	}
	if code := command(t.Context(), func() time.Time { return now }, []string{"plan", project, "--database", database, "--when", "скоро"}, nil, strings.NewReader(""), &out, &errs); code != exitFault {
		t.Errorf("a span that is none: %d", code)
	}
}
