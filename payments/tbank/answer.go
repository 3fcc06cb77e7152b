package tbank

import (
	"bytes"
	"encoding/json"
)

// answer is the union of what the used methods answer (T-Bank API 1.80).
type answer struct {
	Success    flag
	ErrorCode  text
	Message    text
	Details    text
	Status     text
	PaymentID  text `json:"PaymentId"`
	OrderID    text `json:"OrderId"`
	Amount     text
	PaymentURL text
	// Payments are of CheckOrder, Params of GetState and Confirm.
	Payments []attempt
	Params   params
	// NewAmount is what is left after Cancel.
	NewAmount *text
	// Data is the content of a QR code, or its picture.
	Data       text
	RequestKey text
	// CustomerKey, Email and Phone are of a registered customer.
	CustomerKey, Email, Phone text
	// CardID, RebillID and AccountToken are secrets.
	CardID       secret `json:"CardId"`
	RebillID     secret `json:"RebillId"`
	AccountToken secret
	// BankMemberName is the bank of a bound account.
	BankMemberName text
	// Cards is the bare array that GetCardList answers with.
	Cards []storedCard `json:"-"`
	// BankList is written Banklist in the document's example; names are matched whatever their case.
	BankList []Bank
	Members  []Member
	// QrCancelCode and QrCancelMessage say why a refund by SBP failed.
	QrCancelCode, QrCancelMessage text
	Count                         text
	// PaymentIDList is of getConfirmOperation.
	PaymentIDList []certificate `json:"PaymentIdList"`
}

// attempt is a line of CheckOrder: one payment of an order.
type attempt struct {
	PaymentID text `json:"PaymentId"`
	Status    text
	Amount    text
	Message   text
	ErrorCode text
}

// storedCard is a line of GetCardList.
type storedCard struct {
	CardID   secret `json:"CardId"`
	RebillID secret `json:"RebillId"`
	Pan      secret
	ExpDate  text
	Status   text
}

// plainAnswer is an answer without its own way of being read.
type plainAnswer answer

// UnmarshalJSON implements json.Unmarshaler: GetCardList answers a bare array
// where all is well and an object where it is not (T-Bank API 1.80, GetCardList).
func (a *answer) UnmarshalJSON(raw []byte) error {
	if list := bytes.TrimSpace(raw); len(list) > 0 && list[0] == '[' {
		a.Success, a.ErrorCode = true, "0"
		return json.Unmarshal(raw, &a.Cards)
	}
	return json.Unmarshal(raw, (*plainAnswer)(a))
}

// params are pairs of a key and a value.
type params []struct{ Key, Value text }

func (p params) value(key string) string {
	for _, pair := range p {
		if string(pair.Key) == key {
			return string(pair.Value)
		}
	}
	return ""
}
