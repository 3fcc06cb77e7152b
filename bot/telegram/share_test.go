package telegram

import (
	"math"
	"testing"
	"time"

	core "voronka/bot"
)

// TestProcessesShareTheBudget lets three processes of one bot send what nobody
// waits for: one that is alone with it has all of the budget, two that have much
// to say share it, and together they never take more for longer than a moment.
func TestProcessesShareTheBudget(t *testing.T) {
	t.Parallel()
	now := noon()
	clock := func() time.Time { return now }
	all := []*pace{newPace(30, clock), newPace(30, clock), newPace(30, clock)}
	var chat int64
	second := func(wants ...int) (sent []int) {
		sent = make([]int, len(all))
		for range 20 { // the requests of a second come all through it
			now = now.Add(50 * time.Millisecond)
			for i, p := range all {
				for sent[i] < wants[i] && p.room(core.Unasked) > 0 {
					chat++
					if wait, _ := p.reserve(chat, unasked()); wait > 0 {
						t.Fatalf("there was room, but it waits %v", wait)
					}
					sent[i]++
				}
			}
		}
		var spent []float64
		total := 0.0
		for _, p := range all {
			spent = append(spent, p.spend())
			total += spent[len(spent)-1]
		}
		for i, p := range all {
			p.share(len(all), total-spent[i])
		}
		return sent
	}
	for step, one := range []struct{ wants, least, most []int }{
		{[]int{0, 0, 0}, []int{0, 0, 0}, []int{0, 0, 0}},
		{[]int{20, 0, 0}, []int{20, 0, 0}, []int{20, 0, 0}},
		{[]int{99, 0, 0}, []int{30, 0, 0}, []int{60, 0, 0}}, // with what was saved for a burst
		{[]int{99, 0, 0}, []int{29, 0, 0}, []int{31, 0, 0}},
		{[]int{99, 99, 0}, []int{29, 10, 0}, []int{31, 20, 0}}, // the second has an equal part at once
		{[]int{99, 99, 0}, []int{10, 9, 0}, []int{21, 16, 0}},
		{[]int{99, 99, 99}, []int{9, 9, 9}, []int{21, 21, 21}},
		{[]int{99, 99, 99}, []int{9, 9, 9}, []int{16, 16, 16}},
		{[]int{99, 99, 99}, []int{9, 9, 9}, []int{12, 12, 12}},
		{[]int{0, 0, 99}, []int{0, 0, 9}, []int{0, 0, 12}},
		{[]int{0, 0, 99}, []int{0, 0, 29}, []int{0, 0, 31}},
	} {
		for i, n := range second(one.wants...) {
			if n < one.least[i] || n > one.most[i] {
				t.Errorf("second %d: process %d sent %d, want %d to %d", step, i, n, one.least[i], one.most[i])
			}
		}
	}
}

// TestShareWithoutLimits divides what has no end.
func TestShareWithoutLimits(t *testing.T) {
	t.Parallel()
	p := newPace(0, noon)
	p.share(3, 100)
	if p.room(core.Bulk) != math.MaxInt32 || p.spend() != 0 {
		t.Error("a sender without limits got one")
	}
}
