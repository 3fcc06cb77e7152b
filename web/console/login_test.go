package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"voronka/web/console"
)

func TestPasswordLetsIn(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, wrong := range []string{"", "пароль", password + " "} {
		w := d.ask(http.MethodPost, "/console/login", "", url.Values{"password": {wrong}})
		if w.Code != http.StatusUnauthorized || len(w.Result().Cookies()) != 0 || !strings.Contains(w.Body.String(), "Пароль не подошёл") {
			t.Errorf("%q: %d", wrong, w.Code)
		}
	}
	w := d.ask(http.MethodPost, "/console/login", "", url.Values{"password": {password}})
	cookie := w.Result().Cookies()[0]
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/console/" {
		t.Errorf("got %d to %s", w.Code, w.Header().Get("Location"))
	}
	if !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/console/" || cookie.MaxAge != 12*60*60 {
		t.Errorf("cookie %+v", cookie)
	}
	if strings.Contains(cookie.Value, password) {
		t.Error("the cookie holds the password")
	}
	d.page("/console/", cookie.Value)
	d.page("/console/login", "")
	config := d.config
	config.Password = ""
	if _, err := console.New(config); err == nil {
		t.Error("a console without a password")
	}
}

func TestGuessingIsSlow(t *testing.T) {
	t.Parallel()
	d := open(t)
	try := func(password string) int {
		return d.ask(http.MethodPost, "/console/login", "", url.Values{"password": {password}}).Code
	}
	for range 10 {
		if code := try("наугад"); code != http.StatusUnauthorized {
			t.Fatal(code)
		}
	}
	if code := try(password); code != http.StatusTooManyRequests {
		t.Errorf("the eleventh try: %d", code)
	}
	d.pass(61 * time.Second)
	if code := try(password); code != http.StatusSeeOther {
		t.Errorf("a minute later: %d", code)
	}
}

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	d := open(t)
	cookie := d.enter()
	code := func(cookie string) int { return d.ask(http.MethodGet, "/console/", cookie, nil).Code }
	until, signature, _ := strings.Cut(cookie, ".")
	stranger := open(t, func(c *console.Config) { c.Password = "другой" })
	other := stranger.ask(http.MethodPost, "/console/login", "", url.Values{"password": {"другой"}}).Result().Cookies()[0].Value
	for name, forged := range map[string]string{
		"none": "", "empty": ".", "longer": "9" + until + "." + signature, "unsigned": until + ".", "of another password": other,
		"no end": "." + signature, "words": "завтра." + signature,
	} {
		if got := code(forged); got != http.StatusSeeOther {
			t.Errorf("%s: %d", name, got)
		}
	}
	d.pass(12*time.Hour - time.Second)
	if got := code(cookie); got != http.StatusOK {
		t.Errorf("just before the end: %d", got)
	}
	d.pass(time.Second)
	if got := code(cookie); got != http.StatusSeeOther {
		t.Errorf("at the end: %d", got)
	}
}

func TestEveryDoorIsGuarded(t *testing.T) {
	t.Parallel()
	d := open(t)
	cookie := d.enter()
	for _, door := range []struct{ method, path string }{
		{"GET", "/console/"}, {"GET", "/console/dialogs/tg:7"}, {"GET", "/console/work"},
		{"GET", "/console/money"}, {"POST", "/console/charges"}, {"POST", "/console/subscriptions/s1/cancel"}, {"POST", "/console/payments/p1/refund"}, {"POST", "/console/payments/p1/settle"}, {"POST", "/console/payments/p1/certificate"},
		{"POST", "/console/work/1/retry"}, {"POST", "/console/dialogs/tg:7/attended"}, {"POST", "/console/dialogs/tg:7/say"}, {"POST", "/console/logout"},
	} {
		w := d.ask(door.method, door.path, "", nil)
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/console/login" {
			t.Errorf("%s %s without a session: %d", door.method, door.path, w.Code)
		}
		if door.method == "GET" {
			continue
		}
		for name, token := range map[string]string{"no token": "", "a wrong one": strings.Repeat("0", 64), "the cookie": cookie} {
			if w := d.ask(door.method, door.path, cookie, url.Values{"token": {token}}); w.Code != http.StatusForbidden {
				t.Errorf("%s with %s: %d", door.path, name, w.Code)
			}
		}
		if w := d.ask("GET", door.path, cookie, nil); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("GET %s: %d", door.path, w.Code)
		}
		inQuery := door.path + "?token=" + d.token(cookie)
		if w := d.ask(door.method, inQuery, cookie, url.Values{}); w.Code != http.StatusForbidden {
			t.Errorf("%s with the token in its address: %d", door.path, w.Code)
		}
	}
	if len(d.bot.revived)+len(d.bot.attended)+len(d.bot.acts)+len(d.bot.refunds) != 0 {
		t.Errorf("something was done: %+v", d.bot)
	}
	d.pass(time.Second)
	older := d.token(cookie)
	if w := d.ask("POST", "/console/work/1/retry", d.enter(), url.Values{"token": {older}}); w.Code != http.StatusForbidden {
		t.Errorf("the token of another session: %d", w.Code)
	}
}

func TestLogout(t *testing.T) {
	t.Parallel()
	d := open(t)
	cookie := d.enter()
	w := d.ask("POST", "/console/logout", cookie, url.Values{"token": {d.token(cookie)}})
	if w.Code != http.StatusSeeOther || w.Result().Cookies()[0].MaxAge >= 0 {
		t.Errorf("got %d, %+v", w.Code, w.Result().Cookies())
	}
}

func TestPagesKeepToThemselves(t *testing.T) {
	t.Parallel()
	d := open(t)
	for _, path := range []string{"/console/login", "/console/"} {
		h := d.ask("GET", path, d.enter(), nil).Header()
		if !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", path, h)
		}
	}
	if w := d.ask("GET", "/console/live.js", "", nil); w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Content-Type"), "javascript") {
		t.Errorf("the script: %d %v", w.Code, w.Header())
	}
	for _, path := range []string{"/console/pages/login.html", "/console/nothing", "/console/dialogs/"} {
		if w := d.ask("GET", path, d.enter(), nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestHugeFormIsRefused(t *testing.T) {
	t.Parallel()
	d := open(t)
	if w := d.ask("POST", "/console/login", "", url.Values{"password": {strings.Repeat("x", 1<<20)}}); w.Code != http.StatusUnauthorized {
		t.Errorf("got %d", w.Code)
	}
}
