package main

import (
	"context"
	"crypto/rand"
	"maps"
	"net/http"
	"os"
	"slices"

	"voronka/internal/rest"
	"voronka/payments/tbank"
	"voronka/sales"
)

// lookAtBank asks for an order that does not exist: only a bank that knows the
// terminal and its password says so (T-Bank API 1.80, CheckOrder).
func (d *doctor) lookAtBank(ctx context.Context) {
	if d.TBankTerminal == "" && d.TBankShops == "" || !d.sound("VORONKA_TBANK_TERMINAL", "VORONKA_TBANK_PASSWORD", "VORONKA_TBANK_API", "VORONKA_TBANK_CA") {
		return
	}
	transport, err := d.bankTrust()
	if err != nil {
		d.note("bank", faulty, "call_failed", map[string]any{"Name": d.bankName(), "Reason": err.Error()})
		return
	}
	config, err := d.bankConfig()
	if err != nil {
		return // VORONKA_TBANK_SHOPS is among the settings' faults
	}
	config.HTTP, config.Now = d.client(d.bankName(), transport), d.now
	bank := tbank.New(config)
	for _, shop := range append([]string{""}, slices.Sorted(maps.Keys(config.Shops))...) {
		if shop != "" || d.TBankTerminal != "" {
			d.lookAtShop(ctx, bank, shop)
		}
	}
}

func (d *doctor) lookAtShop(ctx context.Context, bank *tbank.Provider, shop string) {
	args := map[string]any{"Shop": shop}
	_, err := bank.Status(ctx, sales.Payment{ID: "doctor-" + rand.Text(), Shop: shop})
	switch {
	case err == nil && shop == "":
		d.note("bank", well, "bank_right", nil)
	case err == nil:
		d.note("bank", well, "shop_right", args)
	case sales.AsError(err).Code == "bank_settings" && shop == "":
		d.note("bank", faulty, "bank_denied", map[string]any{"Reason": sales.AsError(err).Err.Error()})
	case sales.AsError(err).Code == "bank_settings":
		args["Reason"] = sales.AsError(err).Err.Error()
		d.note("bank", faulty, "shop_denied", args)
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
