package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// present begins the names of replicas that hold a lock by their name, on a
	// connection of their own: it is gone in the moment in which they die.
	present = "p-"
	// silence is for how long a replica whose lock is gone has not been heard when
	// others take what it has; one that lost a connection is back before.
	silence = 1200 * time.Millisecond
	// alone is how long it believes itself, after it was heard last, that nobody
	// has, once its connection is lost.
	alone = 800 * time.Millisecond
	// again is how soon it tries to be heard after that.
	again = 100 * time.Millisecond
	// recovery is how long the database must have been well before somebody is
	// taken for dead: after a restart everybody gets that long to be heard again.
	recovery = 3 * time.Second
)

// presenceLock is the first key of the locks of replicas.
const presenceLock = "hashtext('voronka replica')"

// gone is an SQL condition: the replica called by the first expression, whose
// word holds until the second one, has died. $%d is whether that may be asked,
// $%d the rest of a word that was not renewed for the time of silence.
func gone(id, until string, may, rest int) string {
	return fmt.Sprintf(`case when $%d and %s like '%s%%' and %s < now() + $%d
		then pg_try_advisory_xact_lock(%s, hashtext(%s)) else false end`, may, id, present, until, rest, presenceLock, id)
}

// connected gives the connection that tells that the replica is there.
func (r *Replica) connected(ctx context.Context, id string) (*pgx.Conn, error) {
	if r.line != nil && !r.line.IsClosed() {
		return r.line, nil
	}
	conn, err := pgx.ConnectConfig(ctx, r.store.config.ConnConfig.Copy())
	if err != nil {
		return nil, err
	}
	r.line = conn
	return conn, r.hold(ctx, id)
}

// hold takes the lock by the replica's name, beside the one that a connection
// which broke may still have.
func (r *Replica) hold(ctx context.Context, id string) error {
	if !strings.HasPrefix(id, present) {
		return nil
	}
	if _, err := r.line.Exec(ctx, "select pg_advisory_unlock_all(), pg_advisory_lock_shared("+presenceLock+", hashtext($1))", id); err != nil {
		_ = r.line.Close(ctx)
		return err
	}
	return nil
}

// rest waits for the next beat, or until the connection breaks.
func (r *Replica) rest(ctx context.Context, next time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, next)
	defer cancel()
	for r.line != nil && !r.line.IsClosed() {
		_, err := r.line.WaitForNotification(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			r.hangUp()
		}
	}
	r.doubt()
	timer := time.NewTimer(min(next, again))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// doubt shortens the replica's word: it was not heard, or its connection broke.
func (r *Replica) doubt() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if short := r.last.Add(alone); short.Before(r.until) {
		r.until = short
	}
	if r.leads.After(r.until) {
		r.leads = r.until
	}
	r.tell()
}

// tell wakes those who wait for a change of the lead; r.mu is held.
func (r *Replica) tell() {
	close(r.changed)
	r.changed = make(chan struct{})
}
