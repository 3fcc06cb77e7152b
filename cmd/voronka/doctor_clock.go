package main

import (
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"
)

// clocks remembers how far ahead of others our clock is.
type clocks struct {
	now   func() time.Time
	mu    sync.Mutex
	skews map[string]time.Duration
}

// clockReader compares the Date of each answer with our own clock (RFC 9110, 6.6.1).
type clockReader struct {
	name   string
	clocks *clocks
	next   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (r *clockReader) RoundTrip(request *http.Request) (*http.Response, error) {
	next := r.next
	if next == nil {
		next = http.DefaultTransport
	}
	asked := r.clocks.now()
	answer, err := next.RoundTrip(request)
	if err != nil {
		return answer, err
	}
	if theirs, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		ours := asked.Add(r.clocks.now().Sub(asked) / 2)
		r.clocks.mu.Lock()
		defer r.clocks.mu.Unlock()
		r.clocks.skews[r.name] = ours.Sub(theirs)
	}
	return answer, nil
}

// longestSkew is how wrong our clock may be before timers and the expiry of
// links are noticeably off.
const longestSkew = 30 * time.Second

func (d *doctor) lookAtClock() {
	if len(d.clocks.skews) == 0 {
		return
	}
	right := true
	for _, name := range slices.Sorted(maps.Keys(d.clocks.skews)) {
		skew := d.clocks.skews[name].Round(time.Second)
		if skew.Abs() <= longestSkew {
			continue
		}
		right = false
		code := "clock_ahead"
		if skew < 0 {
			code = "clock_behind"
		}
		d.note("clock", faulty, code, map[string]any{"Name": name, "Skew": d.span(skew.Abs())})
	}
	if right {
		d.note("clock", well, "clock_right", nil)
	}
}
