package sales

import "time"

// Fiscal is a receipt as the tax authority has it, or why it was not registered.
type Fiscal struct {
	// Kind is the provider's word: Income, IncomeReturn, …
	Kind   string
	Amount Money
	// URL shows the receipt to its buyer, QR is its code's picture; either may be empty.
	URL, QR string
	// Operator is the fiscal data operator; Drive (ФН), Document (ФД) and Sign
	// (ФПД) find the receipt at the tax authority.
	Operator, Drive, Document, Sign string
	At                              time.Time
	// Error is set where the receipt was not registered.
	Error string
}

// Shown is where its buyer can see it: its page, else its code's picture, which
// the tax authority's app reads; empty where the provider gave neither.
func (f Fiscal) Shown() string {
	if f.URL != "" {
		return f.URL
	}
	return f.QR
}
