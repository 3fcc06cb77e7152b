package amocrmtest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"voronka/crm/amocrmtest"
)

func integration(t *testing.T) *account {
	t.Helper()
	return open(t, amocrmtest.Config{OAuth: amocrmtest.OAuth{
		ClientID: "xxxx", ClientSecret: "xxxxx", RedirectURL: "https://test.test"}})
}

func (a *account) token(body map[string]string) answer {
	a.t.Helper()
	full := map[string]string{"client_id": "xxxx", "client_secret": "xxxxx", "redirect_uri": "https://test.test"}
	for key, value := range body {
		full[key] = value
	}
	text, err := json.Marshal(full)
	if err != nil {
		a.t.Fatal(err)
	}
	return a.do("POST", "/oauth2/access_token", string(text))
}

func (a *account) account(access string) int {
	a.t.Helper()
	return page(a.t, "GET", a.url+"/api/v4/account", "", map[string]string{"Authorization": "Bearer " + access}).status
}

func TestTokensAreExchangedOnce(t *testing.T) {
	t.Parallel()
	a := integration(t)
	code := a.Grant()
	first := a.token(map[string]string{"grant_type": "authorization_code", "code": code})
	if first.status != 200 {
		t.Fatalf("exchange: %d %s", first.status, first.text)
	}
	shape(t, first, "step_by_step__02__post_oauth2_access_token__response.json")
	if again := a.token(map[string]string{"grant_type": "authorization_code", "code": code}); again.status != 401 {
		t.Errorf("a code was good twice: %d", again.status)
	}
	old := first.at(t, "refresh_token").(string)
	second := a.token(map[string]string{"grant_type": "refresh_token", "refresh_token": old})
	if second.status != 200 {
		t.Fatalf("refresh: %d %s", second.status, second.text)
	}
	shape(t, second, "step_by_step__04__post_oauth2_access_token__response.json")
	spent := a.token(map[string]string{"grant_type": "refresh_token", "refresh_token": old})
	if spent.status != 401 {
		t.Errorf("a refresh token was good twice: %d", spent.status)
	}
	shape(t, spent, "oauth_error_401_token_revoked.json")
	access := second.at(t, "access_token").(string)
	if got := a.account(access); got != 200 {
		t.Errorf("a fresh token: %d", got)
	}
	a.clock.Advance(24 * time.Hour)
	if got := a.account(access); got != 401 {
		t.Errorf("a token of yesterday: %d", got)
	}
}

func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	a := integration(t)
	bad := a.token(map[string]string{"grant_type": "authorization_code", "code": a.Grant(), "client_secret": "guess"})
	if bad.status != 401 {
		t.Errorf("a wrong secret: %d", bad.status)
	}
	shape(t, bad, "oauth_error_401_bad_client.json")
	if got := a.token(map[string]string{"grant_type": "authorization_code", "code": a.Grant(), "redirect_uri": "https://test.test/"}); got.status != 401 {
		t.Errorf("another redirect_uri: %d", got.status)
	}
	late := a.Grant()
	a.clock.Advance(20 * time.Minute)
	if got := a.token(map[string]string{"grant_type": "authorization_code", "code": late}); got.status != 401 {
		t.Errorf("a code after 20 minutes: %d", got.status)
	}
	pair := a.token(map[string]string{"grant_type": "authorization_code", "code": a.Grant()})
	a.Revoke()
	if got := a.account(pair.at(t, "access_token").(string)); got != http.StatusUnauthorized {
		t.Errorf("a revoked token: %d", got)
	}
	for _, r := range a.Requests() {
		if strings.Contains(r.Body, "xxxxx") {
			t.Error("the journal keeps the secret")
		}
	}
}

// TestRecordedTokenRequests sends the documents' bodies as they are; codes in
// them are placeholders, so they get as far as the code.
func TestRecordedTokenRequests(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"step_by_step__01__post_oauth2_access_token__request.json", "step_by_step__03__post_oauth2_access_token__request.json"} {
		a := integration(t)
		var body map[string]string
		if err := json.Unmarshal(sample(t, name), &body); err != nil {
			t.Fatal(err)
		}
		delete(body, "client_id")
		delete(body, "client_secret")
		got := a.token(body)
		if hint, _ := got.at(t, "hint").(string); !strings.Contains(hint, "revoked") {
			t.Errorf("%s: %s", name, got.text)
		}
	}
}

func shape(t *testing.T, got answer, name string) {
	t.Helper()
	var want any
	if err := json.Unmarshal(sample(t, name), &want); err != nil {
		t.Fatal(err)
	}
	if d := differ("", want, got.json); d != nil {
		t.Errorf("%s: %v", name, d)
	}
}
