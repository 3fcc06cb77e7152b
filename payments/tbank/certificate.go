package tbank

import (
	"context"

	"voronka/sales"
)

// certificate is a line of what getConfirmOperation answers.
type certificate struct {
	Success   flag
	ErrorCode text
	Message   text
	Details   text
	PaymentID text `json:"PaymentId"`
}

// Certify implements payments.Certifier with getConfirmOperation (T-Bank API
// 1.80). Its token is of TerminalKey and password alone: lists are never signed.
func (p *Provider) Certify(ctx context.Context, payment sales.Payment, email string) error {
	shop, err := p.shop(payment.Shop)
	if err != nil {
		return err
	}
	if payment.External == "" || email == "" {
		return bury("bank_request", "справку выдают по платежу, который банк знает, и шлют на почту")
	}
	got, err := shop.call(ctx, "getConfirmOperation", map[string]any{
		"PaymentIdList": []any{number(payment.External)}, "EmailList": []string{email},
	})
	if err != nil {
		return err
	}
	for _, one := range got.PaymentIDList {
		if string(one.PaymentID) == payment.External && !one.Success {
			return bury("bank_refused", or(string(one.Details), or(string(one.Message), "банк не выдал справку")))
		}
	}
	return nil
}
