// Command handwritten is the bot that one would write by hand on the libraries
// Voronka uses: go-telegram/bot as its documentation shows it, and sessions in
// bbolt by a Batch that is tuned (its default timer of 10 ms is the slow
// choice). It keeps no journal and no outbox and recognises no repeated update.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"go.etcd.io/bbolt"

	"voronka/bench/talk"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "handwritten:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	db, err := bbolt.Open(os.Getenv("BENCH_DATABASE"), 0o600, &bbolt.Options{
		Timeout: time.Second, FreelistType: bbolt.FreelistMapType, NoFreelistSync: true, InitialMmapSize: 1 << 28,
	})
	if err != nil {
		return err
	}
	defer db.Close()
	db.MaxBatchSize, db.MaxBatchDelay = 64, time.Millisecond
	err = db.Update(func(tx *bbolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists([]byte("sessions"))
		return err
	})
	if err != nil {
		return err
	}
	// The library's own client opens a connection for nearly every send.
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 1024
	secret := os.Getenv("BENCH_SECRET")
	b, err := bot.New(os.Getenv("BENCH_TOKEN"),
		bot.WithServerURL(os.Getenv("BENCH_API")),
		bot.WithHTTPClient(time.Minute, &http.Client{Transport: transport, Timeout: time.Minute}),
		bot.WithWebhookSecretToken(secret),
		bot.WithDefaultHandler(func(ctx context.Context, b *bot.Bot, update *models.Update) { answer(ctx, b, db, update) }))
	if err != nil {
		return err
	}
	if os.Getenv("BENCH_MODE") != "webhook" {
		b.Start(ctx)
		return nil
	}
	listen := os.Getenv("BENCH_LISTEN")
	if _, err := b.SetWebhook(ctx, &bot.SetWebhookParams{URL: "http://" + listen + "/telegram", SecretToken: secret}); err != nil {
		return err
	}
	go b.StartWebhook(ctx)
	return http.ListenAndServe(listen, b.WebhookHandler())
}

// answer keeps the session, then replies.
func answer(ctx context.Context, b *bot.Bot, db *bbolt.DB, update *models.Update) {
	if update.Message == nil {
		return
	}
	key := []byte(strconv.FormatInt(update.Message.Chat.ID, 10))
	var reply string
	err := db.Batch(func(tx *bbolt.Tx) error {
		sessions := tx.Bucket([]byte("sessions"))
		var session talk.Session
		if raw := sessions.Get(key); raw != nil {
			if err := json.Unmarshal(raw, &session); err != nil {
				return err
			}
		}
		session, reply = talk.Next(session, update.Message.Text)
		raw, err := json.Marshal(session)
		if err != nil {
			return err
		}
		return sessions.Put(key, raw)
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "handwritten: keep session:", err)
		return
	}
	if _, err := b.SendMessage(ctx, &bot.SendMessageParams{ChatID: update.Message.Chat.ID, Text: reply}); err != nil {
		fmt.Fprintln(os.Stderr, "handwritten: send:", err)
	}
}
