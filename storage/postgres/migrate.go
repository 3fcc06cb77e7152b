package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// The errors of databases that Open does not take.
var (
	// ErrNewer means that a later Voronka made the tables.
	ErrNewer = errors.New("the database was made by a newer version")
	// ErrEncoding means that the database does not hold every text.
	ErrEncoding = errors.New("the encoding of the database is not UTF8")
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the tables up to date, and then what else there is to do.
func migrate(ctx context.Context, pool *pgxpool.Pool, then func(context.Context, *pgxpool.Pool) error) error {
	var encoding string
	if err := pool.QueryRow(ctx, "show server_encoding").Scan(&encoding); err != nil {
		return err
	}
	if encoding != "UTF8" {
		return fmt.Errorf("%w: %s", ErrEncoding, encoding)
	}
	return byTurns(ctx, pool, func(ctx context.Context, pool *pgxpool.Pool) error {
		if err := migrateRecords(ctx, pool); err != nil {
			return err
		}
		return then(ctx, pool)
	})
}

// byTurns lets processes that start together change the tables one after another.
func byTurns(ctx context.Context, pool *pgxpool.Pool, change func(context.Context, *pgxpool.Pool) error) error {
	const lock, unlock = "select pg_advisory_lock(hashtext('voronka'), hashtext(current_schema()))",
		"select pg_advisory_unlock(hashtext('voronka'), hashtext(current_schema()))"
	guard, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer guard.Release()
	if _, err := guard.Exec(ctx, lock); err != nil {
		return err
	}
	defer func() { _, _ = guard.Exec(context.WithoutCancel(ctx), unlock) }()
	return change(ctx, pool)
}

func migrateRecords(ctx context.Context, pool *pgxpool.Pool) (err error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	db := stdlib.OpenDBFromPool(pool)
	defer func() { err = errors.Join(err, db.Close()) }()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithTableName("voronka_versions"))
	if err != nil {
		return err
	}
	current, known, err := provider.GetVersions(ctx)
	switch {
	case err != nil:
		return err
	case current > known:
		return fmt.Errorf("%w: its tables are version %d, this one reads up to %d", ErrNewer, current, known)
	case current < known:
		_, err = provider.Up(ctx)
	}
	return err
}
