package amocrmtest_test

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"voronka/crm/amocrmtest"
)

func page(t *testing.T, method, address, body string, header map[string]string) answer {
	t.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range header {
		req.Header.Set(key, value)
	}
	got, err := send(req)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestBoardSpeaksTwoLanguages(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	for _, c := range []struct{ path, accept, want string }{
		{"/", "", `<html lang="ru">`},
		{"/", "en-GB,en;q=0.9,ru;q=0.8", `<html lang="en">`},
		{"/", "de,ru;q=0.5", `<html lang="ru">`},
		{"/?lang=en", "ru", `<html lang="en">`},
		{"/?lang=xx", ";,,", `<html lang="ru">`},
	} {
		got := page(t, "GET", a.url+c.path, "", map[string]string{"Accept-Language": c.accept})
		if got.status != 200 || !strings.Contains(got.text, c.want) {
			t.Errorf("%s with %q is not %s", c.path, c.accept, c.want)
		}
		if strings.Contains(got.text, `src="/`) || strings.Contains(got.text, `href="/`) || strings.Contains(got.text, "https://") {
			t.Error("an address of the page is not relative")
		}
	}
}

func TestUnderAPrefix(t *testing.T) {
	t.Parallel()
	srv := amocrmtest.New(amocrmtest.Config{Token: token})
	t.Cleanup(srv.Close)
	mux := http.NewServeMux()
	mux.Handle("/amocrm/", http.StripPrefix("/amocrm", srv))
	listener := httptest.NewServer(mux)
	t.Cleanup(listener.Close)
	auth := map[string]string{"Authorization": "Bearer " + token}
	got := page(t, "POST", listener.URL+"/amocrm/api/v4/leads", `[{"name":"Курс"}]`, auth)
	link, _ := got.at(t, "_embedded.leads.0._links.self.href").(string)
	if !strings.HasPrefix(link, listener.URL+"/amocrm/api/v4/leads/") {
		t.Fatalf("the link is %q", link)
	}
	if again := page(t, "GET", link, "", auth); again.at(t, "name") != "Курс" {
		t.Errorf("the link leads to %s", again.text)
	}
	for _, path := range []string{"", "board.css", "board.js", "board.json"} {
		if got := page(t, "GET", listener.URL+"/amocrm/"+path, "", nil); got.status != 200 {
			t.Errorf("%s: %d", path, got.status)
		}
	}
}

func TestBoardShowsAndMoves(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	who := a.AddContact(amocrmtest.Contact{Card: amocrmtest.Card{Name: "Анна", Fields: []amocrmtest.FieldValue{
		{Code: "PHONE", Values: []amocrmtest.Value{{Value: "+79123456789"}}}}}})
	lead := a.AddLead(amocrmtest.Lead{Card: amocrmtest.Card{Name: "<b>Курс</b>"}, Price: 4900, Contacts: []int64{who}})
	a.want(200, "POST", fmt.Sprintf("/api/v4/contacts/%d/notes", who), `[{"note_type":"common","params":{"text":"О контакте"}}]`)
	a.want(200, "POST", fmt.Sprintf("/api/v4/leads/%d/notes", lead), `[{"note_type":"common","params":{"text":"О сделке"}}]`)

	board := page(t, "GET", a.url+"/board.json", "", nil)
	if board.at(t, "deals.0.contact.phone") != "+79123456789" || board.at(t, "deals.0.note") != "О сделке" {
		t.Errorf("board: %s", board.text)
	}
	details := page(t, "GET", fmt.Sprintf("%s/board/leads/%d", a.url, lead), "", nil)
	if details.at(t, "notes.0.text") != "О контакте" || details.at(t, "notes.1.text") != "О сделке" {
		t.Errorf("details: %s", details.text)
	}

	move := fmt.Sprintf("%s/board/leads/%d/status", a.url, lead)
	json := map[string]string{"Content-Type": "application/json"}
	if got := page(t, "POST", move, `{"status":142}`, nil); got.status != 415 {
		t.Errorf("a form of another page moved the deal: %d", got.status)
	}
	if got := page(t, "POST", move, `{"status":7}`, json); got.status != 404 {
		t.Errorf("moved to nowhere: %d", got.status)
	}
	if got := page(t, "POST", move, `{"status":142}`, json); got.status != 204 {
		t.Errorf("not moved: %d %s", got.status, got.text)
	}
	if a.Leads()[0].StatusID != amocrmtest.Won {
		t.Error("the deal is not won")
	}
	if got := page(t, "GET", a.url+"/board/leads/1", "", nil); got.status != 404 {
		t.Errorf("a missing deal is %d", got.status)
	}
}

func TestStreamTellsOfChanges(t *testing.T) {
	t.Parallel()
	a := open(t, amocrmtest.Config{})
	resp, err := http.Get(a.url + "/board/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	next := func() string {
		for lines.Scan() {
			if data, found := strings.CutPrefix(lines.Text(), "data: "); found {
				return data
			}
		}
		return "end"
	}
	if got := next(); got != "0" {
		t.Errorf("the first picture is %s", got)
	}
	a.want(200, "POST", "/api/v4/leads", `[{"name":"Курс"}]`)
	if got := next(); got != "1" {
		t.Errorf("after a change: %s", got)
	}
	a.Close()
	if got := next(); got != "end" {
		t.Errorf("after Close: %s", got)
	}
}
