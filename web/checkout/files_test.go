package checkout_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"voronka/bot"
	"voronka/locales"
	"voronka/web/checkout"
)

// shelf answers for links: a file's name, or why there is none.
func shelf(t *testing.T, language string) http.Handler {
	t.Helper()
	dir := t.TempDir()
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	faults := map[string]error{
		"missing": bot.ErrNoDownload, "late": bot.ErrLate, "withdrawn": bot.ErrWithdrawn, "trouble": errors.New("the disk is on fire at /home/secret"),
	}
	handler, err := checkout.Files{
		Open: func(_ context.Context, signed string) (*os.File, error) {
			if fault := faults[signed]; fault != nil {
				return nil, fault
			}
			path := filepath.Join(dir, signed)
			if err := os.WriteFile(path, []byte("0123456789"), 0o600); err != nil {
				return nil, err
			}
			return os.Open(path)
		},
		Text: words.Text, Language: language, ChatURL: "https://t.me/shop_bot", Log: slog.New(slog.DiscardHandler),
	}.Handler()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /files/{signed}", handler)
	return mux
}

func fetch(shelf http.Handler, method, path string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	shelf.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, answer *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFilesAreSavedUnderTheirNames(t *testing.T) {
	t.Parallel()
	files := shelf(t, "ru")
	for address, name := range map[string]string{
		"book.pdf": "book.pdf", "%D0%A3%D1%80%D0%BE%D0%BA%D0%B8%20%26%20%D0%B7%D0%B0%D0%B4%D0%B0%D1%87%D0%B8.zip": "Уроки & задачи.zip",
		"a%22b%3B%20c%27d.txt": `a"b; c'd.txt`, "%F0%9F%9A%80.mp4": "🚀.mp4", "page.html": "page.html",
	} {
		answer := fetch(files, "GET", "/files/"+address)
		kind, params, err := mime.ParseMediaType(answer.Header.Get("Content-Disposition"))
		if err != nil || kind != "attachment" || params["filename"] != name {
			t.Errorf("%s: %q, %v", name, answer.Header.Get("Content-Disposition"), err)
		}
		h := answer.Header
		if body(t, answer) != "0123456789" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") ||
			!strings.Contains(h.Get("Cache-Control"), "no-store") || h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Robots-Tag") != "noindex" {
			t.Errorf("%s: %v", name, h)
		}
	}
}

func TestFilesAreReadFromAnyPlace(t *testing.T) {
	t.Parallel()
	files := shelf(t, "ru")
	for ranges, want := range map[string]struct {
		code int
		text string
	}{
		"": {200, "0123456789"}, "bytes=3-5": {206, "345"}, "bytes=7-": {206, "789"}, "bytes=-2": {206, "89"},
		"bytes=20-": {416, ""}, "lines=1-2": {416, ""},
	} {
		answer := fetch(files, "GET", "/files/book.pdf", "Range", ranges)
		if text := body(t, answer); answer.StatusCode != want.code || want.code != 416 && text != want.text {
			t.Errorf("%q: %d %q", ranges, answer.StatusCode, text)
		}
	}
	if answer := fetch(files, "HEAD", "/files/book.pdf"); answer.StatusCode != 200 || body(t, answer) != "" || answer.Header.Get("Content-Length") != "10" {
		t.Errorf("HEAD: %d %v", answer.StatusCode, answer.Header)
	}
	if answer := fetch(files, "POST", "/files/book.pdf"); answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", answer.StatusCode)
	}
}

func TestFilesSayWhyThereIsNone(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"ru", "en"} {
		for state, code := range map[string]int{"missing": 404, "late": 410, "withdrawn": 410, "trouble": 503} {
			answer := fetch(shelf(t, language), "GET", "/files/"+state)
			text := body(t, answer)
			if answer.StatusCode != code || !strings.Contains(text, fmt.Sprintf("data-state=%q", state)) || !strings.Contains(text, "https://t.me/shop_bot") {
				t.Errorf("%s %s: %d\n%s", language, state, answer.StatusCode, text)
			}
			if strings.Contains(text, "‹") || strings.Contains(text, "secret") || answer.Header.Get("Content-Disposition") != "" {
				t.Errorf("%s %s:\n%s", language, state, text)
			}
		}
	}
}
