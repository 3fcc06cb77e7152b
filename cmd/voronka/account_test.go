package main

import (
	"context"
	"errors"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"voronka/payments/tbanktest"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

const accountClub = `flow: club
title: Клуб
start: agree
plans:
  club: {title: Клуб, price: 990, every: month, consent: charges}
anywhere:
  - {charge_failed: true, do: [{say: Отказ}]}
  - {subscription_ended: true, do: [{say: Конец}]}
states:
  agree:
    do: [{consent: charges, version: "1", text: Согласны?, button: Согласен}]
    next: pay
  pay:
    do: [{subscribe: club, method: sbp, qr: true, button: Открыть банк}]
    on: [{success: inside, fail: pay, different_amounts: pay, expired: pay, error: pay}]
  inside: {do: [{say: Вы в клубе}], end: true}
`

// TestSubscriptionIsPaidBySBP joins a club of the real process by the code on
// the bot's page, and finds the account kept under the key.
func TestSubscriptionIsPaidBySBP(t *testing.T) {
	t.Parallel()
	w := newOutside(t, "polling")
	w.env = append(w.env, "VORONKA_SECRET_KEY="+strings.Repeat("k", 32), "VORONKA_TBANK_METHODS=card,sbp,tpay")
	w.bank.SetTerminal(tbanktest.Terminal{
		Key: "TestDEMO", Password: "bank-secret-password", SBP: true, TPay: true, Charge: true, NotificationURL: "http://" + w.listen + "/payments/tbank",
	})
	dir := filepath.Join(w.dir, "flows")
	err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o755), os.WriteFile(filepath.Join(dir, "club.yaml"), []byte(accountClub), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	w.start()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	buyer := w.customer(501)
	buyer.Start("")
	if err := errors.Join(buyer.press(ctx, "Согласен"), buyer.WaitForButton(ctx, "Открыть банк")); err != nil {
		t.Fatalf("%v\n%s", err, w.logs())
	}
	link, err := buyer.Link("Открыть банк")
	if err != nil {
		t.Fatal(err)
	}
	for _, way := range []string{"/card", ""} { // whatever way is asked for, it is the code
		page, err := get(ctx, link+way)
		app := regexp.MustCompile(`id="app" href="([^"]+)"`).FindStringSubmatch(page)
		if err != nil || app == nil || !strings.Contains(page, `data-state="code"`) || strings.Contains(page, "data-method") {
			t.Fatalf("%v\n%s", err, page)
		}
		if way == "" {
			if _, err := w.bank.PayByQR(html.UnescapeString(app[1]), true); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := buyer.WaitForText(ctx, "Вы в клубе"); err != nil {
		t.Fatalf("%v\n%s", err, w.logs())
	}
	if err := w.bank.Settle(ctx); err != nil { // both news, of the money and of the account, are taken
		t.Error(err)
	}
	for _, v := range w.bank.Violations() {
		t.Errorf("against the protocol: %+v", v)
	}
	w.stop()
	store, err := bolt.Open(w.database(), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	err = store.View(ctx, func(tx storage.Tx) error {
		all, err := tx.Subscriptions("tg:501")
		kept, err2 := tx.Ref("card/tg:501")
		if len(all) != 1 || all[0].Status != sales.SubscriptionActive || !strings.Contains(kept, `"kind":"account"`) || !strings.Contains(kept, "v1:") {
			t.Errorf("subscriptions %+v, kept %q", all, kept)
		}
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Error(err)
	}
}
