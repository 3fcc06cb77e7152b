package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"voronka/flows"
	"voronka/locales"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

// till is a folder with a funnel and a database with money in it.
type till struct {
	*testing.T
	dir string
	env []string
	now time.Time
}

func newTill(t *testing.T) *till {
	t.Helper()
	c := &till{T: t, dir: t.TempDir(), now: time.Date(2026, 12, 10, 9, 0, 0, 0, time.UTC)}
	const flow = "start: hi\nstates: {hi: {end: true, do: [{say: Привет}]}}\n"
	if err := os.WriteFile(filepath.Join(c.dir, "shop.yaml"), []byte(flow), 0o600); err != nil {
		t.Fatal(err)
	}
	c.env = []string{
		"VORONKA_FLOWS=" + c.dir, "VORONKA_DATABASE=" + filepath.Join(c.dir, "voronka.db"),
		"VORONKA_CONSOLE_PASSWORD=password of the console", "VORONKA_LISTEN=127.0.0.1:1",
	}
	c.fill()
	return c
}

func (c *till) open() *bolt.Store {
	c.Helper()
	store, err := bolt.Open(filepath.Join(c.dir, "voronka.db"), bolt.Options{NoSync: true})
	if err != nil {
		c.Fatal(err)
	}
	return store
}

// fill puts money into the database.
func (c *till) fill() {
	c.Helper()
	store := c.open()
	if err := errors.Join(fillTill(c.Context(), store, c.now), store.Close()); err != nil {
		c.Fatal(err)
	}
}

// sellCourse makes a database with money in it: sold DATABASE.
func sellCourse(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sold database")
	}
	store, err := bolt.Open(ts.MkAbs(args[0]), bolt.Options{NoSync: true})
	ts.Check(err)
	ts.Check(errors.Join(fillTill(context.Background(), store, time.Now()), store.Close()))
}

// fillTill puts a paid order, its entries and a subscription into a store.
func fillTill(ctx context.Context, store storage.Store, now time.Time) error {
	entry := func(kind sales.EntryKind, from, to sales.Account, amount sales.Money) sales.Entry {
		return sales.Entry{At: now, Kind: kind, From: from, To: to, Amount: amount, Contact: "tg:7", Order: "o1", Payment: "p1", Because: "T:1:CONFIRMED:490000"}
	}
	return store.Update(ctx, func(tx storage.Tx) error {
		tbank := sales.ProviderAccount("tbank")
		return errors.Join(
			tx.PutContact(sales.Contact{ID: "tg:7", Name: "Анна", ActiveAt: now}),
			tx.PutOrder(sales.Order{ID: "o1", Contact: "tg:7", Flow: "shop", Title: "Курс", Amount: 490000, PaidAt: now, PaidBy: "p1"}),
			tx.PutPayment(sales.Payment{ID: "p1", Order: "o1", Contact: "tg:7", Provider: "tbank", External: "77", Amount: 490000, Paid: 490000,
				PaidAt: now, Status: sales.PaymentPaid, CreatedAt: now}),
			tx.Post(entry(sales.EntryPayment, sales.AccountCustomers, tbank, 490000), entry(sales.EntryFee, tbank, sales.AccountFees, 13181)),
			tx.PutSubscription(sales.Subscription{ID: "s1", Contact: "tg:7", Flow: "shop", Status: sales.SubscriptionActive,
				Plan:      sales.Plan{ID: "club", Title: "Клуб", Price: 99000, Every: sales.Period{Count: 1, Unit: sales.Months}},
				CreatedAt: now, Until: now.Add(24 * time.Hour), Taken: 2}.Scheduled()),
		)
	})
}

