package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"voronka/crm/amocrm"
	"voronka/internal/seal"
	"voronka/storage"
)

// amoTokens is the ref of amoCRM's tokens and the purpose they are sealed for.
const amoTokens = "amocrm/tokens"

// amoSafe keeps amoCRM's tokens in the store, sealed.
type amoSafe struct {
	store storage.Store
	box   *seal.Box
}

// Load implements amocrm.Safe.
func (s amoSafe) Load(ctx context.Context) (kept string, err error) {
	err = storage.Peek(ctx, s.store, func(tx storage.Tx) error {
		kept, err = s.open(tx)
		return err
	})
	return kept, err
}

// Change implements amocrm.Safe.
func (s amoSafe) Change(ctx context.Context, change func(string) (string, error)) error {
	return s.store.Update(ctx, func(tx storage.Tx) error {
		kept, err := s.open(tx)
		if err != nil {
			return err
		}
		if kept, err = change(kept); err != nil {
			return err
		}
		return tx.PutRef(amoTokens, s.box.Seal(amoTokens, kept))
	})
}

func (s amoSafe) open(tx storage.Tx) (string, error) {
	text, err := tx.Ref(amoTokens)
	if err != nil || text == "" {
		return "", err
	}
	plain, err := s.box.Open(amoTokens, text)
	if err != nil {
		return "", fmt.Errorf("VORONKA_SECRET_KEY: %w", err)
	}
	return plain, nil
}

// amoAccess is the way into amoCRM by an integration; nil with a long-lived token.
func (s Settings) amoAccess(store storage.Store, client *http.Client, now func() time.Time) (*amocrm.Access, error) {
	if s.AmoToken != "" || s.AmoClientID == "" {
		return nil, nil
	}
	box, err := seal.New(string(s.SecretKey))
	if err != nil {
		return nil, fmt.Errorf("VORONKA_SECRET_KEY: %w", err)
	}
	return amocrm.NewAccess(amocrm.Integration{
		URL: s.AmoURL, ClientID: s.AmoClientID, ClientSecret: string(s.AmoClientSecret), RedirectURL: s.AmoRedirect,
		Safe: amoSafe{store, box}, HTTP: client, Now: now,
	}), nil
}

// consentLife is how long an administrator may think about letting us in.
const consentLife = time.Hour

// amoState goes to amoCRM with the request for consent and comes back: it
// proves that the answer belongs to a request of ours.
func (s Settings) amoState(now time.Time) (string, error) {
	box, err := seal.New(string(s.SecretKey))
	if err != nil {
		return "", err
	}
	return box.Seal("amocrm/consent", strconv.FormatInt(now.Unix(), 10)), nil
}

// amoStateGood tells whether a state is ours and young.
func (s Settings) amoStateGood(state string, now time.Time) bool {
	box, err := seal.New(string(s.SecretKey))
	if err != nil {
		return false
	}
	text, err := box.Open("amocrm/consent", state)
	if err != nil {
		return false
	}
	at, err := strconv.ParseInt(text, 10, 64)
	age := now.Sub(time.Unix(at, 0))
	return err == nil && age > -time.Minute && age < consentLife
}
