package amocrmtest_test

import (
	"fmt"
	"testing"

	"voronka/crm/amocrmtest"
)

// TestFunnel walks the way of one sale as a client would.
func TestFunnel(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})

	a.want(204, "GET", "/api/v4/contacts?query=9123456789", "")
	made := a.want(200, "POST", "/api/v4/leads/complex", `[{"name":"Курс «Go за 30 дней»","price":4900,
		"custom_fields_values":[{"field_code":"UTM_SOURCE","values":[{"value":"tg_ads"}]}],
		"tags_to_add":[{"name":"telegram"}],"request_id":"tg-1",
		"_embedded":{"contacts":[{"name":"Анна 🌷","custom_fields_values":[
			{"field_code":"TELEGRAM_ID","values":[{"value":777}]}]}]}}]`)
	lead, contact := made.id(t, "0.id"), made.id(t, "0.contact_id")
	if got := made.at(t, "0.request_id.0"); got != "tg-1" {
		t.Errorf("request_id came back as %v", got)
	}

	a.want(200, "PATCH", fmt.Sprintf("/api/v4/contacts/%d", contact), `{"custom_fields_values":[
		{"field_code":"PHONE","values":[{"value":"+79123456789","enum_code":"MOB"}]},
		{"field_code":"EMAIL","values":[{"value":"anna@example.com","enum_code":"WORK"}]}]}`)
	found := a.want(200, "GET", "/api/v4/contacts?query=9123456789&with=leads", "")
	if got := found.id(t, "_embedded.contacts.0._embedded.leads.0.id"); got != lead {
		t.Errorf("the contact found by phone leads to %d, want %d", got, lead)
	}
	a.want(204, "GET", "/api/v4/contacts?query=89123456789", "") // another prefix is another string
	a.want(200, "GET", "/api/v4/contacts?query=ANNA@example", "")

	a.want(200, "PATCH", fmt.Sprintf("/api/v4/leads/%d", lead), `{"status_id":32392168}`)
	a.want(200, "POST", fmt.Sprintf("/api/v4/leads/%d/notes", lead),
		`[{"note_type":"extended_service_message","params":{"service":"Voronka","text":"Ссылка на оплату"}}]`)
	task := a.want(200, "POST", "/api/v4/tasks", fmt.Sprintf(
		`[{"text":"Позвонить","complete_till":1772500000,"entity_id":%d,"entity_type":"leads","task_type_id":1}]`, lead))
	if got := a.want(200, "GET", fmt.Sprintf("/api/v4/leads/%d", lead), "").at(t, "closest_task_at"); got != float64(1772500000) {
		t.Errorf("closest_task_at is %v", got)
	}
	a.want(200, "PATCH", fmt.Sprintf("/api/v4/tasks/%d", task.id(t, "_embedded.tasks.0.id")), `{"is_completed":true,"result":{"text":"Дозвонились"}}`)
	a.want(200, "PATCH", "/api/v4/leads", fmt.Sprintf(`[{"id":%d,"status_id":142,"tags_to_add":[{"name":"оплачено"}]}]`, lead))

	deals := a.Leads()
	if len(deals) != 1 || deals[0].StatusID != amocrmtest.Won || deals[0].ClosedAt == 0 || deals[0].Contacts[0] != contact {
		t.Errorf("the deal is not won: %+v", deals)
	}
	if !deals[0].HasTag("telegram") || !deals[0].HasTag("оплачено") {
		t.Errorf("tags: %+v", deals[0].Tags)
	}
	people := a.Contacts()
	if len(people) != 1 || people[0].Values("TELEGRAM_ID")[0] != "777" || people[0].Values("PHONE")[0] != "+79123456789" {
		t.Errorf("contacts: %+v", people)
	}
	if notes := a.Notes("leads", lead); len(notes) != 1 || notes[0].Text() != "Ссылка на оплату" {
		t.Errorf("notes: %+v", notes)
	}
	if tasks := a.Tasks(); len(tasks) != 1 || !tasks[0].Completed || tasks[0].Result != "Дозвонились" {
		t.Errorf("tasks: %+v", tasks)
	}
	if v := a.Violations(); len(v) > 0 {
		t.Errorf("violations: %+v", v)
	}
}

// TestTwoPostsMakeTwo: request_id is an echo, not an idempotency key.
func TestTwoPostsMakeTwo(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	body := `[{"name":"Анна","request_id":"same"}]`
	a.want(200, "POST", "/api/v4/contacts", body)
	a.want(200, "POST", "/api/v4/contacts", body)
	a.want(200, "POST", "/api/v4/leads", body)
	a.want(200, "POST", "/api/v4/leads", body)
	if len(a.Contacts()) != 2 || len(a.Leads()) != 2 {
		t.Errorf("%d contacts and %d deals, want two of each", len(a.Contacts()), len(a.Leads()))
	}
}
