package tbank

import (
	"slices"
	"strconv"
	"strings"

	"voronka/payments"
)

// buyerText explains a decline to the buyer: the bank's Message where the code
// is one whose Message is meant for buyers, else the table's text for the code.
// A payment that was not declined has none.
func buyerText(a answer) string {
	code := string(a.ErrorCode)
	if code == "" || code == "0" {
		return ""
	}
	switch message := strings.TrimSpace(string(a.Message)); message {
	case "", "None", "OK", "Неверные параметры.":
	default:
		if forBuyers(code) {
			return clip(message, 300)
		}
	}
	return declined(code)
}

// forBuyers lists the codes whose Message the bank's own SDK shows to buyers
// (tinkoff-asdk-android); that of others speaks to the shop. The last ones are
// of the faster payment system (T-Bank API 1.80, "Коды ошибок").
func forBuyers(code string) bool {
	n, err := strconv.Atoi(code)
	if err != nil {
		return false
	}
	return slices.Contains([]int{53, 99, 101, 206, 224, 225, 252, 1006, 1012, 1013, 1014, 1015, 1030, 1051, 1054, 1057,
		1065, 1082, 1089, 1091, 1096}, n) || n >= 1033 && n <= 1043 || n >= 5060 && n <= 5067
}

// declined words a decline for the buyer by its reason.
func declined(code string) string {
	switch code {
	case "5060", "5061", "5062", "5065", "5066":
		return "Банк не пропустил оплату со счёта: выберите другой банк или заплатите картой"
	}
	switch reason(code) {
	case payments.NoFunds:
		return "Недостаточно средств на карте"
	case payments.OverLimit:
		return "Сумма превышает лимит по карте"
	case payments.Troubled:
		return "Банк не отвечает: попробуйте ещё раз чуть позже"
	case payments.CardOver:
		return "Истёк срок действия карты"
	case payments.CardLost:
		return "Карта недействительна: попробуйте другую или свяжитесь с банком, который её выпустил"
	case payments.Forbidden:
		return "Такие операции запрещены для этой карты"
	case payments.Mistyped:
		return "Неверные реквизиты карты"
	case payments.Unproven:
		return "Не пройдена проверка 3-D Secure"
	}
	return "Платёж отклонён: попробуйте другую карту или свяжитесь с банком"
}
