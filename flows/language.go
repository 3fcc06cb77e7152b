package flows

import (
	"cmp"

	"voronka/sales"
)

// spokenBy is the customer's language: what the flow itself has set as the
// variable `language`, else what the channel tells.
func spokenBy(session Session, contact sales.Contact, input Input) string {
	return cmp.Or(session.Vars["language"], input.Profile.Language, contact.Language)
}

// title is a product's title for customers; receipts and the CRM have it as
// the flow writes it.
func (f *Flow) title(product, written string) string {
	return cmp.Or(f.titles[product], written)
}
