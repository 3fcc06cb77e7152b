package main

import (
	"context"
	"errors"
	"time"

	"voronka/storage/postgres"
)

// lookAtPostgres connects to the database that several processes may share.
func (d *doctor) lookAtPostgres() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	info, err := postgres.Check(ctx, d.Database)
	d.running = info.Replicas > 0
	args := map[string]any{
		"Path": place(d.Database), "Size": megabytes(info.Size), "Contacts": info.Contacts, "Replicas": info.Replicas, "Server": info.Server,
	}
	switch {
	case errors.Is(err, postgres.ErrNewer):
		d.note("database", faulty, "database_newer", args)
	case errors.Is(err, postgres.ErrEncoding):
		d.note("database", faulty, "postgres_encoding", args)
	case err != nil:
		args["Reason"] = err.Error()
		d.noteClosed(postgres.Why(err), args)
		return
	case info.New:
		d.note("database", well, "postgres_new", args)
	case info.Replicas > 0:
		d.note("database", well, "postgres_running", args)
	default:
		d.note("database", well, "postgres_right", args)
	}
	if err == nil {
		d.clocks.skews["PostgreSQL"] = time.Until(d.now()) + info.Ahead
	}
}

// noteClosed tells why the database lets nobody in.
func (d *doctor) noteClosed(why string, args map[string]any) {
	switch why {
	case "":
		d.note("database", faulty, "postgres_closed", args)
	case "starting":
		d.note("database", doubt, "postgres_starting", args)
	default:
		d.note("database", faulty, "postgres_"+why, args)
	}
}