// run runs a command line and gives its status and what it printed.
func (c *till) run(in string, args ...string) (status int, out, errOut string) {
	c.Helper()
	for _, pair := range c.env {
		name, value, _ := strings.Cut(pair, "=")
		c.Setenv(name, value)
	}
	var printed, complained bytes.Buffer
	now := func() time.Time { return c.now }
	status = command(c.Context(), now, args, append(c.env, "VORONKA_LANGUAGE=ru"), strings.NewReader(in), &printed, &complained)
	return status, strings.ReplaceAll(printed.String(), "\u00a0", " "), complained.String()
}

func TestMoneyCommands(t *testing.T) {
	c := newTill(t)
	status, out, complaint := c.run("", "ledger", "--offline")
	for _, want := range []string{"2 записи:", "-4 900 ₽", "4 768,19 ₽", "131,81 ₽", "0 ₽"} {
		if !strings.Contains(strings.ReplaceAll(out, "−", "-"), want) {
			t.Errorf("balances lack %q: %d %s%s", want, status, out, complaint)
		}
	}
	_, out, _ = c.run("", "ledger", "--csv")
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil || len(rows) != 3 || rows[1][5] != "4900.00" || rows[2][2] != "fee" {
		t.Errorf("table %v, %v", rows, err)
	}
	if _, out, _ = c.run("", "ledger", "--csv", "--until", "2026-12-10"); strings.Count(out, "\n") != 1 {
		t.Errorf("entries of other days: %s", out)
	}
	if status, _, complaint = c.run("", "ledger", "--from", "вчера"); status != exitFault || !strings.Contains(complaint, "2026-11-01") {
		t.Errorf("a wrong date: %d %s", status, complaint)
	}
	status, out, _ = c.run("", "subscriptions", "due", "--tomorrow", "--json")
	var due struct {
		Charges []charge    `json:"charges"`
		Sum     sales.Money `json:"sum"`
	}
	if err := json.Unmarshal([]byte(out), &due); err != nil || status != exitOK || len(due.Charges) != 1 || due.Sum != 99000 {
		t.Errorf("tomorrow: %d %s, %v", status, out, err)
	}
	if _, out, _ = c.run("", "subscriptions", "due"); !strings.Contains(out, "0 списаний") {
		t.Errorf("today: %s", out)
	}
	if _, out, _ = c.run("", "subscriptions", "list"); !strings.Contains(out, "tg:7  club  действует  до 2026-12-11  990 ₽  оплат: 2") {
		t.Errorf("list: %s", out)
	}
}

