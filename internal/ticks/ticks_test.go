package ticks_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"voronka/internal/ticks"
)

// TestTheTickAfterAPanicComes also shows where it was, and nothing that a
// customer said.
func TestTheTickAfterAPanicComes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var none map[string]int
		done := 0
		stop, err := ticks.Start(slog.New(slog.NewTextHandler(&log, nil)), ticks.Tick{Name: "look", Spec: "@every 1m", Do: func() {
			switch done++; done {
			case 1:
				panic("my number is 4242")
			case 2:
				none["a"]++
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(3*time.Minute + time.Second)
		stop()
		if done != 3 {
			t.Errorf("done %d times", done)
		}
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		if len(lines) != 2 || !strings.Contains(lines[0], "panic=string") || !strings.Contains(lines[1], "nil map") {
			t.Fatalf("logged:\n%s", log.String())
		}
		for _, line := range lines {
			if !strings.Contains(line, "tick=look") || !strings.Contains(line, "ticks_test.go") || strings.Contains(line, "4242") {
				t.Errorf("logged: %s", line)
			}
		}
	})
}

// TestNoTickBesideItself holds one up for as long as three last.
func TestNoTickBesideItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun := 0
		stop, err := ticks.Start(slog.New(slog.DiscardHandler), ticks.Tick{Name: "slow", Spec: "@every 1s", Do: func() {
			if begun++; begun == 1 {
				<-time.After(2500 * time.Millisecond)
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(4500 * time.Millisecond)
		stop()
		if begun != 2 {
			t.Errorf("begun %d times", begun)
		}
	})
}

func TestAWrongExpressionIsTold(t *testing.T) {
	t.Parallel()
	_, err := ticks.Start(slog.New(slog.DiscardHandler), ticks.Tick{Name: "look", Spec: "every minute", Do: func() {}})
	if err == nil || !strings.Contains(err.Error(), "look") {
		t.Errorf("got %v", err)
	}
}
