package crm

import (
	"fmt"
	"unicode/utf8"

	"voronka/sales"
)

// Validate refuses a change that no CRM could take, before anything is sent.
// The error is buried with the code crm_change and holds no personal data.
func (c Change) Validate() error {
	switch {
	case c.ID == "":
		return refuse("it has no id")
	case c.Contact.ID == "":
		return refuse("its contact has no id")
	case c.Price < 0:
		return refuse("its price is below zero")
	case c.Task != nil && c.Task.Text == "":
		return refuse("its task has no text")
	case c.Task != nil && c.Task.Due.IsZero():
		return refuse("its task has no due time")
	case !utf8.ValidString(c.Note):
		return refuse("its note is not UTF-8")
	}
	for _, part := range c.Merged {
		if err := part.Validate(); err != nil {
			return err
		}
	}
	for _, tag := range c.Tags {
		if tag == "" {
			return refuse("it has a tag without a name")
		}
	}
	for name := range c.Fields {
		if name == "" {
			return refuse("it has a field without a name")
		}
	}
	return nil
}

func refuse(why string) error {
	return &sales.Error{Code: "crm_change", Action: sales.Bury, Message: fmt.Sprintf("the change cannot be made: %s", why)}
}
