package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"voronka/bot/telegramtest"
)

// room bounds how large any file of the running process may get, in bytes: from
// its end on a write fails as on a full disk (setrlimit(2), RLIMIT_FSIZE).
func (w *outside) room(bytes uint64) {
	w.t.Helper()
	limit := unix.Rlimit{Cur: bytes, Max: unix.RLIM_INFINITY}
	if err := unix.Prlimit(w.process.Process.Pid, unix.RLIMIT_FSIZE, &limit, nil); err != nil {
		w.t.Fatal(err)
	}
}

// TestDiskFillsUpWhileTheBotRuns: nobody is answered, the balancer and the owner
// know why, once, and with room again all goes on without a restart.
func TestDiskFillsUpWhileTheBotRuns(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"polling", "webhook"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w, ctx := newSickOutside(t, mode)
			owner := w.telegram.Channel(-1009, "Тревоги")
			w.env = append(w.env, "VORONKA_ALARM_CHAT=-1009")
			w.start()
			anna := w.customer(7)
			if err := anna.askForLink(ctx); err != nil {
				t.Fatal(err)
			}
			w.settled(ctx)
			w.readyIs(ctx, "ready")
			w.room(0)
			boris := w.customer(8)
			bought := make(chan error, 1)
			go func() { bought <- boris.buy(ctx) }()
			w.readyIs(ctx, "the store cannot be written")
			told := func(part string) func([]telegramtest.Message) bool {
				return func(screen []telegramtest.Message) bool { return shows(screen, part) > 0 }
			}
			if err := comesTrue(ctx, "the owner hears of it", func() bool { return told("кончилось место")(owner.Messages()) }); err != nil {
				t.Fatal(err)
			}
			if page := w.console(ctx, "/console/"); !strings.Contains(page, "кончилось место") {
				t.Error("the console does not say so")
			}
			w.room(unix.RLIM_INFINITY)
			w.readyIs(ctx, "ready")
			if err := comesTrue(ctx, "the owner hears that it is over", func() bool { return told("Место есть")(owner.Messages()) }); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(<-bought, anna.finish(ctx)); err != nil {
				t.Fatal(err)
			}
			w.settled(ctx)
			w.stop()
			if n := shows(owner.Messages(), "кончилось место"); n != 1 {
				t.Errorf("the owner was told %d times", n)
			}
			both := []*customer{anna, boris}
			w.onceEach(anna)
			w.onceEach(boris)
			w.judgeMoney(both)
			w.judgeMirror(both)
		})
	}
}

// shows is how many messages hold a text.
func shows(screen []telegramtest.Message, part string) (n int) {
	for _, m := range screen {
		if strings.Contains(m.Text, part) {
			n++
		}
	}
	return n
}

// readyIs waits until /readyz says so.
func (w *outside) readyIs(ctx context.Context, want string) {
	w.t.Helper()
	body := ""
	for strings.TrimSpace(body) != want {
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			w.t.Fatalf("/readyz says %q, not %q", body, want)
		}
		body, _ = get(ctx, "http://"+w.listen+"/readyz")
	}
}

// TestStartOnAFullDisk says what is the matter, and not that rights are missing.
func TestStartOnAFullDisk(t *testing.T) {
	t.Parallel()
	w, ctx := newSickOutside(t, "polling")
	start := exec.CommandContext(ctx, "sh", "-c", `ulimit -f 0 && exec "$0" run`, os.Args[0])
	start.Env = w.env
	var said strings.Builder
	start.Stdout, start.Stderr = io.Discard, &said
	if err := start.Run(); err == nil {
		t.Fatal("it ran")
	}
	if !strings.Contains(said.String(), "кончилось место") || strings.Contains(said.String(), "права на файл") {
		t.Errorf("it said %s", said.String())
	}
}
