package main

import (
	"context"
	"crypto/rand"
	"net/http"
	"os"

	"voronka/internal/rest"
	"voronka/payments/tbank"
	"voronka/sales"
)

// lookAtBank asks for an order that does not exist: only a bank that knows the
// terminal and its password says so (T-Bank API 1.80, CheckOrder).
func (d *doctor) lookAtBank(ctx context.Context) {
	if d.TBankTerminal == "" || !d.sound("VORONKA_TBANK_TERMINAL", "VORONKA_TBANK_PASSWORD", "VORONKA_TBANK_API", "VORONKA_TBANK_CA") {
		return
	}
	transport, err := d.bankTrust()
	if err != nil {
		d.note("bank", faulty, "call_failed", map[string]any{"Name": d.bankName(), "Reason": err.Error()})
		return
	}
	bank := tbank.New(tbank.Config{
		Terminal: d.TBankTerminal, Password: string(d.TBankPassword), API: d.TBankAPI, HTTP: d.client(d.bankName(), transport), Now: d.now,
	})
	_, err = bank.Status(ctx, sales.Payment{ID: "doctor-" + rand.Text()})
	switch {
	case err == nil:
		d.note("bank", well, "bank_right", nil)
	case sales.AsError(err).Code == "bank_settings":
		d.note("bank", faulty, "bank_denied", map[string]any{"Reason": sales.AsError(err).Err.Error()})
	default:
		d.noteCall("bank", d.bankName(), err)
	}
}

func (d *doctor) bankName() string { return d.text("doctor.name.bank", nil) }

// bankTrust trusts what the bot trusts.
func (d *doctor) bankTrust() (http.RoundTripper, error) {
	if d.TBankCA == "" {
		return nil, nil
	}
	roots, err := os.ReadFile(d.TBankCA)
	if err != nil {
		return nil, err
	}
	client, err := rest.NewHTTP(d.patience, roots)
	if err != nil {
		return nil, err
	}
	return client.Transport, nil
}
