package postgres

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// lanesQueue is River's queue of lanes that nobody holds.
const lanesQueue = "lanes"

// laneArgs is a River job: somebody is to drain a lane.
type laneArgs struct {
	Lane string `json:"lane"`
}

// Kind implements river.JobArgs.
func (laneArgs) Kind() string { return "lane" }

// laneWorker takes lanes for a replica, whose runner then drains them.
type laneWorker struct {
	river.WorkerDefaults[laneArgs]
	replica *Replica
}

// Work implements river.Worker. A lane that somebody else has by now is none of
// our business.
func (w *laneWorker) Work(ctx context.Context, job *river.Job[laneArgs]) error {
	id := w.replica.standing()
	if id == "" {
		return errOutOfTerm
	}
	tag, err := w.replica.store.pool.Exec(ctx, `update lanes set owner = $1, offered = null where lane = $2 and owner = ''
		and exists (select from replicas where id = $1 for key share)`, id, job.Args.Lane)
	if err == nil && tag.RowsAffected() > 0 {
		w.replica.wake()
	}
	return err
}

// startRiver lets River hand lanes to this replica.
func (r *Replica) startRiver(ctx context.Context) error {
	if err := byTurns(ctx, r.store.pool, migrateRiver); err != nil {
		return err
	}
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, &laneWorker{replica: r}); err != nil {
		return err
	}
	client, err := river.NewClient(riverpgxv5.New(r.store.pool), &river.Config{
		Queues:  map[string]river.QueueConfig{lanesQueue: {MaxWorkers: 64}},
		Workers: workers, Logger: quiet(r.log), ID: r.id,
		// What a job asks for is one statement; the lane is offered again anyway.
		JobTimeout: 5 * time.Second, RescueStuckJobsAfter: 15 * time.Second, MaxAttempts: 1,
		CompletedJobRetentionPeriod: time.Minute, DiscardedJobRetentionPeriod: time.Minute,
	})
	if err != nil {
		return err
	}
	r.river = client
	return client.Start(context.WithoutCancel(ctx))
}

// hand gives lanes to River.
func (r *Replica) hand(ctx context.Context, lanes []string) error {
	jobs := make([]river.InsertManyParams, len(lanes))
	for i, lane := range lanes {
		jobs[i] = river.InsertManyParams{Args: laneArgs{lane}, InsertOpts: &river.InsertOpts{Queue: lanesQueue}}
	}
	_, err := r.river.InsertMany(ctx, jobs)
	return err
}

// migrateRiver brings River's own tables up to date.
func migrateRiver(ctx context.Context, pool *pgxpool.Pool) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// quiet lets River say what somebody may have to know. All that it fails at is
// tried again by itself: it is a warning at most.
func quiet(log *slog.Logger) *slog.Logger {
	return slog.New(warnings{log.Handler()}).With("from", "river")
}

type warnings struct{ slog.Handler }

// Enabled implements slog.Handler.
func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, slog.LevelWarn)
}

// Handle implements slog.Handler.
func (w warnings) Handle(ctx context.Context, r slog.Record) error {
	r.Level = min(r.Level, slog.LevelWarn)
	return w.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
