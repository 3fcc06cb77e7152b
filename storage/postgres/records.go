package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"voronka/internal/codec"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

var _ storage.Carrier = (*Store)(nil)

// carried are the queries that give the records of each kind: key, number and body.
func carried() [][2]string {
	return [][2]string{
		{storage.RecordCounter, "select name, value, '' from counters where name = 'jobs'"},
		{storage.RecordInput, "select id, (extract(epoch from at) * 1000000)::bigint, '' from inputs"},
		{storage.RecordContact, "select id, 0::bigint, body::text from contacts"},
		{storage.RecordSession, "select contact, 0::bigint, body::text from sessions"},
		{storage.RecordLine, "select contact, line, body::text from journal"},
		{storage.RecordOrder, "select id, 0::bigint, body::text from orders"},
		{storage.RecordPayment, "select id, 0::bigint, body::text from payments"},
		{storage.RecordSubscription, "select id, 0::bigint, body::text from subscriptions"},
		{storage.RecordRefund, "select id, 0::bigint, body::text from refunds"},
		{storage.RecordEntry, "select '', number, body::text from ledger"},
		{storage.RecordNotification, "select key, 0::bigint, body::text from notifications"},
		{storage.RecordRef, "select key, 0::bigint, body::text from refs"},
		{storage.RecordVersion, "select digest, 0::bigint, body::text from versions"},
		{storage.RecordPublished, "select digest, 0::bigint, body::text from published"},
		{storage.RecordJob, "select id::text, place, body::text from jobs"},
		{storage.RecordBuried, "select id::text, 0::bigint, body::text from buried"},
	}
}

// Records implements storage.Carrier.
func (s *Store) Records(ctx context.Context, each func(storage.Record) error) error {
	return pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		return records(ctx, tx, each)
	})
}

func records(ctx context.Context, tx pgx.Tx, each func(storage.Record) error) error {
	for _, one := range carried() {
		rows, err := tx.Query(ctx, one[1])
		if err != nil {
			return fmt.Errorf("read %s: %w", one[0], err)
		}
		r := storage.Record{Kind: one[0]}
		_, err = pgx.ForEachRow(rows, []any{&r.Key, &r.Number, &r.Body}, func() error {
			out := r
			out.Key, out.Body = unname(r.Key), append([]byte(nil), r.Body...)
			if err := common(&out); err != nil {
				return err
			}
			return each(out)
		})
		if err != nil {
			return fmt.Errorf("read %s: %w", one[0], err)
		}
	}
	return nil
}

// common gives a record the form that it has in every store.
func common(r *storage.Record) (err error) {
	switch r.Kind {
	case storage.RecordRef:
		var value string
		err = codec.Unmarshal(r.Body, &value)
		r.Body = []byte(unname(value))
	case storage.RecordJob:
		var job outbox.Job
		if err = codec.Unmarshal(r.Body, &job); err == nil {
			r.Body, err = codec.Marshal(job)
		}
	case storage.RecordCounter, storage.RecordInput:
		r.Body = nil
	}
	return err
}

// fillStep is how many records are sent at once.
const fillStep = 1000

// Fill implements storage.Carrier. All comes in one transaction: where it fails
// the database is as empty as before.
func (s *Store) Fill(ctx context.Context, from iter.Seq2[storage.Record, error]) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockQuery); err != nil {
			return err
		}
		if err := s.empty(ctx, tx); err != nil {
			return err
		}
		step := &layer{}
		entries := int64(0)
		for r, err := range from {
			if err == nil {
				err = s.place(ctx, tx, step, r)
			}
			if r.Kind == storage.RecordEntry {
				entries = max(entries, r.Number)
			}
			if err == nil && len(step.rows) >= fillStep {
				err = s.send(ctx, tx, step)
				step = &layer{}
			}
			if err != nil {
				return err
			}
		}
		if entries > 0 {
			step.put(counters, row{key: "ledger", number: entries})
		}
		return s.send(ctx, tx, step)
	})
}

func (s *Store) send(ctx context.Context, tx pgx.Tx, step *layer) error {
	b := &pgx.Batch{}
	s.sql.write(b, step, "", func(row) {})
	return tx.SendBatch(ctx, b).Close()
}

// empty refuses a database in which anything was kept, or that is used.
func (s *Store) empty(ctx context.Context, tx pgx.Tx) error {
	var replicas bool
	if err := tx.QueryRow(ctx, "select exists (select from replicas where until > now())").Scan(&replicas); err != nil {
		return err
	}
	if replicas {
		return fmt.Errorf("%w: a bot uses it", storage.ErrNotEmpty)
	}
	found := errors.New("found")
	err := records(ctx, tx, func(r storage.Record) error {
		if r.Kind == storage.RecordCounter && r.Number == 0 {
			return nil
		}
		return found
	})
	if errors.Is(err, found) {
		return storage.ErrNotEmpty
	}
	return err
}

// place puts a record where it belongs: into the step that is sent next, or
// into the database at once.
func (s *Store) place(ctx context.Context, tx pgx.Tx, step *layer, r storage.Record) error {
	switch r.Kind {
	case storage.RecordVersion:
		_, err := tx.Exec(ctx, "insert into versions values ($1, $2::text::json)", name(r.Key), string(r.Body))
		return err
	case storage.RecordPublished:
		var version storage.Version
		if err := codec.Unmarshal(r.Body, &version); err != nil {
			return fmt.Errorf("read a publication: %w", err)
		}
		_, err := tx.Exec(ctx, "insert into published values ($1, $2, $3, $4::text::json)",
			moment(version.At), name(r.Key), name(version.Flow), string(r.Body))
		return err
	}
	k, one, err := rowOf(r)
	if err != nil {
		return fmt.Errorf("take %s: %w", r.Kind, err)
	}
	step.put(k, one)
	if k != contacts {
		return nil
	}
	var contact sales.Contact
	if err := codec.Unmarshal(r.Body, &contact); err != nil {
		return fmt.Errorf("take %s: %w", r.Kind, err)
	}
	step.reach(contact)
	return nil
}
