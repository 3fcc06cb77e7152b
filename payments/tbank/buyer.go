package tbank

import "strings"

// buyerText explains a decline to the buyer: the bank's Message where it says
// anything, else the table's text for the code. A payment that was not declined has none.
func buyerText(a answer) string {
	switch message := strings.TrimSpace(string(a.Message)); message {
	case "", "None", "OK", "Неверные параметры.":
	default:
		return message
	}
	if a.ErrorCode == "" || a.ErrorCode == "0" {
		return ""
	}
	return declined(string(a.ErrorCode))
}

// declined is for the codes whose text the bank's own SDK shows to buyers,
// after the table "Коды ошибок" of T-Bank API 1.80; others get a general one.
func declined(code string) string {
	switch code {
	case "101", "2014":
		return "Не пройдена проверка 3-D Secure"
	case "103", "116", "1051":
		return "Недостаточно средств на карте"
	case "252", "1033", "1054":
		return "Истёк срок действия карты"
	case "1013", "1061", "1065":
		return "Сумма превышает лимит по карте"
	case "1014", "1015", "1080", "1082":
		return "Неверные реквизиты карты"
	case "1038":
		return "Превышено количество попыток ввода ПИН-кода"
	case "1041", "1043":
		return "Карта недействительна: свяжитесь с банком, который её выпустил"
	case "1057", "1058":
		return "Такие операции запрещены для этой карты"
	case "99", "1030", "1034", "1089", "1091", "1096":
		return "Попробуйте повторить попытку позже"
	case "5060":
		return "Недостаточно денег на счёте"
	}
	return "Платёж отклонён: попробуйте другую карту или свяжитесь с банком"
}
