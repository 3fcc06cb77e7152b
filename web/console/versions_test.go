package console_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"voronka/storage"
	"voronka/web/console"
)

func TestOperatorReturnsToAVersion(t *testing.T) {
	t.Parallel()
	var back []string
	answers := map[string]error{"none": storage.ErrNotFound, "broken": errors.New("disk")}
	d := open(t, func(c *console.Config) {
		c.Return = func(_ context.Context, digest string) ([]string, error) {
			back = append(back, digest)
			if digest == "wrong" {
				return []string{"course.yaml:1"}, nil
			}
			return nil, answers[digest]
		}
	})
	d.put(func(tx storage.Tx) error {
		return errors.Join(tx.Publish(storage.Version{Digest: "aa", Flow: "course", At: d.now}),
			tx.Publish(storage.Version{Digest: "bb", Flow: "course", At: d.now.Add(time.Minute)}))
	})
	cookie := d.enter()
	page := d.page("/console/versions", cookie)
	if !strings.Contains(page, "/console/versions/aa") || strings.Contains(page, "/console/versions/bb") {
		t.Error("the version that runs can be brought back, or the other cannot")
	}
	token := d.token(cookie)
	for digest, want := range map[string]int{"aa": 303, "none": 404, "wrong": 409, "broken": 503} {
		if got := d.ask(http.MethodPost, "/console/versions/"+digest, cookie, url.Values{"token": {token}}).Code; got != want {
			t.Errorf("%s: %d", digest, got)
		}
	}
	if d.ask(http.MethodPost, "/console/versions/aa", "", url.Values{"token": {token}}).Code == 303 && len(back) != 4 {
		t.Error("somebody who is not logged in brought it back")
	}
}
