// Package crm says what a CRM must do and how a funnel becomes deals,
// contacts, tasks and notes.
package crm

import (
	"context"
	"time"

	"voronka/sales"
)

// CRM applies changes.
type CRM interface {
	// Apply makes one change and returns the refs known after it: those given
	// and any found or made. Keep them even when there is an error: the contact
	// may have been made before the deal failed. It is safe to repeat after an
	// unknown outcome when Change.Repeat is set: it then looks for what may have
	// been made before it makes it. A contact is found by its ref, then by the
	// mark of its Contact.ID, phone and e-mail; it is never made twice. A ref of
	// something that was deleted or merged is found anew or made anew.
	//
	// A failure after something was hung on the deal (a note, a task) is Uncertain:
	// the change is repeated with Repeat set then.
	//
	// Errors are *sales.Error: crm_change, crm_stage and crm_field are buried and
	// say what to mend, crm_token and crm_denied stop the destination.
	Apply(ctx context.Context, change Change, known Refs) (Refs, error)
}

// Refs are the CRM's ids of one contact's mirror; empty where nothing is mirrored yet.
type Refs struct {
	Contact string `json:"contact,omitempty"`
	Deal    string `json:"deal,omitempty"`
	// Place is where the deal was last seen to stand, Responsible who has it,
	// LastNote the newest note of people that was heard.
	Place       string `json:"place,omitempty"`
	Responsible string `json:"responsible,omitempty"`
	LastNote    string `json:"last_note,omitempty"`
	// Tasks are those of ours that may still be open.
	Tasks []string `json:"tasks,omitempty"`
	// TaskNames are the names of those of Tasks that have one.
	TaskNames map[string]string `json:"task_names,omitempty"`
	// Bills are the invoices of the deal's orders, by Invoice.ID or one of Invoice.Was.
	Bills map[string]string `json:"bills,omitempty"`
	// Goods are the products that hang on the deal, by their id, and how much of
	// each, in thousandths of a piece.
	Goods map[string]int64 `json:"goods,omitempty"`
}

// Change is one step of the mirror. Changes of one contact are applied in
// order; fields that are empty change nothing.
type Change struct {
	// ID is unique and stable over retries: adapters may use it to recognise
	// what they did before.
	ID string `json:"id"`
	// Repeat is set where the change was attempted before: something of it may
	// be in the CRM already, and is worth the look.
	Repeat  bool          `json:"repeat,omitempty"`
	Contact sales.Contact `json:"contact"`
	// Title names the deal when it is made.
	Title string    `json:"title,omitempty"`
	At    time.Time `json:"at"`
	// Person asks for the contact's name, phone and e-mail to be written.
	Person bool `json:"person,omitempty"`
	// Money is set where the step is about money: it goes before others.
	Money bool `json:"money,omitempty"`
	// Stage is won, lost or the name of a stage.
	Stage string      `json:"stage,omitempty"`
	Price sales.Money `json:"price,omitempty"`
	Note  string      `json:"note,omitempty"`
	Task  *Task       `json:"task,omitempty"`
	// CloseTask finishes those of Refs.Tasks that have this name or text, before
	// Task is made; none is no error.
	CloseTask string   `json:"close_task,omitempty"`
	Tags      []string `json:"tags,omitempty"`
	// Fields are custom fields of the deal by name.
	Fields map[string]string `json:"fields,omitempty"`
	// PersonFields are custom fields of the contact by name.
	PersonFields map[string]string `json:"person_fields,omitempty"`
	// Bill is an invoice to be made, or to be marked as paid.
	Bill *Invoice `json:"bill,omitempty"`
	// Goods are what the deal is about: rows of the list of products, each on the
	// deal once, with the quantity that was told last.
	Goods []BillItem `json:"goods,omitempty"`
	// Map says how the deal is made and what is written beside.
	Map Map `json:"map,omitzero"`
	// Merged are earlier changes that travel with this one: of each only what
	// never merges away, its notes, tasks and bills; see Merge.
	Merged []Change `json:"-"`
}

// Task is work for a manager.
type Task struct {
	Text string    `json:"text"`
	Due  time.Time `json:"due"`
	// Name is what Change.CloseTask may call it by.
	Name string `json:"name,omitempty"`
}

// The stages that every CRM has, whatever it calls them.
const (
	Won  = "won"
	Lost = "lost"
)
