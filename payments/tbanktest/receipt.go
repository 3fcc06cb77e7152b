package tbanktest

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// receipt is the part of Receipt that sums and cross-field rules need.
type receipt struct {
	FfdVersion string
	Email      string
	Phone      string
	Items      []receiptItem
	Payments   *struct{ Cash, Electronic, AdvancePayment, Credit, Provision int64 }
}

type receiptItem struct {
	Name         string
	Price        int64
	Quantity     json.Number
	Amount       int64
	Tax          string
	AgentData    *struct{ AgentSign string }
	SupplierInfo *struct{ Inn string }

	PaymentObject      string
	MarkProcessingMode string
	MarkCode           *struct{ Value string }
	MarkQuantity       *struct{ Numerator, Denominator int64 }
}

// checkReceipt checks Receipt of FFD 1.05 or 1.2 against the sum of the operation in kopecks
// (T-Bank API 1.80, Receipt; VAT rates of 2026 are taken beside the older ones).
func (s *Server) checkReceipt(c *call, sum int64) *refusal {
	if !c.has("Receipt") {
		if c.terminal.CashRegister && c.method != "Confirm" {
			return s.breach("Receipt", "is required: a cash register is attached", "309")
		}
		return nil
	}
	raw := c.root["Receipt"]
	check := checker{s, c.method}
	version, refused := check.receiptVersion(raw)
	if refused != nil {
		return refused
	}
	if refused := check.checkObject("Receipt", raw, []string{version}); refused != nil {
		return refused
	}
	var r receipt
	if err := json.Unmarshal(raw, &r); err != nil {
		return s.breach("Receipt", "has a sum that is not whole kopecks", "1")
	}
	if c.terminal.CashRegister && (version == "Receipt_FFD_12") != (c.terminal.FFD == "1.2") {
		s.violate(c.method, "Receipt.FfdVersion", "differs from the cash register's "+c.terminal.FFD)
	}
	for _, rule := range []func() *refusal{
		func() *refusal { return check.receiptContact(r) },
		func() *refusal { return check.receiptItems(c.now, r) },
		func() *refusal { return check.receiptSums(r, sum) },
	} {
		if refused := rule(); refused != nil {
			return refused
		}
	}
	return nil
}

func (s checker) receiptVersion(raw json.RawMessage) (string, *refusal) {
	var v struct{ FfdVersion any }
	if err := json.Unmarshal(raw, &v); err != nil {
		return "", s.breach("Receipt", "is not an object", "1")
	}
	switch v.FfdVersion {
	case nil, "1.05":
		return "Receipt_FFD_105", nil
	case "1.2":
		return "Receipt_FFD_12", nil
	}
	return "", s.breach("Receipt.FfdVersion", `is neither "1.05" nor "1.2"`, "1")
}

func (s checker) receiptContact(r receipt) *refusal {
	if r.Email == "" && r.Phone == "" {
		return s.breach("Receipt", "has neither Email nor Phone", "329")
	}
	if r.Phone != "" && (!strings.HasPrefix(r.Phone, "+") || !digits(r.Phone[1:])) {
		return s.breach("Receipt.Phone", "is not + and digits", "1")
	}
	return nil
}

func (s checker) receiptItems(now time.Time, r receipt) *refusal {
	if len(r.Items) == 0 {
		return s.missing("Receipt.Items")
	}
	if len(r.Items) > 100 {
		return s.breach("Receipt.Items", "has more than 100 items", "1")
	}
	for i, it := range r.Items {
		path := fmt.Sprintf("Receipt.Items[%d]", i)
		if it.Amount != product(it.Price, it.Quantity) {
			return s.breach(path+".Amount", "is not Price times Quantity", "323")
		}
		if (it.Tax == "vat20" || it.Tax == "vat120") && now.Year() >= 2026 && s.method == "Init" {
			s.violate(s.method, path+".Tax", it.Tax+" ended with 2025, sales take vat22 and vat122")
		}
		if refused := s.receiptAgent(path, it); refused != nil {
			return refused
		}
		if refused := s.receiptMark(path, it); refused != nil {
			return refused
		}
	}
	return nil
}

