package telegram

import (
	"container/heap"
	"testing"
	"time"

	core "voronka/bot"
)

// returns are when those who were sent away come back, the earliest first.
type returns []visit

type visit struct {
	at   time.Time
	chat int64
}

func (r returns) Len() int           { return len(r) }
func (r returns) Less(i, j int) bool { return r[i].at.Before(r[j].at) }
func (r returns) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *returns) Push(v any)        { *r = append(*r, v.(visit)) }
func (r *returns) Pop() (last any) {
	last = (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}

// TestCrowdComesBackInTurn has five thousand messages at one moment, as when a
// manager moves a whole stage in the CRM: each that is sent away is a write to
// the store, so that hardly any is sent away twice; and no second stays unused.
func TestCrowdComesBackInTurn(t *testing.T) {
	t.Parallel()
	const crowd, rate = 5000, 30
	for _, of := range []core.Pace{unasked(), bulk()} {
		begun := noon()
		now := begun
		p := newPace(rate, func() time.Time { return now })
		var waiting returns
		for chat := range int64(crowd) {
			waiting = append(waiting, visit{begun, chat})
		}
		asked, last := 0, begun
		for len(waiting) > 0 {
			next := heap.Pop(&waiting).(visit)
			now = next.at
			asked++
			wait, why := p.reserve(next.chat, of)
			if why != "" {
				heap.Push(&waiting, visit{now.Add(wait), next.chat})
			} else if left := now.Add(wait); left.After(last) {
				last = left
			}
		}
		least := time.Duration(crowd-rate) * time.Second / rate
		if of.Urgency == core.Bulk {
			least = time.Duration(float64(least) / bulkShare)
		}
		if took := last.Sub(begun); took > least*21/20 {
			t.Errorf("%+v: it took %v, want about %v", of, took, least)
		}
		if asked > crowd*5/2 {
			t.Errorf("%+v: %d messages asked %d times", of, crowd, asked)
		}
	}
}
