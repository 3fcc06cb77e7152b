package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"voronka/crm/amocrmtest"
	"voronka/flows"
	"voronka/locales"
	"voronka/storage"
	"voronka/storage/bolt"
)

// consentAccount is an amoCRM account whose administrator may let us in.
func consentAccount(t *testing.T, redirect string) (*amocrmtest.Server, []string, string) {
	t.Helper()
	account := amocrmtest.New(amocrmtest.Config{OAuth: amocrmtest.OAuth{ClientID: "client-1", ClientSecret: "client-secret-1", RedirectURL: redirect}})
	server := httptest.NewServer(account)
	t.Cleanup(server.Close)
	t.Cleanup(account.Close)
	database := filepath.Join(t.TempDir(), "voronka.db")
	env := map[string]string{
		"VORONKA_AMOCRM_URL": server.URL, "VORONKA_AMOCRM_CLIENT_ID": "client-1", "VORONKA_AMOCRM_CLIENT_SECRET": "client-secret-1",
		"VORONKA_AMOCRM_REDIRECT_URL": redirect, "VORONKA_SECRET_KEY": strings.Repeat("k", 32), "VORONKA_DATABASE": database,
	}
	var pairs []string
	for name, value := range env {
		t.Setenv(name, value)
		pairs = append(pairs, name+"="+value)
	}
	return account, pairs, database
}

// keptTokens is what the database holds of the tokens.
func keptTokens(t *testing.T, database string) (kept string) {
	t.Helper()
	store, err := bolt.Open(database, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	err = store.View(t.Context(), func(tx storage.Tx) (err error) {
		kept, err = tx.Ref(amoTokens)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

func TestConnectTakesACodeOrThePastedAddress(t *testing.T) {
	redirect := "https://bot.example.ru/crm/amocrm/connected"
	account, env, database := consentAccount(t, redirect)
	for name, try := range map[string]struct {
		args  []string
		input string
		want  int
	}{
		"flag":    {[]string{"--code", account.Grant()}, "", exitOK},
		"code":    {nil, account.Grant() + "\n", exitOK},
		"address": {nil, redirect + "?code=" + account.Grant() + "&referer=127.0.0.1%3A" + port(env) + "&platform=1\n", exitOK},
		"foreign": {nil, redirect + "?code=" + account.Grant() + "&state=forged\n", exitFault},
		"refused": {nil, redirect + "?error=access_denied\n", exitFault},
		"spent":   {[]string{"--code", "spent"}, "", exitFault},
	} {
		t.Run(name, func(t *testing.T) {
			var out, failed bytes.Buffer
			got := command(t.Context(), time.Now, append([]string{"amocrm", "connect"}, try.args...), env, strings.NewReader(try.input), &out, &failed)
			if got != try.want {
				t.Fatalf("exit %d, want %d\n%s%s", got, try.want, out.String(), failed.String())
			}
			if strings.Contains(out.String()+failed.String(), "client-secret-1") {
				t.Error("the secret is told")
			}
		})
	}
	if kept := keptTokens(t, database); kept == "" || strings.Contains(kept, "refresh") || strings.Contains(kept, "def50200") {
		t.Errorf("the tokens are kept as %.40q", kept)
	}
}

func port(env []string) string {
	for _, pair := range env {
		if address, ok := strings.CutPrefix(pair, "VORONKA_AMOCRM_URL="); ok {
			found, _ := url.Parse(address)
			return found.Port()
		}
	}
	return ""
}

func TestConnectListensWhereTheRedirectLeadsHere(t *testing.T) {
	address := freeAddress(t)
	account, env, _ := consentAccount(t, "http://"+address+"/connected")
	asked, said := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- command(t.Context(), time.Now, []string{"amocrm", "connect"}, env, strings.NewReader(""), said, io.Discard)
		said.Close()
	}()
	told := make([]byte, 4096)
	n, err := asked.Read(told)
	if err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, asked)
	page, err := url.Parse(regexp.MustCompile(`https://www\.amocrm\.ru/oauth\S+`).FindString(string(told[:n])))
	if err != nil || page.Query().Get("client_id") != "client-1" {
		t.Fatalf("asked at %q", told[:n])
	}
	answer := "http://" + address + "/connected?" + url.Values{"code": {account.Grant()}, "state": {page.Query().Get("state")}}.Encode()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	for ctx.Err() == nil {
		if got, err := http.Get(answer); err == nil {
			got.Body.Close()
			break
		}
		_ = pause(ctx, 10*time.Millisecond)
	}
	if got := <-done; got != exitOK {
		t.Errorf("exit %d", got)
	}
}

// TestConsentThroughTheRunningBot lets an administrator in through the console's
// way, and hears that the integration was switched off.
func TestConsentThroughTheRunningBot(t *testing.T) {
	account, env, database := consentAccount(t, "https://bot.example.ru/crm/amocrm/connected")
	s := doorService(t, env, database)
	mux := http.NewServeMux()
	s.amoDoors(mux)
	get := func(path string) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		return answer
	}
	if got := get("/crm/amocrm/connected?code=" + account.Grant() + "&state=forged"); got.Code != http.StatusBadRequest {
		t.Errorf("a forged state: %d", got.Code)
	}
	asked := httptest.NewRecorder()
	s.amoAsk(asked, httptest.NewRequest(http.MethodGet, "/console/crm", nil))
	page, err := url.Parse(asked.Header().Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	path := "/crm/amocrm/connected?" + url.Values{"code": {account.Grant()}, "state": {page.Query().Get("state")}}.Encode()
	if got := get(path); got.Code != http.StatusOK {
		t.Fatalf("consent: %d %s", got.Code, got.Body)
	}
	if got := get("/crm/amocrm/disabled?client_uuid=client-1&account_id=1&signature=00"); got.Code != http.StatusNotFound {
		t.Errorf("a forged hook: %d", got.Code)
	}
	sum := hmac.New(sha256.New, []byte("client-secret-1"))
	fmt.Fprint(sum, "client-1|28805383")
	if got := get("/crm/amocrm/disabled?client_uuid=client-1&account_id=28805383&signature=" + hex.EncodeToString(sum.Sum(nil))); got.Code != http.StatusOK {
		t.Errorf("the hook: %d", got.Code)
	}
	if now, err := s.access.Status(t.Context()); err != nil || !now.Lost {
		t.Errorf("status %+v, %v", now, err)
	}
	if _, err := s.amo.Check(t.Context(), nil, nil); err == nil || len(s.alarms()) != 1 || !strings.Contains(s.alarms()[0], "/console/crm") {
		t.Errorf("alarms %q, %v", s.alarms(), err)
	}
}

func doorService(t *testing.T, env []string, database string) *service {
	t.Helper()
	settings, err := readSettings(env)
	if err != nil {
		t.Fatal(err)
	}
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	settings.TelegramToken = "42:sample-token"
	s, err := newService(settings, words, slog.New(slog.DiscardHandler), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if s.store, err = bolt.Open(database, bolt.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.store.Close() })
	project, err := (&app{}).loadProject("../../flows/catalog")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.wire(project); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestWebhooksOfAmoCRM knock with and without the secret, and are answered at once.
func TestWebhooksOfAmoCRM(t *testing.T) {
	_, env, database := consentAccount(t, "https://bot.example.ru/crm/amocrm/connected")
	t.Setenv("VORONKA_AMOCRM_HOOK_SECRET", "0123456789abcdefG")
	s := doorService(t, env, database)
	mux := http.NewServeMux()
	s.amoDoors(mux)
	for path, want := range map[string]int{
		"/crm/amocrm/0123456789abcdefG": http.StatusOK, "/crm/amocrm/0123456789abcdefg": http.StatusNotFound, "/crm/amocrm/": http.StatusNotFound,
	} {
		for _, body := range []string{"leads%5Bstatus%5D%5B0%5D%5Bid%5D=1&leads%5Bstatus%5D%5B0%5D%5Bstatus_id%5D=142", "", "%zz"} {
			answer := httptest.NewRecorder()
			mux.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, path, strings.NewReader(body)))
			if answer.Code != want {
				t.Errorf("%s %q: %d", path, body, answer.Code)
			}
		}
	}
	large := httptest.NewRecorder()
	mux.ServeHTTP(large, httptest.NewRequest(http.MethodPost, "/crm/amocrm/0123456789abcdefG", strings.NewReader(strings.Repeat("a", maxHook+1))))
	if large.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a flood: %d", large.Code)
	}
}

