package main

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// clerk plays an operator until ctx ends: what nobody knows the fate of, a text
// whose answer was lost twice, waits for a person, who sends it again.
func (w *outside) clerk(ctx context.Context) {
	for ctx.Err() == nil {
		w.sendAgain(ctx)
		_ = pause(ctx, time.Second)
	}
}

// sendAgain presses the button beside each job of unknown outcome. A process
// that does not answer is asked again later.
func (w *outside) sendAgain(ctx context.Context) {
	jar, _ := cookiejar.New(nil) // it fails with options alone
	client := &http.Client{Jar: jar}
	ask := func(method, path string, form url.Values) string {
		request, err := http.NewRequestWithContext(ctx, method, "http://"+w.listen+path, strings.NewReader(form.Encode()))
		if err != nil {
			return ""
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		response, err := client.Do(request)
		if err != nil {
			return ""
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		return string(body)
	}
	ask(http.MethodPost, "/console/login", url.Values{"password": {"console-password"}})
	uncertain := regexp.MustCompile(`<strong>uncertain</strong>[^\n]*\n<td><form method="post" action="([^"]+)"><input type="hidden" name="token" value="([^"]+)"`)
	for _, form := range uncertain.FindAllStringSubmatch(ask(http.MethodGet, "/console/work", nil), -1) {
		w.hands.now()
		ask(http.MethodPost, form[1], url.Values{"token": {form[2]}})
	}
}
