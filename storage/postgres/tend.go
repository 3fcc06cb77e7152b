package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// offerLimit is how many lanes are offered at once.
const offerLimit = 1000

// tend is the leader's care for the others: lanes of replicas that are dead are
// freed, and lanes that nobody holds are offered.
func (r *Replica) tend(ctx context.Context) error {
	r.mu.Lock()
	steady, self := r.settled(), r.id
	r.mu.Unlock()
	if !steady {
		return r.offer(ctx)
	}
	rows, err := r.store.pool.Query(ctx, "select id from replicas where id <> $1 and (until < now() or "+gone("id", "until", 2, 3)+")",
		self, steady, r.store.options.Term-silence)
	if err != nil {
		return err
	}
	dead, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, id := range dead {
		r.log.Warn("a replica is gone; others take its lanes", "replica", id)
		if err := r.store.bury(ctx, id); err != nil {
			return err
		}
	}
	return r.offer(ctx)
}

// bury forgets a replica and frees what it held.
func (s *Store) bury(ctx context.Context, id string) error {
	b := &pgx.Batch{}
	b.Queue("begin")
	b.Queue(lockQuery) // lanes are written under the lock alone
	b.Queue("delete from leases where holder = $1", id)
	b.Queue("delete from replicas where id = $1", id)
	b.Queue("update lanes set owner = '', offered = null where owner = $1", id)
	b.Queue("commit")
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		_, _ = conn.Exec(ctx, "rollback")
		return err
	}
	return nil
}

// offer puts up the lanes that are due and that nobody holds, again after a
// while: whoever took one may have died before it was his.
func (r *Replica) offer(ctx context.Context) error {
	rows, err := r.store.pool.Query(ctx, `
		update lanes set offered = now() where lane in (
			select lane from lanes where owner = '' and at <= now() and (offered is null or offered < now() - interval '3 seconds')
			order by at limit $1 for update skip locked
		) returning lane`, offerLimit)
	if err != nil {
		return err
	}
	free, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(free) == 0 {
		return err
	}
	return r.hand(ctx, free)
}
