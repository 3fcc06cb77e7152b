package crm

import (
	"context"
	"time"
)

// Hearer is a CRM whose managers can be heard.
type Hearer interface {
	// Hints reads what a webhook brought: the deals of which something may be
	// new. Nothing of it is believed: Look asks the CRM.
	Hints(body []byte) []Hint
	// Missed asks which deals were touched since a moment, for what no webhook
	// told, and until when the answer holds: now, or earlier where there is much
	// to read; what follows is asked for next. It may name the same deal twice.
	Missed(ctx context.Context, since time.Time) (hints []Hint, until time.Time, err error)
	// Look reads what is new about a deal since known. Errors are those of CRM.
	Look(ctx context.Context, hint Hint, known Refs) (News, error)
}

// Hint says that something about a deal may be new.
type Hint struct {
	Deal string `json:"deal"`
	// Place is where the deal is said to stand; one that Refs have is no news.
	Place string `json:"place,omitempty"`
	// Notes and Tasks tell where else to look.
	Notes bool `json:"notes,omitempty"`
	Tasks bool `json:"tasks,omitempty"`
}

// News is how a deal stands, and what managers did there.
type News struct {
	// Gone is set where the deal is not there any more; the rest is empty then.
	Gone bool
	// Place tells two stages apart; Stage is its name: Won, Lost or what people see.
	Place, Stage string
	// Responsible is the manager's id, Manager the name, which may be unknown.
	Responsible, Manager string
	// Notes are those of people, newer than Refs.LastNote, oldest first.
	Notes []HeardNote
	// Done are those of Refs.Tasks that a manager has finished.
	Done []DoneTask
}

// HeardNote is what a manager wrote.
type HeardNote struct {
	ID   string
	Text string
	At   time.Time
}

// DoneTask is a task of ours that was finished in the CRM.
type DoneTask struct{ ID, Text, Result string }
