package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestStoppedUnderLoad ends the process in good order again and again while
// customers keep coming: nothing is lost, and, other than after a kill,
// nothing at all is said twice.
func TestStoppedUnderLoad(t *testing.T) {
	t.Parallel()
	w, ctx := newSickOutside(t, "webhook")
	const side = 4
	served := make([][]*customer, side)
	var closed atomic.Bool
	var queue sync.WaitGroup
	t.Cleanup(queue.Wait) // nobody complains after the test
	for i := range side {
		queue.Go(func() {
			for !closed.Load() {
				one := w.customer(int64(30 + i + side*len(served[i])))
				served[i] = append(served[i], one)
				if err := one.buy(ctx); err != nil {
					t.Errorf("customer %d: %v", one.ID(), err)
					return
				}
			}
		})
	}
	for i := range 10 {
		w.start()
		if err := w.answers(ctx); err != nil {
			t.Fatal(err)
		}
		if err := pause(ctx, time.Duration(20+30*i)*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		w.stop()
	}
	closed.Store(true)
	w.start()
	queue.Wait()
	w.settled(ctx)
	w.stop()
	customers := slices.Concat(served...)
	t.Logf("%d customers", len(customers))
	w.judgeMoney(customers)
	w.judgeMirror(customers)
	for _, one := range customers {
		w.onceEach(one)
		w.silent(one.email)
	}
}

// answers waits until the process says that it is well.
func (w *outside) answers(ctx context.Context) error {
	for {
		if body, err := get(ctx, "http://"+w.listen+"/readyz"); err == nil && body == "ready\n" {
			return nil
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
}

// TestSecondProcess starts a second bot on the same database, and then on the
// same address: it says so and ends, and the first one works on.
func TestSecondProcess(t *testing.T) {
	t.Parallel()
	w, ctx := newSickOutside(t, "polling")
	w.start()
	if err := w.answers(ctx); err != nil {
		t.Fatal(err)
	}
	_, printed, code := runOnce(t, w.dir, append(slices.Clone(w.env), "VORONKA_LISTEN=127.0.0.1:0", "VORONKA_LANGUAGE=en"))
	want := "The database " + w.database() + " is in use: another program holds it, most likely a second running bot. Stop that one or set another file in VORONKA_DATABASE.\n"
	if code != exitFault || printed != want {
		t.Errorf("exit status %d, printed %s", code, printed)
	}
	other := filepath.Join(w.dir, "other.db")
	_, printed, code = runOnce(t, w.dir, append(slices.Clone(w.env), "VORONKA_DATABASE="+other))
	want = "Адрес " + w.listen + " занят другой программой. Остановите её или выберите другой порт: run берёт его из VORONKA_LISTEN, demo и fake — из --listen.\n"
	if code != exitFault || printed != want {
		t.Errorf("exit status %d, printed %s", code, printed)
	}
	if _, err := os.Stat(other); err == nil {
		t.Error("a process that cannot listen made a database")
	}
	if err := w.customer(40).buy(ctx); err != nil {
		t.Errorf("the first process: %v", err)
	}
	w.stop()
}

// TestDamagedDatabase starts on a file that is something else.
func TestDamagedDatabase(t *testing.T) {
	t.Parallel()
	w, _ := newSickOutside(t, "polling")
	text := strings.Repeat("Дорогой дневник! ", 1000)
	if err := os.WriteFile(w.database(), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, printed, code := runOnce(t, w.dir, w.env)
	if code != exitFault || !strings.HasPrefix(printed, "Файл "+w.database()+" повреждён или это не база Воронки.") || strings.Contains(printed, "дневник") {
		t.Errorf("exit status %d, printed %s", code, printed)
	}
	if left, err := os.ReadFile(w.database()); err != nil || string(left) != text {
		t.Errorf("the file was changed: %v", err)
	}
}

// TestBrokenFlowKeepsData restarts with a broken flow in the middle of a
// dialog: its line is named, nothing starts, nothing is touched; mended, the
// dialog goes on where it stood.
func TestBrokenFlowKeepsData(t *testing.T) {
	t.Parallel()
	w, ctx := newSickOutside(t, "polling")
	w.start()
	anna := w.customer(41)
	anna.did(anna.Start(""))
	for _, label := range []string{"За вечер · 990 ₽", "Беру за 990 ₽"} {
		if err := anna.press(ctx, label); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := anna.WaitForText(ctx, "Напишите вашу почту"); err != nil {
		t.Fatal(err)
	}
	w.settled(ctx)
	w.stop()

	file := filepath.Join(w.dir, "flows", "course.yaml")
	right, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(w.database())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(right), "\n")
	at := slices.Index(lines, "    next: phone")
	lines[at] = "    next: fone"
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	_, printed, code := runOnce(t, w.dir, w.env)
	if code != exitFault || !strings.Contains(printed, "flows/course.yaml:"+strconv.Itoa(at+1)+":11: ошибка: нет состояния «fone», может быть, «phone»?") {
		t.Errorf("exit status %d, printed %s", code, printed)
	}
	if listener, err := net.Listen("tcp", w.listen); err != nil {
		t.Errorf("something listens: %v", err)
	} else {
		listener.Close()
	}
	if after, err := os.ReadFile(w.database()); err != nil || !slices.Equal(before, after) {
		t.Errorf("the database was touched: %v", err)
	}

	if err := os.WriteFile(file, right, 0o600); err != nil {
		t.Fatal(err)
	}
	w.start()
	anna.did(anna.Send(anna.email))
	if _, err := anna.WaitForText(ctx, "И телефон"); err != nil {
		t.Fatal(err)
	}
	anna.did(anna.ShareContact("+79120000041"))
	if err := anna.finish(ctx); err != nil {
		t.Fatal(err)
	}
	w.settled(ctx)
	w.stop()
	w.onceEach(anna)
	w.judgeOne(anna)
}
