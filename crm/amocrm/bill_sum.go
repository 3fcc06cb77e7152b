package amocrm

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/govalues/decimal"

	"voronka/crm"
	"voronka/sales"
)

// taxpayer is an INN: ten digits of a firm, twelve of a person.
var taxpayer = regexp.MustCompile(`^(\d{10}|\d{12})$`)

// bill translates an invoice. One without rows gets a stand-in for its whole
// sum; one whose rows do not add up to it is its seller's to correct.
func (e element) bill() (crm.Bill, error) {
	bill := crm.Bill{ID: fmt.Sprint(int64(e.ID)), Name: e.title(), Page: e.Page, Paid: e.paid(), Partly: e.partly()}
	var supplier struct {
		Name string          `json:"name"`
		INN  json.RawMessage `json:"vat_id"` // a text, or a number that was typed in
	}
	if e.decode("SUPPLIER", &supplier) {
		bill.Supplier = strings.TrimSpace(supplier.Name)
		if inn := strings.Trim(string(supplier.INN), `" `); taxpayer.MatchString(inn) {
			bill.INN = inn
		}
	}
	var who payer
	if e.decode("PAYER", &who) {
		bill.Email, bill.Phone = strings.TrimSpace(who.Email), strings.TrimSpace(who.Phone)
	}
	var written json.Number
	if e.decode("BILL_PRICE", &written) || e.decodeText("BILL_PRICE", &written) {
		total, err := kopecks(written)
		if err != nil {
			return bill, fmt.Errorf("%w: its sum is not one", crm.ErrBillWrong)
		}
		bill.Total = total
	}
	var sum sales.Money
	vat := e.vatType()
	if rows := e.cell("ITEMS"); rows != nil {
		for _, one := range rows.Values {
			item, amount, err := itemOf(one.Value, vat)
			if err != nil {
				return bill, err
			}
			if amount > 0 { // a gift has no place in a receipt's sum
				bill.Items, sum = append(bill.Items, item), sum+amount
			}
		}
	}
	switch {
	case bill.Total == 0:
		bill.Total = sum
	case len(bill.Items) == 0:
		bill.Items = []crm.BillItem{{Name: bill.Name, Price: bill.Total, Quantity: 1000, Tax: vat.wholeTax()}}
	}
	if !bill.Paid && (bill.Total <= 0 || worth(bill.Items) != bill.Total) {
		return bill, fmt.Errorf("%w: its rows make %v, its sum is %v", crm.ErrBillWrong, sum, bill.Total)
	}
	return bill, nil
}

// worth is what rows cost together.
func worth(items []crm.BillItem) (sum sales.Money) {
	for _, item := range items {
		sum += sales.ReceiptItem{Price: item.Price, Quantity: item.Quantity}.Amount()
	}
	return sum
}

// title is the invoice's name; one without gets what amoCRM proposes:
// «Счёт #123 от …» (integrations/banks-and-acquiring).
func (e element) title() string {
	if name := strings.TrimSpace(e.Name); name != "" {
		return name
	}
	return fmt.Sprintf("Счёт #%d от %s", e.ID, time.Unix(int64(e.CreatedAt), 0).UTC().Format("02.01.2006"))
}

func (e element) paid() bool {
	code, text := e.choice("BILL_STATUS")
	return code == "paid" || code == "paid_in_advance" || code == "" && strings.HasPrefix(fold(text), "оплачен")
}

func (e element) partly() bool {
	code, text := e.choice("BILL_STATUS")
	return code == "partially_paid" || code == "" && strings.HasPrefix(fold(text), "частично")
}

// decodeText reads a number that was written as text.
func (e element) decodeText(code string, into *json.Number) bool {
	var text string
	if !e.decode(code, &text) {
		return false
	}
	*into = json.Number(strings.ReplaceAll(strings.TrimSpace(text), ",", "."))
	return *into != ""
}

// itemOf reads a row. Its discount is off the row, not off a piece, and a VAT
// that is "not included" comes on top (API v4, custom-fields, items).
func itemOf(raw json.RawMessage, vat vatType) (crm.BillItem, sales.Money, error) {
	var row billRow
	if err := json.Unmarshal(raw, &row); err != nil {
		return crm.BillItem{}, 0, fmt.Errorf("%w: a row cannot be read", crm.ErrBillWrong)
	}
	amount, err := row.amount(vat)
	if err != nil {
		return crm.BillItem{}, 0, fmt.Errorf("%w: a row has no price", crm.ErrBillWrong)
	}
	item := crm.BillItem{Name: strings.TrimSpace(row.Description), Price: amount, Quantity: 1000, Tax: row.tax(vat), Unit: row.Unit}
	if item.Name == "" {
		item.Name = "Товар"
	}
	price, thousandths := row.piece()
	if (sales.ReceiptItem{Price: price, Quantity: thousandths}).Amount() == amount && price > 0 {
		item.Price, item.Quantity = price, thousandths
	} else if row.Quantity != "1" && row.Quantity != "" {
		item.Name += " × " + row.Quantity.String()
	}
	return item, amount, nil
}

// amount is what the row costs with its discount and VAT.
func (r billRow) amount(vat vatType) (sales.Money, error) {
	price, err := parse(r.Price)
	if err != nil {
		return 0, err
	}
	quantity, err := parse(r.Quantity)
	if err != nil {
		return 0, err
	}
	sum, err := price.Mul(quantity)
	if err != nil {
		return 0, err
	}
	if off, err := parse(r.Discount.Value.Value); err == nil && r.Discount.Value.Value != "" {
		if r.Discount.Value.Type == "percentage" {
			if off, err = percent(sum, off); err != nil {
				return 0, err
			}
		}
		if sum, err = sum.Sub(off); err != nil {
			return 0, err
		}
	}
	if vat == vatOnTop && !sum.IsZero() {
		rate, known := r.rate()
		if !known {
			return 0, errors.New("its VAT comes on top and is not told")
		}
		tax, err := percent(sum, rate.percent)
		if err != nil {
			return 0, err
		}
		if sum, err = sum.Add(tax); err != nil {
			return 0, err
		}
	}
	return round(sum)
}

// piece is the price of one, and how many, in thousandths; zero where either has more digits.
func (r billRow) piece() (sales.Money, int64) {
	price, err := kopecks(r.Price)
	quantity, wrong := parse(r.Quantity)
	if err != nil || wrong != nil {
		return 0, 0
	}
	whole, fraction, ok := quantity.Int64(3)
	if !ok || quantity.Trim(0).Scale() > 3 {
		return 0, 0
	}
	return price, whole*1000 + fraction
}

func parse(n json.Number) (decimal.Decimal, error) {
	if n == "" {
		return decimal.Zero, nil
	}
	return decimal.Parse(n.String())
}

func percent(of, rate decimal.Decimal) (decimal.Decimal, error) {
	part, err := of.Mul(rate)
	if err != nil {
		return part, err
	}
	return part.Quo(decimal.Hundred)
}

func kopecks(n json.Number) (sales.Money, error) {
	sum, err := parse(n)
	if err != nil {
		return 0, err
	}
	return round(sum)
}

// round gives whole kopecks, halves away from zero as a cash register does.
func round(roubles decimal.Decimal) (sales.Money, error) {
	half := decimal.MustNew(5, 3)
	if roubles.IsNeg() {
		half = half.Neg()
	}
	up, err := roubles.Add(half)
	if err != nil {
		return 0, err
	}
	whole, fraction, ok := up.Trunc(2).Int64(2)
	if !ok {
		return 0, fmt.Errorf("%v roubles are too many", roubles)
	}
	return sales.Money(whole*100 + fraction), nil
}
