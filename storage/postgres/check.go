package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Info is what Check found in a database.
type Info struct {
	// Server is the version of PostgreSQL: "15.13".
	Server string
	// New is set where Voronka has made no tables yet.
	New bool
	// Size is the whole database's, in bytes.
	Size int64
	// Contacts is how many customers it knows, Replicas how many processes work with it.
	Contacts, Replicas int
}

// Check looks at a database and changes nothing in it. The errors to be told
// apart are those of Open.
func Check(ctx context.Context, address string) (info Info, err error) {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return info, fmt.Errorf("check database: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	var encoding string
	var layout *int64
	err = conn.QueryRow(ctx, `select split_part(current_setting('server_version'), ' ', 1), current_setting('server_encoding'),
		pg_database_size(current_database()), to_regclass('voronka_versions') is null`).Scan(&info.Server, &encoding, &info.Size, &info.New)
	if err == nil && !info.New {
		err = conn.QueryRow(ctx, `select (select max(version_id) from voronka_versions), (select count(*) from contacts),
			(select count(*) from replicas where until > now())`).Scan(&layout, &info.Contacts, &info.Replicas)
	}
	switch {
	case err != nil:
		return info, fmt.Errorf("check database: %w", err)
	case encoding != "UTF8":
		return info, fmt.Errorf("%w: %s", ErrEncoding, encoding)
	case layout != nil && *layout > latest():
		return info, fmt.Errorf("%w: its tables are version %d, this one reads up to %d", ErrNewer, *layout, latest())
	}
	return info, nil
}

// latest is the version of the tables that this program makes: one file each.
func latest() int64 {
	files, _ := migrations.ReadDir("migrations") // it is embedded
	return int64(len(files))
}
