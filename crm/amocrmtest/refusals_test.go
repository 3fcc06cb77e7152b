package amocrmtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"voronka/crm/amocrmtest"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		code, field        string
	}{
		"unknown key":            {"POST", "/api/v4/leads", `[{"nmae":"Курс"}]`, 400, "FieldNotExpected", "nmae"},
		"price with kopecks":     {"POST", "/api/v4/leads", `[{"price":4900.5}]`, 400, "InvalidType", "price"},
		"price as text":          {"POST", "/api/v4/leads", `[{"price":"4900"}]`, 400, "InvalidType", "price"},
		"unknown stage":          {"POST", "/api/v4/leads", `[{"status_id":1}]`, 400, "NotSupportedChoice", "status_id"},
		"unknown pipeline":       {"POST", "/api/v4/leads", `[{"pipeline_id":1}]`, 400, "NotSupportedChoice", "pipeline_id"},
		"unknown field id":       {"POST", "/api/v4/leads", `[{"custom_fields_values":[{"field_id":1,"values":[{"value":"x"}]}]}]`, 400, "NotSupportedChoice", "custom_fields_values.0.field_id"},
		"unknown field code":     {"POST", "/api/v4/leads", `[{"custom_fields_values":[{"field_code":"PHONE","values":[{"value":"x"}]}]}]`, 400, "NotSupportedChoice", "custom_fields_values.0.field_code"},
		"number in a text field": {"POST", "/api/v4/leads", `[{"custom_fields_values":[{"field_code":"UTM_SOURCE","values":[{"value":5}]}]}]`, 400, "InvalidType", "custom_fields_values.0.values.0.value"},
		"old enum key":           {"POST", "/api/v4/contacts", `[{"custom_fields_values":[{"field_code":"PHONE","values":[{"value":"+7","enum":"WORK"}]}]}]`, 400, "FieldNotExpected", "custom_fields_values.0.values.0.enum"},
		"unknown enum code":      {"POST", "/api/v4/contacts", `[{"custom_fields_values":[{"field_code":"EMAIL","values":[{"value":"a@b.ru","enum_code":"MOB"}]}]}]`, 400, "NotSupportedChoice", "custom_fields_values.0.values.0.enum_code"},
		"field of contacts":      {"POST", "/api/v4/leads/complex", `[{"_embedded":{"contacts":[{"custom_fields_values":[{"field_code":"UTM_SOURCE","values":[{"value":"x"}]}]}]}}]`, 400, "NotSupportedChoice", "_embedded.contacts.0.custom_fields_values.0.field_code"},
		"missing contact":        {"POST", "/api/v4/leads", `[{"_embedded":{"contacts":[{"id":5}]}}]`, 400, "NotSupportedChoice", "_embedded.contacts.0.id"},
		"deleted user":           {"POST", "/api/v4/leads", `[{"responsible_user_id":9}]`, 400, "NotSupportedChoice", "responsible_user_id"},
		"object for array":       {"POST", "/api/v4/leads", `{"name":"Курс"}`, 400, "InvalidType", ""},
		"array for object":       {"PATCH", "/api/v4/leads/1", `[{"name":"Курс"}]`, 400, "InvalidType", ""},
		"missing deal":           {"PATCH", "/api/v4/leads/1", `{"name":"Курс"}`, 400, "NotSupportedChoice", "id"},
		"update without id":      {"PATCH", "/api/v4/contacts", `[{"name":"Анна"}]`, 400, "FieldMissing", "id"},
		"task without deadline":  {"POST", "/api/v4/tasks", `[{"text":"Позвонить"}]`, 400, "FieldMissing", "complete_till"},
		"task for nobody":        {"POST", "/api/v4/tasks", `[{"text":"a","complete_till":1,"entity_id":4,"entity_type":"leads"}]`, 400, "NotSupportedChoice", "entity_id"},
		"note of no kind":        {"POST", "/api/v4/leads/notes", `[{"entity_id":1,"note_type":"shout","params":{"text":"a"}}]`, 400, "NotSupportedChoice", "note_type"},
		"note without text":      {"POST", "/api/v4/leads/notes", `[{"entity_id":1,"note_type":"common","params":{}}]`, 400, "NotSupportedChoice", "params"},
		"loss reason and won":    {"POST", "/api/v4/leads", `[{"status_id":142,"loss_reason_id":4203748}]`, 400, "NotSupportedChoice", "loss_reason_id"},
		"hook for nothing":       {"POST", "/api/v4/webhooks", `{"destination":"http://a.test/","settings":["party"]}`, 400, "NotSupportedChoice", "settings"},
		"no such call":           {"GET", "/api/v4/deals", ``, 404, "NoSuchCall", "GET /api/v4/deals"},
		"no deleting":            {"DELETE", "/api/v4/leads/1", ``, 405, "NoSuchCall", "DELETE /api/v4/leads/1"},
		"broken JSON":            {"POST", "/api/v4/leads", `[{"name":`, 400, "InvalidJSON", ""},
		"an invoice, no status":  {"POST", "/api/v4/catalogs/4517/elements", `[{"name":"Счёт"}]`, 400, "Error285", "BILL_STATUS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t, amocrmtest.Config{})
			got := a.want(c.status, c.method, c.path, c.body)
			if got.kind != "application/problem+json" || got.at(t, "status") != float64(c.status) {
				t.Errorf("not a problem: %s %s", got.kind, got.text)
			}
			offences := a.Violations()
			named := slices.ContainsFunc(offences, func(v amocrmtest.Violation) bool { return v.Code == c.code && v.Field == c.field })
			if !named {
				t.Errorf("violations %+v, want %s at %q", offences, c.code, c.field)
			}
			if len(a.Leads())+len(a.Contacts())+len(a.Tasks()) > 0 {
				t.Error("a refused request left something behind")
			}
		})
	}
}