func TestRefundIsAskedForOnceItIsConfirmed(t *testing.T) {
	c := newTill(t)
	for _, test := range []struct {
		in   string
		args []string
		want string
	}{
		{"", []string{"refund", "nobody"}, "Такого платежа нет"},
		{"", []string{"refund", "p1", "--amount", "5000"}, "Столько вернуть нельзя"},
		{"", []string{"refund", "p1", "--amount", "много"}, "не сумма"},
		{"", []string{"refund", "p1"}, "Ничего не вернули"},
		{"нет\n", []string{"refund", "p1"}, "Вернуть 4 900 ₽ за «Курс» (tg:7, оплачено 4 900 ₽)?"},
	} {
		status, out, complaint := c.run(test.in, test.args...)
		if status != exitFault || !strings.Contains(out+complaint, test.want) {
			t.Errorf("%v: %d %s%s", test.args, status, out, complaint)
		}
	}
	if status, out, complaint := c.run("да\n", "refund", "p1", "--amount", "1000", "--reason", "скидка"); status != exitOK {
		t.Fatalf("confirmed: %d %s%s", status, out, complaint)
	}
	c.now = c.now.Add(time.Minute)
	if status, out, _ := c.run("", "refund", "p1", "--yes"); status != exitOK || !strings.Contains(out, "3 900 ₽") {
		t.Errorf("the rest: %d %s", status, out)
	}
	store := c.open()
	defer store.Close()
	err := store.View(t.Context(), func(tx storage.Tx) error {
		refunds, err := tx.Refunds("p1")
		jobs, err2 := tx.Waiting(10)
		if len(refunds) != 2 || refunds[0].Amount != 100000 || refunds[0].Reason != "скидка" || refunds[1].Amount != 390000 || len(jobs) != 2 {
			t.Errorf("refunds %+v, %d jobs", refunds, len(jobs))
		}
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestMoneyCommandsAskTheRunningBot has the bot hold the database.
func TestMoneyCommandsAskTheRunningBot(t *testing.T) {
	c := newTill(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.env[3] = "VORONKA_LISTEN=" + listener.Addr().String()
	for _, pair := range c.env {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	settings, err := readSettings(c.env)
	if err != nil {
		t.Fatal(err)
	}
	settings.TelegramToken = "1:token"
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	project, found, err := loader().Load(c.dir)
	if err != nil || project == nil {
		t.Fatal(found, err)
	}
	server := c.serve(settings, words, project, listener)
	defer server()
	if status, out, complaint := c.run("", "ledger", "--offline"); status != exitOK || !strings.Contains(out, "2 записи:") {
		t.Errorf("ledger: %d %s%s", status, out, complaint)
	}
	if status, _, complaint := c.run("", "refund", "nobody", "--yes"); status != exitFault || !strings.Contains(complaint, "Такого платежа нет") {
		t.Errorf("an unknown payment: %d %s", status, complaint)
	}
	if status, out, complaint := c.run("", "refund", "p1", "--yes"); status != exitOK || !strings.Contains(out, "4 900 ₽") {
		t.Errorf("refund: %d %s%s", status, out, complaint)
	}
	c.env[2] = "VORONKA_CONSOLE_PASSWORD=somebody else's"
	if status, _, complaint := c.run("", "ledger", "--offline"); status != exitFault || !strings.Contains(complaint, "парол") {
		t.Errorf("a wrong password: %d %s", status, complaint)
	}
}

func (c *till) serve(settings Settings, words *locales.Catalog, project *flows.Project, listener net.Listener) (stop func()) {
	c.Helper()
	s, err := newService(settings, words, slog.New(slog.DiscardHandler), func() time.Time { return c.now })
	if err != nil {
		c.Fatal(err)
	}
	if err := s.open(c.Context(), project); err != nil {
		c.Fatal(err)
	}
	handler, err := s.handler()
	if err != nil {
		c.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	if err := server.Listener.Close(); err != nil {
		c.Fatal(err)
	}
	server.Listener = listener
	server.Start()
	return func() {
		server.Close()
		if err := s.store.Close(); err != nil {
			c.Error(err)
		}
	}
}

func TestPlansNeedAKey(t *testing.T) {
	t.Parallel()
	project := &flows.Project{Flows: []*flows.Flow{{File: "club.yaml", Plans: []sales.Plan{{ID: "club"}}}}}
	if err := (Settings{}).cardsKept(project); !errors.Is(err, errNoKey) {
		t.Errorf("without a key: %v", err)
	}
	key := Secret(strings.Repeat("k", 32))
	if err := (Settings{SecretKey: key}).cardsKept(project); err != nil {
		t.Errorf("with a key: %v", err)
	}
	if err := (Settings{}).cardsKept(&flows.Project{Flows: []*flows.Flow{{}}}); err != nil {
		t.Errorf("without plans: %v", err)
	}
	for text, want := range map[string]int64{"": 0, "2.69%": 269, "2,7": 270, "3": 300, "100": -1, "-1": -1, "2.691": -1, "x": -1} {
		got, ok := Settings{Fee: text}.fee()
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("fee %q: %d, %t", text, got, ok)
		}
	}
	sealer, err := Settings{SecretKey: key, SecretKeyOld: Secret(strings.Repeat("o", 32))}.sealer()
	if err != nil || sealer == nil {
		t.Errorf("sealer %v, %v", sealer, err)
	}
	if sealer, err := (Settings{}).sealer(); sealer != nil || err != nil {
		t.Errorf("no key seals: %v, %v", sealer, err)
	}
}
