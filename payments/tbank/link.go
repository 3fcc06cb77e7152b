package tbank

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"voronka/payments"
	"voronka/sales"
)

// Link implements payments.Provider with Init.
//
// It may be repeated after an unknown outcome. A link that was lost on the way
// to us was given to nobody, so nobody can pay by it. A terminal that tolerates
// repeated order ids makes a second one at once; one that does not answers
// code 20. Then CheckOrder tells what became of the first: untouched, it is
// cancelled and a new link is made under the next order id; opened, tried or
// paid, somebody has that link, and the refusal bank_order_taken leaves it to
// Status and to the operator. Two open links never reach a buyer.
//
// Codes beside those of package rest and refusal: bank_expired (less than a
// minute is left), bank_receipt, bank_amount and bank_request, before anything is sent.
func (p *Provider) Link(ctx context.Context, payment sales.Payment) (payments.Link, error) {
	if payment.External != "" && payment.URL != "" {
		return payments.Link{External: payment.External, URL: payment.URL}, nil
	}
	shop, err := p.shop(payment.Shop)
	if err != nil {
		return payments.Link{}, err
	}
	fields, err := p.request(payment)
	if err != nil {
		return payments.Link{}, err
	}
	for n := 1; n <= attempts; n++ {
		order := orderID(payment.ID, n)
		if order == "" {
			break
		}
		fields["OrderId"] = order
		made, err := shop.call(ctx, "Init", fields)
		switch {
		case err == nil:
			return link(made)
		case made.ErrorCode != repeatedOrder:
			return payments.Link{}, err
		}
		if err := shop.abandon(ctx, order); err != nil {
			return payments.Link{}, err
		}
	}
	return payments.Link{}, bury("bank_link_lost", "банк уже знает этот заказ, а ссылка на него потеряна: нужен новый платёж")
}

func link(made answer) (payments.Link, error) {
	if made.PaymentID == "" || !page(string(made.PaymentURL)) {
		return payments.Link{}, &sales.Error{Code: "bank_garbled", Action: sales.Retry, Uncertain: true,
			Err: errors.New("the answer to Init has no link")}
	}
	return payments.Link{External: string(made.PaymentID), URL: string(made.PaymentURL)}, nil
}

// abandon closes what was made under an order id before, or says that it is in use.
func (s *shop) abandon(ctx context.Context, order string) error {
	known, err := s.call(ctx, "CheckOrder", map[string]any{"OrderId": order})
	if err != nil {
		return err
	}
	for _, made := range known.Payments {
		word := string(made.Status)
		if closed(word) {
			continue
		}
		if !untouched(word) {
			return bury("bank_order_taken", "по этому заказу у банка уже есть платёж в статусе "+word)
		}
		if _, err := s.call(ctx, "Cancel", map[string]any{"PaymentId": string(made.PaymentID)}); err != nil {
			return err
		}
	}
	return nil
}

// request is the body of Init without OrderId (T-Bank API 1.80, Init).
func (p *Provider) request(payment sales.Payment) (map[string]any, error) {
	if payment.ID == "" || len(payment.ID) > longestOrder {
		return nil, bury("bank_request", "номер платежа должен быть от 1 до 36 символов")
	}
	if payment.Amount <= 0 || payment.Amount > 9_999_999_999 {
		return nil, bury("bank_amount", "сумма платежа должна быть больше нуля и не длиннее 10 цифр в копейках")
	}
	fields := map[string]any{"Amount": int64(payment.Amount), "Language": language(payment.Language)}
	for name, address := range p.urls {
		fields[name] = address
	}
	if payment.Description != "" {
		fields["Description"] = clip(payment.Description, 140)
	}
	if due, err := p.dueDate(payment.ExpiresAt); err != nil {
		return nil, err
	} else if due != "" {
		fields["RedirectDueDate"] = due
	}
	if err := addExtra(fields, payment.Extra); err != nil {
		return nil, err
	}
	if err := addStages(fields, payment); err != nil {
		return nil, err
	}
	if payment.Receipt != nil {
		receipt, err := newReceipt(*payment.Receipt, payment.Amount, payment.CreatedAt)
		if err != nil {
			return nil, err
		}
		fields["Receipt"] = receipt
	}
	return fields, nil
}

// dueDate writes RedirectDueDate with whole seconds and a numeric offset: a Z
// or fractions are refused. The bank takes a minute to 90 days from now
// (T-Bank API 1.80, Init); what ends sooner is refused here.
func (p *Provider) dueDate(expires time.Time) (string, error) {
	now := p.now()
	switch {
	case expires.IsZero():
		return "", nil
	case expires.Sub(now) < time.Minute:
		return "", bury("bank_expired", "срок ссылки истёк раньше, чем её удалось создать")
	case expires.Sub(now) > 90*24*time.Hour:
		expires = now.Add(90*24*time.Hour - time.Minute)
	}
	return expires.Format("2006-01-02T15:04:05-07:00"), nil
}

// language is the page's: ru or en (T-Bank API 1.80, Init).
func language(tag string) string {
	if tag == "" || slices.Contains([]string{"ru", "be", "kk", "uk"}, strings.ToLower(tag[:min(2, len(tag))])) {
		return "ru"
	}
	return "en"
}

func clip(s string, runes int) string {
	if all := []rune(s); len(all) > runes {
		return string(all[:runes])
	}
	return s
}

func bury(code, message string) *sales.Error {
	return &sales.Error{Code: code, Action: sales.Bury, Message: message}
}
