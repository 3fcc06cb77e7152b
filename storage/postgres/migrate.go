package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
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

// migrate brings the tables up to date; processes that start together wait for
// the one that does it.
func migrate(ctx context.Context, config *pgx.ConnConfig) (err error) {
	db := stdlib.OpenDB(*config)
	defer func() { err = errors.Join(err, db.Close()) }()
	var encoding string
	if err := db.QueryRowContext(ctx, "show server_encoding").Scan(&encoding); err != nil {
		return err
	}
	if encoding != "UTF8" {
		return fmt.Errorf("%w: %s", ErrEncoding, encoding)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	guard, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, guard.Close()) }()
	if _, err := guard.ExecContext(ctx, "select pg_advisory_lock(hashtext('voronka_versions'), hashtext(current_schema()))"); err != nil {
		return err
	}
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