func (s checker) receiptAgent(path string, it receiptItem) *refusal {
	if it.AgentData == nil {
		return nil
	}
	switch it.AgentData.AgentSign {
	case "bank_paying_agent", "bank_paying_subagent", "paying_agent", "paying_subagent", "attorney", "commission_agent", "another":
	case "":
		return s.breach(path+".AgentData.AgentSign", "is required and missing", "318")
	default:
		return s.breach(path+".AgentData.AgentSign", "is not in the list", "317")
	}
	if it.SupplierInfo == nil {
		return s.breach(path+".SupplierInfo", "is required with AgentSign", "319")
	}
	if it.SupplierInfo.Inn == "" {
		return s.breach(path+".SupplierInfo.Inn", "is required and missing", "320")
	}
	return nil
}

// receiptMark: marked goods carry their code and the mode "0", one at a time; others carry neither (codes 383,
// 385 and 386).
func (s checker) receiptMark(path string, it receiptItem) *refusal {
	marked := strings.HasSuffix(it.PaymentObject, "_with_marking_code")
	switch {
	case marked && it.MarkProcessingMode != "0":
		return s.breach(path+".MarkProcessingMode", "is not zero for marked goods", "383")
	case marked && (it.MarkCode == nil || it.MarkCode.Value == ""):
		return s.refuseRow("383", 1).because(path+".MarkCode", "is required for marked goods")
	case !marked && it.MarkQuantity != nil:
		return s.breach(path+".MarkQuantity", "is for marked goods alone", "385")
	case !marked && it.MarkProcessingMode != "":
		return s.refuseRow("385", 1).because(path+".MarkProcessingMode", "is for marked goods alone")
	case it.MarkQuantity != nil && it.MarkQuantity.Numerator >= it.MarkQuantity.Denominator:
		return s.refuseRow("383", 7).because(path+".MarkQuantity", "is not a part of a pack")
	case it.MarkCode != nil && it.Quantity.String() != "1":
		return s.breach(path+".Quantity", "is not 1 for marked goods", "386")
	}
	return nil
}

// receiptSums: all kinds of payment make up all items (308); what is paid electronically is the operation (334).
func (s checker) receiptSums(r receipt, sum int64) *refusal {
	var items int64
	for _, it := range r.Items {
		items += it.Amount
	}
	electronic := items
	if p := r.Payments; p != nil {
		if p.Cash+p.Electronic+p.AdvancePayment+p.Credit+p.Provision != items {
			return s.breach("Receipt.Payments", "do not make up the items", "308")
		}
		electronic = p.Electronic
	}
	if electronic != sum {
		return s.breach("Receipt", "makes "+strconv.FormatInt(electronic, 10)+" of "+strconv.FormatInt(sum, 10)+" kopecks", "334")
	}
	return nil
}

// checkQuantity: at most five digits, then at most three, above zero (code 310; row 0 is the fraction's text).
func (s checker) checkQuantity(path, whole, fraction string) *refusal {
	switch {
	case !digits(whole) || fraction != "" && !digits(fraction) || strings.Trim(whole+fraction, "0") == "":
		return s.breach(path, "is not a positive decimal", "1")
	case len(fraction) > 3:
		return s.refuseRow("310", 0, "{value}", "3").because(path, "has more than 3 digits after the point")
	case len(whole) > 5:
		return s.refuseRow("310", 1, "{value}", "5").because(path, "has more than 5 digits before the point")
	}
	return nil
}

// product is price times quantity in kopecks, half a kopeck up.
func product(price int64, quantity json.Number) int64 {
	q, ok := new(big.Rat).SetString(quantity.String())
	if !ok {
		return -1
	}
	q.Mul(q, new(big.Rat).SetInt64(2*price))
	q.Add(q, big.NewRat(1, 1))
	twice := new(big.Int).Div(q.Num(), q.Denom())
	return new(big.Int).Div(twice, big.NewInt(2)).Int64()
}

func digits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}
