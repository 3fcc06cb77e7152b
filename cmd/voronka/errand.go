package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"voronka/bot"
	"voronka/storage"
	"voronka/storage/bolt"
)

// errand is something that a command has done with the store and the bot: by
// itself, or by the bot that runs and holds the database.
type errand func(ctx context.Context, s *service, question json.RawMessage) (any, error)

func errands() map[string]errand {
	return map[string]errand{
		"ledger": answerTo(ledgerOf), "entries": answerTo(entriesOf), "payment": answerTo(paymentOf),
		"refund": answerTo(refundOf), "subscriptions": answerTo(subscriptionsOf),
	}
}

// answerTo reads the question.
func answerTo[Q any](do func(context.Context, *service, Q) (any, error)) errand {
	return func(ctx context.Context, s *service, question json.RawMessage) (any, error) {
		var q Q
		if err := json.Unmarshal(question, &q); err != nil {
			return nil, fmt.Errorf("read the question: %w", err)
		}
		return do(ctx, s, q)
	}
}

// longestQuestion bounds what a command asks.
const longestQuestion = 64 << 10

// doors are the errands as the console lets programs in.
func (s *service) doors() map[string]http.HandlerFunc {
	doors := map[string]http.HandlerFunc{}
	for name, do := range errands() {
		doors[name] = func(w http.ResponseWriter, r *http.Request) {
			question, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestQuestion))
			if err != nil {
				http.Error(w, "the question cannot be read", http.StatusBadRequest)
				return
			}
			answer, err := do(r.Context(), s, question)
			if err != nil {
				s.log.Warn("an errand was not done", "errand", name, "error", err)
				http.Error(w, refusalOf(err), http.StatusUnprocessableEntity)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			// A program that has left cannot be told anything.
			_ = json.NewEncoder(w).Encode(answer)
		}
	}
	return doors
}

// Refusals that commands have words for.
const (
	refusedUnknown = "unknown"
	refusedTooMuch = "too_much"
)

func refusalOf(err error) string {
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return refusedUnknown
	case errors.Is(err, bot.ErrRefund):
		return refusedTooMuch
	}
	return err.Error()
}

// errand has one done and reads its answer.
func (a *app) errand(name string, question, answer any) error {
	settings, err := readSettings(a.env)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(question)
	if err != nil {
		return fmt.Errorf("write the question: %w", err)
	}
	project, err := a.loadProject(settings.Flows)
	if err != nil {
		return err
	}
	settings.TelegramToken = cmp.Or(settings.TelegramToken, "0:nobody") // nothing is sent from here
	service, err := newService(settings, a.words, slog.New(slog.DiscardHandler), a.now)
	if err != nil {
		return err
	}
	err = service.borrow(a.ctx, project)
	if errors.Is(err, bolt.ErrLocked) {
		return a.askBot(settings, name, raw, answer)
	}
	if err != nil {
		return err
	}
	told, err := errands()[name](a.ctx, service, raw)
	if err := errors.Join(refused(err), service.store.Close()); err != nil {
		return err
	}
	back, err := json.Marshal(told)
	if err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return json.Unmarshal(back, answer)
}

// askBot has the running bot do an errand: POST /console/do/….
func (a *app) askBot(s Settings, name string, question []byte, answer any) error {
	address := s.own() + "/console/do/" + name
	if s.Password == "" {
		return &spoken{"money.no_password", nil, errFault}
	}
	request, err := http.NewRequestWithContext(a.ctx, http.MethodPost, address, bytes.NewReader(question))
	if err != nil {
		return err
	}
	request.SetBasicAuth("voronka", string(s.Password))
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	told, err := client.Do(request)
	if err != nil {
		return &spoken{"backup.bot_silent", map[string]any{"Address": address}, err}
	}
	defer told.Body.Close()
	switch told.StatusCode {
	case http.StatusOK:
		return json.NewDecoder(told.Body).Decode(answer)
	case http.StatusUnauthorized, http.StatusTooManyRequests:
		return &spoken{"backup.wrong_password", map[string]any{"Address": address}, errFault}
	}
	text, err := io.ReadAll(io.LimitReader(told.Body, 1<<10))
	if err != nil {
		return fmt.Errorf("read the bot's refusal: %w", err)
	}
	return refusedBy(string(bytes.TrimSpace(text)))
}

// refused puts a refusal into words.
func refused(err error) error {
	if err == nil {
		return nil
	}
	return refusedBy(refusalOf(err))
}

func refusedBy(text string) error {
	switch text {
	case refusedUnknown:
		return &spoken{"money.unknown", nil, storage.ErrNotFound}
	case refusedTooMuch:
		return &spoken{"money.too_much", nil, bot.ErrRefund}
	}
	return errors.New(text)
}
