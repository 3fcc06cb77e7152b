package flows_test

import (
	"testing"
	"time"

	"voronka/flows"
)

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"0s": 0, "30s": 30 * time.Second, "1h30m": 90 * time.Minute, " 3d ": 72 * time.Hour, "2w 1d": 15 * 24 * time.Hour,
		"": -1, "30": -1, "-5m": -1, "5 минут": -1, "1.5h": -1, "999999w": -1, "999999999s": -1, "520w": 520 * 7 * 24 * time.Hour, "530w": -1,
	} {
		got, ok := flows.ParseDuration(text)
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("%q: got %v, %v", text, got, ok)
		}
	}
}

func TestFormatDuration(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]time.Duration{
		"0s": 0, "30s": 30 * time.Second, "1d12h": 36 * time.Hour, "90d": 90 * 24 * time.Hour, "1h1m1s": 3661 * time.Second,
	} {
		if got := flows.FormatDuration(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
		if back, ok := flows.ParseDuration(flows.FormatDuration(d)); !ok || back != d {
			t.Errorf("%v does not come back", d)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"email", "phone", "pay", "thanks", "usn_income", "osn", "состояние"}
	for word, want := range map[string]string{
		"emial": "email", "Email": "email", "fone": "phone", "usn": "usn_income", "сотсояние": "состояние", "": "", "xyzzy": "", "py": "pay",
	} {
		if got := flows.Nearest(word, known); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}
