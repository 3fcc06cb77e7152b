package amocrm

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"voronka/crm"
	"voronka/sales"
)

var _ crm.Biller = (*CRM)(nil)

// ledger is the list of invoices of the account, «Счета/покупки».
type ledger struct {
	Account  number `json:"id"`
	Settings object[struct {
		List number `json:"invoices_catalog_id"`
	}] `json:"invoices_settings"`
}

// Bill implements crm.Biller. An account that does not let us in any more is
// one whose bills are not there: the buyer has to ask the seller (amoCRM,
// integrations/banks-and-acquiring).
func (c *CRM) Bill(ctx context.Context, account, id string) (crm.Bill, error) {
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil || number <= 0 {
		return crm.Bill{}, crm.ErrNoBill
	}
	found, _, err := c.invoice(ctx, account, number)
	if err != nil {
		return crm.Bill{}, err
	}
	bill, err := found.bill()
	if err != nil || bill.Email != "" || bill.Phone != "" {
		return bill, err
	}
	return bill, c.payerOf(ctx, found, &bill)
}

// invoice reads one row of the list of invoices.
func (c *CRM) invoice(ctx context.Context, account string, id int64) (element, number, error) {
	var mine ledger
	if _, err := c.api.get(ctx, "account", url.Values{"with": {"invoices_settings"}}, &mine); err != nil {
		return element{}, 0, shut(err)
	}
	if account != "" && account != strconv.FormatInt(int64(mine.Account), 10) {
		return element{}, 0, crm.ErrNoBill
	}
	list := mine.Settings.Value.List
	if list == 0 { // an account may not tell it, and have the list
		var err error
		if list, err = c.directory.list(ctx, "invoices"); err != nil {
			return element{}, 0, shut(err)
		}
	}
	if list == 0 {
		return element{}, 0, crm.ErrNoBill
	}
	var found element
	path := fmt.Sprintf("catalogs/%d/elements/%d", list, id)
	there, err := c.api.get(ctx, path, url.Values{"with": {"invoice_link,supplier_field_values"}}, &found)
	switch {
	case err != nil:
		return element{}, 0, shut(err)
	case !there || found.IsDeleted || found.ID == 0:
		return element{}, 0, crm.ErrNoBill
	}
	return found, list, nil
}

// shut makes an account that refuses us one without bills.
func shut(err error) error {
	if sales.AsError(err).Action == sales.Stop {
		return fmt.Errorf("%w: %w", crm.ErrNoBill, err)
	}
	return err
}

// payerOf looks for the payer's mail and phone on the card that the bill names.
// One that cannot be read leaves the bill as it is: data may be missing.
func (c *CRM) payerOf(ctx context.Context, found element, bill *crm.Bill) error {
	var who payer
	if !found.decode("PAYER", &who) || who.ID == 0 || who.Entity != "contacts" && who.Entity != "companies" {
		return nil
	}
	var card contact
	there, err := c.api.get(ctx, fmt.Sprintf("%s/%d", who.Entity, who.ID), nil, &card)
	if err != nil || !there {
		return err
	}
	for _, field := range card.Fields {
		for _, one := range field.Values {
			switch {
			case field.Code == "EMAIL" && bill.Email == "":
				bill.Email = strings.TrimSpace(one.text())
			case field.Code == "PHONE" && bill.Phone == "":
				bill.Phone = strings.TrimSpace(one.text())
			}
		}
	}
	return nil
}

// BillPaid implements crm.Biller: it sets BILL_STATUS, and BILL_PAYMENT_DATE
// where the list has it; other fields stay as they are.
func (c *CRM) BillPaid(ctx context.Context, id string, at time.Time, inFull bool) error {
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return crm.ErrNoBill
	}
	found, list, err := c.invoice(ctx, "", number)
	if err != nil {
		return err
	}
	status := "partially_paid"
	if inFull {
		status = "paid"
	}
	if code, _ := found.choice("BILL_STATUS"); code == "paid" || found.paid() && code == "" || !inFull && found.partly() {
		return nil
	}
	fields, err := c.directory.loadFields(ctx, fmt.Sprintf("catalogs/%d", list))
	if err != nil {
		return err
	}
	cells := []fieldValue{choiceOf(fields, "BILL_STATUS", status)}
	if fieldCoded(fields, "BILL_PAYMENT_DATE") != nil {
		cells = append(cells, fieldValue{Code: "BILL_PAYMENT_DATE", Values: []value{{Value: at.Unix()}}})
	}
	return c.api.patch(ctx, fmt.Sprintf("catalogs/%d/elements/%d", list, number), newEntity{Fields: cells})
}
