package amocrm

import (
	"strings"

	"github.com/govalues/decimal"
)

// vatType is what a bill says of its VAT: the codes of BILL_VAT_TYPE.
type vatType string

const (
	vatExempt   vatType = "vat_exempt"
	vatIncluded vatType = "vat_included"
	vatOnTop    vatType = "vat_not_included"
	vatUntold   vatType = ""
)

// vatType reads BILL_VAT_TYPE, by its text in lists that are too old to have codes.
func (e element) vatType() vatType {
	code, text := e.choice("BILL_VAT_TYPE")
	text = fold(text)
	switch kind := vatType(code); {
	case kind == vatExempt || kind == vatIncluded || kind == vatOnTop:
		return kind
	case strings.Contains(text, "не облаг"), strings.HasPrefix(text, "без"):
		return vatExempt
	case strings.Contains(text, "не включ"), strings.Contains(text, "сверх"):
		return vatOnTop
	case strings.Contains(text, "включ"):
		return vatIncluded
	}
	return vatUntold
}

// wholeTax is the receipt's word for a bill without rows: none names a rate.
func (v vatType) wholeTax() string {
	if v == vatExempt || v == vatUntold {
		return "none"
	}
	return ""
}

// vatOfRow is a rate in percent, and the receipt's word for it; the word is
// empty where receipts have none.
type vatOfRow struct {
	percent decimal.Decimal
	word    string
}

// rate reads the VAT of a row. Before vat_rate_value there was vat_rate_id, by
// a list of amoCRM's (API v4, custom-fields, items): 18 % ended with 2018, so
// its numbers 3 and 4 are rates that no receipt has, and other numbers tell
// nothing. The words are those of T-Bank API 1.80, Receipt.Items.Tax.
func (r billRow) rate() (vatOfRow, bool) {
	if r.VAT != "" {
		rate, err := parse(r.VAT)
		if err != nil || rate.IsNeg() {
			return vatOfRow{}, false
		}
		return vatOfRow{rate, vatWord(rate)}, true
	}
	switch r.OldVAT {
	case "0":
		return vatOfRow{decimal.Zero, "none"}, true
	case "1":
		return vatOfRow{decimal.Ten, "vat10"}, true
	case "2":
		return vatOfRow{decimal.Ten, "vat110"}, true
	case "5":
		return vatOfRow{decimal.Zero, "vat0"}, true
	}
	return vatOfRow{}, false
}

func vatWord(rate decimal.Decimal) string {
	switch text := rate.Trim(0).String(); text {
	case "0", "5", "7", "10", "20", "22":
		return "vat" + text
	}
	return ""
}

// tax is the receipt's word for the row's VAT; empty where it cannot be known:
// a receipt with a guess in it would be a wrong one.
func (r billRow) tax(vat vatType) string {
	rate, known := r.rate()
	switch {
	case vat == vatExempt, vat == vatUntold && (!known || rate.percent.IsZero()):
		return "none"
	case vat == vatUntold || !known:
		return ""
	}
	return rate.word
}
