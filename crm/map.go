package crm

import (
	"time"

	"voronka/sales"
)

// Map says how deals are made and what is written beside them, in names that
// people see. What is empty is left to the adapter's own ways.
type Map struct {
	// Pipeline is where a new deal goes, Responsible who has it: a name or an e-mail.
	Pipeline    string `json:"pipeline,omitempty"`
	Responsible string `json:"responsible,omitempty"`
	// Tags go on a new deal.
	Tags []string `json:"tags,omitempty"`
	// LossReason goes with the stage Lost.
	LossReason string `json:"loss_reason,omitempty"`
	// Match says by what a person is recognised: MatchBoth (also empty),
	// MatchPhone, MatchEmail, MatchNever.
	Match string `json:"match,omitempty"`
	// Tracking maps what is known of the source to fields of the deal.
	Tracking map[string]string `json:"tracking,omitempty"`
	// Notes is NotesService (also empty) or NotesCommon.
	Notes string `json:"notes,omitempty"`
	// TaskType and TaskFor are the kind of tasks and who does them; TasksDone
	// closes our tasks of a deal that is won or lost.
	TaskType  string `json:"task_type,omitempty"`
	TaskFor   string `json:"task_for,omitempty"`
	TasksDone bool   `json:"tasks_done,omitempty"`
	// Unsorted puts a new deal where managers accept it first.
	Unsorted bool `json:"unsorted,omitempty"`
	// Products asks for the rows of bills to name rows of the list of products.
	Products bool `json:"products,omitempty"`
}

// The ways to recognise a person, and the sorts of notes.
const (
	MatchBoth    = "both"
	MatchPhone   = "phone"
	MatchEmail   = "email"
	MatchNever   = "never"
	NotesService = "service"
	NotesCommon  = "common"
)

// Invoice is a bill that we write into the CRM for an order.
type Invoice struct {
	// ID is our order's: its attempts to pay share one invoice.
	ID string `json:"id"`
	// Was are other ids under which the same invoice may be known: those of the
	// order's payments, and of orders that this one replaces.
	Was   []string    `json:"was,omitempty"`
	Title string      `json:"title"`
	Total sales.Money `json:"total"`
	Items []BillItem  `json:"items,omitempty"`
	// Supplier is the name of who sells, as the CRM has it; may be empty.
	Supplier string `json:"supplier,omitempty"`
	// Link is where it is paid; may be empty.
	Link string `json:"link,omitempty"`
	// PaidAt is when money came for it; zero while none did. Partly tells that it
	// was less than Total.
	PaidAt time.Time `json:"paid_at,omitzero"`
	Partly bool      `json:"partly,omitempty"`
}

// Of finds an invoice among those that a deal has; empty where it has none.
func (i Invoice) Of(bills map[string]string) string {
	for _, id := range append([]string{i.ID}, i.Was...) {
		if known := bills[id]; known != "" {
			return known
		}
	}
	return ""
}
