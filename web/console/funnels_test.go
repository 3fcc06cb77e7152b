package console_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"voronka/web/console"
)

// TestFunnels: operators see the pictures, nobody else does.
func TestFunnels(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.config.Funnels = func() []console.Funnel { return []console.Funnel{{ID: "course", Title: "Курс <Go>"}} }
	d.config.Picture = func(_ context.Context, id string) ([]byte, error) {
		switch id {
		case "course":
			return []byte("<svg/>"), nil
		case "busy":
			return nil, errors.New("secret detail")
		}
		return nil, nil
	}
	made, err := console.New(d.config)
	if err != nil {
		t.Fatal(err)
	}
	d.Console = made
	for path, test := range map[string]struct {
		stranger bool
		status   int
		want     string
	}{
		"/console/funnels":         {false, http.StatusOK, "Курс &lt;Go&gt;"},
		"/console/funnels/course":  {false, http.StatusOK, "<svg/>"},
		"/console/funnels/none":    {false, http.StatusNotFound, ""},
		"/console/funnels/busy":    {false, http.StatusInternalServerError, "Не вышло посчитать"},
		"/console/funnels?again":   {true, http.StatusSeeOther, ""},
		"/console/funnels/course?": {true, http.StatusSeeOther, ""},
	} {
		request := httptest.NewRequest(http.MethodGet, path, nil)
		if !test.stranger {
			request.AddCookie(&http.Cookie{Name: "voronka_console", Value: d.enter()})
		}
		answer := httptest.NewRecorder()
		d.ServeHTTP(answer, request)
		if answer.Code != test.status || !strings.Contains(answer.Body.String(), test.want) || strings.Contains(answer.Body.String(), "secret detail") {
			t.Errorf("%s: status %d: %.300s", path, answer.Code, answer.Body)
		}
	}
}
