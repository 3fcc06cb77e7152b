package bot_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"voronka/bot"
	"voronka/flows"
	"voronka/flows/steps"
	"voronka/storage/bolt"
)

// mute is a chat that takes everything at once.
type mute struct {
	said atomic.Int64
	wait sync.WaitGroup
}

func (m *mute) Send(context.Context, int64, bot.Message) (bot.Sent, error) {
	m.wait.Done()
	return bot.Sent{Message: m.said.Add(1)}, nil
}

func (m *mute) Acknowledge(context.Context, int64, string, string) error { return nil }

func (m *mute) Invite(context.Context, string, string, time.Time) (string, error) { return "", nil }

const benchFlow = `
flow: bench
title: Запись на курс
start: name
states:
  name:
    do: [{ask: "Как к вам обращаться?", into: name}]
    next: email
  email:
    do: [{ask: "#{name}, куда прислать чек?", into: email, as: email, retry: "Похоже на опечатку."}]
    next: phone
  phone:
    do: [{ask: "Чек придёт на #{email}. И телефон?", into: phone, as: phone, retry: "Похоже на опечатку."}]
    next: seats
  seats:
    do: [{ask: "Сколько мест?", into: seats, as: number, retry: "Нужно число."}]
    next: thanks
  thanks:
    end: true
    do: [{say: "Готово: #{name}, #{email}, #{phone}, мест #{seats}."}]
`

// BenchmarkDialog takes inputs through a turn and its reply, all but the
// network: 64 customers at once, a new one after five inputs.
func BenchmarkDialog(b *testing.B) {
	store, err := bolt.Open(filepath.Join(b.TempDir(), "voronka.db"), bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	flow, found := flows.Loader{Kinds: steps.All()}.LoadText("bench.yaml", benchFlow)
	if flow == nil {
		b.Fatal(found)
	}
	chat := &mute{}
	one, err := bot.New(bot.Config{
		Store: store, Project: &flows.Project{Flows: []*flows.Flow{flow}}, Chat: chat, Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error)
	go func() { ended <- one.Run(ctx) }()
	var next atomic.Int64
	chat.wait.Add(b.N)
	b.ReportAllocs()
	b.ResetTimer()
	var group sync.WaitGroup
	for customer := range 64 {
		group.Go(func() {
			for i := 0; next.Add(1) <= int64(b.N); i++ {
				number := int64(i/5*64+customer) + 5_000_000_000
				text := []string{"start", "Анна", "anna@example.ru", "+79161234567", "3"}[i%5]
				in := flows.Input{
					ID: fmt.Sprint("tg:", number*10+int64(i%5)), Kind: flows.Text, Contact: "tg:" + strconv.FormatInt(number, 10), At: time.Now(), Text: text,
					Profile: flows.Profile{ChatID: number, Name: "Анна", LastName: "Иванова", Username: "anna", Language: "ru"},
				}
				if i%5 == 0 {
					in.Kind = flows.Command
				}
				if err := one.Handle(ctx, in); err != nil {
					b.Error(err)
				}
			}
		})
	}
	group.Wait()
	chat.wait.Wait()
	b.StopTimer()
	stop()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}
