package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"voronka/bot"
)

// ask runs a command against the running bot.
func (w *outside) ask(args ...string) (out, failed string, code int) {
	w.t.Helper()
	var told, wrong bytes.Buffer
	process := exec.CommandContext(w.t.Context(), os.Args[0], args...)
	process.Env, process.Stdout, process.Stderr = w.env, &told, &wrong
	if err := process.Run(); process.ProcessState == nil {
		w.t.Fatal(err)
	}
	return told.String(), wrong.String(), process.ProcessState.ExitCode()
}

// TestBroadcastFromTheTerminal counts, sends, kills the bot on the way, and goes
// on: nobody hears it twice, everybody is accounted for, and whoever writes
// meanwhile is answered.
func TestBroadcastFromTheTerminal(t *testing.T) {
	t.Parallel()
	w, ctx := newSickOutside(t, "webhook")
	w.env = append(w.env, "VORONKA_TELEGRAM_RATE=12")
	w.start()
	const crowd = 40
	var all []*customer
	for id := range int64(crowd) {
		one := w.customer(id + 1)
		one.Start("")
		all = append(all, one)
	}
	for _, one := range all {
		if _, err := one.WaitForText(ctx, "Выберите, как вам удобнее"); err != nil {
			t.Fatal(err)
		}
	}
	plan := []string{"broadcast", "send", "--text", "Новость для #{name}", "--id", "news"}
	out, failed, code := w.ask(append(plan, "--dry-run")...)
	if code != exitOK || !strings.Contains(out, "Получат: 40") || !strings.Contains(out, "Новость для Анна 1") {
		t.Fatalf("exit %d: %s%s", code, out, failed)
	}
	if _, failed, code := w.ask("broadcast", "send", "--text", "#{name"); code != exitFault || !strings.Contains(failed, "Текст не собирается") {
		t.Errorf("a wrong text: exit %d, %s", code, failed)
	}
	for range 2 { // repeated by a script that saw no answer
		if _, failed, code := w.ask(plan...); code != exitOK {
			t.Fatalf("exit %d: %s", code, failed)
		}
	}
	heard := func() (n int) {
		for _, one := range all {
			times := 0
			for _, m := range one.Messages() {
				if m.FromBot && strings.HasPrefix(m.Text, "Новость для ") {
					times++
				}
			}
			if times > 1 {
				t.Errorf("customer %d heard it %d times", one.ID(), times)
			}
			n += times
		}
		return n
	}
	for heard() < crowd/4 {
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	w.kill()
	w.start()
	last := all[crowd-1]
	last.Send("Мне нужен человек")
	report := w.broadcast()
	for ; report.Status != bot.BroadcastDone || report.Outcome.Arrived+report.Outcome.Unknown < crowd; report = w.broadcast() {
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			t.Fatalf("%v: %+v\n%s", err, report, w.logs())
		}
	}
	if n := heard(); report.Told != crowd || n < report.Outcome.Arrived || n > report.Outcome.Arrived+report.Outcome.Unknown || report.Outcome.Unknown > 12 {
		t.Errorf("%d heard it, %+v", n, report)
	}
	out, _, _ = w.ask("broadcast", "list")
	if !strings.Contains(out, "news") || !strings.Contains(out, "закончена") {
		t.Errorf("listed as %s", out)
	}
	if _, failed, code := w.ask("broadcast", "stop", "other"); code != exitFault || !strings.Contains(failed, "«other» нет") {
		t.Errorf("an unknown one: exit %d, %s", code, failed)
	}
	w.stop()
}

// broadcast is the newest one, as a program reads it; zero while the bot is silent.
func (w *outside) broadcast() bot.BroadcastReport {
	w.t.Helper()
	out, _, code := w.ask("broadcast", "list", "--json")
	var all []bot.BroadcastReport
	if code != exitOK {
		return bot.BroadcastReport{}
	}
	if err := json.Unmarshal([]byte(out), &all); err != nil || len(all) != 1 {
		w.t.Fatalf("%v: %s", err, out)
	}
	return all[0]
}
