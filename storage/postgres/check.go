package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

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
	// Ahead is by how much this machine's clock is ahead of the database's.
	Ahead time.Duration
	// Contacts is how many customers it knows, Replicas how many processes work with it.
	Contacts, Replicas int
}

var (
	errNoRights = errors.New("the user may make no tables")
	errOnlyRead = errors.New("the database takes no writing")
)

// Check looks at a database and changes nothing in it. The errors to be told
// apart are those of Open; Why names others.
func Check(ctx context.Context, address string) (info Info, err error) {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return info, fmt.Errorf("check database: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	var encoding string
	var layout *int64
	var closed, may bool
	err = conn.QueryRow(ctx, `select split_part(current_setting('server_version'), ' ', 1), current_setting('server_encoding'),
		pg_database_size(current_database()), to_regclass('voronka_versions') is null, current_setting('transaction_read_only')::bool,
		coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)`).Scan(&info.Server, &encoding, &info.Size, &info.New, &closed, &may)
	if err == nil {
		info.Ahead, err = ahead(ctx, conn)
	}
	if err == nil && !info.New {
		err = conn.QueryRow(ctx, `select (select max(version_id) from voronka_versions), (select count(*) from contacts),
			(select count(*) from replicas where until > now())`).Scan(&layout, &info.Contacts, &info.Replicas)
	}
	switch {
	case err != nil:
		return info, fmt.Errorf("check database: %w", err)
	case encoding != "UTF8":
		return info, fmt.Errorf("%w: %s", ErrEncoding, encoding)
	case closed:
		return info, errOnlyRead
	case !may:
		return info, errNoRights
	case layout != nil && *layout > latest():
		return info, fmt.Errorf("%w: its tables are version %d, this one reads up to %d", ErrNewer, *layout, latest())
	}
	return info, nil
}

// ahead compares this machine's clock with the database's.
func ahead(ctx context.Context, conn *pgx.Conn) (time.Duration, error) {
	var theirs time.Time
	asked := time.Now()
	err := conn.QueryRow(ctx, "select clock_timestamp()").Scan(&theirs)
	return asked.Add(time.Since(asked) / 2).Sub(theirs), err
}

// latest is the version of the tables that this program makes: one file each.
func latest() int64 {
	files, _ := migrations.ReadDir("migrations") // it is embedded
	return int64(len(files))
}
