package tbank

import (
	"context"
	"encoding/json"
	"time"

	"voronka/sales"
)

// Customer is a buyer as the bank knows them.
type Customer struct{ Key, Email, Phone string }

// AddCustomer registers a customer; again it changes e-mail and phone.
func (p *Provider) AddCustomer(ctx context.Context, name string, c Customer) error {
	shop, err := p.shop(name)
	if err != nil {
		return err
	}
	fields := map[string]any{"CustomerKey": c.Key}
	if c.Email != "" {
		fields["Email"] = c.Email
	}
	if c.Phone != "" {
		fields["Phone"] = c.Phone
	}
	_, err = shop.call(ctx, "AddCustomer", fields)
	return err
}

// Customer finds a registered customer; known is false where there is none.
func (p *Provider) Customer(ctx context.Context, name, key string) (c Customer, known bool, err error) {
	shop, err := p.shop(name)
	if err != nil {
		return Customer{}, false, err
	}
	got, err := shop.call(ctx, "GetCustomer", map[string]any{"CustomerKey": key})
	if unknown(got) {
		return Customer{}, false, nil
	}
	return Customer{Key: key, Email: string(got.Email), Phone: string(got.Phone)}, err == nil, err
}

// RemoveCustomer makes the bank forget a customer; one it does not know is no error.
func (p *Provider) RemoveCustomer(ctx context.Context, name, key string) error {
	shop, err := p.shop(name)
	if err != nil {
		return err
	}
	got, err := shop.call(ctx, "RemoveCustomer", map[string]any{"CustomerKey": key})
	if unknown(got) {
		return nil
	}
	return err
}

// CloseReceipt implements payments.Closer with SendClosingReceipt, which is not
// under /v2 (T-Bank API 1.80).
func (p *Provider) CloseReceipt(ctx context.Context, payment sales.Payment, r sales.Receipt) error {
	shop, err := p.shop(payment.Shop)
	if err != nil {
		return err
	}
	closing, err := newReceipt(r, r.Electronic(), time.Time{})
	if err != nil {
		return err
	}
	_, err = shop.post(ctx, shop.cashbox, "SendClosingReceipt", map[string]any{"PaymentId": payment.External, "Receipt": closing})
	return err
}

// Resend asks the bank to send the undelivered notifications of a shop once
// more and tells how many there are. The method is not in API 1.80; terminals
// answer it all the same.
func (p *Provider) Resend(ctx context.Context, name string) (int64, error) {
	shop, err := p.shop(name)
	if err != nil {
		return 0, err
	}
	got, err := shop.call(ctx, "Resend", map[string]any{})
	if err != nil {
		return 0, err
	}
	count, err := json.Number(got.Count).Int64()
	if err != nil {
		return 0, &sales.Error{Code: "bank_garbled", Action: sales.Retry, Err: err}
	}
	return count, nil
}

// number writes a key as the number that some methods want.
func number(key string) any {
	if decimal(key) && len(key) <= 18 {
		return json.Number(key)
	}
	return key
}
