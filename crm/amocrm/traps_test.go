package amocrm_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"voronka/crm"
	"voronka/crm/amocrmtest"
	"voronka/crm/crmtest"
	"voronka/sales"
)

// TestDateIsTheSameDayInEveryZone of those that accounts may have, from Hawaii
// to Tonga: amoCRM keeps seconds and shows the account's day.
func TestDateIsTheSameDayInEveryZone(t *testing.T) {
	t.Parallel()
	a, _, _ := shop(t, amocrmtest.Config{})
	apply(t, a, crm.Change{ID: "c1", Contact: customer(), Fields: map[string]string{"Дата старта": "02.03.2026"}}, crm.Refs{})
	var seconds int64
	if _, err := fmt.Sscan(a.Deals()[0].Fields["Дата старта"], &seconds); err != nil {
		t.Fatal(err)
	}
	for hours := -10; hours <= 13; hours++ {
		zone := time.FixedZone("", hours*3600)
		if got := time.Unix(seconds, 0).In(zone).Format(time.DateOnly); got != "2026-03-02" {
			t.Errorf("UTC%+d shows %s", hours, got)
		}
	}
}

// TestPriceOfADealIsInWholeRoubles, rounded half up, whether the deal is made
// with it or has it later (API v4, leads-api).
func TestPriceOfADealIsInWholeRoubles(t *testing.T) {
	t.Parallel()
	for price, want := range map[sales.Money]int64{490000: 4900, 490049: 4900, 490050: 4901, 99: 1, 1: 0} {
		a, _, _ := shop(t, amocrmtest.Config{})
		refs := apply(t, a, crm.Change{ID: "c1", Contact: customer(), Price: price}, crm.Refs{})
		if got := a.Leads()[0].Price; got != want {
			t.Errorf("made with %v the deal costs %d", price, got)
		}
		apply(t, a, crm.Change{ID: "c2", Contact: customer(), Price: sales.Roubles(77)}, refs)
		apply(t, a, crm.Change{ID: "c3", Contact: customer(), Price: price}, refs)
		if got := a.Leads()[0].Price; want > 0 && got != want {
			t.Errorf("changed to %v the deal costs %d", price, got)
		}
	}
}

// TestUnsortedDealOfManyFields: more than forty cannot be made at once; the rest
// follows, whatever becomes of the answer in between.
func TestUnsortedDealOfManyFields(t *testing.T) {
	t.Parallel()
	fields, values := fieldsWithout(nil), map[string]string{}
	for i := range 60 {
		name := fmt.Sprint("Поле ", i)
		fields = append(fields, amocrmtest.Field{ID: int64(910000 + i), Entity: "leads", Name: name, Type: "text"})
		values[name] = fmt.Sprint("значение ", i)
	}
	for name, fault := range map[string]*crmtest.Fault{
		"all is well":          nil,
		"the rest is cut off":  {Writes: true, Skip: 2},
		"an answer is lost":    {Writes: true, Skip: 1, Handled: true},
		"the last answer, too": {Writes: true, Skip: 2, Handled: true},
	} {
		a, door, clock := shop(t, amocrmtest.Config{Fields: fields})
		who := customer()
		who.Source = map[string]string{"utm_source": "vk"}
		change := crm.Change{ID: "c1", At: clock.Now(), Contact: who, Map: crm.Map{Unsorted: true}, Fields: values}
		door.Break(fault)
		refs, err := a.Apply(t.Context(), change, crm.Refs{})
		if fault != nil {
			if err == nil {
				t.Fatalf("%s: nothing has failed", name)
			}
			door.Break(nil)
			clock.Advance(time.Minute)
			change.Repeat = true
			_, err = a.Apply(t.Context(), change, refs)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		deals := a.Deals()
		if len(deals) != 1 || len(a.Contacts()) != 1 {
			t.Fatalf("%s: %d deals, %d contacts", name, len(deals), len(a.Contacts()))
		}
		for field, want := range values {
			if deals[0].Fields[field] != want {
				t.Errorf("%s: %s is %q", name, field, deals[0].Fields[field])
			}
		}
		if deals[0].Fields["utm_source"] != "vk" {
			t.Errorf("%s: nobody knows where the customer came from: %v", name, deals[0].Fields)
		}
	}
}

// TestNoPaidFilterIsReliedOn: without the add-on amoCRM overlooks filters of deals
// and contacts and answers with everybody (amocrm-api-php, issues 348 and 71).
func TestNoPaidFilterIsReliedOn(t *testing.T) {
	t.Parallel()
	a, _, _ := shop(t, amocrmtest.Config{})
	stranger := a.Server.AddContact(amocrmtest.Contact{Card: amocrmtest.Card{Name: "Чужой"}})
	who := customer()
	who.Phone, who.Email = "+79161234567", "anna@example.com"
	for _, id := range []string{"c1", "c2"} {
		apply(t, a, crm.Change{ID: id, Contact: who, Person: true, Repeat: true, Note: "Пришла"}, crm.Refs{})
	}
	for _, r := range a.Requests() {
		cards := strings.HasSuffix(r.Path, "/contacts") || strings.HasSuffix(r.Path, "/leads") || strings.HasSuffix(r.Path, "/companies")
		if cards && strings.Contains(r.Query, "filter") {
			t.Errorf("%s %s?%s", r.Method, r.Path, r.Query)
		}
	}
	for _, c := range a.Contacts() {
		if c.ID == stranger && len(c.Fields)+len(c.Leads) > 0 {
			t.Errorf("a stranger became the customer: %+v", c)
		}
	}
	if len(a.Leads()) != 1 {
		t.Errorf("%d deals", len(a.Leads()))
	}
}
