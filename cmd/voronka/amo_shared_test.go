package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"voronka/crm/amocrmtest"
	"voronka/storage/postgrestest"
)

// atDatabase moves an integration to another database, and gives it a funnel.
func atDatabase(t *testing.T, env []string, database string) []string {
	t.Helper()
	flows := t.TempDir()
	if err := os.WriteFile(filepath.Join(flows, "a.yaml"), []byte(clinicFlow), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"VORONKA_DATABASE": database, "VORONKA_FLOWS": flows, "VORONKA_AMOCRM_RATE": "500"} {
		t.Setenv(name, value)
		env = append(env, name+"="+value)
	}
	return env
}

func TestIntegrationWithASharedDatabaseIsSetUpAndExamined(t *testing.T) {
	redirect := "https://bot.example.ru/crm/amocrm/connected"
	account, env, _ := consentAccount(t, redirect)
	cluster, err := postgrestest.Start(postgrestest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cluster.Close() })
	database, err := cluster.Database(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	env = atDatabase(t, env, database)
	run := func(args ...string) (int, string) {
		var told bytes.Buffer
		code := command(t.Context(), time.Now, args, env, strings.NewReader(""), &told, &told)
		return code, told.String()
	}
	for _, args := range [][]string{{"amocrm", "connect", "--code", account.Grant()}, {"amocrm", "setup"}} {
		if code, told := run(args...); code != exitOK {
			t.Fatalf("voronka %s: exit %d\n%s", strings.Join(args, " "), code, told)
		}
	}
	if _, told := run("doctor", "amocrm"); !strings.Contains(told, "токен принят") {
		t.Errorf("the doctor does not reach amoCRM:\n%s", told)
	}
}

func TestNoDatabasePasswordIsToldByAmoCRMCommands(t *testing.T) {
	_, env, _ := consentAccount(t, "https://bot.example.ru/crm/amocrm/connected")
	env = atDatabase(t, env, "postgres://voronka:database-secret-1@127.0.0.1:1/voronka?connect_timeout=2")
	for _, args := range [][]string{{"amocrm", "connect", "--code", "1"}, {"amocrm", "setup"}, {"amocrm", "setup", "--check"}, {"doctor", "amocrm"}} {
		var told bytes.Buffer
		if code := command(t.Context(), time.Now, args, env, strings.NewReader(""), &told, &told); code == exitOK {
			t.Errorf("voronka %s ends well without a database", strings.Join(args, " "))
		}
		if text := told.String(); strings.Contains(text, "database-secret-1") || !strings.Contains(text, "voronka @ 127.0.0.1") {
			t.Errorf("voronka %s tells:\n%s", strings.Join(args, " "), text)
		}
	}
}

// integrated is a clinic whose way into amoCRM is an integration.
func integrated(t *testing.T) (*clinic, *amocrmtest.Server) {
	c := newClinic(t)
	account := amocrmtest.New(amocrmtest.Config{
		OAuth:     amocrmtest.OAuth{ClientID: "client-1", ClientSecret: "client-secret-1", RedirectURL: "https://bot.example.ru/connected"},
		Pipelines: []amocrmtest.Pipeline{{Name: "Продажи", Main: true, Statuses: []amocrmtest.Status{{Name: "Выбор"}, {Name: "Ждём оплату"}}}},
		Fields:    []amocrmtest.Field{{Entity: "leads", Name: "Курс", Type: "text"}},
	})
	t.Cleanup(account.Close)
	c.AmoURL, c.AmoToken, c.AmoClientID, c.AmoClientSecret = serveFake(t, account), "", "client-1", "client-secret-1"
	c.AmoRedirect, c.SecretKey = "https://bot.example.ru/connected", Secret(strings.Repeat("k", 32))
	store, err := openDatabase(t.Context(), c.Database)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	access, err := c.amoAccess(store, nil, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := access.Accept(t.Context(), account.Grant(), ""); err != nil {
		t.Fatal(err)
	}
	return c, account
}

func TestDoctorSeesAmoCRMBesideARunningBot(t *testing.T) {
	t.Parallel()
	c, account := integrated(t)
	c.start()
	before := len(account.Requests())
	c.examineCRM(t.Context())
	if ill := c.ill(); len(ill) > 0 || len(account.Requests()) == before {
		t.Errorf("with a backup of the running bot: %v after %d calls", ill, len(account.Requests())-before)
	}

	c, account = integrated(t)
	c.start()
	before = len(account.Requests())
	c.now = func() time.Time { return time.Now().Add(25 * time.Hour) } // the backup's token has ended
	c.examineCRM(t.Context())
	if ill := c.ill(); !slices.Equal(ill, []string{"warning crm_not_seen"}) {
		t.Errorf("with an old backup: %v", ill)
	}
	if after := len(account.Requests()); after != before {
		t.Errorf("%d calls spend what is the bot's", after-before)
	}

	c, _ = integrated(t)
	c.start()
	c.Backups = ""
	c.examineCRM(t.Context())
	if ill := c.ill(); !slices.Equal(ill, []string{"warning crm_not_seen"}) {
		t.Errorf("without backups: %v", ill)
	}
}
