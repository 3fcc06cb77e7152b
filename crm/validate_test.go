package crm_test

import (
	"strings"
	"testing"
	"time"

	"voronka/crm"
	"voronka/sales"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	good := func() crm.Change {
		return crm.Change{
			ID: "c1", Contact: sales.Contact{ID: "tg:42", Name: "Анна", Phone: "+79161234567"}, Note: "Ёлка 🎄",
			Task: &crm.Task{Text: "Позвонить", Due: time.Unix(1, 0)}, Tags: []string{"курс"}, Fields: map[string]string{"Заказ": ""},
		}
	}
	if err := good().Validate(); err != nil {
		t.Errorf("a good change: %v", err)
	}
	for name, spoil := range map[string]func(*crm.Change){
		"no id":             func(c *crm.Change) { c.ID = "" },
		"nobody's":          func(c *crm.Change) { c.Contact.ID = "" },
		"negative price":    func(c *crm.Change) { c.Price = -1 },
		"task without text": func(c *crm.Change) { c.Task.Text = "" },
		"task without due":  func(c *crm.Change) { c.Task.Due = time.Time{} },
		"broken note":       func(c *crm.Change) { c.Note = "\xff" },
		"empty tag":         func(c *crm.Change) { c.Tags = []string{""} },
		"empty field name":  func(c *crm.Change) { c.Fields[""] = "1" },
	} {
		change := good()
		spoil(&change)
		err := change.Validate()
		coded := sales.AsError(err)
		if err == nil || coded.Code != "crm_change" || coded.Action != sales.Bury {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && (strings.Contains(err.Error(), "Анна") || strings.Contains(err.Error(), "916")) {
			t.Errorf("%s: the error names the customer: %v", name, err)
		}
	}
}
