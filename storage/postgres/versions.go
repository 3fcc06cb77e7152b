package postgres

import (
	"fmt"

	"github.com/jackc/pgx/v5"

	"voronka/internal/codec"
	"voronka/storage"
)

func (t *tx) Publish(version storage.Version) error {
	if t.readOnly {
		return errReadOnly
	}
	whole, err := codec.Marshal(version)
	if err != nil {
		return fmt.Errorf("write versions: %w", err)
	}
	version.Sources = nil
	short, err := codec.Marshal(version)
	if err != nil {
		return fmt.Errorf("write published: %w", err)
	}
	return t.query(func(pgx.Rows) error { return nil }, `
		with last as (select digest from published where flow = $3 order by at desc, digest desc limit 1),
		kept as (insert into versions select $1, $5::text::json
			where not exists (select from last where digest = $1) on conflict (digest) do update set body = excluded.body)
		insert into published select $2, $1, $3, $4::text::json
			where not exists (select from last where digest = $1) on conflict (at, digest) do update set body = excluded.body`,
		name(version.Digest), moment(version.At), name(version.Flow), string(short), string(whole))
}

func (t *tx) Version(digest string) (version storage.Version, err error) {
	found, err := bodies[storage.Version](t, kinds, "select body::text from versions where digest = $1", name(digest))
	if err == nil && len(found) == 0 {
		return version, fmt.Errorf("read versions: %w", storage.ErrNotFound)
	}
	if err != nil {
		return version, err
	}
	return found[0], nil
}

func (t *tx) Published(limit int) ([]storage.Version, error) {
	return bodies[storage.Version](t, kinds, "select body::text from published order by at desc, digest desc limit $1", limit)
}