// TestNamesAreComparedAtTheStart shows operators what the account lacks.
func TestNamesAreComparedAtTheStart(t *testing.T) {
	told := namesTold(t, func(flow *flows.Flow) {
		flow.Mirroring = &flows.Mirroring{Pipeline: "Нет такой", Events: map[string]string{"success": "Оплачено"}}
	})
	if !strings.Contains(told, "Нет такой") || !strings.Contains(told, "voronka amocrm setup") {
		t.Errorf("alarms %q", told)
	}
}

// TestNamesOfStepsAreComparedWithoutAMap too.
func TestNamesOfStepsAreComparedWithoutAMap(t *testing.T) {
	told := namesTold(t, func(flow *flows.Flow) {
		flow.Mirroring = nil
		flow.Written = map[string]string{"a.yaml": `
states:
  a: {do: [{crm: {stage: Нет этапа, task: {text: Позвонить, type: Нет типа, responsible: Нет Анны}}}, {crm: {task: Нет текста}}]}`}
	})
	for _, want := range []string{"Нет этапа", "Нет типа", "Нет Анны"} {
		if !strings.Contains(told, want) {
			t.Errorf("alarms %q, want %q", told, want)
		}
	}
	if strings.Contains(told, "Нет текста") {
		t.Errorf("the text of a task is taken for a name: %q", told)
	}
}

// namesTold are the alarms after a start with a flow that was changed.
func namesTold(t *testing.T, change func(*flows.Flow)) string {
	t.Helper()
	account, env, database := consentAccount(t, "https://bot.example.ru/crm/amocrm/connected")
	s := doorService(t, env, database)
	if err := s.access.Accept(t.Context(), account.Grant(), ""); err != nil {
		t.Fatal(err)
	}
	project := *s.bot.Live()
	flow := *project.Flows[0]
	change(&flow)
	project.Flows = []*flows.Flow{&flow}
	if err := s.bot.Publish(t.Context(), &project); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.checkAmoNames(ctx) }()
	for s.amoNames.lacks.Load() == nil {
		runtime.Gosched()
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	return strings.Join(s.alarms(), " ")
}
