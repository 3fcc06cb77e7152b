package amocrm

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"voronka/crm"
	"voronka/sales"
)

// writeBill makes the invoice of an order, brings it up to date with another
// link, or marks it as paid. Its name ends with the order's mark, so that one
// whose answer was lost is known again.
func (w *work) writeBill(ctx context.Context, part crm.Change) error {
	if part.Bill == nil {
		return nil
	}
	list, err := w.directory.list(ctx, "invoices")
	if err != nil {
		return err
	}
	if list == 0 {
		return &sales.Error{Code: "crm_bills", Action: sales.Bury, Message: "the account has no list of invoices: switch it on in amoCRM, Settings, General, «Счета/покупки»"}
	}
	known := part.Bill.Of(w.refs.Bills)
	before := known != ""
	if known == "" && w.change.Repeat {
		if known, err = w.findBill(ctx, list, *part.Bill); err != nil {
			return err
		}
	}
	switch {
	case known == "":
		if known, err = w.makeBill(ctx, list, *part.Bill); err != nil {
			return err
		}
	case !part.Bill.PaidAt.IsZero() || before:
		if err := w.changeBill(ctx, list, known, *part.Bill); err != nil {
			return err
		}
	}
	if before { // it hangs on the deal already
		w.knowBill(part.Bill.ID, known)
		return nil
	}
	return w.hangBill(ctx, list, known, part.Bill.ID)
}

// knowBill remembers an invoice.
func (w *work) knowBill(order, element string) {
	bills := maps.Clone(w.refs.Bills)
	if bills == nil {
		bills = map[string]string{}
	}
	bills[order] = element
	w.refs.Bills = bills
}

// hangBill hangs an invoice on the deal and remembers it.
func (w *work) hangBill(ctx context.Context, list number, element, order string) error {
	number64, err := strconv.ParseInt(element, 10, 64)
	if err != nil {
		return &sales.Error{Code: "crm_change", Action: sales.Bury, Message: "the ref of the bill is not an amoCRM id"}
	}
	row := newLink{EntityID: w.deal.ID, ToID: number(number64), ToType: "catalog_elements",
		Metadata: linkMetadata{Catalog: list, Quantity: 1}}
	if _, err := w.api.together(ctx, kind{http.MethodPost, "leads/link", "links"}, "", row); err != nil {
		return fmt.Errorf("hang the bill on the deal: %w", err)
	}
	w.knowBill(order, element)
	return nil
}

// billMark is what an invoice's name ends with.
func billMark(bill crm.Invoice) string { return bill.ID[:min(len(bill.ID), 12)] }

func billName(bill crm.Invoice) string {
	return cut(bill.Title, longestName-20) + " · " + billMark(bill)
}

// mostBills is how many pages of invoices are looked through for one: where the
// order is not heeded, the newest stand on the last.
const mostBills = 60

// findBill looks for the invoice of an attempt without an answer: through the
// list itself, since the search lags behind, and then by the search. No document
// says that elements can be ordered (API v4, catalogs-api): only a list that is
// seen to go back in time is left at the time of the attempt.
func (w *work) findBill(ctx context.Context, list number, bill crm.Invoice) (string, error) {
	found, reached := "", false
	last, back := number(0), true
	same := func(e element) bool {
		if !e.IsDeleted && strings.HasSuffix(e.Name, " · "+billMark(bill)) {
			found = id(e.ID)
		}
		return found == ""
	}
	since := w.earliest()
	err := w.bills.of(list).each(ctx, mostBills, func(e element) bool {
		back = back && (last == 0 || e.ID < last)
		reached = back && last != 0 && e.CreatedAt < since
		last = e.ID
		return same(e) && !reached
	})
	if err != nil || found != "" || reached {
		return found, err
	}
	err = each(ctx, w.api, fmt.Sprintf("catalogs/%d/elements", list), "elements", url.Values{"query": {billMark(bill)}}, 2, same)
	return found, err
}

func (w *work) makeBill(ctx context.Context, list number, bill crm.Invoice) (string, error) {
	cells, err := w.billCells(ctx, list, bill)
	if err != nil {
		return "", err
	}
	path := fmt.Sprintf("catalogs/%d/elements", list)
	made, err := w.api.together(ctx, kind{http.MethodPost, path, "elements"}, "", newEntity{Name: billName(bill), Fields: cells})
	if err != nil {
		return "", fmt.Errorf("make the bill: %w", err)
	}
	w.hung = true
	return fmt.Sprint(made), nil
}

// changeBill marks an invoice as paid; one that is not yet gets what its newest
// link asks for.
func (w *work) changeBill(ctx context.Context, list number, element string, bill crm.Invoice) error {
	number64, err := strconv.ParseInt(element, 10, 64)
	if err != nil {
		return &sales.Error{Code: "crm_change", Action: sales.Bury, Message: "the ref of the bill is not an amoCRM id"}
	}
	fields, err := w.directory.listFields(ctx, list)
	if err != nil {
		return err
	}
	var cells []fieldValue
	if bill.PaidAt.IsZero() {
		cells, err = w.billSum(ctx, fields, bill)
	} else {
		cells = billStatus(fields, bill)
	}
	if err != nil || len(cells) == 0 {
		return err
	}
	path := fmt.Sprintf("catalogs/%d/elements", list)
	changed := newEntity{ID: number(number64), Fields: cells}
	if _, err := w.api.together(ctx, kind{http.MethodPatch, path, "elements"}, element, changed); err != nil {
		return fmt.Errorf("change the bill: %w", err)
	}
	return nil
}

