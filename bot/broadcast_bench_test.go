package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"voronka/bot"
	"voronka/flows"
	"voronka/flows/steps"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

// echo is a chat that tells when the customer 0 is answered.
type echo struct {
	room  int
	heard chan struct{}
}

func (e *echo) Send(_ context.Context, chat int64, _ bot.Message) (bot.Sent, error) {
	if chat == 0 {
		e.heard <- struct{}{}
	}
	return bot.Sent{Message: 1}, nil
}

func (e *echo) Acknowledge(context.Context, int64, string, string) error { return nil }

func (e *echo) Invite(context.Context, string, string, time.Time) (string, error) { return "", nil }

func (e *echo) Room(of bot.Urgency) int {
	if of == bot.Bulk {
		return e.room
	}
	return 1000
}

// BenchmarkReply is from an input to its answer, on the disk, alone and beside a
// broadcast to 100,000 customers at Telegram's pace.
func BenchmarkReply(b *testing.B) {
	for name, told := range map[string]bool{"alone": false, "beside a broadcast": true} {
		b.Run(name, func(b *testing.B) {
			made, chat := manyCustomers(b, 100_000)
			ctx, stop := context.WithCancel(b.Context())
			ended := make(chan error, 1)
			if told {
				if _, err := made.Announce(ctx, bot.Broadcast{ID: "b1", Text: "Новость для #{name}", If: "client_id != 'tg:0'"}); err != nil {
					b.Fatal(err)
				}
			}
			go func() { ended <- made.Run(ctx) }()
			var took []time.Duration
			b.ResetTimer()
			for n := range b.N {
				began := time.Now()
				in := flows.Input{ID: fmt.Sprint("tg:", n), Kind: flows.Text, Text: "привет", Contact: "tg:0", At: began, Profile: flows.Profile{Name: "Анна"}}
				if err := made.Handle(ctx, in); err != nil {
					b.Fatal(err)
				}
				<-chat.heard
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			stop()
			if err := <-ended; err != nil {
				b.Fatal(err)
			}
		})
	}
}

// manyCustomers is a bot over a file with so many customers.
func manyCustomers(b *testing.B, count int) (*bot.Bot, *echo) {
	b.Helper()
	flow, found := flows.Loader{Kinds: steps.All()}.LoadText("club.yaml", "title: Клуб\nstart: a\nstates:\n  a: {do: [{say: Привет}], end: true}\n  two: {do: [{say: Раз}, {say: Два}], end: true}\nanywhere: [{command: two, to: two}]\notherwise: [{say: Понял}]\n")
	if flow == nil {
		b.Fatal(found)
	}
	store, err := bolt.Open(filepath.Join(b.TempDir(), "voronka.db"), bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	now := time.Now()
	for from := 0; from < count; from += 10_000 {
		err := store.Update(b.Context(), func(tx storage.Tx) error {
			for id := from; id < from+10_000; id++ {
				contact := fmt.Sprint("tg:", id)
				if err := tx.PutContact(sales.Contact{ID: contact, ChatID: int64(id), Name: "Гость", CreatedAt: now, ActiveAt: now}); err != nil {
					return err
				}
				session := flows.Session{Contact: contact, Flow: flow.ID, State: "a", Entered: now, Seed: "seed", Vars: map[string]string{"city": "Казань"}}
				if err := tx.PutSession(session); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	chat := &echo{room: 25, heard: make(chan struct{}, 1)}
	made, err := bot.New(bot.Config{
		Store: store, Chat: chat, Project: &flows.Project{Dir: b.TempDir(), Flows: []*flows.Flow{flow}},
		Engine: flows.Engine{}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	return made, chat
}
