package tbank

import (
	"fmt"

	"voronka/sales"
)

// spoken words a fault of a receipt for operators, with the place in the flow
// that is to be mended.
func spoken(f *sales.ReceiptFault) string {
	text := receiptWords()[f.Code]
	if text == "" {
		text = f.Code
	}
	if f.Got != "" {
		text += ": " + f.Got
	}
	if f.Want != "" {
		text += " (нужно " + f.Want + ")"
	}
	if f.Item > 0 {
		text = fmt.Sprintf("позиция %d: %s", f.Item, text)
	}
	if f.Place != "" {
		text += " — " + f.Place
	}
	return text
}

// receiptWords says in Russian what each fault of a receipt is.
func receiptWords() map[string]string {
	return map[string]string{
		"ffd":            "версия ФФД",
		"buyer":          "нужна почта или телефон покупателя",
		"email":          "почта покупателя записана с ошибкой или длиннее 64 символов",
		"phone":          "телефон покупателя должен быть плюсом и цифрами, до 64 символов",
		"taxation":       "система налогообложения",
		"items":          "число позиций",
		"needs_ffd12":    "поле есть только в ФФД 1.2",
		"inn":            "ИНН покупателя записан с ошибкой",
		"tender":         "бонусы, аванс и кредит больше суммы чека",
		"name_length":    "длина названия",
		"name_character": "недопустимый знак в названии",
		"price":          "цена",
		"quantity":       "количество в тысячных долях",
		"amount":         "стоимость позиции",
		"tax":            "ставка НДС",
		"tax_date":       "ставка НДС не действует на дату продажи",
		"method":         "способ расчёта",
		"object":         "предмет расчёта",
		"ean13":          "код товара ean13 бывает только в ФФД 1.05, до 300 символов",
		"user_data":      "дополнительный реквизит длиннее 64 символов",
		"excise":         "акциз",
		"country":        "код страны — три цифры",
		"declaration":    "номер таможенной декларации длиннее 32 символов",
		"mark_object":    "код маркировки нужен тогда и только тогда, когда предмет расчёта — маркированный товар",
		"mark":           "код маркировки",
		"mark_quantity":  "маркированный товар продаётся по одному",
		"mark_part":      "доля упаковки",
		"mark_federal":   "отраслевой реквизит заполнен не целиком",
		"agent_sign":     "признак агента",
		"agent":          "для признака агента не хватает поля или оно с ошибкой",
		"supplier":       "данные поставщика не заполнены или с ошибкой",
	}
}

// placeOf names where the receipt's first line is written.
func placeOf(r sales.Receipt) string {
	for _, item := range r.Items {
		if item.Place != "" {
			return " — " + item.Place
		}
	}
	return ""
}
