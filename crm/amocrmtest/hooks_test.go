package amocrmtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"voronka/crm/amocrmtest"
)

// receiver keeps the webhooks it gets and answers with the statuses it is given,
// 200 after the last.
type receiver struct {
	mu       sync.Mutex
	got      []url.Values
	kinds    []string
	statuses []int
	url      string
}

func listen(t *testing.T, statuses ...int) *receiver {
	t.Helper()
	r := &receiver{statuses: statuses}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		req.ParseForm()
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, req.PostForm)
		r.kinds = append(r.kinds, req.Header.Get("Content-Type"))
		if len(r.statuses) > 0 {
			w.WriteHeader(r.statuses[0])
			r.statuses = r.statuses[1:]
		}
	}))
	t.Cleanup(srv.Close)
	r.url = srv.URL + "/crm/secret-path"
	return r
}

func (r *receiver) received() []url.Values {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

func (a *account) subscribe(to string, settings ...string) {
	a.t.Helper()
	list, err := json.Marshal(settings)
	if err != nil {
		a.t.Fatal(err)
	}
	a.want(201, "POST", "/api/v4/webhooks", fmt.Sprintf(`{"destination":%q,"settings":%s}`, to, list))
}

func TestManagerMovesADeal(t *testing.T) {
	t.Parallel()
	a, r := open(t, amocrmtest.Config{}), listen(t)
	a.subscribe(r.url, "status_lead")
	lead := a.AddLead(amocrmtest.Lead{Card: amocrmtest.Card{Name: "Семинар"}, Price: 22500})
	if err := a.MoveLead(lead, amocrmtest.Won); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the webhook", func() bool { return len(r.received()) == 1 })
	got := r.received()[0]
	for key, want := range map[string]string{
		"leads[status][0][id]": fmt.Sprint(lead), "leads[status][0][status_id]": "142",
		"leads[status][0][old_status_id]": "32392159", "leads[status][0][price]": "22500",
		"leads[status][0][name]": "Семинар", "account[subdomain]": "example",
	} {
		if got.Get(key) != want {
			t.Errorf("%s is %q, want %q", key, got.Get(key), want)
		}
	}
	if r.kinds[0] != "application/x-www-form-urlencoded" {
		t.Errorf("content type %s", r.kinds[0])
	}
}

// TestRecordedHookKeys compares the keys of our status hook with a recorded one.
func TestRecordedHookKeys(t *testing.T) {
	t.Parallel()
	a, r := open(t, amocrmtest.Config{}), listen(t)
	a.subscribe(r.url, "status_lead")
	made := a.want(200, "POST", "/api/v4/leads", `[{"name":"Семинар","tags_to_add":[{"name":"повтор"}],
		"custom_fields_values":[{"field_code":"ORDER_ID","values":[{"value":"1001"}]}]}]`)
	a.want(200, "PATCH", fmt.Sprintf("/api/v4/leads/%d", made.id(t, "_embedded.leads.0.id")), `{"status_id":142}`)
	waitFor(t, "the webhook", func() bool { return len(r.received()) == 1 })
	recorded, err := url.ParseQuery(strings.TrimSpace(string(sample(t, "webhook_leads_status.form.txt"))))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range hookKeys(recorded) {
		// the recorded deal also has a date, whose value is a bare string, and choices
		if key == "leads[status][0][custom_fields][n][values][n]" || strings.HasSuffix(key, "[enum]") {
			continue
		}
		if !slices.Contains(hookKeys(r.received()[0]), key) {
			t.Errorf("our hook lacks %s", key)
		}
	}
}

func hookKeys(form url.Values) []string {
	index := regexp.MustCompile(`\[(custom_fields|values|tags)\]\[\d+\]`)
	var out []string
	for key := range form {
		out = append(out, index.ReplaceAllString(key, "[$1][n]"))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestHookIndexesAreSparse as PHP leaves them, where an account asks for it.
func TestHookIndexesAreSparse(t *testing.T) {
	t.Parallel()
	a, r := open(t, amocrmtest.Config{HookIndex: 2}), listen(t)
	a.subscribe(r.url, "add_lead")
	a.want(200, "POST", "/api/v4/leads", `[{"name":"Семинар","tags_to_add":[{"name":"a"},{"name":"b"}],
		"custom_fields_values":[{"field_code":"ORDER_ID","values":[{"value":"1001"}]}]}]`)
	waitFor(t, "the webhook", func() bool { return len(r.received()) == 1 })
	for key, want := range map[string]string{
		"leads[add][2][name]": "Семинар", "leads[add][2][tags][2][name]": "a", "leads[add][2][tags][5][name]": "b",
		"leads[add][2][custom_fields][2][values][0][value]": "1001", "leads[add][0][name]": "", "account[subdomain]": "example",
	} {
		if got := r.received()[0].Get(key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
}

func TestNotesAndTasksAreTold(t *testing.T) {
	t.Parallel()
	a, r := open(t, amocrmtest.Config{}), listen(t)
	a.subscribe(r.url, "note_lead", "add_task", "update_task", "add_contact")
	lead := a.AddLead(amocrmtest.Lead{})
	a.want(200, "POST", fmt.Sprintf("/api/v4/leads/%d/notes", lead), `[{"note_type":"common","params":{"text":"Привет"}}]`)
	task := a.want(200, "POST", "/api/v4/tasks", fmt.Sprintf(`[{"text":"Позвонить","complete_till":1772500000,"entity_id":%d,"entity_type":"leads"}]`, lead))
	a.want(200, "PATCH", fmt.Sprintf("/api/v4/tasks/%d", task.id(t, "_embedded.tasks.0.id")), `{"is_completed":true,"result":{"text":"да"}}`)
	waitFor(t, "three webhooks", func() bool { return len(r.received()) == 3 })
	got := r.received()
	if got[0].Get("leads[note][0][note][text]") != "Привет" || got[1].Get("task[add][0][complete_till]") != "2026-03-03 04:06:40" ||
		got[2].Get("task[update][0][action_close]") != "1" || got[2].Get("task[update][0][result][text]") != "да" {
		t.Errorf("webhooks: %v", got)
	}
}

// TestRetries follows the table of pauses: 5 and 15 minutes after any failure.
func TestRetries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		statuses []int
		pauses   []time.Duration
		attempts int
	}{
		{"then fine", []int{500, 302}, []time.Duration{5 * time.Minute, 15 * time.Minute}, 3},
		{"not found thrice", []int{404, 404, 404}, []time.Duration{5 * time.Minute, 15 * time.Minute, 15 * time.Minute, time.Hour}, 3},
		{"down for long", []int{503, 503, 503, 503, 503}, []time.Duration{5 * time.Minute, 15 * time.Minute, 15 * time.Minute, time.Hour, time.Hour}, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, r := open(t, amocrmtest.Config{}), listen(t, c.statuses...)
			a.subscribe(r.url, "add_lead")
			a.AddLead(amocrmtest.Lead{})
			for i, pause := range c.pauses {
				waitFor(t, "an attempt", func() bool {
					d := a.Deliveries()
					return len(d) == 1 && (d[0].Attempts == i+1 || d[0].Done)
				})
				if i >= c.attempts {
					break
				}
				a.clock.Advance(pause - time.Second)
				a.Tick()
				if got := len(r.received()); got != i+1 {
					t.Fatalf("%d attempts a second before the pause of %v ends, want %d", got, pause, i+1)
				}
				a.clock.Advance(time.Second)
				a.Tick()
			}
			waitFor(t, "the end", func() bool {
				d := a.Deliveries() // one that is being sent is in no list
				return len(d) == 1 && d[0].Done
			})
			if got := len(r.received()); got != c.attempts {
				t.Errorf("%d attempts, want %d", got, c.attempts)
			}
		})
	}
}

func TestRedeliverTurnsTheOrder(t *testing.T) {
	t.Parallel()
	a, r := open(t, amocrmtest.Config{}), listen(t)
	a.subscribe(r.url, "status_lead")
	lead := a.AddLead(amocrmtest.Lead{})
	for _, status := range []int64{32392162, 32392165} {
		if err := a.MoveLead(lead, status); err != nil {
			t.Fatal(err)
		}
	}
	done := func() bool {
		return !slices.ContainsFunc(a.Deliveries(), func(d amocrmtest.Delivery) bool { return !d.Done })
	}
	waitFor(t, "two webhooks", func() bool { return len(r.received()) == 2 && len(a.Deliveries()) == 2 && done() })
	a.Redeliver()
	waitFor(t, "four webhooks", func() bool { return len(r.received()) == 4 })
	var order []string
	for _, form := range r.received() {
		order = append(order, form.Get("leads[status][0][status_id]"))
	}
	if want := []string{"32392162", "32392165", "32392165", "32392162"}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
}

// TestBadReceiverIsSwitchedOff: more than 100 invalid answers in two hours.
func TestBadReceiverIsSwitchedOff(t *testing.T) {
	t.Parallel()
	a, r := open(t, amocrmtest.Config{}), listen(t, slices.Repeat([]int{400}, 200)...)
	a.subscribe(r.url, "add_lead")
	for range 101 {
		a.AddLead(amocrmtest.Lead{})
	}
	waitFor(t, "the subscription to go off", func() bool {
		return a.do("GET", "/api/v4/webhooks", "").at(t, "_embedded.webhooks.0.disabled") == true
	})
	a.AddLead(amocrmtest.Lead{})
	if n := len(a.Deliveries()); n != 101 {
		t.Errorf("%d deliveries, want 101", n)
	}
}

func TestUnsubscribe(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	a.subscribe("https://example.test", "add_lead")
	a.subscribe("https://example.test", "update_lead") // the same one, changed
	got := a.want(200, "GET", "/api/v4/webhooks", "")
	if got.at(t, "_total_items") != float64(1) || got.at(t, "_embedded.webhooks.0.settings.0") != "update_lead" {
		t.Errorf("webhooks: %s", got.text)
	}
	body := string(sample(t, "webhooks_api__04__delete_api_v4_webhooks__request.json"))
	a.want(204, "DELETE", "/api/v4/webhooks", body)
	a.want(404, "DELETE", "/api/v4/webhooks", body)
}

// TestRecordedHookFields compares contact and task hooks with the documents'.
func TestRecordedHookFields(t *testing.T) {
	t.Parallel()
	a, r := open(t, amocrmtest.Config{}), listen(t)
	a.want(200, "POST", "/api/v4/companies", `[{"name":"Company"}]`)
	a.want(200, "POST", "/api/v4/leads/complex", `[{"_embedded":{"contacts":[{"name":"Контакт"}],"companies":[{"id":21663155}]}}]`)
	a.subscribe(r.url, "update_contact", "update_task")
	a.want(200, "PATCH", fmt.Sprintf("/api/v4/contacts/%d", a.Contacts()[0].ID),
		`{"custom_fields_values":[{"field_code":"PHONE","values":[{"value":"+76665554433"}]}]}`)
	a.want(200, "POST", "/api/v4/tasks", fmt.Sprintf(`[{"text":"a","complete_till":1772500000,"entity_id":%d,"entity_type":"leads"}]`, a.Leads()[0].ID))
	a.want(200, "PATCH", fmt.Sprintf("/api/v4/tasks/%d", a.Tasks()[0].ID), `{"is_completed":true,"result":{"text":"Success"}}`)
	waitFor(t, "two webhooks", func() bool { return len(r.received()) == 2 })

	var contact struct {
		Contacts struct{ Add []map[string]any }
	}
	var task struct {
		Task struct{ Update []map[string]map[string]any }
	}
	if err := json.Unmarshal(sample(t, "webhook_contacts_add.json"), &contact); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(sample(t, "webhook_task_update.json"), &task); err != nil {
		t.Fatal(err)
	}
	for key := range contact.Contacts.Add[0] {
		wantField(t, r.received()[0], "contacts[update][0]["+key+"]")
	}
	for key := range task.Task.Update[0]["0"] {
		wantField(t, r.received()[1], "task[update][0]["+key+"]")
	}
}

func wantField(t *testing.T, form url.Values, prefix string) {
	t.Helper()
	for key := range form {
		if strings.HasPrefix(key, prefix) {
			return
		}
	}
	t.Errorf("our hook lacks %s", prefix)
}
