package tbank

import (
	"errors"
	"net"
	"strings"

	"voronka/sales"
)

// addExtra puts in what a flow gives besides: IP, and the pairs of DATA, of
// which one place of the bank's twenty stays for our own (T-Bank API 1.80, Init).
func addExtra(fields map[string]any, extra map[string]string) error {
	data := map[string]string{}
	for name, value := range extra {
		key, found := strings.CutPrefix(name, "DATA.")
		switch {
		case found && errors.Is(sales.CheckData(key, value), sales.ErrDataKey):
			return bury("bank_request", "ключ DATA «"+clip(key, 40)+"» длиннее 20 символов или пустой")
		case found && sales.CheckData(key, value) != nil:
			return bury("bank_request", "значение DATA «"+key+"» длиннее 100 символов")
		case found:
			data[key] = value
		case name == "IP" && net.ParseIP(value) == nil:
			return bury("bank_request", "IP покупателя записан с ошибкой")
		case name == "IP":
			fields["IP"] = value
		}
	}
	if len(data) > 19 {
		return bury("bank_request", "в DATA больше 19 пар")
	}
	if len(data) > 0 {
		fields["DATA"] = data
	}
	return nil
}

// addStages puts in whether the money is held first, who begins the payment
// and whether the card is stored (T-Bank API 1.80, Init: PayType, Recurrent,
// CustomerKey, and the table of OperationInitiatorType: 1 stores a card, 2 is
// its owner's word, R a subscription's; I is for AFT terminals alone).
func addStages(fields map[string]any, payment sales.Payment) error {
	if payment.Hold {
		fields["PayType"] = "T"
	}
	switch {
	case payment.Initiator != "" && payment.Recurrent:
		return bury("bank_request", "списание по сохранённой карте не может сохранить карту ещё раз")
	case payment.Initiator != "" && payment.Method == sales.MethodSBP:
		fields["Recurrent"] = "Y" // T-Bank API 1.80, ChargeQr: so for payments by a bound account
		putData(fields, "QR", "true")
	case payment.Initiator == sales.ByCustomer:
		putData(fields, "OperationInitiatorType", "2")
	case payment.Initiator == sales.ByMerchant:
		putData(fields, "OperationInitiatorType", "R")
	case payment.StoresAccount():
		if payment.Description == "" { // T-Bank API 1.80, Init: Description
			return bury("bank_request", "чтобы привязать счёт через СБП, банку нужно описание платежа")
		}
		fields["Recurrent"] = "Y"
		putData(fields, "QR", "true")
		putKey(fields, payment.CustomerKey)
	case payment.Recurrent:
		if payment.CustomerKey == "" || len([]rune(payment.CustomerKey)) > 36 {
			return bury("bank_request", "чтобы сохранить карту, банку нужен ключ покупателя от 1 до 36 символов")
		}
		fields["Recurrent"], fields["CustomerKey"] = "Y", payment.CustomerKey
		putData(fields, "OperationInitiatorType", "1")
	default:
		putKey(fields, payment.CustomerKey)
	}
	return nil
}

// putKey adds the buyer's key where nothing demands one. A key that is too long
// is left out, not cut: two buyers must never share one.
func putKey(fields map[string]any, key string) {
	if key != "" && len([]rune(key)) <= 36 {
		fields["CustomerKey"] = key
	}
}

// putData adds a pair to DATA and leaves one alone that a flow gave.
func putData(fields map[string]any, key, value string) {
	data, given := fields["DATA"].(map[string]string)
	if !given {
		data = map[string]string{}
		fields["DATA"] = data
	}
	if _, taken := data[key]; !taken {
		data[key] = value
	}
}
