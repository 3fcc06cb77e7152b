package postgres

import (
	"strings"
	"time"

	"voronka/internal/outbox"
)

// findReady looks at the lanes of each destination by themselves: a crowded one
// does not hide the others. The destinations are found by leaps over the index.
const findReady = `
	with recursive d(name) as (
		(select destination from lanes order by destination limit 1)
		union all
		select (select destination from lanes where destination > d.name order by destination limit 1) from d where d.name is not null
	)
	select l.lane, l.at from d cross join lateral (
		select lane, at from lanes where destination = d.name and not (lane = any($2::text[])) order by at, lane limit $1
	) l
	where d.name is not null and not (d.name = any($3::text[]))
	order by l.at, l.lane limit $1`

func (t *tx) Ready(now time.Time, limit int, skip map[outbox.Lane]bool) (lanes []outbox.Lane, next time.Time, err error) {
	skipped, whole := []string{}, []string{}
	for lane, is := range skip {
		if !is {
			continue
		}
		skipped = append(skipped, name(string(lane)))
		if destination, ok := strings.CutSuffix(string(lane), "/"); ok && lane == outbox.Whole(destination) {
			whole = append(whole, name(destination))
		}
	}
	names, next, err := t.upcoming(now, limit, findReady, limit+1, skipped, whole)
	for _, lane := range names {
		lanes = append(lanes, outbox.Lane(lane))
	}
	return lanes, next, err
}

// destination is the one of a lane by its name in the database.
func destination(lane string) string { return name(outbox.Lane(unname(lane)).Destination()) }
