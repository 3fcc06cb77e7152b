package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"voronka/bot/telegramtest"
	"voronka/crm/amocrmtest"
	"voronka/flows/catalog"
	"voronka/payments/tbanktest"
	"voronka/storage"
)

// TestMain lets the tests run the command as a process of its own: the test
// binary started with VORONKA_TEST_COMMAND set is voronka itself.
func TestMain(m *testing.M) {
	if os.Getenv("VORONKA_TEST_COMMAND") != "" {
		os.Exit(process(testClock()))
	}
	os.Exit(m.Run())
}

// deadline is how long a test waits for what must come: on a busy machine, under
// the race detector, too.
const deadline = 5 * time.Minute

// outside is the world that a voronka process lives in. It outlives every process.
type outside struct {
	t        *testing.T
	dir      string
	listen   string
	telegram *telegramtest.Server
	bank     *tbanktest.Server
	amo      *amocrmtest.Server
	env      []string
	process  *exec.Cmd
	log      *os.File
	// shared is the address of a database that several processes share, empty
	// for a file.
	shared string
	// clock is that of the next process, as clockVariable has it.
	clock string
	// goaway is after how many requests overHTTP2 ends a connection, 0: never.
	goaway atomic.Int64
	// amoAway and withdraw are what the weather has to take back; see change.
	amoAway  bool
	withdraw []func()
	// cuts are the kills, and what else may cut a sending off; wrongClocks are when
	// a process began whose clock is wrong.
	cuts, wrongClocks cuts
	// hands are when the clerk had something sent again.
	hands cuts
}

// newOutside opens the fakes and lays out a project with the catalog's course.
func newOutside(t *testing.T, mode string) *outside {
	t.Helper()
	w := &outside{t: t, dir: t.TempDir(), listen: freeAddress(t)}
	w.telegram = telegramtest.New(telegramtest.Config{Backoff: func(int) time.Duration { return 100 * time.Millisecond }})
	w.telegram.Channel(-1001000000001, "Группа")
	w.bank = tbanktest.New(tbanktest.Config{
		Terminals:  []tbanktest.Terminal{{Key: "TestDEMO", Password: "bank-secret-password"}},
		RetryAfter: patience,
	})
	w.amo = amocrmtest.New(amocrmtest.Config{Token: "amo-secret-token"})
	t.Cleanup(func() { w.telegram.Close(); w.bank.Close(); w.amo.Close() })
	if err := os.CopyFS(filepath.Join(w.dir, "flows"), catalog.FS); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(w.dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	w.log = log
	w.env = append(os.Environ(), "VORONKA_TEST_COMMAND=1",
		"VORONKA_FLOWS="+filepath.Join(w.dir, "flows"), "VORONKA_DATABASE="+w.database(), "VORONKA_LISTEN="+w.listen,
		"VORONKA_PUBLIC_URL=http://"+w.listen, "VORONKA_TELEGRAM_MODE="+mode, "VORONKA_TELEGRAM_SECRET=hook-secret",
		"VORONKA_TELEGRAM_TOKEN="+w.telegram.Token(), "VORONKA_TELEGRAM_API="+serveFake(t, w.telegram),
		"VORONKA_TBANK_TERMINAL=TestDEMO", "VORONKA_TBANK_PASSWORD=bank-secret-password", "VORONKA_TBANK_API="+serveFake(t, w.bank)+"/v2",
		"VORONKA_AMOCRM_URL="+serveFake(t, w.amo), "VORONKA_AMOCRM_TOKEN=amo-secret-token", "VORONKA_AMOCRM_RATE=500",
		"VORONKA_CONSOLE_PASSWORD=console-password", "VORONKA_TIMEZONE=Europe/Moscow", "VORONKA_LANGUAGE=ru")
	return w
}

// patience is how long the bank waits before it tells again what was not
// answered with OK. What was forged never is: after a thousand kills there are
// hundreds of those.
func patience(attempts int) time.Duration {
	return min(100*time.Millisecond<<min(attempts/2, 10), time.Minute)
}

func serveFake(t *testing.T, handler http.Handler) string {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// freeAddress is one that stays free while nobody of the test listens there. Its
// port lies below those that systems give to connections and to ":0" (32768 on
// Linux, 49152 elsewhere), and a UDP socket keeps other tests away from it.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 1000 {
		address := fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(22_000))
		kept, err := net.ListenPacket("udp", address)
		if err != nil {
			continue
		}
		listener, err := net.Listen("tcp", address)
		if err != nil {
			kept.Close()
			continue
		}
		listener.Close()
		t.Cleanup(func() { kept.Close() })
		return address
	}
	t.Fatal("no port is free")
	return ""
}

func (w *outside) database() string { return filepath.Join(w.dir, "voronka.db") }

// start runs voronka as a process.
func (w *outside) start() {
	w.t.Helper()
	w.process = exec.Command(os.Args[0], "run")
	w.process.Env = append(w.env[:len(w.env):len(w.env)], clockVariable+"="+w.clock)
	w.process.Stdout, w.process.Stderr = w.log, w.log
	if w.clock != "" {
		w.wrongClocks.now()
	}
	if err := w.process.Start(); err != nil {
		w.t.Fatal(err)
	}
}

// kill ends the process as a power cut would; one that was stopped is left alone.
func (w *outside) kill() {
	if w.process.ProcessState != nil {
		return
	}
	w.process.Process.Kill()
	w.process.Wait()
	w.cuts.now()
	if w.process.ProcessState.Exited() {
		w.t.Errorf("voronka ended by itself: %v\n%s", w.process.ProcessState, w.logs())
	}
}

// stop ends it in good order.
func (w *outside) stop() {
	w.t.Helper()
	w.process.Process.Signal(os.Interrupt)
	if err := w.process.Wait(); err != nil {
		w.t.Errorf("voronka did not stop in good order: %v\n%s", err, w.logs())
	}
}

func (w *outside) logs() string {
	content, err := os.ReadFile(w.log.Name())
	if err != nil {
		return err.Error()
	}
	return string(content)
}

// idle waits until the process answers that no job waits.
func (w *outside) idle(ctx context.Context) error {
	for {
		if w.waiting(ctx) == "voronka_jobs_waiting 0" {
			return nil
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return fmt.Errorf("jobs still wait: %s: %w", w.waiting(context.WithoutCancel(ctx)), err)
		}
	}
}

func (w *outside) waiting(ctx context.Context) string {
	body, err := get(ctx, "http://"+w.listen+"/metrics")
	if err != nil {
		return err.Error()
	}
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, "voronka_jobs_waiting ") {
			return strings.TrimSpace(line)
		}
	}
	return "no metric"
}

func get(ctx context.Context, address string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

// pause waits on a timer; there is nothing in another process to wait on.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// read opens the database after the process has ended.
func (w *outside) read(look func(storage.Tx) error) {
	w.t.Helper()
	store, err := openDatabase(context.Background(), cmp.Or(w.shared, w.database()))
	if err != nil {
		w.t.Fatal(err)
	}
	defer store.Close()
	if err := store.View(context.Background(), look); err != nil {
		w.t.Fatal(err)
	}
}