// billStatus are the fields that a payment changes (amoCRM PHP client, InvoicesCustomFieldsEnums).
func billStatus(fields []field, bill crm.Invoice) []fieldValue {
	status := "created"
	switch {
	case bill.PaidAt.IsZero():
	case bill.Partly:
		status = "partially_paid"
	default:
		status = "paid"
	}
	cells := []fieldValue{choiceOf(fields, "BILL_STATUS", status)}
	if !bill.PaidAt.IsZero() && fieldCoded(fields, "BILL_PAYMENT_DATE") != nil {
		cells = append(cells, fieldValue{Code: "BILL_PAYMENT_DATE", Values: []value{{Value: bill.PaidAt.Unix()}}})
	}
	return cells
}

// choiceOf names a choice by its code, or by its text in lists that are too old
// to have codes.
func choiceOf(fields []field, code, choice string) fieldValue {
	texts := map[string]string{"created": "создан", "paid": "оплачен", "partially_paid": "частично оплачен"}
	if f := fieldCoded(fields, code); f != nil {
		for _, e := range f.Enums {
			if e.Code == "" && fold(e.Value) == texts[choice] {
				return fieldValue{Code: code, Values: []value{{EnumID: e.ID}}}
			}
		}
	}
	return fieldValue{Code: code, Values: []value{{EnumCode: choice}}}
}

// billCells are the fields of a new invoice that the account's list has.
func (w *work) billCells(ctx context.Context, list number, bill crm.Invoice) ([]fieldValue, error) {
	fields, err := w.directory.listFields(ctx, list)
	if err != nil {
		return nil, err
	}
	sum, err := w.billSum(ctx, fields, bill)
	if err != nil {
		return nil, err
	}
	cells := append(billStatus(fields, bill), sum...)
	add := func(code string, values ...value) { cells = filled(cells, fields, code, values...) }
	vat := "vat_exempt"
	for _, item := range bill.Items {
		if _, taxed := vatRate(item.Tax); taxed {
			vat = "vat_included"
		}
	}
	add("BILL_VAT_TYPE", value{EnumCode: vat})
	if contactID, err := strconv.ParseInt(w.refs.Contact, 10, 64); err == nil {
		add("PAYER", value{Value: map[string]any{"name": fullName(w.change.Contact), "entity_type": "contacts", "entity_id": contactID}})
	}
	supplier, err := w.supplier(ctx, bill.Supplier)
	if err == nil && supplier != 0 {
		add("SUPPLIER", value{Value: map[string]any{"entity_id": supplier}})
	}
	return cells, err
}

// billSum is what an invoice sells, for how much, and where it is paid.
func (w *work) billSum(ctx context.Context, fields []field, bill crm.Invoice) ([]fieldValue, error) {
	rows, err := w.billRows(ctx, bill)
	if err != nil {
		return nil, err
	}
	cells := filled(nil, fields, "ITEMS", rows...)
	if bill.Link != "" {
		cells = filled(cells, fields, "BILL_COMMENT", value{Value: bill.Link})
	}
	return filled(cells, fields, "BILL_PRICE", value{Value: bill.Total.Decimal()}), nil
}

// filled adds a field where the account's list has it.
func filled(cells []fieldValue, fields []field, code string, values ...value) []fieldValue {
	if fieldCoded(fields, code) == nil || len(values) == 0 {
		return cells
	}
	return append(cells, fieldValue{Code: code, Values: values})
}

// supplier is a row of the list «Мои юр. лица» by its name; 0 for none. The
// list is not read anew for a name that it lacks: each invoice would.
func (w *work) supplier(ctx context.Context, name string) (number, error) {
	if name == "" {
		return 0, nil
	}
	list, err := w.directory.list(ctx, "suppliers")
	if err != nil || list == 0 {
		return 0, err
	}
	all, _, err := w.directory.suppliers.get(w.directory.now(), func() ([]element, error) {
		return listed[element](ctx, w.directory, fmt.Sprintf("catalogs/%d/elements", list), "elements")
	})
	if err != nil {
		return 0, fmt.Errorf("read the suppliers: %w", err)
	}
	for _, one := range all {
		if !one.IsDeleted && fold(one.Name) == fold(name) {
			return one.ID, nil
		}
	}
	return 0, nil
}

func (w *work) billRows(ctx context.Context, bill crm.Invoice) ([]value, error) {
	var rows []value
	for _, item := range bill.Items {
		row := map[string]any{
			"description": item.Name, "unit_price": json.Number(item.Price.Decimal()),
			"quantity": json.Number(fmt.Sprintf("%g", float64(item.Quantity)/1000)), "unit_type": item.Unit,
		}
		if item.Unit == "" {
			row["unit_type"] = "шт"
		}
		if item.SKU != "" {
			row["sku"] = item.SKU
		}
		if rate, taxed := vatRate(item.Tax); taxed {
			row["vat_rate_value"] = rate
		}
		if w.change.Map.Products {
			_, product, err := w.product(ctx, item)
			if err != nil {
				return nil, err
			}
			if product != 0 {
				row["product_id"] = product
			}
		}
		rows = append(rows, value{Value: row})
	}
	return rows, nil
}

// vatRate reads the rate out of a receipt's word: vat22 and vat122 are 22 %.
func vatRate(tax string) (rate int, taxed bool) {
	rate, err := strconv.Atoi(strings.TrimPrefix(tax, "vat"))
	if err != nil || !strings.HasPrefix(tax, "vat") {
		return 0, false
	}
	return rate % 100, true
}
