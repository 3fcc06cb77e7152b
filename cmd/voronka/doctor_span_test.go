package main

import (
	"testing"
	"time"
)

func TestDoctorSaysHowLong(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	for long, want := range map[time.Duration]string{
		0: "0 с", 400 * time.Millisecond: "0 с", 40 * time.Second: "40 с", time.Minute: "1 мин", 61 * time.Second: "1 мин 1 с",
		2*time.Hour + 5*time.Minute + time.Second: "2 ч 5 мин", 50 * time.Hour: "2 дн. 2 ч", 48*time.Hour + time.Minute: "2 дн.",
	} {
		if got := c.span(long); got != want {
			t.Errorf("%v: %q, want %q", long, got, want)
		}
	}
}
