package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot/telegramtest"
	"voronka/crm/amocrmtest"
	"voronka/locales"
	"voronka/payments/tbanktest"
	"voronka/storage/bolt"
)

// clinic is a doctor and the world that it looks at.
type clinic struct {
	*doctor
	t        *testing.T
	telegram *telegramtest.Server
	bank     *tbanktest.Server
	amo      *amocrmtest.Server
}

const (
	clinicFlow = "flow: a\ntitle: А\nstart: one\nstages: {one: Выбор}\nstates:\n  one:\n    do:\n      - say: Привет\n" +
		"      - crm: {stage: Ждём оплату, fields: {Курс: Go}}\n    end: true\n"
	jwtHead = "eyJ0eXAiOiJKV1QifQ."
)

// jwt is a token that ends at a moment.
func jwt(ends time.Time) string {
	return jwtHead + base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"exp":%d,"sub":"leaked"}`, ends.Unix())) + ".c2ln"
}

// newClinic opens a world in which everything is well.
func newClinic(t *testing.T) *clinic {
	t.Helper()
	c := &clinic{t: t}
	c.telegram = telegramtest.New(telegramtest.Config{Backoff: func(int) time.Duration { return time.Hour }})
	c.bank = tbanktest.New(tbanktest.Config{Terminals: []tbanktest.Terminal{{Key: "TestDEMO", Password: "bank-secret-password"}}})
	token := jwt(time.Now().Add(100 * 24 * time.Hour))
	c.amo = amocrmtest.New(amocrmtest.Config{
		Token:     token,
		Pipelines: []amocrmtest.Pipeline{{Name: "Продажи", Main: true, Statuses: []amocrmtest.Status{{Name: "Выбор"}, {Name: "Ждём оплату"}}}},
		Fields:    []amocrmtest.Field{{Entity: "leads", Name: "Курс", Type: "text"}},
		Channel:   amocrmtest.Channel{ID: chatChannel, Secret: chatKey, Bot: chatBot},
	})
	t.Cleanup(func() { c.telegram.Close(); c.bank.Close(); c.amo.Close() })
	dir := t.TempDir()
	c.write(filepath.Join(dir, "flows", "a.yaml"), clinicFlow)
	c.doctor = newDoctor(Settings{
		Flows: filepath.Join(dir, "flows"), Database: filepath.Join(dir, "voronka.db"), Backups: filepath.Join(dir, "backups"), BackupsKeep: "48",
		Listen: "127.0.0.1:8080", TelegramToken: Secret(c.telegram.Token()), TelegramAPI: serveFake(t, c.telegram), TelegramMode: "polling",
		TelegramSecret: "hook-secret", TBankTerminal: "TestDEMO", TBankPassword: "bank-secret-password", TBankAPI: serveFake(t, c.bank) + "/v2", TBankFFD: "1.05",
		AmoURL: serveFake(t, c.amo), AmoToken: Secret(token), AmoRate: "500",
		Password: "console-password", Timezone: "Europe/Moscow", Language: "ru",
	}, c.speech("ru"))
	c.free = func(string) (int64, bool) { return 10 << 30, true }
	return c
}

func (c *clinic) speech(language string) words {
	catalog, err := locales.Load()
	if err != nil {
		c.t.Fatal(err)
	}
	return speech(catalog, language)
}

func (c *clinic) write(path, content string) {
	c.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// start lets a bot hold the database.
func (c *clinic) start() {
	c.t.Helper()
	store, err := bolt.Open(c.Database, bolt.Options{NoSync: true})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { store.Close() })
	if err := os.MkdirAll(c.Backups, 0o700); err != nil {
		c.t.Fatal(err)
	}
	_, err = writeCopy(context.Background(), filepath.Join(c.Backups, "voronka-"+time.Now().UTC().Format(stampLayout)+".db"), (&service{store: store}).writeDatabase)
	if err != nil {
		c.t.Fatal(err)
	}
}

// ill are the codes of what is not well.
func (c *clinic) ill() []string {
	var codes []string
	for _, one := range c.seen {
		if one.Health != well {
			codes = append(codes, string(one.Health)+" "+one.Code)
		}
	}
	return codes
}

func TestDoctorOfAHealthyBot(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"ru", "en"} {
		c := newClinic(t)
		c.text = c.speech(language)
		c.examine(t.Context())
		var page, answer bytes.Buffer
		if err := c.print(&page); err != nil {
			t.Fatal(err)
		}
		hide := strings.NewReplacer(filepath.Dir(c.Database), "DIR", time.Now().Add(100*24*time.Hour).Format("02.01.2006"), "DATE")
		golden(t, "doctor_"+language+".golden", []byte(hide.Replace(page.String())))
		if err := c.printJSON(&answer); err != nil {
			t.Fatal(err)
		}
		var read struct {
			OK           bool
			Observations []observation
		}
		if err := json.Unmarshal(answer.Bytes(), &read); err != nil || !read.OK || !slices.Equal(read.Observations, c.seen) {
			t.Errorf("%s: the JSON is different: %v\n%s", language, err, answer.String())
		}
	}
}

// TestDoctorFindsWhatIsWrong spoils one thing at a time.
func TestDoctorFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	tryAilments(t, map[string]ailment{
		"wrong settings": {func(c *clinic) { c.Timezone, c.AmoRate = "Mars", "0" }, []string{"fault amocrm_rate", "fault timezone"}},
		"no password":    {func(c *clinic) { c.Password = "" }, []string{"warning password_random"}},
		"broken funnel":  {func(c *clinic) { c.write(filepath.Join(c.Flows, "b.yaml"), "flow: b\n") }, []string{"fault flows_faults"}},
		"nobody can pay": {func(c *clinic) {
			c.TBankTerminal, c.TBankPassword = "", ""
			c.write(filepath.Join(c.Flows, "a.yaml"), clinicFlow+"products:\n  p: {title: П, price: 10, deliver: {link: 'https://example.ru'}}\n")
		}, []string{"warning flows_unpaid"}},
		"damaged database": {func(c *clinic) { c.write(c.Database, "<html>") }, []string{"fault database_damaged"}},
		"disk tight":       {func(c *clinic) { c.free = func(string) (int64, bool) { return 100 << 20, true } }, []string{"warning disk_tight"}},
		"disk full":        {func(c *clinic) { c.free = func(string) (int64, bool) { return 1 << 20, true } }, []string{"fault disk_full"}},
		"no backups":       {func(c *clinic) { c.Backups = "" }, []string{"warning backups_off"}},
		"damaged backup": {func(c *clinic) { c.write(filepath.Join(c.Backups, "voronka-20260301-100000.db"), "half") },
			[]string{"fault backups_damaged"}},
		"old backup": {func(c *clinic) {
			c.start()
			made, _ := listSnapshots(c.Backups)
			os.Rename(made[0].path, filepath.Join(c.Backups, "voronka-20200301-100000.db"))
		}, []string{"fault backups_old"}},
		"unknown token":      {func(c *clinic) { c.TelegramToken = "1:unknown-to-telegram" }, []string{"fault telegram_token"}},
		"telegram is down":   {func(c *clinic) { c.TelegramAPI = "http://127.0.0.1:1" }, []string{"fault call_unreachable"}},
		"telegram fails":     {func(c *clinic) { c.telegram.Inject(telegramtest.Fault{Status: 502, Times: -1}) }, []string{"fault call_unavailable"}},
		"telegram is busy":   {func(c *clinic) { c.telegram.Inject(telegramtest.Fault{Status: 429}) }, []string{"warning call_busy"}},
		"telegram hangs":     {func(c *clinic) { c.hang(hang) }, []string{"fault call_timeout"}},
		"not telegram":       {func(c *clinic) { c.TelegramAPI = c.page() }, []string{"fault call_garbled"}},
		"webhook stays":      {func(c *clinic) { c.hook("https://other.example/telegram-leaked", "") }, []string{"warning webhook_set"}},
		"somebody else's":    {func(c *clinic) { c.start(); c.hook("https://other.example/leaked", "") }, []string{"fault webhook_set"}},
		"wrong bank key":     {func(c *clinic) { c.TBankPassword = "leaked-password" }, []string{"fault bank_denied"}},
		"unknown terminal":   {func(c *clinic) { c.TBankTerminal = "Leaked" }, []string{"fault bank_denied"}},
		"not the bank":       {func(c *clinic) { c.TBankAPI = c.page() }, []string{"fault call_garbled"}},
		"wrong CRM token":    {func(c *clinic) { c.AmoToken = "leaked" }, []string{"fault crm_token"}},
		"ended CRM token":    {func(c *clinic) { c.AmoToken = Secret(jwt(time.Unix(1_700_000_000, 0))) }, []string{"fault crm_token_ended"}},
		"CRM down":           {func(c *clinic) { c.amo.Inject(amocrmtest.Fault{Kind: amocrmtest.BadGateway, Times: -1}) }, []string{"fault call_unavailable"}},
		"CRM blocks":         {func(c *clinic) { c.amo.Inject(amocrmtest.Fault{Kind: amocrmtest.Forbidden, Times: -1}) }, []string{"fault crm_denied"}},
		"no such stage":      {func(c *clinic) { c.flow("Ждём оплату", "Оплачивает") }, []string{"fault crm_stages"}},
		"no such first":      {func(c *clinic) { c.flow("one: Выбор", "one: Раздумье") }, []string{"fault crm_stages"}},
		"no such field":      {func(c *clinic) { c.flow("Курс:", "Предмет:") }, []string{"fault crm_fields"}},
		"stage by variable":  {func(c *clinic) { c.flow("Ждём оплату", "'#{name}'") }, nil},
		"clock ahead":        {func(c *clinic) { c.shift(time.Minute) }, []string{"fault clock_ahead", "fault clock_ahead", "fault clock_ahead"}},
		"clock behind":       {func(c *clinic) { c.shift(-time.Minute) }, []string{"fault clock_behind", "fault clock_behind", "fault clock_behind"}},
		"clock a bit off":    {func(c *clinic) { c.shift(20 * time.Second) }, nil},
		"alarms to nobody":   {func(c *clinic) { c.AlarmChat = "404" }, []string{"fault alarm_chat_shut"}},
		"owner never wrote":  {func(c *clinic) { c.telegram.User(telegramtest.Profile{ID: 5}); c.AlarmChat = "5" }, []string{"fault alarm_chat_shut"}},
		"owner blocked it":   {func(c *clinic) { c.owner(6).Block(); c.AlarmChat = "6" }, []string{"fault alarm_chat_shut"}},
		"alarms to a person": {func(c *clinic) { c.owner(6); c.AlarmChat = "6" }, nil},
		"alarms to channel":  {func(c *clinic) { c.telegram.Channel(-1001, "Тревоги"); c.AlarmChat = "-1001" }, nil},
		"running bot":        {func(c *clinic) { c.start() }, nil},
		"token ends soon":    {func(c *clinic) { c.shift(90 * 24 * time.Hour); c.clocks.now = time.Now }, []string{"warning crm_token_ends"}},
		"all is well, again": {func(*clinic) {}, nil},
	})
}

func TestDoctorFindsWhatTelegramMisses(t *testing.T) {
	t.Parallel()
	tryAilments(t, map[string]ailment{
		"own webhook":      {func(c *clinic) { c.webhook(); c.hook(c.Public+"/telegram", "&secret_token=hook-secret") }, nil},
		"no webhook":       {func(c *clinic) { c.webhook() }, []string{"warning webhook_unset"}},
		"no webhook, runs": {func(c *clinic) { c.start(); c.webhook() }, []string{"fault webhook_unset"}},
		"foreign webhook":  {func(c *clinic) { c.webhook(); c.hook("https://other.example/leaked", "") }, []string{"warning webhook_elsewhere"}},
		"wrong secret": {func(c *clinic) {
			c.webhook()
			c.hook(c.Public+"/telegram", "&secret_token=other")
			c.update("last_error_message")
		},
			[]string{"fault webhook_secret"}},
		"kinds withheld": {func(c *clinic) { c.ask(`getUpdates?allowed_updates=["poll"]`) }, []string{"warning telegram_kinds"}},
		"many updates": {func(c *clinic) {
			for range crowd + 1 {
				c.telegram.User(telegramtest.Profile{ID: 1}).Send("Привет")
			}
		}, []string{"warning telegram_pending"}},
		"not reachable": {func(c *clinic) { c.webhook(); c.hook(c.Public+"/telegram", ""); c.unreach("http://127.0.0.1:1") }, []string{"warning webhook_elsewhere", "warning public_silent"}},
		"other site":    {func(c *clinic) { c.webhook(); c.hook(c.Public+"/telegram", ""); c.unreach(c.page()) }, []string{"warning webhook_elsewhere", "warning public_foreign"}},
	})
}

// ailment is one thing that is wrong, and what the doctor must call it.
type ailment struct {
	spoil func(*clinic)
	want  []string
}

func tryAilments(t *testing.T, all map[string]ailment) {
	for name, test := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClinic(t)
			test.spoil(c)
			c.examine(t.Context())
			if diff := cmp.Diff(test.want, c.ill()); diff != "" {
				t.Errorf("(-want +got):\n%s\n%+v", diff, c.seen)
			}
			c.keepsSecrets()
		})
	}
}

// keepsSecrets checks that all is said in words, and nothing that is secret.
func (c *clinic) keepsSecrets() {
	c.t.Helper()
	var page strings.Builder
	c.print(&page)
	for _, secret := range []string{"leaked", "hook-secret", "bank-secret", string(c.TelegramToken), "unknown-to", "console-password", jwtHead, "‹"} {
		if strings.Contains(page.String(), secret) {
			c.t.Errorf("%q is printed:\n%s", secret, page.String())
		}
	}
}

// owner is a person who has started the bot.
func (c *clinic) owner(id int64) *telegramtest.User {
	owner := c.telegram.User(telegramtest.Profile{ID: id})
	owner.Start("")
	return owner
}

func (c *clinic) flow(old, new string) {
	c.write(filepath.Join(c.Flows, "a.yaml"), strings.Replace(clinicFlow, old, new, 1))
}

func (c *clinic) shift(by time.Duration) {
	c.now = func() time.Time { return time.Now().Add(by) }
}

// page is a web server that is none of those the bot knows.
func (c *clinic) page() string {
	return serveFake(c.t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>Вход в сеть</html>") }))
}

func (c *clinic) hang(until chan struct{}) {
	c.patience = 5 * time.Second // the others answer within it on a busy machine, too
	c.TelegramAPI = serveFake(c.t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-until:
		case <-r.Context().Done():
		}
	}))
}

// hook has Telegram post somewhere.
func (c *clinic) hook(address, more string) {
	c.t.Helper()
	c.ask("setWebhook?url=" + address + more)
}

func (c *clinic) ask(method string) {
	c.t.Helper()
	_, err := get(context.Background(), c.TelegramAPI+"/bot"+c.telegram.Token()+"/"+method)
	if err != nil {
		c.t.Fatal(err)
	}
}

// webhook sets a public address up, behind which a bot answers that knows its secret.
func (c *clinic) webhook() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("POST /telegram", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Telegram-Bot-Api-Secret-Token") != string(c.TelegramSecret) {
			http.Error(w, "wrong secret", http.StatusUnauthorized)
		}
	})
	c.Public, c.TelegramMode = serveFake(c.t, mux), "webhook"
}

func (c *clinic) unreach(public string) { c.Public = public }

// update makes one, and waits until Telegram says a word about its delivery.
func (c *clinic) update(word string) {
	c.t.Helper()
	c.telegram.User(telegramtest.Profile{ID: 1}).Send("Привет")
	ctx, cancel := context.WithTimeout(c.t.Context(), deadline)
	defer cancel()
	for {
		info, err := get(ctx, c.TelegramAPI+"/bot"+c.telegram.Token()+"/getWebhookInfo")
		if err != nil {
			c.t.Fatal(err)
		}
		if strings.Contains(info, word) {
			return
		}
		if err := pause(ctx, 5*time.Millisecond); err != nil {
			c.t.Fatal(err)
		}
	}
}
