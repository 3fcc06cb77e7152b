package amocrm

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/internal/rest"
	"voronka/sales"
)

func read(t *testing.T, name string, into any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("read %s: %v", name, err)
	}
}

func items[T any](t *testing.T, name string) []T {
	t.Helper()
	var p page
	var out []T
	read(t, name, &p)
	if err := p.items(name, &out); err != nil {
		t.Fatalf("read %s: %v", name, err)
	}
	return out
}

// TestDocumentedShapes reads what the documents print.
func TestDocumentedShapes(t *testing.T) {
	t.Parallel()
	var who contact
	read(t, "contact", &who)
	if who.ID != 3 || len(who.Embedded.Value.Leads) != 2 || who.coded(codePhone)[0].text() != "+79123" || who.coded(codePhone)[0].EnumID != 1 {
		t.Errorf("contact %+v", who)
	}
	var deal lead
	read(t, "lead", &deal)
	if deal.StatusID != statusLost || deal.mainContact() != "10971465" || !deal.tagged("тест") {
		t.Errorf("lead %+v", deal)
	}
	if notes := items[note](t, "notes"); len(notes) != 2 || notes[0].Params.Value.Text != "Текст примечания 2" {
		t.Errorf("notes %+v", notes)
	}
	if tasks := items[task](t, "tasks"); len(tasks) != 2 || tasks[0].CompleteTill != 1575665940 {
		t.Errorf("tasks %+v", tasks)
	}
	if fields := items[field](t, "custom_fields"); len(fields) != 2 || fields[0].Type != "text" {
		t.Errorf("fields %+v", fields)
	}
	board := items[pipeline](t, "pipelines")
	if len(board) != 1 || board[0].stage("принимают  РЕШЕНИЕ") != (place{3177727, 32392165}) || board[0].stage("") != (place{3177727, 32392159}) {
		t.Errorf("pipelines %+v", board)
	}
	if board[0].stage("Неразобранное") != (place{}) {
		t.Error("a deal cannot be put among the unsorted")
	}
}

// TestPHPShapes reads the same things as PHP writes them on a bad day.
func TestPHPShapes(t *testing.T) {
	t.Parallel()
	var who contact
	text := `{"id":"42","created_at":1.5e9,"is_deleted":null,"custom_fields_values":null,"_embedded":[]}`
	if err := json.Unmarshal([]byte(text), &who); err != nil || who.ID != 42 || who.CreatedAt != 1500000000 {
		t.Errorf("contact %+v, %v", who, err)
	}
	var p page
	if err := json.Unmarshal([]byte(`{"_links":[],"_embedded":{"contacts":[{"id":7.0,"request_id":0}]}}`), &p); err != nil {
		t.Error(err)
	}
	var made []reference
	if err := p.items("contacts", &made); err != nil || len(made) != 1 || made[0].ID != 7 {
		t.Errorf("created %+v, %v", made, err)
	}
	var n number
	for _, bad := range []string{`"x"`, `1e400`, `"NaN"`, `{}`} {
		if json.Unmarshal([]byte(bad), &n) == nil {
			t.Errorf("%s was read as the number %d", bad, n)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	body := func(name string) []byte {
		raw, err := os.ReadFile(filepath.Join("testdata", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	tests := []struct {
		name string
		in   rest.Response
		want *sales.Error
	}{
		{"validation", rest.Response{Status: 400, Body: body("refused")}, &sales.Error{Code: codeRefused, Action: sales.Bury,
			Message: "amoCRM does not accept the request: NotSupportedChoice custom_fields_values.0.field_id"}},
		{"no rights", rest.Response{Status: 400, Body: body("no_rights")}, &sales.Error{Code: "crm_denied", Action: sales.Stop,
			Message: "amoCRM answers code 244: no rights, or the account is not paid"}},
		{"unpaid", rest.Response{Status: 402}, &sales.Error{Code: "crm_unpaid", Action: sales.Stop, Message: "the amoCRM account is not paid"}},
		{"a page", rest.Response{Status: 400, Body: []byte("<html>")}, nil},
		{"busy", rest.Response{Status: 429}, nil},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, refusal(&test.in)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestPhones(t *testing.T) {
	t.Parallel()
	who := func(phones ...string) *contact {
		c := &contact{Fields: []fieldValue{{Code: codePhone}}}
		for _, p := range phones {
			c.Fields[0].Values = append(c.Fields[0].Values, value{Value: p})
		}
		return c
	}
	for _, same := range []string{"+7 (916) 123-45-67", "8 916 123 45 67", "9161234567", "79161234567", "  +7-916-123-4567 "} {
		if !who("мусор", same).hasPhone("+79161234567", "RU") {
			t.Errorf("%q is the same phone", same)
		}
	}
	for _, other := range []string{"", "1234567", "+79161234568", "+19161234567", "+7 916 123-45-67 доб. 3", "89161234567 Иван 89031112233"} {
		if who(other).hasPhone("+79161234567", "RU") {
			t.Errorf("%q is another phone", other)
		}
	}
	if got := national("+4915112345678", "RU"); got != "15112345678" {
		t.Errorf("national number %q", got)
	}
}
