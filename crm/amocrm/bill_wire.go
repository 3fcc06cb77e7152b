package amocrm

import (
	"encoding/json"
	"strings"
)

// element is a row of a list; an invoice is one (API v4, catalogs-api).
type element struct {
	ID        number        `json:"id"`
	Name      string        `json:"name"`
	CreatedAt number        `json:"created_at"`
	IsDeleted bool          `json:"is_deleted"`
	Page      string        `json:"invoice_link"`
	Fields    []elementCell `json:"custom_fields_values"`
}

// elementCell is a filled field of a list's row; its values have many shapes.
type elementCell struct {
	Code   string `json:"field_code"`
	Values []struct {
		Value    json.RawMessage `json:"value"`
		EnumCode string          `json:"enum_code"`
	} `json:"values"`
}

func (e element) cell(code string) *elementCell {
	for i := range e.Fields {
		if e.Fields[i].Code == code && len(e.Fields[i].Values) > 0 {
			return &e.Fields[i]
		}
	}
	return nil
}

// decode reads the first value of a field; false where there is none of this shape.
func (e element) decode(code string, into any) bool {
	cell := e.cell(code)
	return cell != nil && json.Unmarshal(cell.Values[0].Value, into) == nil
}

// choice is the code of a chosen value, and its text: very old lists have no
// codes (amoCRM PHP client, InvoicesCustomFieldsEnums).
func (e element) choice(field string) (code, text string) {
	cell := e.cell(field)
	if cell == nil {
		return "", ""
	}
	_ = json.Unmarshal(cell.Values[0].Value, &text) // a choice without a text has its code
	return cell.Values[0].EnumCode, strings.TrimSpace(text)
}

// billRow is a value of ITEMS (API v4, custom-fields; reference of the items field).
type billRow struct {
	Description string      `json:"description"`
	Price       json.Number `json:"unit_price"`
	Quantity    json.Number `json:"quantity"`
	Unit        string      `json:"unit_type"`
	Discount    object[struct {
		Type  string      `json:"type"`
		Value json.Number `json:"value"`
	}] `json:"discount"`
	VAT    json.Number `json:"vat_rate_value"`
	OldVAT json.Number `json:"vat_rate_id"`
}

// payer is a value of PAYER; typed in by hand, or a contact or company of the account.
type payer struct {
	Email  string `json:"email"`
	Phone  string `json:"phone"`
	Entity string `json:"entity_type"`
	ID     number `json:"entity_id"`
}
