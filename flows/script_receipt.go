package flows

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/govalues/decimal"

	"voronka/flows/calc"
	"voronka/sales"
)

// spokenReceipt is a receipt in a script's words.
type spokenReceipt struct {
	items                  calc.Value
	phone, email, taxation string
	// at is when it is sold.
	at time.Time
	// unit is what amounts are counted in: 100 roubles' kopecks in the function,
	// 1 kopeck beside payment_sum.
	unit int64
}

// Errors of a receipt, for error_payment_func.
var (
	errReceiptItems = errors.New("products_for_receipt: not a list of dictionaries")
	errReceiptBuyer = errors.New("a receipt needs an e-mail or a phone")
	errReceiptSum   = errors.New("products_for_receipt: the sum of the goods differs from the amount to pay")
)

// billReceipt makes the receipt of a bill.
func (r *Run) billReceipt(said spokenReceipt, amount sales.Money) (*sales.Receipt, error) {
	goods, ok := said.items.Items()
	if !ok || len(goods) == 0 || len(goods) > 100 { // T-Bank API 1.80, Receipt: Items up to 100
		return nil, errReceiptItems
	}
	taxation := cmp.Or(said.taxation, r.Flow.Taxation)
	if number, known := map[string]string{"1": "osn", "2": "usn_income", "3": "usn_income_outcome", "4": "envd", "5": "esn", "6": "patent"}[taxation]; known {
		taxation = number
	}
	if !slices.Contains(receiptWords()["taxation"], taxation) {
		return nil, fmt.Errorf("taxation: %q is not known", Clip(taxation, 40))
	}
	receipt := &sales.Receipt{
		FFD: cmp.Or(r.engine.FFD, "1.05"), Email: strings.TrimSpace(said.email), Phone: plusPhone(said.phone), Taxation: taxation,
	}
	if receipt.Email == "" && receipt.Phone == "" {
		return nil, errReceiptBuyer
	}
	for _, one := range goods {
		item, err := said.item(one)
		if err != nil {
			return nil, err
		}
		receipt.Items = append(receipt.Items, item)
	}
	if receipt.Total() != amount {
		return nil, errReceiptSum
	}
	if fault := receipt.Check(said.at); fault != nil {
		return nil, fmt.Errorf("products_for_receipt: %w", fault)
	}
	return receipt, nil
}

// plusPhone writes 79990000000 as receipts have it, with its plus.
func plusPhone(phone string) string {
	phone = strings.TrimSpace(phone)
	if phone != "" && phone[0] != '+' {
		return "+" + phone
	}
	return phone
}

// item reads one of the goods.
func (w spokenReceipt) item(one calc.Value) (sales.ReceiptItem, error) {
	item := sales.ReceiptItem{
		Name: strings.TrimSpace(one.Get("name").String()), Unit: "шт",
		Tax:    vat(cmp.Or(one.Get("vat_code").String(), one.Get("tax").String()), w.at),
		Method: cmp.Or(snake(cmp.Or(one.Get("method").String(), one.Get("payment_method").String())), "full_payment"),
		Object: cmp.Or(snake(cmp.Or(one.Get("object").String(), one.Get("payment_object").String())), "commodity"),
	}
	if length := utf8.RuneCountInString(item.Name); length == 0 || length > maxItemName {
		return item, errors.New("products_for_receipt: name is missing or too long")
	}
	for key, word := range map[string]string{"tax": item.Tax, "method": item.Method, "object": item.Object} {
		if !slices.Contains(receiptWords()[key], word) {
			return item, fmt.Errorf("products_for_receipt: %s %q is not known", key, Clip(word, 40))
		}
	}
	quantity, okQuantity := scaled(cmp.Or(one.Get("quantity").String(), "1"), 1000)
	amount, okAmount := scaled(one.Get("amount").String(), w.unit)
	if !okQuantity || !okAmount || quantity <= 0 {
		return item, errors.New("products_for_receipt: quantity or amount is no number")
	}
	price := amount * 1000 / quantity
	if written := one.Get("price").String(); written != "" {
		var ok bool
		if price, ok = scaled(written, w.unit); !ok {
			return item, errors.New("products_for_receipt: price is no number")
		}
	}
	item.Price, item.Quantity = sales.Money(price), quantity
	if item.Amount() != sales.Money(amount) {
		return item, errors.New("products_for_receipt: price times quantity is not amount")
	}
	return item, nil
}

// scaled reads a number in units of which one holds by; a rest is refused.
func scaled(text string, by int64) (int64, bool) {
	d, ok := calc.Number(strings.TrimSpace(text))
	if !ok {
		return 0, false
	}
	factor, _ := decimal.New(by, 0) // a small whole number
	d, err := d.Mul(factor)
	if err != nil || !d.IsInt() {
		return 0, false
	}
	units, _, ok := d.Int64(0)
	return units, ok && units >= 0 && units <= int64(maxPrice)*1000
}

// vat reads the numbers that the function knows for the bank's words. Those of
// the standard rate, 4 and 6, mean the one of the day: 22 % since 2026.
func vat(code string, at time.Time) string {
	word, known := map[string]string{"1": "none", "2": "vat0", "3": "vat10", "4": "vat20", "5": "vat110", "6": "vat120"}[code]
	switch {
	case !known:
		return code
	case !sales.TaxOn(word, at):
		return strings.Replace(word, "20", "22", 1)
	}
	return word
}

// snake writes FullPrepayment as the bank does, full_prepayment.
func snake(word string) string {
	var out strings.Builder
	for i, char := range word {
		if unicode.IsUpper(char) && i > 0 {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToLower(char))
	}
	return out.String()
}
