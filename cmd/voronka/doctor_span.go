package main

import (
	"strings"
	"time"
)

// span says how long something is, in its two largest units: "2 ч 5 мин".
func (d *doctor) span(long time.Duration) string {
	var parts []string
	for _, unit := range []struct {
		key  string
		long time.Duration
	}{{"days", 24 * time.Hour}, {"hours", time.Hour}, {"minutes", time.Minute}, {"seconds", time.Second}} {
		n := long / unit.long
		if long -= n * unit.long; n > 0 && len(parts) < 2 {
			parts = append(parts, d.text("doctor.span."+unit.key, map[string]any{"Number": int(n)}))
		} else if len(parts) > 0 {
			break
		}
	}
	if len(parts) == 0 {
		return d.text("doctor.span.seconds", map[string]any{"Number": 0})
	}
	return strings.Join(parts, " ")
}
