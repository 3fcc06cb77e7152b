package sales

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ReceiptFault is what is wrong with a receipt, before a bank would refuse it.
type ReceiptFault struct {
	// Code is stable: "name_length". Item is the line it is in, from 1; zero for the receipt as a whole.
	Code string
	Item int
	// Place is where the line is written in the flow, where that is known.
	Place string
	// Got and Want help to mend it; neither holds what the buyer told.
	Got, Want string
}

// Error implements error.
func (f *ReceiptFault) Error() string {
	text := f.Code
	if f.Got != "" {
		text += ": " + f.Got
	}
	if f.Want != "" {
		text += ", want " + f.Want
	}
	if f.Item > 0 {
		text = fmt.Sprintf("item %d: %s", f.Item, text)
	}
	if f.Place != "" {
		text = f.Place + ": " + text
	}
	return text
}

// Check finds the first fault of a receipt (54-FZ; limits of T-Bank API 1.80,
// Receipt), nil where there is none. A sale's rates of VAT must be those of its
// date; for refunds and closing receipts, which keep the rate of the sale, it is zero.
func (r Receipt) Check(sold time.Time) *ReceiptFault {
	fault := func(code, got, want string) *ReceiptFault { return &ReceiptFault{Code: code, Got: got, Want: want} }
	switch {
	case r.FFD != "1.05" && r.FFD != "1.2":
		return fault("ffd", r.FFD, "1.05 | 1.2")
	case r.Email == "" && r.Phone == "":
		return fault("buyer", "", "")
	case r.Email != "" && (len(r.Email) > 64 || strings.Count(r.Email, "@") != 1 || strings.ContainsAny(r.Email, " \t\r\n")):
		return fault("email", "", "")
	case r.Phone != "" && !phoneOf(r.Phone, 64):
		return fault("phone", "", "")
	case !slices.Contains(Taxations(), r.Taxation):
		return fault("taxation", r.Taxation, strings.Join(Taxations(), ", "))
	case len(r.Items) == 0 || len(r.Items) > 100:
		return fault("items", fmt.Sprint(len(r.Items)), "1–100")
	case r.FFD == "1.05" && (r.Customer != "" || r.CustomerINN != ""):
		return fault("needs_ffd12", "customer", "1.2")
	case r.CustomerINN != "" && !inn(r.CustomerINN):
		return fault("inn", "", "")
	}
	for i, item := range r.Items {
		if f := item.check(r.FFD, sold); f != nil {
			f.Item, f.Place = i+1, item.Place
			return f
		}
	}
	if t := r.Tender; t != nil && (min(t.Advance, t.Credit, t.Provision, t.Cash) < 0 || r.Electronic() < 0) {
		return fault("tender", r.Electronic().Decimal(), "≥ 0")
	}
	return nil
}

// Limits of an item.
const (
	maxItemName  = 128
	maxItemSum   = Money(9_999_999_999)
	maxQuantity  = 99_999_999 // five digits and three after the point
	maxEAN       = 300
	maxUserData  = 64 // FFD, tag 1191
	longestWord  = 40
	maxOperation = 64
	maxAddress   = 243
	maxSupplier  = 239
)

func (i ReceiptItem) check(ffd string, sold time.Time) *ReceiptFault {
	fault := func(code, got, want string) *ReceiptFault {
		return &ReceiptFault{Code: code, Got: clipped(got), Want: want}
	}
	objects, old, recent := ReceiptObjects()
	if objects = append(objects, old...); ffd == "1.2" {
		objects = append(objects[:len(objects)-len(old)], recent...)
	}
	length := utf8.RuneCountInString(i.Name)
	bad := strings.IndexFunc(i.Name, forbidden)
	switch {
	case length == 0 || length > maxItemName:
		return fault("name_length", fmt.Sprint(length), "1–128")
	case bad >= 0:
		return fault("name_character", fmt.Sprintf("%q", []rune(i.Name[bad:])[0]), "«»")
	case i.Price < 0 || i.Price > maxItemSum:
		return fault("price", i.Price.Decimal(), "0–99999999.99")
	case i.Quantity <= 0 || i.Quantity > maxQuantity:
		return fault("quantity", fmt.Sprint(i.Quantity), "0.001–99999.999")
	case i.Price > 0 && i.Quantity > int64(maxItemSum)*1000/int64(i.Price):
		return fault("amount", "", "99999999.99")
	case !slices.Contains(Taxes(), i.Tax):
		return fault("tax", i.Tax, strings.Join(Taxes(), ", "))
	case !TaxOn(i.Tax, sold):
		return fault("tax_date", i.Tax, otherTax(i.Tax))
	case i.Method != "" && !slices.Contains(ReceiptMethods(), i.Method):
		return fault("method", i.Method, strings.Join(ReceiptMethods(), ", "))
	case i.Object != "" && !slices.Contains(objects, i.Object):
		return fault("object", i.Object, strings.Join(objects, ", "))
	case i.EAN13 != "" && (ffd != "1.05" || len(i.EAN13) > maxEAN):
		return fault("ean13", "", "1.05")
	case utf8.RuneCountInString(i.UserData) > maxUserData:
		return fault("user_data", "", "64")
	}
	if f := i.checkRecent(ffd); f != nil {
		return f
	}
	return i.checkAgent()
}

