package main

import (
	"encoding/json"
	"errors"
	"log/slog"
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

	"voronka/bot"
	"voronka/bot/telegram"
	"voronka/crm/amocrm"
	"voronka/flows"
	"voronka/flows/steps"
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
	s := stated(t, store, time.Now())
	m.registry.MustRegister(newQueueMeter(store, time.Now), newStateMeter(s), newBudgetMeter(s))
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
	if store == nil {
		return s
	}
	s.amo = amocrm.New(amocrm.Config{URL: "http://127.0.0.1:1", Token: "t", RequestsPerSecond: 5, Now: s.now})
	flow, found := flows.Loader{Kinds: steps.All()}.LoadText("club.yaml", "title: Клуб\nstart: a\nstates:\n  a: {do: [{say: Привет}], end: true}\n")
	if flow == nil {
		t.Fatal(found)
	}
	s.bot, err = bot.New(bot.Config{
		Store: store, Chat: sender, Project: &flows.Project{Flows: []*flows.Flow{flow}}, Now: s.now, Log: slog.New(slog.DiscardHandler),
		Caps: bot.Caps{Day: 1_000_000},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestBudgetsAreShown: what Telegram, the CRM and the caps allow, and what is used.
func TestBudgetsAreShown(t *testing.T) {
	t.Parallel()
	store, err := bolt.Open(t.TempDir()+"/voronka.db", bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	at := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	s := stated(t, store, at)
	err = store.Update(t.Context(), func(tx storage.Tx) error {
		return errors.Join(tx.PutRef("charged/day", "2026-12-01 990000"), tx.PutRef("charges/stopped", "anna"))
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `
# HELP voronka_charge_cap_roubles How much of it there may be; nothing where there is no cap.
# TYPE voronka_charge_cap_roubles gauge
voronka_charge_cap_roubles{of="day"} 10000
# HELP voronka_charged_today_roubles What saved cards were charged today: in all (day), and for the plan charged most (plan).
# TYPE voronka_charged_today_roubles gauge
voronka_charged_today_roubles{of="day"} 9900
voronka_charged_today_roubles{of="plan"} 0
# HELP voronka_charges_stopped Whether charges of saved cards are switched off: 1, or 0.
# TYPE voronka_charges_stopped gauge
voronka_charges_stopped 1
# HELP voronka_crm_allowed Requests a second that may leave now, this process's part; less while the CRM asks for pauses.
# TYPE voronka_crm_allowed gauge
voronka_crm_allowed 5
# HELP voronka_crm_stopped_seconds For how long nothing is sent since the CRM refused everything (403, 401, 402).
# TYPE voronka_crm_stopped_seconds gauge
voronka_crm_stopped_seconds 0
# HELP voronka_telegram_allowed Messages a second that may leave, this process's part, by urgency: unasked, bulk. An answer waits for none.
# TYPE voronka_telegram_allowed gauge
voronka_telegram_allowed{urgency="bulk"} 25
voronka_telegram_allowed{urgency="unasked"} 30
`
	err = testutil.CollectAndCompare(newBudgetMeter(s), strings.NewReader(want), "voronka_charge_cap_roubles", "voronka_charged_today_roubles",
		"voronka_charges_stopped", "voronka_crm_allowed", "voronka_crm_stopped_seconds", "voronka_telegram_allowed")
	if err != nil {
		t.Error(err)
	}
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
