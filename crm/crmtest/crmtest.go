// Package crmtest is the suite that every CRM adapter passes: the promises of
// crm.CRM, tried against the adapter's fake with a door in front of it that
// loses answers, refuses and lies.
package crmtest

import (
	"sync"
	"testing"
	"time"

	"voronka/crm"
	"voronka/sales"
)

// Harness says how to try one adapter.
type Harness struct {
	// Open makes a fresh account and an adapter that reaches it through the
	// door's handler and reads the clock. The account ends with the test.
	Open func(t *testing.T, door *Door, clock *Clock) Account
	// Stages are two stages of work, and Fields two text fields of deals, that the account has.
	Stages, Fields [2]string
	// Secret is the token; it must never be seen in an error.
	Secret string
}

// Account is the CRM under test with its owner's eyes and hands.
type Account interface {
	crm.CRM
	// AddContact puts a person into the account by hand and gives the ref.
	AddContact(Person) string
	// DeleteDeal deletes a deal by hand.
	DeleteDeal(ref string)
	// MergeContacts joins the second contact to the first by hand.
	MergeContacts(into, gone string)
	// People and Deals are everything in the account, oldest first.
	People() []Person
	Deals() []Deal
	// Offences are what the adapter did and the CRM does not like, in words.
	Offences() []string
}

// Person is a contact of the CRM.
type Person struct {
	Ref, Name      string
	Phones, Emails []string
}

// Deal is a deal with all that hangs on it. Stage is won, lost or a name.
type Deal struct {
	Ref, Title, Stage string
	People            []string
	Price             sales.Money
	Tags              []string
	Fields            map[string]string
	Notes             []string
	Tasks             []crm.Task
	// Done are the texts of those of Tasks that are finished.
	Done []string
}

// Clock is the time of the account and of the adapter.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock makes a clock that shows at until it is advanced.
func NewClock(at time.Time) *Clock { return &Clock{at: at} }

// Now is what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Advance turns the clock forward.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Run tries everything, each case on an account of its own.
func Run(t *testing.T, h Harness) {
	for name, try := range map[string]func(*room){
		"first change makes one contact and one deal": firstContact,
		"second change makes nothing more":            secondChange,
		"person reaches the contact":                  person,
		"found by phone when refs are lost":           foundByPhone,
		"found by e-mail when refs are lost":          foundByEmail,
		"found by its own mark when refs are lost":    foundByMark,
		"stranger with a similar phone stays alone":   stranger,
		"manager's contact is joined and kept":        managersContact,
		"stage price tags and fields land":            dealLands,
		"note and task land":                          feedLands,
		"equal notes of two changes are two notes":    equalNotes,
		"won and lost": wonAndLost,
		"unknown stage is buried before anything":      unknownStage,
		"unknown field is buried before anything":      unknownField,
		"stage that is spelt otherwise is found":       foldedStage,
		"deleted deal is made anew":                    deletedDeal,
		"merged contact is followed":                   mergedContact,
		"ten changes in order":                         tenChanges,
		"an attempt without an answer doubles nothing": doublesNothing,
		"killed before the refs are kept":              killed,
		"a deal that is born closed is not doubled":    bornClosed,
		"a sick CRM is asked again":                    sick,
		"a wrong token stops the destination":          refusedEntry,
		"a change that nobody could make is buried":    impossible,
		"our own hand is no news":                      ownHand,
		"a manager's move is heard after an outage":    managersMove,
		"a manager's words are heard once":             managersWords,
		"a task that a manager finished is heard":      managersTask,
		"a task is closed by its text or its name":     closesTasks,
		"a task that was asked for anew stays open":    renewsTask,
		"a deal that is gone is told so":               goneDeal,
		"one bill however often it is repeated":        oneBill,
		"what is sold hangs on the deal once":          oneGood,
		"the map is held":                              mapHolds,
		"what funnels name is made once":               setUpOnce,
		"a setup that is spoilt makes nothing twice":   setUpInTrouble,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			try(h.room(t))
		})
	}
}
