package amocrmtest_test

import (
	"fmt"
	"testing"

	"voronka/crm/amocrmtest"
)

// TestDuplicateControlByField joins deals of who has the same Telegram id, where
// the account has chosen that field, and of nobody else.
func TestDuplicateControlByField(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cfg    amocrmtest.Config
		second string
		deals  int
	}{
		"the same":   {amocrmtest.Config{DuplicateControl: true, DuplicateFields: []string{"TELEGRAM_ID"}}, "4200017", 1},
		"another":    {amocrmtest.Config{DuplicateControl: true, DuplicateFields: []string{"TELEGRAM_ID"}}, "4200018", 2},
		"not chosen": {amocrmtest.Config{DuplicateControl: true}, "4200017", 2},
		"off":        {amocrmtest.Config{DuplicateFields: []string{"TELEGRAM_ID"}}, "4200017", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t, test.cfg)
			for _, number := range []string{"4200017", test.second} {
				a.want(200, "POST", "/api/v4/leads/complex", fmt.Sprintf(
					`[{"name":"Курс","_embedded":{"contacts":[{"name":"Анна","custom_fields_values":[{"field_code":"TELEGRAM_ID","values":[{"value":%q}]}]}]}}]`, number))
			}
			if made := len(a.Leads()); made != test.deals {
				t.Errorf("%d deals, want %d", made, test.deals)
			}
		})
	}
}
