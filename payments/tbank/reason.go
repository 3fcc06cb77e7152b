package tbank

import (
	"voronka/payments"
	"voronka/sales"
)

// decline gives the code of a declined payment and how it is to be understood;
// both are empty where nothing was declined.
func decline(status sales.PaymentStatus, code string) (string, payments.Reason) {
	if status != sales.PaymentDeclined {
		return "", ""
	}
	if code == "" || code == "0" {
		return "", payments.Refused
	}
	return digits(code), reason(code)
}

// reason reads a code of the table "Коды ошибок" (T-Bank API 1.80).
func reason(code string) payments.Reason {
	switch code {
	case "103", "116", "1051", "5060":
		return payments.NoFunds
	case "119", "603", "1013", "1019", "1061", "1065", "1075", "1202", "1203", "1204", "2200", "3041", "3042", "5061", "5062":
		return payments.OverLimit
	case "3", "55", "99", "120", "123", "125", "401", "402", "515", "650", "903", "999", "1017", "1018", "1030", "1034",
		"1089", "1091", "1096", "1207", "3040", "7999", "9001", "9999":
		return payments.Troubled
	case "252", "262", "1033", "1054", "1071":
		return payments.CardOver
	case "107", "231", "600", "1004", "1007", "1039", "1041", "1043", "1053", "1059", "1063", "1093", "1094",
		"3012", "3014", "3015", "5031", "5036", "5063", "5065", "5066":
		return payments.CardLost
	case "76", "77", "105", "108", "601", "1057", "1058", "1062", "1078", "1205", "1217", "1218", "5064", "5067":
		return payments.Forbidden
	case "508", "642", "1014", "1015", "1038", "1055", "1077", "1080", "1082", "1086":
		return payments.Mistyped
	case "101", "106", "511", "2014":
		return payments.Unproven
	}
	return payments.Refused
}
