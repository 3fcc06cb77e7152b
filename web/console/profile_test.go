package console_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestProfilesAreForThoseWhoKnowThePassword(t *testing.T) {
	t.Parallel()
	const list, heap = "/console/debug/pprof/", "/console/debug/pprof/heap?debug=1"
	d := open(t)
	for name, test := range map[string]struct {
		path, cookie, password string
		status                 int
		want                   string
	}{
		"a stranger":               {path: list, status: http.StatusSeeOther},
		"a stranger with the path": {path: heap, status: http.StatusSeeOther},
		"a wrong password":         {path: heap, password: "guess", status: http.StatusUnauthorized},
		"an operator":              {path: list, cookie: d.enter(), status: http.StatusOK, want: "goroutine"},
		"an operator, one profile": {path: heap, cookie: d.enter(), status: http.StatusOK, want: "heap profile"},
		"a program":                {path: heap, password: password, status: http.StatusOK, want: "heap profile"},
	} {
		request := httptest.NewRequest(http.MethodGet, test.path, nil)
		if test.cookie != "" {
			request.AddCookie(&http.Cookie{Name: "voronka_console", Value: test.cookie})
		}
		if test.password != "" {
			request.SetBasicAuth("", test.password)
		}
		answer := httptest.NewRecorder()
		d.ServeHTTP(answer, request)
		if answer.Code != test.status || !strings.Contains(answer.Body.String(), test.want) {
			t.Errorf("%s: got status %d: %.200s", name, answer.Code, answer.Body)
		}
		if test.want == "" && strings.Contains(answer.Body.String(), "profile") {
			t.Errorf("%s: sees %.200s", name, answer.Body)
		}
	}
}
