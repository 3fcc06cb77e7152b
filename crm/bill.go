package crm

import (
	"context"
	"errors"
	"time"

	"voronka/sales"
)

// What a buyer can be told about a bill that cannot be paid, for errors.Is.
var (
	// ErrNoBill is a bill of another account, or one that is not there any more.
	ErrNoBill = errors.New("no such bill")
	// ErrBillWrong is a bill that its seller has to correct first.
	ErrBillWrong = errors.New("the bill cannot be paid as it is")
)

// Biller is a CRM in which sellers write bills by hand.
type Biller interface {
	// Bill reads a bill of an account. Beside ErrNoBill and ErrBillWrong its
	// errors are *sales.Error: the CRM does not answer now.
	Bill(ctx context.Context, account, id string) (Bill, error)
	// BillPaid notes that money came for a bill: all of it, or less. It is safe
	// to repeat. A bill that is gone meanwhile is ErrNoBill.
	BillPaid(ctx context.Context, id string, at time.Time, inFull bool) error
}

// Bill is what a seller asks a buyer to pay.
type Bill struct {
	ID string
	// Name is the seller's title of it, never empty.
	Name string
	// Paid is set where the CRM says that nothing is left to pay.
	Paid bool
	// Partly is set where a part of it is paid: the CRM does not say how much.
	Partly bool
	Total  sales.Money
	// Items add up to Total.
	Items []BillItem
	// Supplier is who sells, and INN that one's taxpayer number; the payer's
	// contacts are for the receipt. Any may be empty.
	Supplier, INN, Email, Phone string
	// Page shows the bill to the buyer; may be empty.
	Page string
}

// BillItem is one row of a bill.
type BillItem struct {
	Name string
	// Price is of one piece; Quantity is in thousandths of a piece.
	Price    sales.Money
	Quantity int64
	// Tax is the receipt's word for its VAT, as in sales.ReceiptItem; empty where
	// the CRM does not tell it, or no receipt has it.
	Tax  string
	Unit string
	// SKU is the seller's own number of what is sold; may be empty.
	SKU string `json:",omitempty"`
}
