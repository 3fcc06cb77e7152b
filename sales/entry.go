package sales

import "time"

// Entry is one line of the ledger: money that went from one account to
// another. Whatever is added up, the sum over all accounts is zero.
type Entry struct {
	// Number is given by the store and grows by one.
	Number int64     `json:"number"`
	At     time.Time `json:"at"`
	Kind   EntryKind `json:"kind"`
	From   Account   `json:"from"`
	To     Account   `json:"to"`
	// Amount is more than zero.
	Amount  Money  `json:"amount"`
	Contact string `json:"contact"`
	Order   string `json:"order"`
	Payment string `json:"payment"`
	Refund  string `json:"refund,omitempty"`
	// Because is the provider's event, or our question, that explains it.
	Because string `json:"because,omitempty"`
}

// EntryKind is why money moved.
type EntryKind string

// Kinds of entries.
const (
	EntryPayment       EntryKind = "payment"        // a customer paid
	EntryFee           EntryKind = "fee"            // the provider kept its fee
	EntryRefundAsked   EntryKind = "refund_asked"   // money set aside to go back
	EntryRefundDone    EntryKind = "refund_done"    // it went back
	EntryRefundRefused EntryKind = "refund_refused" // it stayed after all
)

// Account is where money is.
type Account string

// Accounts of the ledger. Those of a provider are Account("provider/tbank") and so on.
const (
	AccountCustomers Account = "customers" // below zero: what customers have paid in all, less what went back
	AccountRefunds   Account = "refunds"   // on its way back
	AccountFees      Account = "fees"      // what providers kept
)

// ProviderAccount is the money that a provider holds for us or has paid out to us.
func ProviderAccount(provider string) Account { return Account("provider/" + provider) }

// Balances adds up entries by account.
func Balances(entries []Entry) map[Account]Money {
	sums := map[Account]Money{}
	for _, entry := range entries {
		sums[entry.From] -= entry.Amount
		sums[entry.To] += entry.Amount
	}
	return sums
}
