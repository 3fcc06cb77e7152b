package postgres

import (
	"strings"
	"time"

	"voronka/internal/outbox"
)

// findReady looks at all lanes, whoever holds them.
const findReady = `
	select lane, at from lanes where not (lane = any($2::text[])) and not (destination = any($3::text[]))
	order by at, lane limit $1`

// findMine looks at the lanes of one replica, at each destination by itself: a
// crowded one does not hide the others. The destinations are found by leaps over
// the index.
const findMine = `
	with recursive d(name) as (
		(select destination from lanes where owner = $4 order by destination limit 1)
		union all
		select (select destination from lanes where owner = $4 and destination > d.name order by destination limit 1)
		from d where d.name is not null
	)
	select l.lane, l.at from d cross join lateral (
		select lane, at from lanes where owner = $4 and destination = d.name and not (lane = any($2::text[]))
		order by at, lane limit $1
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
	sql, args := findReady, []any{limit + 1, skipped, whole}
	if t.replica != "" {
		sql, args = findMine, append(args, t.replica)
	}
	names, next, err := t.upcoming(now, limit, sql, args...)
	for _, lane := range names {
		lanes = append(lanes, outbox.Lane(lane))
	}
	return lanes, next, err
}

// destination is the one of a lane by its name in the database.
func destination(lane string) string { return name(outbox.Lane(unname(lane)).Destination()) }
