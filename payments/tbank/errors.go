package tbank

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"voronka/sales"
)

// repeatedOrder is the code of an OrderId that was used before (T-Bank API 1.80, error codes).
const repeatedOrder = "20"

// refusal says what to do about a business error. The codes and their meanings
// are of the table "Коды ошибок" in T-Bank API 1.80. What is in no list is the
// issuer's or the bank's refusal of this payment.
func refusal(method string, a answer) *sales.Error {
	out := &sales.Error{Action: sales.Bury, Message: clip(explanation(a), 300), Err: errors.New("T-Bank code " + digits(string(a.ErrorCode)))}
	switch a.ErrorCode {
	case "202", "648":
		out.Code, out.Action = "bank_settings", sales.Stop
		out.Message = "терминал или магазин заблокирован либо не активирован: напишите в поддержку банка"
	case "204", "205", "331", "501", "2015":
		out.Code, out.Action = "bank_settings", sales.Stop
		out.Message = "банк не узнаёт терминал: проверьте VORONKA_TBANK_TERMINAL и VORONKA_TBANK_PASSWORD, пароль — без лишних символов и подстановок"
	case "10", "3001", "3013", "3019", "1099", "1235", "702", "703", "1003":
		out.Code = "bank_settings" // only this way of paying is switched off
	case "3", "21", "55", "96", "97", "98", "99", "120", "123", "125", "311", "312", "401", "402", "515", "903", "999",
		"1030", "1034", "1089", "1091", "1096", "3040", "7999", "8002", "8004", "9001", "9999":
		out.Code, out.Action, out.Uncertain = "bank_temporary", sales.Retry, changes(method)
	case "308", "309", "310", "313", "314", "315", "316", "317", "318", "319", "320", "321", "323", "329", "334", "258", "383", "385", "386":
		out.Code = "bank_receipt"
	case "4", "8", "100", "324", "326", "330", "3037":
		out.Code = "bank_state"
	case "3029", "3030": // refunds by SBP: one try an hour, five a day
		out.Code, out.Action, out.After = "bank_temporary", sales.Retry, time.Hour
		if a.ErrorCode == "3030" {
			out.After = 24 * time.Hour
		}
	case "255", "335", "407", "502", "503", "914", "7":
		out.Code = "bank_not_found"
	case repeatedOrder:
		out.Code = "bank_order_taken"
	default:
		out.Code = "bank_refused"
		if method == "Init" || method == "Charge" || method == "ChargeQr" {
			out.Message = clip(buyerText(a), 300)
		}
		if malformed(string(a.ErrorCode)) {
			out.Code, out.Message = "bank_request", clip(explanation(a), 300)
		}
	}
	return out
}

// unknown tells whether the bank says that there is no such payment or order:
// 255 and 335 by the table, 7 and 407 as terminals answer too.
func unknown(a answer) bool {
	switch a.ErrorCode {
	case "255", "335", "407", "914", "7":
		return !bool(a.Success)
	}
	return false
}

// malformed lists the codes of a request that the bank could not take as written.
func malformed(code string) bool {
	switch code {
	case "1", "2", "9", "12", "201", "203", "419", "620", "1119", "1125", "1126", "3016", "3017", "3044":
		return true
	}
	n, err := strconv.Atoi(code)
	return err == nil && n >= 206 && n <= 262 && code != "252"
}

// explanation joins what the bank says: Message is often only "Неверные
// параметры.", the reason is in Details.
func explanation(a answer) string {
	message, details := strings.TrimSpace(string(a.Message)), strings.TrimSpace(string(a.Details))
	if details == "" || details == "None" || details == message {
		return message
	}
	if message == "" || message == "None" || message == "OK" {
		return details
	}
	return strings.TrimRight(message, ".") + ": " + details
}

// digits keeps a code printable whatever came.
func digits(code string) string {
	if code == "" || strings.Trim(code, "0123456789") != "" || len(code) > 6 {
		return "unknown"
	}
	return code
}
