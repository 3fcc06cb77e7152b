package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// offerLimit is how many lanes are offered at once.
const offerLimit = 1000

// forgotten are those who hold lanes and are no replicas: what they did after
// they were buried. The index is leapt over from one to the next.
const forgotten = `(
	with recursive o(owner) as (
		select min(owner) from lanes where owner > ''
		union all
		select (select min(owner) from lanes where owner > o.owner) from o where o.owner is not null
	)
	select owner from o where owner is not null and not exists (select from replicas where id = owner))`

// tend is the leader's care for the others: lanes of replicas that are dead are
// freed, and lanes that nobody holds are offered.
func (r *Replica) tend(ctx context.Context) error {
	r.mu.Lock()
	steady, self := r.settled(), r.id
	r.mu.Unlock()
	if !steady {
		return r.offer(ctx)
	}
	rows, err := r.store.pool.Query(ctx, "select id from replicas where id <> $1 and (until < now() or "+gone("id", "until", 2, 3)+")"+
		" union "+forgotten, self, steady, r.store.options.Term-silence)
	if err != nil {
		return err
	}
	dead, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	if len(dead) > 0 {
		r.log.Warn("replicas are gone; others take their lanes", "replicas", dead)
		if err := r.store.bury(ctx, dead, self, r.store.options.Term-silence); err != nil {
			return err
		}
		r.wake()
	}
	return r.offer(ctx)
}

// bury forgets replicas and frees what they held: for everybody to take, or for
// an heir where that is the only one left. Those are spared whose word holds for
// longer than rest: while the lock was waited for, they were heard again.
func (s *Store) bury(ctx context.Context, ids []string, heir string, rest time.Duration) error {
	b := &pgx.Batch{}
	b.Queue("begin")
	b.Queue(lockQuery) // lanes are written under the lock alone
	b.Queue("delete from replicas where id = any($1) and until <= clock_timestamp() + $2", ids, rest)
	b.Queue("delete from leases where holder = any($1) and not exists (select from replicas where id = holder)", ids)
	b.Queue(`update lanes set offered = null, owner = case when exists (select from replicas where id = $2)
		and not exists (select from replicas where id <> $2) then $2 else '' end
		where owner = any($1) and not exists (select from replicas where id = owner)`, ids, heir)
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
