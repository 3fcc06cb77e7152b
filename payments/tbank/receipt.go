package tbank

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"voronka/sales"
)

// receipt is Receipt_FFD_105 or Receipt_FFD_12 of T-Bank API 1.80. Payments is
// left out: everything is paid electronically.
type receipt struct {
	FfdVersion string
	Email      string `json:",omitempty"`
	Phone      string `json:",omitempty"`
	Taxation   string
	Items      []receiptItem
}

type receiptItem struct {
	Name            string
	Price           int64
	Quantity        json.Number
	Amount          int64
	Tax             string
	PaymentMethod   string
	PaymentObject   string
	MeasurementUnit string `json:",omitempty"`
}

// newReceipt translates a receipt and checks what the bank would refuse; the
// code of every fault is bank_receipt. Empty method and object become the
// bank's defaults, which FFD 1.2 wants spelled out.
func newReceipt(r sales.Receipt, amount sales.Money) (receipt, error) {
	if err := checkReceipt(r, amount); err != nil {
		return receipt{}, bury("bank_receipt", "чек: "+err.Error())
	}
	out := receipt{FfdVersion: r.FFD, Email: r.Email, Phone: r.Phone, Taxation: r.Taxation}
	for _, item := range r.Items {
		line := receiptItem{
			Name: item.Name, Price: int64(item.Price), Quantity: json.Number(quantity(item.Quantity)),
			Amount: int64(item.Amount()), Tax: item.Tax,
			PaymentMethod: or(item.Method, "full_payment"), PaymentObject: or(item.Object, "commodity"),
		}
		if r.FFD == "1.2" {
			line.MeasurementUnit = or(item.Unit, "шт")
		}
		out.Items = append(out.Items, line)
	}
	return out, nil
}

func checkReceipt(r sales.Receipt, amount sales.Money) error {
	switch {
	case r.FFD != "1.05" && r.FFD != "1.2":
		return fmt.Errorf("версия ФФД должна быть 1.05 или 1.2, а не %q", r.FFD)
	case r.Email == "" && r.Phone == "":
		return fmt.Errorf("нужна почта или телефон покупателя")
	case len(r.Email) > 64 || r.Email != "" && !strings.Contains(r.Email, "@"):
		return fmt.Errorf("почта покупателя записана с ошибкой или длиннее 64 символов")
	case r.Phone != "" && !phone(r.Phone):
		return fmt.Errorf("телефон покупателя должен быть плюсом и цифрами, до 64 символов")
	case r.Taxation == "":
		return fmt.Errorf("не указана система налогообложения")
	case len(r.Items) == 0 || len(r.Items) > 100:
		return fmt.Errorf("позиций должно быть от 1 до 100, а их %d", len(r.Items))
	}
	for i, item := range r.Items {
		if err := checkItem(item); err != nil {
			return fmt.Errorf("позиция %d: %w", i+1, err)
		}
	}
	if total := r.Total(); total != amount {
		return fmt.Errorf("сумма позиций %s ₽ не равна сумме платежа %s ₽", total, amount)
	}
	return nil
}

func checkItem(item sales.ReceiptItem) error {
	switch {
	case item.Name == "" || utf8.RuneCountInString(item.Name) > 128:
		return fmt.Errorf("название должно быть от 1 до 128 символов")
	case item.Price < 0 || item.Price > 9_999_999_999:
		return fmt.Errorf("цена должна быть не меньше нуля и не длиннее 10 цифр в копейках")
	case item.Quantity <= 0 || item.Quantity > 99_999_999:
		return fmt.Errorf("количество должно быть больше нуля и не больше 99999,999")
	case item.Tax == "":
		return fmt.Errorf("не указана ставка НДС")
	}
	return nil
}

func phone(s string) bool {
	digits, plus := strings.CutPrefix(s, "+")
	return plus && digits != "" && len(s) <= 64 && strings.Trim(digits, "0123456789") == ""
}

// quantity writes thousandths as a decimal without needless zeros.
func quantity(thousandths int64) string {
	whole, rest := thousandths/1000, thousandths%1000
	out := strconv.FormatInt(whole, 10)
	if rest == 0 {
		return out
	}
	return out + "." + strings.TrimRight(strconv.FormatInt(1000+rest, 10)[1:], "0")
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
