package tbank

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"voronka/sales"
)

// receipt is Receipt_FFD_105 or Receipt_FFD_12 of T-Bank API 1.80.
type receipt struct {
	FfdVersion  string
	Email       string `json:",omitempty"`
	Phone       string `json:",omitempty"`
	Customer    string `json:",omitempty"`
	CustomerInn string `json:",omitempty"`
	Taxation    string
	Items       []receiptItem
	Payments    *tender `json:",omitempty"`
}

// tender is Payments. It is left out where everything is paid electronically.
type tender struct {
	Electronic     int64
	AdvancePayment int64 `json:",omitempty"`
	Credit         int64 `json:",omitempty"`
	Provision      int64 `json:",omitempty"`
	Cash           int64 `json:",omitempty"`
}

type receiptItem struct {
	Name               string
	Price              int64
	Quantity           json.Number
	Amount             int64
	Tax                string
	PaymentMethod      string
	PaymentObject      string
	MeasurementUnit    string        `json:",omitempty"`
	Ean13              string        `json:",omitempty"`
	AgentData          *agentData    `json:",omitempty"`
	SupplierInfo       *supplierInfo `json:",omitempty"`
	UserData           string        `json:",omitempty"`
	Excise             string        `json:",omitempty"`
	CountryCode        string        `json:",omitempty"`
	DeclarationNumber  string        `json:",omitempty"`
	MarkProcessingMode string        `json:",omitempty"`
	MarkCode           *markCode     `json:",omitempty"`
	MarkQuantity       *markQuantity `json:",omitempty"`
	SectoralItemProps  []sectoral    `json:",omitempty"`
}

type agentData struct {
	AgentSign       string
	OperationName   string   `json:",omitempty"`
	Phones          []string `json:",omitempty"`
	ReceiverPhones  []string `json:",omitempty"`
	TransferPhones  []string `json:",omitempty"`
	OperatorName    string   `json:",omitempty"`
	OperatorAddress string   `json:",omitempty"`
	OperatorInn     string   `json:",omitempty"`
}

type supplierInfo struct {
	Phones []string
	Name   string
	Inn    string
}

type markCode struct {
	MarkCodeType string
	Value        string
}

type markQuantity struct{ Numerator, Denominator int64 }

type sectoral struct {
	FederalID string `json:"FederalId"`
	Date      string
	Number    string
	Value     string
}

// newReceipt translates a receipt of a payment, a refund or a closing one, and
// checks what the bank would refuse; the code of every fault is bank_receipt.
// sold is when the goods were sold, zero for receipts that keep the rates of an
// older sale. Empty method and object become the bank's defaults, which FFD 1.2
// wants spelled out.
func newReceipt(r sales.Receipt, amount sales.Money, sold time.Time) (receipt, error) {
	if fault := r.Check(sold); fault != nil {
		return receipt{}, bury("bank_receipt", "чек: "+spoken(fault))
	}
	if paid := r.Electronic(); paid != amount {
		return receipt{}, bury("bank_receipt", fmt.Sprintf("чек: сумма позиций %s ₽ не равна сумме платежа %s ₽", paid, amount)+placeOf(r))
	}
	out := receipt{
		FfdVersion: r.FFD, Email: r.Email, Phone: r.Phone, Taxation: r.Taxation, Customer: r.Customer, CustomerInn: r.CustomerINN,
	}
	if t := r.Tender; t != nil {
		out.Payments = &tender{
			Electronic: int64(amount), AdvancePayment: int64(t.Advance), Credit: int64(t.Credit), Provision: int64(t.Provision), Cash: int64(t.Cash),
		}
	}
	for _, item := range r.Items {
		out.Items = append(out.Items, newItem(item, r.FFD))
	}
	return out, nil
}

func newItem(item sales.ReceiptItem, ffd string) receiptItem {
	line := receiptItem{
		Name: item.Name, Price: int64(item.Price), Quantity: json.Number(quantity(item.Quantity)),
		Amount: int64(item.Amount()), Tax: item.Tax, Ean13: item.EAN13,
		PaymentMethod: or(item.Method, "full_payment"), PaymentObject: or(item.Object, "commodity"),
		UserData: item.UserData, CountryCode: item.Country, DeclarationNumber: item.Declaration,
	}
	if ffd == "1.2" {
		line.MeasurementUnit = or(item.Unit, "шт")
	}
	if item.Excise > 0 {
		line.Excise = item.Excise.Decimal()
	}
	if a := item.Agent; a != nil {
		line.AgentData = &agentData{
			AgentSign: a.Sign, OperationName: a.Operation, Phones: a.Phones, ReceiverPhones: a.Receivers, TransferPhones: a.Transfers,
			OperatorName: a.Operator, OperatorAddress: a.OperatorAddress, OperatorInn: a.OpINN,
		}
	}
	if s := item.Supplier; s != nil {
		line.SupplierInfo = &supplierInfo{Phones: s.Phones, Name: s.Name, Inn: s.INN}
	}
	if m := item.Mark; m != nil {
		line.MarkProcessingMode, line.MarkCode = "0", &markCode{m.Type, m.Value}
		if m.Denominator > 0 {
			line.MarkQuantity = &markQuantity{m.Numerator, m.Denominator}
		}
		if f := m.Federal; f != nil {
			line.SectoralItemProps = []sectoral{{f.ID, f.Date, f.Number, f.Value}}
		}
	}
	return line
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
