package postgres

import (
	"time"

	"github.com/jackc/pgx/v5"
)

// refreshLanes sets the moments of lanes by their first jobs, and takes out
// those that have none. A lane that nobody holds is this replica's from here on,
// unless the others have buried it: they do that under the same lock.
// It tells of the first jobs of the lanes it changed, of this replica's alone.
const refreshLanes = `
	with mine as (
		select coalesce((select id from replicas where id = $3), '') as id
	), heads as (
		select l.lane, l.destination, h.not_before, h.id from unnest($1::text[], $2::text[]) l(lane, destination)
		left join lateral (select not_before, id from jobs where jobs.lane = l.lane order by place limit 1) h on true
	), gone as (
		delete from lanes using heads where lanes.lane = heads.lane and heads.not_before is null
	), kept as (
		insert into lanes (lane, destination, at, owner) select lane, destination, not_before, mine.id from heads, mine where not_before is not null
		on conflict (lane) do update
		set at = excluded.at, owner = case lanes.owner when '' then excluded.owner else lanes.owner end
		where lanes.at <> excluded.at or lanes.owner = '' and excluded.owner <> ''
		returning lane, owner
	)
	select heads.id from kept join heads using (lane) join mine on kept.owner = mine.id where mine.id <> ''`

// write adds the statements that write a layer to a batch. Lanes that nobody
// holds get an owner; first is told of the jobs that stand first in lanes of his.
func (s *statements) write(b *pgx.Batch, l *layer, owner string, first func(row)) {
	var written, gone [kinds][]row
	lanes := map[string]bool{}
	for ref, r := range l.rows {
		if r.gone {
			gone[ref.kind] = append(gone[ref.kind], r)
		} else {
			written[ref.kind] = append(written[ref.kind], r)
		}
		if ref.kind == jobs {
			lanes[r.owner] = true
		}
	}
	for k := range kinds {
		if len(gone[k]) > 0 {
			b.Queue(s.remove[k], texts(gone[k], func(r row) string { return r.key }))
		}
		if len(written[k]) > 0 {
			b.Queue(s.upsert[k], s.arguments(k, written[k])...)
		}
	}
	if len(lanes) > 0 {
		var names, destinations []string
		for lane := range lanes {
			names = append(names, lane)
			destinations = append(destinations, destination(lane))
		}
		b.Queue(refreshLanes, names, destinations, owner).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				var id int64
				if err := rows.Scan(&id); err != nil {
					return err
				}
				if r, written := l.rows[ref{jobs, count(id)}]; written && !r.gone {
					first(r)
				}
			}
			return rows.Err()
		})
	}
}

// arguments are the columns of rows, one array each.
func (s *statements) arguments(k kind, rows []row) []any {
	t := tables()[k]
	var all []any
	if t.key != "" {
		all = append(all, texts(rows, func(r row) string { return r.key }))
	}
	if t.owner != "" {
		all = append(all, texts(rows, func(r row) string { return r.owner }))
	}
	if t.at != "" {
		all = append(all, moments(rows, func(r row) time.Time { return r.at }, false))
	}
	if t.due != "" {
		all = append(all, moments(rows, func(r row) time.Time { return r.due }, true))
	}
	if t.number != "" {
		numbers := make([]int64, len(rows))
		for i, r := range rows {
			numbers[i] = r.number
		}
		all = append(all, numbers)
	}
	if t.body != "" {
		all = append(all, texts(rows, func(r row) string { return r.body }))
	}
	return all
}

func texts(rows []row, part func(row) string) []string {
	all := make([]string, len(rows))
	for i, r := range rows {
		all[i] = part(r)
	}
	return all
}

// moments are a column's; with optional a zero one is none.
func moments(rows []row, part func(row) time.Time, optional bool) []*time.Time {
	all := make([]*time.Time, len(rows))
	for i, r := range rows {
		if at := part(r); !optional || !at.IsZero() {
			all[i] = &at
		}
	}
	return all
}
