package sales

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// checkAgent checks for whom the shop sells (T-Bank API 1.80, AgentData and
// SupplierInfo: what is required with which sign).
func (i ReceiptItem) checkAgent() *ReceiptFault {
	a, s := i.Agent, i.Supplier
	switch {
	case a == nil && s == nil:
		return nil
	case a == nil || !slices.Contains(AgentSigns(), a.Sign):
		return &ReceiptFault{Code: "agent_sign", Want: strings.Join(AgentSigns(), ", ")}
	case s == nil:
		return &ReceiptFault{Code: "supplier"}
	}
	if field := a.missing(); field != "" {
		return &ReceiptFault{Code: "agent", Got: a.Sign, Want: field}
	}
	if field := s.missing(); field != "" {
		return &ReceiptFault{Code: "supplier", Want: field}
	}
	return nil
}

// missing is the first field that the sign demands and that is wrong or absent; empty where all is well.
func (a Agent) missing() string {
	bank := strings.HasPrefix(a.Sign, "bank_paying_")
	paying := strings.HasPrefix(a.Sign, "paying_")
	switch {
	case (bank || paying) && !phonesOf(a.Phones):
		return "phones"
	case paying && !phonesOf(a.Receivers):
		return "receivers"
	case bank && !phonesOf(a.Transfers):
		return "transfers"
	case bank && a.Operation == "" || utf8.RuneCountInString(a.Operation) > maxOperation:
		return "operation"
	case bank && a.Operator == "" || utf8.RuneCountInString(a.Operator) > maxOperation:
		return "operator"
	case bank && a.OperatorAddress == "" || utf8.RuneCountInString(a.OperatorAddress) > maxAddress:
		return "operator_address"
	case bank && a.OpINN == "" || a.OpINN != "" && !inn(a.OpINN):
		return "operator_inn"
	}
	for _, list := range [][]string{a.Phones, a.Receivers, a.Transfers} {
		if len(list) > 0 && !phonesOf(list) {
			return "phones"
		}
	}
	return ""
}

func (s Supplier) missing() string {
	room := maxSupplier
	for _, phone := range s.Phones {
		room -= len(phone) + 4 // the phones count with the name, and four characters each
	}
	switch {
	case !phonesOf(s.Phones):
		return "phones"
	case s.Name == "" || utf8.RuneCountInString(s.Name) > room:
		return "name"
	case !inn(s.INN):
		return "inn"
	}
	return ""
}

// phonesOf tells whether there are phones and all of them are right: 1 to 19 characters (T-Bank API 1.80, code 316).
func phonesOf(list []string) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(p string) bool { return !phoneOf(p, 19) })
}

// inn tells whether a taxpayer's number has its 10 or 12 digits and the right
// check digits (order MMV-7-6/435@ of the tax service).
func inn(s string) bool {
	if !digits(s) {
		return false
	}
	check := func(weights ...int) bool {
		sum := 0
		for i, weight := range weights {
			sum += weight * int(s[i]-'0')
		}
		return sum%11%10 == int(s[len(weights)]-'0')
	}
	switch len(s) {
	case 10:
		return check(2, 4, 10, 3, 5, 9, 4, 6, 8)
	case 12:
		return check(7, 2, 4, 10, 3, 5, 9, 4, 6, 8) && check(3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
	}
	return false
}