// TestRefusalShapes compares with refusals that were seen in public reports.
func TestRefusalShapes(t *testing.T) {
	t.Parallel()
	for file, body := range map[string]string{
		"error_400_enum_value_not_supported.json": `[{"custom_fields_values":[{"field_code":"PHONE","values":[{"value":"+7","enum_code":"GARAGE"}]}]}]`,
		"error_400_field_not_expected.json":       `[{"custom_fields_values":[{"field_code":"PHONE","values":[{"value":"+7","enum":"WORK"}]}]}]`,
	} {
		a := open(t, amocrmtest.Config{})
		got := a.want(400, "POST", "/api/v4/contacts", body)
		var want any
		if err := json.Unmarshal(sample(t, file), &want); err != nil {
			t.Fatal(err)
		}
		if d := differ("", want, got.json); d != nil {
			t.Errorf("%s: %v", file, d)
		}
	}
}

// TestBatchIsAllOrNothing: one bad item refuses the good ones, and is named.
func TestBatchIsAllOrNothing(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	got := a.want(400, "POST", "/api/v4/leads", `[{"name":"хорошая"},{"name":"плохая","colour":1,"request_id":"bad"}]`)
	if who := got.at(t, "validation-errors.0.request_id"); who != "bad" {
		t.Errorf("the bad item is %v", who)
	}
	if len(a.Leads()) != 0 {
		t.Error("the good item was made")
	}
}

func TestBatchLimits(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	batch := func(n int) string { return "[" + strings.TrimSuffix(strings.Repeat(`{"name":"x"},`, n), ",") + "]" }
	a.want(200, "POST", "/api/v4/contacts", batch(50))
	if v := a.Violations(); len(v) > 0 {
		t.Errorf("50 are advised: %+v", v)
	}
	a.want(200, "POST", "/api/v4/contacts", batch(250))
	a.want(400, "POST", "/api/v4/contacts", batch(251))
	a.want(400, "POST", "/api/v4/leads/complex", batch(51))
	if got := a.want(200, "POST", "/api/v4/leads/complex", batch(50)); len(a.Leads()) != 50 {
		t.Errorf("%d deals, want 50: %.200s", len(a.Leads()), got.text)
	}
	deal := func(values int) string {
		value := `{"field_code":"UTM_SOURCE","values":[{"value":"vk"}]},`
		return `[{"custom_fields_values":[` + strings.TrimSuffix(strings.Repeat(value, values), ",") + `]}]`
	}
	a.want(200, "POST", "/api/v4/leads/complex", deal(40))
	a.want(400, "POST", "/api/v4/leads/complex", deal(41))
	if n := len(a.Contacts()); n != 300 {
		t.Errorf("%d contacts, want 300", n)
	}
	first := a.want(200, "GET", "/api/v4/contacts?limit=1000", "")
	if n := len(first.at(t, "_embedded.contacts").([]any)); n != 250 {
		t.Errorf("a page of %d, 250 is the limit", n)
	}
	if next := first.at(t, "_links.next.href"); !strings.Contains(next.(string), "limit=250&page=2") {
		t.Errorf("next is %v", next)
	}
	a.want(200, "GET", "/api/v4/contacts?limit=250&page=2", "")
	a.want(204, "GET", "/api/v4/contacts?limit=250&page=3", "")
}

func TestNothingFoundIs204(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	for _, path := range []string{"leads", "leads/1", "contacts", "contacts/1", "companies", "tasks", "tasks/1",
		"leads/notes", "leads/1/notes", "leads/tags", "webhooks", "events", "catalogs/4521/elements", "catalogs/4521/elements/1"} {
		if got := a.want(204, "GET", "/api/v4/"+path, ""); got.text != "" {
			t.Errorf("%s: a 204 with the body %q", path, got.text)
		}
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	for _, header := range []string{"", "Bearer wrong", "Basic " + token, token, "Bearer " + token + "x"} {
		req, err := http.NewRequest("GET", a.url+"/api/v4/account", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", header)
		got, err := send(req)
		if err != nil || got.status != 401 || got.kind != "application/problem+json" {
			t.Errorf("%q: %d %s %v", header, got.status, got.kind, err)
		}
	}
	for _, r := range a.Requests() {
		if strings.Contains(fmt.Sprintf("%+v", r), token) {
			t.Error("the journal keeps the token")
		}
	}
}

func TestFiltersAreAPaidAddOn(t *testing.T) {
	t.Parallel()
	free, paid := open(t, amocrmtest.Config{}), open(t, amocrmtest.Config{PaidFilters: true})
	for a, want := range map[*account]int{free: 3, paid: 1} {
		a.want(200, "POST", "/api/v4/leads", `[{"name":"a"},{"name":"b","status_id":32392168},{"name":"c"}]`)
		got := a.want(200, "GET", "/api/v4/leads?filter[statuses][0][pipeline_id]=3177727&filter[statuses][0][status_id]=32392168", "")
		if n := len(got.at(t, "_embedded.leads").([]any)); n != want {
			t.Errorf("%d deals, want %d", n, want)
		}
	}
}
