package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"voronka/bot"
	"voronka/payments"
	"voronka/storage"
	"voronka/web/checkout"
	"voronka/web/console"
)

// handler is every door of DESIGN §8.
func (s *service) handler() (http.Handler, error) {
	mux := http.NewServeMux()
	if s.webhook != nil {
		mux.Handle("POST /telegram", s.webhook)
	}
	if s.bank != nil {
		door := payments.NewDoor(s.bot.Accept, s.bank)
		door.Log, door.Count = s.log, s.meters.noticed
		door.Guard, _ = readNetworks(s.TBankNetworks)
		mux.Handle("/payments/{provider}", door)
	}
	mux.Handle("POST /hooks/{name}", &bot.HookDoor{Take: s.bot.Hooked, Secret: string(s.HookSecret), Now: s.now, Log: s.log})
	pay, err := checkout.Pay{
		Store: s.store, Clicked: s.bot.Clicked, Methods: s.bot.Methods, Open: s.bot.Open, Again: s.bot.Again,
		Text: s.words.Text, ChatURL: s.chatURL(), Now: s.now,
	}.Handler()
	if err != nil {
		return nil, err
	}
	mux.Handle("GET /pay/{id}", pay)
	mux.Handle("GET /pay/{id}/{method}", pay)
	files, err := checkout.Files{
		Open: s.bot.Download, Text: s.words.Text, Language: s.Language, ChatURL: s.chatURL(), Log: s.log,
	}.Handler()
	if err != nil {
		return nil, err
	}
	mux.Handle("GET /files/{signed}", files)
	if s.Paywall != "" {
		bills, err := checkout.Paywall{Bill: s.bot.Bill, Text: s.words.Text}.Handler()
		if err != nil {
			return nil, err
		}
		for _, way := range []string{"/paywall", "/paywall/{account}/{bill}", "/paywall/{account}/{bill}/{method}"} {
			mux.Handle("GET "+way, bills)
			mux.Handle("POST "+way, bills)
		}
	}
	zone, err := time.LoadLocation(s.Timezone)
	if err != nil {
		return nil, fmt.Errorf("load time zone: %w", err)
	}
	s.amoDoors(mux)
	shown := &pictures{service: s}
	operators, err := console.New(console.Config{
		Store: s.store, Bot: s.bot, Password: string(s.Password), Text: s.words.Text, Language: s.Language,
		Secure: strings.HasPrefix(s.Public, "https:"), Zone: zone, Now: s.now,
		Backup: s.giveBackup, Faults: s.watch.Faults, Live: s.bot.Live, Return: s.bringBack, Splits: s.splits, Connect: s.amoConnector(), Alarms: s.alarms,
		Funnels: shown.list, Picture: shown.draw,
		Broadcasts: s.bot,
		Errands:    s.doors(),
	})
	if err != nil {
		return nil, err
	}
	mux.Handle("/console/", operators)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.meters.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", s.ready)
	return mux, nil
}

func (s *service) chatURL() string {
	if s.username == "" {
		return ""
	}
	return "https://t.me/" + s.username
}

func (s *service) ready(w http.ResponseWriter, r *http.Request) {
	// Who asks must not wait for as long as a customer's message may.
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	err := storage.Peek(ctx, s.store, func(tx storage.Tx) error {
		_, err := tx.Ref(penRef)
		return err
	})
	if err != nil {
		http.Error(w, "the store does not answer", http.StatusServiceUnavailable)
		return
	}
	if err := s.pen.writes(ctx); err != nil {
		http.Error(w, "the store cannot be written", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}
