package main

import (
	"os"
	"strings"
	"time"
)

// clockVariable sets a process's clock wrong: "5m" for all its life, or
// "5m,-3m" to let it jump a fifth of a second after the start.
const clockVariable = "VORONKA_TEST_CLOCK"

// testClock is the clock that the environment asks for, the machine's without.
func testClock() func() time.Time {
	before, after, jumps := strings.Cut(os.Getenv(clockVariable), ",")
	first, err := time.ParseDuration(before)
	if err != nil {
		return time.Now
	}
	then, err := time.ParseDuration(after)
	if !jumps || err != nil {
		then = first
	}
	began := time.Now()
	return func() time.Time {
		now := time.Now()
		if now.Sub(began) < 200*time.Millisecond {
			return now.Add(first)
		}
		return now.Add(then)
	}
}
