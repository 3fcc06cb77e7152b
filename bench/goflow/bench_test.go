package goflow_test

import (
	"runtime"
	"slices"
	"testing"
	"time"
)

// holder plays the talk once.
type holder interface{ hold() ([]string, error) }

func pair(t testing.TB, stored bool) (ours, other holder) {
	t.Helper()
	v, err := newVoronka(stored)
	if err != nil {
		t.Fatal(err)
	}
	g, err := newTheirs(stored)
	if err != nil {
		t.Fatal(err)
	}
	return v, g
}

// TestSameTalk: both engines tell the customer the very same.
func TestSameTalk(t *testing.T) {
	t.Parallel()
	want := []string{"Привет, Анна! Сколько вам лет?", "Напишите число.", "Куда прислать чек?", "Похоже на опечатку.",
		"Анна, берёте курс?", "Не понял.", "Тридцать уроков.", "Спасибо, Анна! Чек придёт на anna@mail.ru."}
	for _, stored := range []bool{false, true} {
		ours, other := pair(t, stored)
		for name, one := range map[string]holder{"voronka": ours, "goflow": other} {
			if said, err := one.hold(); err != nil || !slices.Equal(said, want) {
				t.Errorf("%s (stored: %v): %v\n%q\nwant\n%q", name, stored, err, said, want)
			}
		}
	}
}

// BenchmarkBeside lets both engines hold the same talk in turns on one core,
// first with sessions kept in memory, then with every session read from JSON
// and written back for each input, and gives inputs per second of each and
// their ratio: the best of many batches, so that a busy machine changes little.
func BenchmarkBeside(b *testing.B) {
	for name, stored := range map[string]bool{"memory": false, "stored": true} {
		b.Run(name, func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			ours, other := pair(b, stored)
			const batches, batch = 100, 2
			mine, its := time.Hour, time.Hour
			for b.Loop() {
				for range batches {
					mine, its = min(mine, took(b, ours, batch)), min(its, took(b, other, batch))
				}
			}
			inputs := float64(batch * (len(talk()) + 1))
			b.ReportMetric(inputs/mine.Seconds(), "voronka-inputs/s")
			b.ReportMetric(inputs/its.Seconds(), "goflow-inputs/s")
			b.ReportMetric(float64(its)/float64(mine), "×goflow")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func took(b *testing.B, one holder, rounds int) time.Duration {
	begun := time.Now()
	for range rounds {
		if _, err := one.hold(); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(begun)
}
