package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"syscall"
	"testing"
	"time"

	"voronka/bot"
	"voronka/storage"
)

// refusing is a store that answers what err says.
type refusing struct {
	storage.Store
	err   error
	tries int
}

func (r *refusing) Update(context.Context, func(storage.Tx) error) error {
	r.tries++
	return r.err
}

func TestPen(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	store := &refusing{}
	p := newPen(store, func() time.Time { return now })
	check := func(when string, wantErr bool, trouble string, tries int) {
		t.Helper()
		if err := p.writes(t.Context()); (err != nil) != wantErr || p.trouble() != trouble || store.tries != tries {
			t.Errorf("%s: %v, %q, tried %d times", when, err, p.trouble(), store.tries)
		}
	}
	check("at first", false, "", 1)
	check("a moment later", false, "", 1)
	p.failed(errors.New("a mistake of one turn"))
	check("after a mistake", false, "", 1)
	p.failed(syscall.ENOSPC)
	now = now.Add(penRetry)
	check("a turn had no room, a few bytes have", true, "disk_full", 2)
	now = now.Add(penMemory)
	check("no turn was refused for a minute", false, "", 3)
	store.err, now = syscall.EROFS, now.Add(penRest)
	check("read-only", true, "disk_read_only", 4)
	store.err, now = nil, now.Add(penRetry)
	check("mounted again", false, "", 5)
	store.err, now = context.DeadlineExceeded, now.Add(penRest)
	check("slow", true, "", 6)
	now = now.Add(penWorry)
	check("slow for long", true, "database_unwritten", 7)
	store.err, now = nil, now.Add(-time.Hour)
	check("the clock is set back", false, "", 8)
}

// TestCryIsHeardOnce: past the queue the owner hears of a database once, and
// once that it is over; what can wait is not told.
func TestCryIsHeardOnce(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var said []string
	deaf := true
	c := &cry{now: func() time.Time { return now }, log: slog.New(slog.DiscardHandler), heard: map[string]heard{}}
	c.tell = func(_ context.Context, text string) error {
		if deaf {
			return errors.New("telegram is away")
		}
		said = append(said, text)
		return nil
	}
	full := []bot.Alarm{{Cause: "cli.disk_full", Text: "full", Over: "room"}, {Cause: "amocrm.crm_denied", Text: "denied"}}
	round := func(wrong []bot.Alarm) {
		c.out(t.Context(), c.without(wrong))
		c.calm(t.Context(), wrong)
	}
	round(full)
	deaf = false
	for range 3 {
		round(full)
	}
	for range 2 {
		round(nil)
	}
	round(full) // again within the hour
	now = now.Add(cryAgain)
	round(full)
	if got := strings.Join(said, " "); got != "full room full" {
		t.Errorf("the owner heard %q", got)
	}
}
