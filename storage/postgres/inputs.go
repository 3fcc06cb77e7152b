package postgres

import (
	"time"

	"github.com/jackc/pgx/v5"
)

func (t *tx) See(id string, at time.Time) (seen bool, err error) {
	if t.readOnly {
		return false, errReadOnly
	}
	if _, seen, err = t.get(inputs, id); err != nil || seen {
		return seen, err
	}
	return false, t.put(inputs, row{key: name(id), at: moment(at)})
}

func (t *tx) Forget(before time.Time, limit int) (int, error) {
	if t.readOnly {
		return 0, errReadOnly
	}
	gone := 0
	err := t.query(func(rows pgx.Rows) error {
		gone++
		return nil
	}, `delete from inputs where id in (select id from inputs where at < $1 order by at, id limit $2) returning id`,
		moment(before), limit)
	return gone, err
}
