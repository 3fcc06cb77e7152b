package amocrmtest_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"voronka/crm/amocrmtest"
)

func TestDeletedDealIsGone(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	lead := a.AddLead(amocrmtest.Lead{})
	if err := a.DeleteLead(lead); err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/api/v4/leads/%d", lead)
	a.want(204, "GET", path, "")
	a.want(200, "GET", path+"?with=only_deleted", "")
	a.want(400, "PATCH", path, `{"status_id":142}`)
	a.want(400, "POST", path+"/notes", `[{"note_type":"common","params":{"text":"ау"}}]`)
	if a.DeleteLead(lead) == nil || a.MoveLead(lead, amocrmtest.Won) == nil {
		t.Error("a deleted deal was touched")
	}
}

func TestMergedContact(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	person := func(phone string) int64 {
		return a.AddContact(amocrmtest.Contact{Card: amocrmtest.Card{Name: phone, Fields: []amocrmtest.FieldValue{
			{Code: "PHONE", Values: []amocrmtest.Value{{Value: phone}}}}}})
	}
	kept, gone := person("+79990000001"), person("+79990000002")
	lead := a.AddLead(amocrmtest.Lead{Contacts: []int64{gone}})
	if err := a.MergeContacts(kept, gone); err != nil {
		t.Fatal(err)
	}
	a.want(204, "GET", fmt.Sprintf("/api/v4/contacts/%d", gone), "")
	got := a.want(200, "GET", fmt.Sprintf("/api/v4/contacts/%d?with=leads", kept), "")
	if got.id(t, "_embedded.leads.0.id") != lead {
		t.Errorf("the deal did not come along: %s", got.text)
	}
	if phones := a.Contacts()[0].Values("PHONE"); len(phones) != 2 {
		t.Errorf("phones %v", phones)
	}
	if a.MergeContacts(kept, gone) == nil || a.MergeContacts(kept, kept) == nil {
		t.Error("merged what cannot be")
	}
}

func TestTagsAddUpOrReplace(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	lead := a.AddLead(amocrmtest.Lead{Card: amocrmtest.Card{Tags: []amocrmtest.Tag{{Name: "z"}}}})
	path := fmt.Sprintf("/api/v4/leads/%d", lead)
	for _, c := range []struct {
		body string
		want []string
	}{
		{`{"tags_to_delete":[{"name":"z"}]}`, nil},
		{`{"tags_to_add":[{"name":"a"},{"name":"b"}]}`, []string{"a", "b"}},
		{`{"tags_to_add":[{"name":"c"}],"tags_to_delete":[{"name":"a"}]}`, []string{"b", "c"}},
		{`{"_embedded":{"tags":[{"name":"d"}]}}`, []string{"d"}},
		{`{"name":"x"}`, []string{"d"}},
		{`{"_embedded":{"tags":null}}`, nil},
	} {
		a.want(200, "PATCH", path, c.body)
		var have []string
		for _, tag := range a.Leads()[0].Tags {
			have = append(have, tag.Name)
		}
		if !slices.Equal(have, c.want) {
			t.Errorf("after %s: %v, want %v", c.body, have, c.want)
		}
	}
}

// TestMainContactIsWrittenAndReadByOtherNames: is_main goes in, main_contact comes
// out (API v4, entity-links-api).
func TestMainContactIsWrittenAndReadByOtherNames(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	lead := a.AddLead(amocrmtest.Lead{Card: amocrmtest.Card{Name: "Курс"}})
	who := a.AddContact(amocrmtest.Contact{Card: amocrmtest.Card{Name: "Анна"}})
	path := fmt.Sprintf("/api/v4/leads/%d/link", lead)
	got := a.want(200, "POST", path, fmt.Sprintf(`[{"to_entity_id":%d,"to_entity_type":"contacts","metadata":{"is_main":true}}]`, who))
	meta := got.at(t, "_embedded.links.0.metadata").(map[string]any)
	if _, echoed := meta["is_main"]; meta["main_contact"] != true || echoed {
		t.Errorf("metadata %v", meta)
	}
}

func TestFieldsAreReplacedAsAWhole(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	made := a.want(200, "POST", "/api/v4/contacts", `[{"name":"Анна","custom_fields_values":[
		{"field_code":"PHONE","values":[{"value":"1"},{"value":"2","enum_code":"HOME"}]},{"field_code":"TELEGRAM","values":[{"value":"@anna"}]}]}]`)
	path := fmt.Sprintf("/api/v4/contacts/%d", made.id(t, "_embedded.contacts.0.id"))
	a.want(200, "PATCH", path, `{"custom_fields_values":[{"field_code":"PHONE","values":[{"value":"3"}]}]}`)
	who := a.Contacts()[0]
	if !slices.Equal(who.Values("PHONE"), []string{"3"}) || !slices.Equal(who.Values("TELEGRAM"), []string{"@anna"}) {
		t.Errorf("fields %+v", who.Fields)
	}
	a.want(200, "PATCH", path, `{"custom_fields_values":[{"field_code":"PHONE","values":null}]}`)
	if phones := a.Contacts()[0].Values("PHONE"); phones != nil {
		t.Errorf("null left %v", phones)
	}
}

