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
	// and any found or made. It is safe to repeat after an unknown outcome: it
	// looks for what may have been made before it makes it. A contact is found
	// by its ref, then by phone and e-mail; it is never made twice.
	Apply(ctx context.Context, change Change, known Refs) (Refs, error)
}

// Refs are the CRM's ids of one contact's mirror; empty where nothing is mirrored yet.
type Refs struct {
	Contact string `json:"contact,omitempty"`
	Deal    string `json:"deal,omitempty"`
}

// Change is one step of the mirror. Changes of one contact are applied in
// order; fields that are empty change nothing.
type Change struct {
	// ID is unique and stable over retries: adapters may use it to recognise
	// what they did before.
	ID      string        `json:"id"`
	Contact sales.Contact `json:"contact"`
	// Title names the deal when it is made.
	Title string    `json:"title,omitempty"`
	At    time.Time `json:"at"`
	// Person asks for the contact's name, phone and e-mail to be written.
	Person bool `json:"person,omitempty"`
	// Stage is won, lost or the name of a stage.
	Stage string      `json:"stage,omitempty"`
	Price sales.Money `json:"price,omitempty"`
	Note  string      `json:"note,omitempty"`
	Task  *Task       `json:"task,omitempty"`
	Tags  []string    `json:"tags,omitempty"`
	// Fields are custom fields of the deal by name.
	Fields map[string]string `json:"fields,omitempty"`
}

// Task is work for a manager.
type Task struct {
	Text string    `json:"text"`
	Due  time.Time `json:"due"`
}

// The stages that every CRM has, whatever it calls them.
const (
	Won  = "won"
	Lost = "lost"
)