// checkRecent checks what FFD 1.2 alone knows.
func (i ReceiptItem) checkRecent(ffd string) *ReceiptFault {
	fault := func(code, got, want string) *ReceiptFault { return &ReceiptFault{Code: code, Got: got, Want: want} }
	used := i.Mark != nil || i.Excise != 0 || i.Country != "" || i.Declaration != "" || i.UserData != ""
	marked := strings.HasSuffix(i.Object, "_with_marking_code")
	switch {
	case used && ffd != "1.2":
		return fault("needs_ffd12", "mark, excise, country, declaration, user_data", "1.2")
	case i.Excise < 0 || i.Excise > maxItemSum:
		return fault("excise", i.Excise.Decimal(), "0–99999999.99")
	case i.Country != "" && (len(i.Country) != 3 || !digits(i.Country)):
		return fault("country", i.Country, "643")
	case utf8.RuneCountInString(i.Declaration) > 32:
		return fault("declaration", "", "32")
	case marked != (i.Mark != nil):
		return fault("mark_object", i.Object, "goods_with_marking_code")
	case i.Mark == nil:
		return nil
	case !slices.Contains(MarkTypes(), i.Mark.Type) || i.Mark.Value == "" || len(i.Mark.Value) > 223: // RAWCODE: at most 223
		return fault("mark", i.Mark.Type, strings.Join(MarkTypes(), ", "))
	case i.Quantity != 1000:
		return fault("mark_quantity", fmt.Sprint(i.Quantity), "1")
	case (i.Mark.Numerator != 0 || i.Mark.Denominator != 0) && (i.Mark.Numerator <= 0 || i.Mark.Numerator >= i.Mark.Denominator):
		return fault("mark_part", fmt.Sprintf("%d/%d", i.Mark.Numerator, i.Mark.Denominator), "1/2")
	case i.Mark.Federal != nil && !i.Mark.Federal.whole():
		return fault("mark_federal", "", "")
	}
	return nil
}

var federalDate = regexp.MustCompile(`^\d{2}\.\d{2}\.\d{4}$`)

func (f Federal) whole() bool {
	return len(f.ID) >= 1 && len(f.ID) <= 3 && federalDate.MatchString(f.Date) && f.Number != "" && f.Value != ""
}

// TaxOn tells whether a rate of VAT was in force when something was sold: 5 and 7 %
// came with 2025, 22 % took the place of 20 % with 2026.
func TaxOn(tax string, sold time.Time) bool {
	if sold.IsZero() {
		return true
	}
	year := sold.In(time.FixedZone("MSK", 3*60*60)).Year()
	switch tax {
	case "vat5", "vat7", "vat105", "vat107":
		return year >= 2025
	case "vat22", "vat122":
		return year >= 2026
	case "vat20", "vat120":
		return year < 2026
	}
	return true
}

// otherTax is the rate that took the place of another, or had it before.
func otherTax(tax string) string {
	return map[string]string{"vat20": "vat22", "vat120": "vat122", "vat22": "vat20", "vat122": "vat120"}[tax]
}

// forbidden are the characters that cash registers stumble over: straight
// double quotes (salebot's documents forbid them), control characters, and
// those beyond the basic plane, emoji among them.
func forbidden(r rune) bool {
	return r == '"' || unicode.IsControl(r) || r > 0xFFFF || r == utf8.RuneError
}

func clipped(s string) string {
	if all := []rune(s); len(all) > longestWord {
		return string(all[:longestWord]) + "…"
	}
	return s
}

// phoneOf tells whether a phone is a plus and digits.
func phoneOf(s string, most int) bool {
	rest, plus := strings.CutPrefix(s, "+")
	return plus && rest != "" && len(s) <= most && digits(rest)
}