func TestClosedAt(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	path := fmt.Sprintf("/api/v4/leads/%d", a.AddLead(amocrmtest.Lead{}))
	a.want(200, "PATCH", path, `{"status_id":143,"loss_reason_id":4203748}`)
	if l := a.Leads()[0]; l.ClosedAt != a.clock.Now().Unix() || l.LossReasonID != 4203748 {
		t.Errorf("lost: %+v", l)
	}
	a.want(200, "PATCH", path, `{"status_id":32392162}`)
	if l := a.Leads()[0]; l.ClosedAt != 0 || l.LossReasonID != 0 {
		t.Errorf("reopened: %+v", l)
	}
	events := a.want(200, "GET", "/api/v4/events?filter[type][]=lead_status_changed", "")
	if got := events.id(t, "_embedded.events.0.value_before.0.lead_status.id"); got != amocrmtest.Lost {
		t.Errorf("the newest event starts from %d", got)
	}
}

func TestInvoice(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	made := a.want(200, "POST", "/api/v4/catalogs/4517/elements", string(sample(t, "catalogs_api__09__post_api_v4_catalogs_catalog_id_elements__request.json")))
	if made.at(t, "_embedded.elements.0.request_id") != float64(0) || made.at(t, "_embedded.elements.0.invoice_link") == nil {
		t.Errorf("invoice: %s", made.text)
	}
	path := fmt.Sprintf("/api/v4/catalogs/4517/elements/%d", made.id(t, "_embedded.elements.0.id"))
	a.want(200, "PATCH", path, `{"custom_fields_values":[{"field_code":"BILL_STATUS","values":[{"enum_code":"paid"}]}]}`)
	got := a.want(200, "GET", path+"?with=invoice_link", "")
	if got.at(t, "custom_fields_values.1.values.0.value") != "Оплачен" {
		t.Errorf("status: %s", got.text)
	}
	a.want(200, "PATCH", path, `{"custom_fields_values":[{"field_code":"BILL_PRICE","values":[{"value":25}]}]}`)
	a.want(200, "PATCH", path, `{"custom_fields_values":[{"field_code":"ITEMS","values":[{"value":{"description":"Другое","unit_price":1000,"quantity":1}}]}]}`)
	for _, bill := range a.Bills() {
		if got := bill.Values("BILL_PRICE"); len(got) != 1 || fmt.Sprint(got[0]) != "25" {
			t.Errorf("other rows make the total %v: nobody computes it", got)
		}
	}
}

// TestManyAtOnce lets the race detector look at everything together.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	var crowd sync.WaitGroup
	for i := range 8 {
		crowd.Go(func() {
			for range 10 {
				a.do("POST", "/api/v4/leads/complex", fmt.Sprintf(`[{"name":"%d","_embedded":{"contacts":[{"name":"x"}]}}]`, i))
				for _, l := range a.Leads()[:1] {
					a.MoveLead(l.ID, amocrmtest.Won)
					a.do("POST", fmt.Sprintf("/api/v4/leads/%d/notes", l.ID), `[{"note_type":"common","params":{"text":"a"}}]`)
				}
				a.do("GET", "/api/v4/leads?with=contacts", "")
				page(t, "GET", a.url+"/board.json", "", nil)
			}
		})
	}
	crowd.Wait()
	if len(a.Leads()) != 80 || len(a.Contacts()) != 80 {
		t.Errorf("%d deals and %d contacts, want 80", len(a.Leads()), len(a.Contacts()))
	}
}

func TestPipelinesAreCompleted(t *testing.T) {
	t.Parallel()
	mine := []amocrmtest.Pipeline{{Name: "Курсы", Statuses: []amocrmtest.Status{{Name: "Новый"}, {Name: "Ждёт оплату"}}}}
	a, b := open(t, amocrmtest.Config{Pipelines: mine}), open(t, amocrmtest.Config{Pipelines: mine})
	for _, one := range []*account{a, b} {
		got := one.want(200, "GET", "/api/v4/leads/pipelines", "")
		statuses := got.at(t, "_embedded.pipelines.0._embedded.statuses").([]any)
		if len(statuses) != 4 || got.at(t, "_embedded.pipelines.0.is_main") != true {
			t.Errorf("pipelines: %s", got.text)
		}
		lead := one.AddLead(amocrmtest.Lead{StatusID: amocrmtest.Won})
		if one.Leads()[0].ID != lead || one.Leads()[0].ClosedAt == 0 {
			t.Error("a won deal is not closed")
		}
	}
	if mine[0].ID != 0 || mine[0].Statuses[0].ID != 0 {
		t.Error("New changed its configuration")
	}
}
