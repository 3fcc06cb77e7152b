package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// read is one question about records: those of a kind that have a key or an
// owner. The database is asked many at once.
type read struct {
	kind kind
	how  by
	key  string
}

// sender sends statements together. Both connections and transactions do.
type sender interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// queue adds the questions to a batch, one statement for each kind and way; the
// answers are put into found when the batch is read.
func (s *statements) queue(b *pgx.Batch, reads []read, found map[read][]row) {
	type group struct {
		kind kind
		how  by
	}
	keys := map[group][]string{}
	for _, r := range reads {
		found[r] = nil
		g := group{r.kind, r.how}
		keys[g] = append(keys[g], r.key)
	}
	for g, wanted := range keys {
		b.Queue(s.find[g.kind][g.how], wanted).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				one, err := scan(rows)
				if err != nil {
					return err
				}
				r := read{g.kind, g.how, one.key}
				if g.how != byKey {
					r.key = one.owner
				}
				found[r] = append(found[r], one)
			}
			return rows.Err()
		})
	}
}

// fetch asks the database.
func (s *statements) fetch(ctx context.Context, to sender, reads []read) (map[read][]row, error) {
	found := make(map[read][]row, len(reads))
	b := &pgx.Batch{}
	s.queue(b, reads, found)
	if err := to.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return found, nil
}
