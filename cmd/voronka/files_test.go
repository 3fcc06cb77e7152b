package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"voronka/bot/telegramtest"
	"voronka/flows"
	"voronka/sales"
)

// TestLargeFilesAreDownloaded sells a file that Telegram does not take to a
// customer of the real process, who downloads it in two pieces.
func TestLargeFilesAreDownloaded(t *testing.T) {
	t.Parallel()
	const size = 60 << 20
	w := newOutside(t, "polling")
	w.env = append(w.env, "VORONKA_SECRET_KEY="+strings.Repeat("k", 32))
	flow := filepath.Join(w.dir, "flows", "course.yaml")
	text, err := os.ReadFile(flow)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "file: files/go-za-vecher.pdf", "download: files/Уроки.zip", 1)
	lessons := filepath.Join(w.dir, "flows", "files", "Уроки.zip")
	err = errors.Join(os.WriteFile(flow, []byte(changed), 0o600), os.WriteFile(lessons, []byte("begin"), 0o600), os.Truncate(lessons, size))
	if err != nil || changed == string(text) {
		t.Fatal("the funnel sells no such file", err)
	}
	w.start()
	defer w.stop()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	buyer := w.customer(501)
	if err := errors.Join(buyer.askForLink(ctx), buyer.WaitForButton(ctx, "Оплатить 990 ₽"), buyer.pay(ctx)); err != nil {
		t.Fatal(err)
	}
	link := ""
	err = buyer.WaitFor(ctx, func(screen []telegramtest.Message) bool {
		for _, message := range screen {
			link = regexp.MustCompile(`http://\S+/files/\S+`).FindString(message.Text)
			if link != "" {
				return true
			}
		}
		return false
	})
	if err != nil {
		t.Fatalf("no link came: %v\n%s", err, w.logs())
	}
	got := int64(0)
	for i, ranges := range []string{"bytes=0-29999999", "bytes=30000000-"} {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Range", ranges)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		head := make([]byte, 5)
		_, err = io.ReadFull(answer.Body, head)
		rest, err2 := io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		got += rest + 5
		if err != nil || err2 != nil || answer.StatusCode != http.StatusPartialContent || i == 0 && string(head) != "begin" {
			t.Errorf("%s: %d %q, %v, %v", ranges, answer.StatusCode, head, err, err2)
		}
		if name := answer.Header.Get("Content-Disposition"); !strings.Contains(name, "filename*=UTF-8''%D0%A3%D1%80%D0%BE%D0%BA%D0%B8.zip") {
			t.Errorf("the name is %s", name)
		}
	}
	if got != size {
		t.Errorf("%d bytes came, want %d", got, size)
	}
	if signed := link[strings.LastIndex(link, "/")+1:]; strings.Contains(w.logs(), signed) {
		t.Error("the log has the link")
	}
}

func TestLargeFilesNeedAnAddress(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, size := range map[string]int64{"large.zip": largestDocument + 1, "small.zip": largestDocument} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, size)); err != nil {
			t.Fatal(err)
		}
	}
	sells := func(name string) *flows.Project {
		return &flows.Project{Dir: dir, Flows: []*flows.Flow{{File: "shop.yaml", Products: []sales.Product{{Deliver: sales.Delivery{Download: name}}}}}}
	}
	key := Secret(strings.Repeat("k", 32))
	for _, lacking := range []Settings{{}, {Public: "https://bot.example"}, {SecretKey: key}} {
		if err := lacking.fits(sells("large.zip")); !errors.Is(err, errNoLinks) {
			t.Errorf("%+v: %v", lacking, err)
		}
		if err := lacking.fits(sells("small.zip")); err != nil {
			t.Errorf("a file that Telegram takes: %v", err)
		}
	}
	if err := (Settings{Public: "https://bot.example", SecretKey: key}).fits(sells("large.zip")); err != nil {
		t.Errorf("with both: %v", err)
	}
}
