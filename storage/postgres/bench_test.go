package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/postgrestest"
)

// customers is how many dialogs go on at once.
const customers = 200

// BenchmarkTurn compares what an update of a customer reads and writes: in a
// plain ordered transaction of its own, written by hand on the same library; in
// a store; in three stores, as three replicas have them, on one database. Commits
// wait for the disk. The ratios are to the plain transactions, and to one store.
func BenchmarkTurn(b *testing.B) {
	durable, err := postgrestest.Start(postgrestest.Options{Durable: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = durable.Close() })
	address := func(b *testing.B) string {
		address, err := durable.Database(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		return address
	}
	var plain, one float64
	b.Run("plain", func(b *testing.B) { plain = race(b, plainTurn(b, address(b))) })
	b.Run("store", func(b *testing.B) {
		store := open(b, address(b))
		one = race(b, func(ctx context.Context, i int64) error {
			return store.Update(ctx, func(tx storage.Tx) error { return turn(tx, i) })
		})
		if plain > 0 {
			b.ReportMetric(one/plain, "ratio-to-plain")
		}
	})
	b.Run("three", func(b *testing.B) {
		shared := address(b)
		stores := []storage.Store{open(b, shared), open(b, shared), open(b, shared)}
		three := race(b, func(ctx context.Context, i int64) error {
			return stores[i%3].Update(ctx, func(tx storage.Tx) error { return turn(tx, i) })
		})
		if one > 0 {
			b.ReportMetric(three/one, "ratio-to-store")
		}
	})
}

// turn reads and writes what bot.Handle does for a message.
func turn(tx storage.Tx, i int64) error {
	contact, now := fmt.Sprint("tg:", i%customers), time.Now()
	if _, err := tx.See(fmt.Sprint("tg:", i), now); err != nil {
		return err
	}
	_, _ = tx.Contact(contact)
	_, _ = tx.Session(contact)
	if _, err := tx.Orders(contact); err != nil {
		return err
	}
	if err := tx.PutContact(sales.Contact{ID: contact, Name: "Анна", ActiveAt: now}); err != nil {
		return err
	}
	if err := tx.PutSession(flows.Session{Contact: contact, Flow: "course", State: "email", Seed: strings.Repeat("x", 300)}); err != nil {
		return err
	}
	text := strings.Repeat("ы", 100)
	if err := tx.Append(contact, flows.Line{At: now, Text: text}, flows.Line{At: now, Text: text}); err != nil {
		return err
	}
	job, err := outbox.New(outbox.Lane("chat/"+contact), "say", text, now)
	if err == nil {
		_, err = tx.Enqueue(job)
	}
	return err
}

// plainTurn is the same by hand, one transaction and one trip for each question.
func plainTurn(b *testing.B, address string) func(context.Context, int64) error {
	pool, err := pgxpool.New(b.Context(), address+"&pool_max_conns=32")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	if _, err := pool.Exec(b.Context(), `create table seen (id text primary key, at timestamptz);
		create table contacts (id text primary key, active_at timestamptz, body json); create index on contacts (active_at);
		create table sessions (id text primary key, body json);
		create table orders (id text primary key, contact text, body json); create index on orders (contact);
		create table journal (id bigserial primary key, contact text, body json); create index on journal (contact, id);
		create table jobs (id bigserial primary key, lane text, at timestamptz, body json); create index on jobs (lane, id)`); err != nil {
		b.Fatal(err)
	}
	body := fmt.Sprintf(`{"text": %q}`, strings.Repeat("ы", 150))
	return func(ctx context.Context, i int64) error {
		return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			contact, now := fmt.Sprint("tg:", i%customers), time.Now()
			steps := []struct {
				sql  string
				args []any
			}{
				{"select pg_advisory_xact_lock($1)", []any{i % customers}},
				{"insert into seen values ($1, $2) on conflict do nothing", []any{fmt.Sprint("tg:", i), now}},
				{"select body from contacts where id = $1", []any{contact}},
				{"select body from sessions where id = $1", []any{contact}},
				{"select body from orders where contact = $1", []any{contact}},
				{"insert into contacts values ($1, $2, $3) on conflict (id) do update set active_at = excluded.active_at, body = excluded.body", []any{contact, now, body}},
				{"insert into sessions values ($1, $2) on conflict (id) do update set body = excluded.body", []any{contact, body}},
				{"insert into journal (contact, body) values ($1, $2), ($1, $2)", []any{contact, body}},
				{"insert into jobs (lane, at, body) values ($1, $2, $3)", []any{"chat/" + contact, now, body}},
			}
			for _, step := range steps {
				if _, err := tx.Exec(ctx, step.sql, step.args...); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// race divides b.N updates between the customers and gives updates a second.
func race(b *testing.B, update func(ctx context.Context, i int64) error) float64 {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range customers {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				if err := update(b.Context(), i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	rate := float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(rate, "updates/s")
	return rate
}
