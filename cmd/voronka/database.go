package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"voronka/storage"
	"voronka/storage/bolt"
	"voronka/storage/postgres"
)

// shared tells whether a database is one that many processes share: the
// address of a PostgreSQL, other than a file.
func shared(database string) bool {
	return strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
}

// databaseAddress tells whether a text is the address of a PostgreSQL database.
func databaseAddress(text string) bool {
	_, err := pgxpool.ParseConfig(text)
	return shared(text) && err == nil
}

// place is a database as it may be shown: an address without its password.
func place(database string) string {
	if !shared(database) {
		return database
	}
	config, err := pgxpool.ParseConfig(database)
	if err != nil {
		return "PostgreSQL"
	}
	return config.ConnConfig.Database + " @ " + config.ConnConfig.Host
}

// openDatabase opens a database for a command of its own.
func openDatabase(ctx context.Context, database string) (storage.Store, error) {
	if shared(database) {
		return postgres.Open(ctx, database, postgres.Options{})
	}
	return bolt.Open(database, bolt.Options{})
}

// openExisting opens a database that has to be there. A file that a running bot
// holds is said to be busy: a copy of it tells the same.
func openExisting(ctx context.Context, database string) (storage.Store, error) {
	if !shared(database) {
		if _, err := os.Stat(database); err != nil {
			return nil, &spoken{"plan.no_database", map[string]any{"Path": database}, err}
		}
	}
	store, err := openDatabase(ctx, database)
	if errors.Is(err, bolt.ErrLocked) {
		return nil, &spoken{"plan.busy", map[string]any{"Path": database}, err}
	}
	if err != nil {
		return nil, unusable(database, err)
	}
	return store, nil
}
