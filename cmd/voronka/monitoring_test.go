package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.yaml.in/yaml/v3"

	"voronka/bot/telegram"
	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/storage"
	"voronka/storage/bolt"
)

// TestMonitoringFilesNameOurMetrics holds the dashboard and the alert rules to
// what /metrics really shows.
func TestMonitoringFilesNameOurMetrics(t *testing.T) {
	t.Parallel()
	shown := shownMetrics(t)
	for file, expressions := range map[string][]string{"alerts.yaml": alertExpressions(t), "grafana.json": dashboardExpressions(t)} {
		if len(expressions) < 8 {
			t.Errorf("%s: only %d expressions were found", file, len(expressions))
		}
		for _, expression := range expressions {
			for _, name := range regexp.MustCompile(`\b(voronka|process|go)_[a-z_]+`).FindAllString(expression, -1) {
				base := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
				if !slices.Contains(shown, name) && !slices.Contains(shown, base) {
					t.Errorf("%s asks for %s, which /metrics does not show", file, name)
				}
			}
		}
	}
}

// shownMetrics are the names of all metrics once each has counted something.
func shownMetrics(t *testing.T) []string {
	t.Helper()
	m := newMeters()
	store, err := bolt.Open(t.TempDir()+"/voronka.db", bolt.Options{NoSync: true, Committed: m.committed})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	m.registry.MustRegister(newQueueMeter(store, time.Now), newStateMeter(stated(t, store, time.Now())))
	err = store.Update(t.Context(), func(tx storage.Tx) error {
		job, err := outbox.New("chat/tg:1", "say", "", time.Now())
		if err == nil {
			_, err = tx.Enqueue(job)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	m.handled(flows.Input{}, 0, nil)
	m.ran(outbox.Job{}, "done", 0)
	m.noticed("tbank", "accepted")
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, family := range families {
		names = append(names, family.GetName())
	}
	return names
}

// stated is a service that has everything to show, and a backup an hour old.
func stated(t *testing.T, store storage.Store, at time.Time) *service {
	t.Helper()
	sender, err := telegram.NewSender("http://127.0.0.1:1", "42:TEST")
	if err != nil {
		t.Fatal(err)
	}
	sender.Keep(30)
	s := &service{store: store, sender: sender, now: func() time.Time { return at }}
	s.pen, s.Backups = newPen(store, s.now), t.TempDir()
	name := "voronka-" + at.Add(-time.Hour).UTC().Format(stampLayout) + ".db"
	if err := os.WriteFile(filepath.Join(s.Backups, name), []byte("a copy"), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStateIsShown(t *testing.T) {
	t.Parallel()
	s := stated(t, nil, time.Now().Truncate(time.Second))
	s.pen.failed(syscall.ENOSPC)
	const want = `
# HELP voronka_backup_age_seconds Age of the newest hourly copy; nothing where there is none.
# TYPE voronka_backup_age_seconds gauge
voronka_backup_age_seconds 3600
# HELP voronka_leads Whether this process polls and keeps the clock: 1, or 0. Alone it always does.
# TYPE voronka_leads gauge
voronka_leads 1
# HELP voronka_store_writable Whether the database can be written: 1, or 0.
# TYPE voronka_store_writable gauge
voronka_store_writable 0
# HELP voronka_telegram_rest_seconds For how long Telegram wants to be left alone, by urgency: reply, unasked, bulk.
# TYPE voronka_telegram_rest_seconds gauge
voronka_telegram_rest_seconds{urgency="bulk"} 0
voronka_telegram_rest_seconds{urgency="reply"} 0
voronka_telegram_rest_seconds{urgency="unasked"} 0
`
	err := testutil.CollectAndCompare(newStateMeter(s), strings.NewReader(want),
		"voronka_backup_age_seconds", "voronka_leads", "voronka_store_writable", "voronka_telegram_rest_seconds")
	if err != nil {
		t.Error(err)
	}
}

func alertExpressions(t *testing.T) []string {
	t.Helper()
	var file struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr string
				Labels      map[string]string
				Annotations map[string]string
			}
		}
	}
	read(t, "alerts.yaml", yaml.Unmarshal, &file)
	guide, err := os.ReadFile("../../docs/ru/monitoring.md")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, rule := range file.Groups[0].Rules {
		found = append(found, rule.Expr)
		if rule.Labels["severity"] == "" || rule.Annotations["summary"] == "" || rule.Annotations["description"] == "" {
			t.Errorf("alert %s says too little", rule.Alert)
		}
		if !strings.Contains(string(guide), rule.Alert) {
			t.Errorf("docs/ru/monitoring.md does not say what to do about %s", rule.Alert)
		}
	}
	return found
}

func dashboardExpressions(t *testing.T) []string {
	t.Helper()
	var file struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	read(t, "grafana.json", json.Unmarshal, &file)
	var found []string
	for _, panel := range file.Panels {
		for _, target := range panel.Targets {
			found = append(found, target.Expr)
		}
	}
	return found
}

func read(t *testing.T, name string, decode func([]byte, any) error, into any) {
	t.Helper()
	raw, err := os.ReadFile("../../deploy/monitoring/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := decode(raw, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}
