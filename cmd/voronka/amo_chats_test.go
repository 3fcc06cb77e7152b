package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot/telegramtest"
	"voronka/crm/amocrmtest"
	"voronka/internal/outbox"
	"voronka/storage"
)

// The channel as support registers it (the documents' own ids, chats/chat-start).
const (
	chatChannel = "a4490ccc-5d7f-11e7-907b-a6006ad3dba0"
	chatKey     = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
	chatBot     = "f1910c7f-b1e0-4184-bd09-c7def2a9109a"
)

func chatEnv(api string) []string {
	return []string{
		"VORONKA_AMOCRM_CHATS_CHANNEL=" + chatChannel, "VORONKA_AMOCRM_CHATS_SECRET=" + chatKey,
		"VORONKA_AMOCRM_CHATS_BOT=" + chatBot, "VORONKA_AMOCRM_CHATS_API=" + api,
	}
}

// TestManagerWroteWhileTheBotWasOff: amoCRM tells a message once, and nobody was
// there. A person is called to the dialog, in the console and in the owner's chat.
func TestManagerWroteWhileTheBotWasOff(t *testing.T) {
	t.Parallel()
	w, ctx := newSickOutside(t, "polling")
	owner := w.telegram.Channel(-1009, "Тревоги")
	var ahead atomic.Int64 // of the clock of amoCRM
	w.amo = amocrmtest.New(amocrmtest.Config{
		Token: "amo-secret-token", Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
		Channel: amocrmtest.Channel{ID: chatChannel, Secret: chatKey, Bot: chatBot, Hook: "http://" + w.listen + "/crm/amocrm/chats/:scope_id"},
	})
	t.Cleanup(w.amo.Close)
	address := serveFake(t, w.amo)
	w.env = append(append(w.env, "VORONKA_AMOCRM_URL="+address, "VORONKA_ALARM_CHAT=-1009"), chatEnv(address)...)
	if err := os.WriteFile(filepath.Join(w.dir, "flows", "project.yaml"), []byte("crm: {dialog: chats}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	until := func(what string, done func() bool) {
		t.Helper()
		for !done() {
			if err := pause(ctx, 20*time.Millisecond); err != nil {
				t.Fatalf("waited for %s: %v\n%s", what, err, w.logs())
			}
		}
	}
	w.start()
	anna := w.telegram.User(telegramtest.Profile{ID: 7, FirstName: "Анна"})
	anna.Send("/start")
	until("the chat", func() bool { return len(w.amo.ChatMessages()) >= 2 })
	if err := w.idle(ctx); err != nil {
		t.Fatal(err)
	}
	w.stop()
	ahead.Store(int64(time.Minute))
	if _, status, err := w.amo.WriteInChat(ctx, "tg:7", "Вы где?", ""); err != nil || status != 0 {
		t.Fatalf("somebody has answered the hook: %d, %v", status, err)
	}
	w.clock = "2m"
	w.start()
	until("the call", func() bool { return strings.Contains(w.console(ctx, "/console/dialogs/tg:7"), "chat_missed") })
	until("the owner's chat", func() bool {
		all := owner.Messages()
		return len(all) == 1 && strings.Contains(all[0].Text, "/console/dialogs/tg:7")
	})
	w.stop()
	for _, v := range w.amo.Violations() {
		t.Errorf("offence %+v", v)
	}
}

// TestChatsWithManagers talks through two processes, the first of which is
// killed: a customer with the bot, a manager with the customer.
func TestChatsWithManagers(t *testing.T) {
	t.Parallel()
	w := newOutside(t, "polling")
	channel := amocrmtest.Channel{ID: chatChannel, Secret: chatKey, Bot: chatBot, Hook: "http://" + w.listen + "/crm/amocrm/chats/:scope_id"}
	w.amo = amocrmtest.New(amocrmtest.Config{Token: "amo-secret-token", Channel: channel})
	t.Cleanup(w.amo.Close)
	address := serveFake(t, w.amo)
	w.env = append(append(w.env, "VORONKA_AMOCRM_URL="+address), chatEnv(address)...)
	if err := os.WriteFile(filepath.Join(w.dir, "flows", "project.yaml"), []byte("crm: {dialog: chats}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	anna := w.telegram.User(telegramtest.Profile{ID: 7, FirstName: "Анна"})
	until := func(what string, done func() bool) {
		t.Helper()
		for !done() {
			if err := pause(ctx, 20*time.Millisecond); err != nil {
				t.Fatalf("waited for %s: %v\n%s", what, err, w.logs())
			}
		}
	}
	heard := func(text string) func() bool {
		return func() bool {
			for _, m := range anna.Messages() {
				if strings.Contains(m.Text, text) {
					return true
				}
			}
			return false
		}
	}
	shown := func(fits func(amocrmtest.ChatMessage) bool) func() bool {
		return func() bool { return slices.ContainsFunc(w.amo.ChatMessages(), fits) }
	}
	w.start()
	anna.Send("/start")
	until("the chat", func() bool { return len(w.amo.ChatMessages()) >= 2 })
	first, status, err := w.amo.WriteInChat(ctx, "tg:7", "Добрый день, я Мария", "")
	if err != nil || status != http.StatusOK {
		t.Fatalf("the hook was answered %d, %v", status, err)
	}
	w.kill() // the answer was given: the message must not be lost
	w.start()
	until("the manager's words", heard("я Мария"))
	anna.Send("А скидка будет?")
	until("her question", shown(func(m amocrmtest.ChatMessage) bool { return m.Text == "А скидка будет?" }))
	until("the tick", shown(func(m amocrmtest.ChatMessage) bool { return m.ID == first.ID && m.Status == 1 }))
	if err := w.idle(ctx); err != nil {
		t.Fatal(err)
	}
	w.stop()
	told, loud := map[string]int{}, 0
	for _, m := range w.amo.ChatMessages() {
		told[m.From+": "+m.Text]++
		if !m.Silent && m.From == "client" {
			loud++
		}
	}
	if told["client: /start"] != 1 || told["client: А скидка будет?"] != 1 || told["user: Добрый день, я Мария"] != 1 || told["bot: Добрый день, я Мария"] != 0 {
		t.Errorf("the chat has %v", told)
	}
	if loud != 1 || len(w.amo.Contacts()) != 1 || len(w.amo.Leads()) != 1 {
		t.Errorf("%d loud messages, %d contacts, %d deals", loud, len(w.amo.Contacts()), len(w.amo.Leads()))
	}
	for _, v := range w.amo.Violations() {
		t.Errorf("offence %+v", v)
	}
	if strings.Contains(w.logs(), chatKey) || strings.Contains(w.logs(), "скидка") {
		t.Error("a secret, or what was said, is in the log")
	}
}

// TestChatHookDoor knocks with and without the channel's signature.
func TestChatHookDoor(t *testing.T) {
	_, env, database := consentAccount(t, "https://bot.example.ru/crm/amocrm/connected")
	for _, pair := range chatEnv("http://127.0.0.1:1") {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	s := doorService(t, env, database)
	mux := http.NewServeMux()
	s.amoDoors(mux)
	sign := func(body string) string {
		sum := hmac.New(sha1.New, []byte(chatKey))
		io.WriteString(sum, body)
		return hex.EncodeToString(sum.Sum(nil))
	}
	good := `{"account_id":"x","message":{"conversation":{"client_id":"tg:404"},"message":{"id":"m1","type":"text","text":"Ау"}}}`
	for name, try := range map[string]struct {
		scope, body, signature string
		want                   int
	}{
		"signed":          {chatChannel + "_account", good, sign(good), http.StatusOK},
		"somebody typing": {chatChannel + "_account", `{"action":{"typing":{}}}`, sign(`{"action":{"typing":{}}}`), http.StatusOK},
		"unsigned":        {chatChannel + "_account", good, "", http.StatusForbidden},
		"changed":         {chatChannel + "_account", good + " ", sign(good), http.StatusForbidden},
		"another channel": {"channel_account", good, sign(good), http.StatusForbidden},
		"nonsense":        {chatChannel + "_account", "[", sign("["), http.StatusBadRequest},
		"a flood":         {chatChannel + "_account", strings.Repeat("a", maxHook+1), "", http.StatusRequestEntityTooLarge},
	} {
		answer := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodPost, "/crm/amocrm/chats/"+try.scope, strings.NewReader(try.body))
		request.Header.Set("X-Signature", try.signature)
		mux.ServeHTTP(answer, request)
		if answer.Code != try.want {
			t.Errorf("%s: %d %s", name, answer.Code, answer.Body)
		}
	}
	err := s.store.View(t.Context(), func(tx storage.Tx) error {
		line, err := tx.Lane(outbox.Lane("dialog/?"), 10)
		if len(line) != 1 {
			t.Errorf("%d jobs: the manager has to be told that nobody is there, once", len(line))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSetupConnectsTheChannel, and tells what is missing before.
func TestSetupConnectsTheChannel(t *testing.T) {
	account := amocrmtest.New(amocrmtest.Config{Token: "token", Channel: amocrmtest.Channel{ID: chatChannel, Secret: chatKey, Bot: chatBot}})
	server := httptest.NewServer(account)
	t.Cleanup(server.Close)
	t.Cleanup(account.Close)
	dir := t.TempDir()
	flow := "flow: a\ntitle: Курс\nstart: hi\ncrm: {dialog: chats}\nstates: {hi: {end: true, do: [{say: Привет}]}}\n"
	if err := os.WriteFile(filepath.Join(dir, "a.yaml"), []byte(flow), 0o600); err != nil {
		t.Fatal(err)
	}
	var env []string
	set := func(pairs ...string) {
		for _, pair := range pairs {
			name, value, _ := strings.Cut(pair, "=")
			t.Setenv(name, value)
			env = append(env, pair)
		}
	}
	set("VORONKA_FLOWS="+dir, "VORONKA_AMOCRM_URL="+server.URL, "VORONKA_AMOCRM_TOKEN=token", "VORONKA_AMOCRM_RATE=500", "VORONKA_DATABASE="+filepath.Join(dir, "v.db"))
	run := func(args ...string) (string, int) {
		var out, failed bytes.Buffer
		code := command(t.Context(), time.Now, append([]string{"amocrm", "setup"}, args...), env, strings.NewReader(""), &out, &failed)
		return out.String() + failed.String(), code
	}
	if told, _ := run("--check"); !strings.Contains(told, "канала чатов у бота нет") || !strings.Contains(told, "VORONKA_AMOCRM_CHATS_CHANNEL") {
		t.Errorf("without a channel: %s", told)
	}
	set(append(chatEnv(server.URL), "VORONKA_PUBLIC_URL=https://bot.example.ru")...)
	if told, code := run("--check"); code != exitFault || !strings.Contains(told, "не подключён") {
		t.Errorf("not connected: %d %s", code, told)
	}
	if told, code := run(); code != exitOK {
		t.Errorf("setup: %d %s", code, told)
	}
	if told, code := run("--check"); code != exitOK || strings.Contains(told, "чат") {
		t.Errorf("connected: %d %s", code, told)
	}
	set("VORONKA_AMOCRM_CHATS_SECRET=wrong")
	if told, _ := run("--check"); !strings.Contains(told, "не принимает подпись") || strings.Contains(told, "wrong") {
		t.Errorf("a wrong secret: %s", told)
	}
	var half []string
	for _, pair := range env {
		if !strings.HasPrefix(pair, "VORONKA_AMOCRM_CHATS_BOT") {
			half = append(half, pair)
		}
	}
	os.Unsetenv("VORONKA_AMOCRM_CHATS_BOT")
	env = half
	if told, code := run("--check"); code != exitFault || !strings.Contains(told, "канал чатов задаётся целиком") {
		t.Errorf("half a channel: %d %s", code, told)
	}
}

// TestConnectConnectsTheChannelToo: each grant needs it anew.
func TestConnectConnectsTheChannelToo(t *testing.T) {
	account := amocrmtest.New(amocrmtest.Config{
		OAuth:   amocrmtest.OAuth{ClientID: "client-1", ClientSecret: "client-secret-1", RedirectURL: "https://bot.example.ru/connected"},
		Channel: amocrmtest.Channel{ID: chatChannel, Secret: chatKey, Bot: chatBot},
	})
	server := httptest.NewServer(account)
	t.Cleanup(server.Close)
	t.Cleanup(account.Close)
	env := append([]string{
		"VORONKA_AMOCRM_URL=" + server.URL, "VORONKA_AMOCRM_CLIENT_ID=client-1", "VORONKA_AMOCRM_CLIENT_SECRET=client-secret-1",
		"VORONKA_AMOCRM_REDIRECT_URL=https://bot.example.ru/connected", "VORONKA_SECRET_KEY=" + strings.Repeat("k", 32),
		"VORONKA_DATABASE=" + filepath.Join(t.TempDir(), "v.db"), "VORONKA_PUBLIC_URL=https://bot.example.ru",
	}, chatEnv(server.URL)...)
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	for secret, want := range map[string]int{chatKey: exitOK, "wrong": exitFault} {
		t.Setenv("VORONKA_AMOCRM_CHATS_SECRET", secret)
		var out, failed bytes.Buffer
		code := command(t.Context(), time.Now, []string{"amocrm", "connect", "--code", account.Grant()}, env, strings.NewReader(""), &out, &failed)
		if code != want || strings.Contains(out.String(), "https://bot.example.ru/crm/amocrm/chats/:scope_id") != (want == exitOK) {
			t.Errorf("%s: exit %d\n%s%s", secret, code, out.String(), failed.String())
		}
	}
}

// TestDoctorOfChats spoils one thing of the channel at a time.
func TestDoctorOfChats(t *testing.T) {
	t.Parallel()
	chats := func(c *clinic) {
		c.flow("title:", "crm: {dialog: chats}\ntitle:")
		c.AmoChannel, c.AmoChannelSecret, c.AmoChannelBot, c.AmoChats = chatChannel, chatKey, chatBot, c.AmoURL
		c.webhook()
		c.hook(c.Public+"/telegram", "&secret_token=hook-secret")
	}
	tryAilments(t, map[string]ailment{
		"not wanted":    {func(c *clinic) { c.AmoChannel, c.AmoChannelSecret, c.AmoChannelBot = chatChannel, "leaked", chatBot }, nil},
		"none":          {func(c *clinic) { chats(c); c.AmoChannel, c.AmoChannelSecret, c.AmoChannelBot = "", "", "" }, []string{"warning crm_chats"}},
		"half":          {func(c *clinic) { chats(c); c.AmoChannelBot = "" }, []string{"fault amocrm_chats", "warning crm_chats"}},
		"not connected": {chats, []string{"warning crm_lacks"}},
		"wrong secret":  {func(c *clinic) { chats(c); c.AmoChannelSecret = "leaked" }, []string{"warning crm_chats"}},
		"deaf": {func(c *clinic) { chats(c); c.Public, c.TelegramMode = "", "polling"; c.ask("deleteWebhook") },
			[]string{"warning crm_chats", "warning crm_lacks"}},
	})
}

func TestDoctorShowsChatsInWords(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"ru", "en"} {
		c := newClinic(t)
		c.text = c.speech(language)
		c.flow("title:", "crm: {dialog: chats}\ntitle:")
		c.examine(t.Context())
		var page bytes.Buffer
		if err := c.print(&page); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(page.String(), "VORONKA_AMOCRM_CHATS_SECRET") || !strings.Contains(page.String(), "docs/ru/amocrm.md") {
			t.Errorf("%s", page.String())
		}
	}
	if diff := cmp.Diff("", (Settings{}).amoChatHookURL()); diff != "" {
		t.Error(diff)
	}
}
