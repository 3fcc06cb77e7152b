package crm

import "time"

// Hastener is a CRM whose changes wait for each other within it, and can be let past.
type Hastener interface {
	// Hasten lets what is under way for a contact, and what of it comes before a
	// change about money of that time, go as fast as money: it stands in its way.
	// It returns at once, and does no harm where no such change comes.
	Hasten(contact string, at time.Time)
}
