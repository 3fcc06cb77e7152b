package amocrm_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"

	"voronka/crm"
	"voronka/crm/amocrm"
	"voronka/crm/amocrmtest"
	"voronka/crm/crmtest"
	"voronka/sales"
)

const token = "long-lived-token-of-the-shop"

// TestAmoCRM passes the suite of every CRM, with the mark in each place where
// an account may have room for it.
func TestAmoCRM(t *testing.T) {
	t.Parallel()
	for name, lacks := range map[string][]string{
		"mark in TELEGRAM_ID": nil,
		"mark in messengers":  {"TELEGRAM_ID"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			crmtest.Run(t, crmtest.Harness{
				Open: func(t *testing.T, door *crmtest.Door, clock *crmtest.Clock) crmtest.Account {
					return open(t, door, clock, amocrmtest.Config{Fields: fieldsWithout(lacks)})
				},
				Stages: [2]string{"Знакомство", "Ждём оплату"},
				Fields: [2]string{"Заказ", "Примечание"},
				Secret: token,
			})
		})
	}
}

func fieldsWithout(codes []string) []amocrmtest.Field {
	fields := []amocrmtest.Field{
		{ID: 900001, Entity: "leads", Name: "Примечание", Type: "text"},
		{ID: 900003, Entity: "leads", Name: "Тариф", Type: "select", Enums: []amocrmtest.Enum{{ID: 1, Value: "Базовый"}, {ID: 2, Value: "Полный"}}},
		{ID: 900005, Entity: "leads", Name: "Дата старта", Type: "date"},
		{ID: 900007, Entity: "leads", Name: "Согласие", Type: "checkbox"},
		{ID: 900009, Entity: "leads", Name: "Баллы", Type: "numeric"},
		{ID: 900011, Entity: "leads", Name: "Темы", Type: "multiselect", Enums: []amocrmtest.Enum{{ID: 3, Value: "Go"}, {ID: 4, Value: "Ёлки"}}},
	}
next:
	for _, f := range amocrmtest.DefaultFields() {
		for _, code := range codes {
			if f.Code == code {
				continue next
			}
		}
		fields = append(fields, f)
	}
	return fields
}

// account is the fake account with the adapter in front of it.
type account struct {
	crm.CRM
	*amocrmtest.Server
	t     *testing.T
	clock *crmtest.Clock
}

func open(t *testing.T, door *crmtest.Door, clock *crmtest.Clock, cfg amocrmtest.Config) *account {
	t.Helper()
	cfg.Token, cfg.Now = token, clock.Now
	server := amocrmtest.New(cfg)
	listener := httptest.NewServer(door.Handler(server))
	t.Cleanup(listener.Close)
	t.Cleanup(server.Close)
	return &account{t: t, clock: clock, Server: server, CRM: amocrm.New(amocrm.Config{
		URL: listener.URL, Token: token, HTTP: listener.Client(), Now: clock.Now, RequestsPerSecond: 100000, Patience: 1,
	})}
}

func (a *account) AddContact(p crmtest.Person) string {
	values := func(code string, texts []string) amocrmtest.FieldValue {
		out := amocrmtest.FieldValue{Code: code}
		for i, text := range texts {
			kind := []string{"WORK", "OTHER"}[i%2]
			out.Values = append(out.Values, amocrmtest.Value{Value: text, EnumCode: kind})
		}
		return out
	}
	who := amocrmtest.Contact{Card: amocrmtest.Card{Name: p.Name}}
	if p.Phones != nil {
		who.Fields = append(who.Fields, values("PHONE", p.Phones))
	}
	if p.Emails != nil {
		who.Fields = append(who.Fields, values("EMAIL", p.Emails))
	}
	return fmt.Sprint(a.Server.AddContact(who))
}

// DeleteDeal deletes by hand, and lets the minutes go by in which the adapter
// may believe that the deal is there.
func (a *account) DeleteDeal(ref string) {
	a.must(a.DeleteLead(a.number(ref)))
	a.clock.Advance(10 * time.Minute)
}

func (a *account) MergeContacts(into, gone string) {
	a.must(a.Server.MergeContacts(a.number(into), a.number(gone)))
}

// Hearer, MoveDeal, Remark and Finish are a manager's hands.
func (a *account) Hearer() crm.Hearer { return a.CRM.(*amocrm.CRM) }

func (a *account) MoveDeal(deal, stage string) {
	for _, s := range amocrmtest.DefaultPipeline().Statuses {
		if s.Name == stage {
			a.must(a.MoveLead(a.number(deal), s.ID))
		}
	}
}

func (a *account) Remark(deal, text string) { a.AddNote(a.number(deal), text) }

func (a *account) Finish(task, result string) { a.FinishTask(a.number(task), result) }

// Fitter and Furniture are those of an account that can be set up.
func (a *account) Fitter() crm.Fitter { return a.CRM.(*amocrm.CRM) }

func (a *account) Furniture() (names []string) {
	for path, list := range map[string]string{
		"leads/custom_fields": "custom_fields", "contacts/custom_fields": "custom_fields", "leads/loss_reasons": "loss_reasons",
		"webhooks": "webhooks", "leads/pipelines": "pipelines",
	} {
		for _, row := range a.list(path, list) {
			names = append(names, path+" "+cmp.Or(row.Name, row.Destination))
			for _, stage := range row.Embedded.Statuses {
				names = append(names, "stage "+row.Name+" "+stage.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// piece is one thing of a list of the account's.
type piece struct {
	Name, Destination string
	Embedded          struct {
		Statuses []struct {
			ID   int64
			Name string
		}
	} `json:"_embedded"`
}

// list asks the account itself, not through the door.
func (a *account) list(path, list string) []piece {
	request := httptest.NewRequestWithContext(a.t.Context(), http.MethodGet, "/api/v4/"+path+"?limit=250", nil)
	request.Header.Set("Authorization", "Bearer "+token)
	answer := httptest.NewRecorder()
	a.Server.ServeHTTP(answer, request)
	var told struct {
		Embedded map[string][]piece `json:"_embedded"`
	}
	if answer.Code != http.StatusNoContent {
		a.must(json.Unmarshal(answer.Body.Bytes(), &told))
	}
	return told.Embedded[list]
}

// Invoices are the rows of the list of bills.
func (a *account) Invoices() (all []crmtest.Invoice) {
	for _, b := range a.Elements("invoices") {
		total, err := sales.ParseMoney(fmt.Sprint(b.Values("BILL_PRICE")[0]))
		a.must(err)
		all = append(all, crmtest.Invoice{Total: total, Paid: b.Values("BILL_STATUS")[0] == "Оплачен"})
	}
	return all
}

// Shelf are the rows of the list of products.
func (a *account) Shelf() (names []string) {
	for _, e := range a.Elements("products") {
		names = append(names, e.Name)
	}
	return names
}

// On is what of the list of products hangs on a deal.
func (a *account) On(deal string) map[string]int64 {
	on := map[string]int64{}
	for _, e := range a.Elements("products") {
		if quantity, hangs := a.LinkedQuantity(a.number(deal), e.ID); hangs {
			on[e.Name] = int64(quantity * 1000)
		}
	}
	return on
}

func (a *account) People() []crmtest.Person {
	var out []crmtest.Person
	for _, c := range a.Contacts() {
		out = append(out, crmtest.Person{Ref: fmt.Sprint(c.ID), Name: c.Name, Phones: c.Values("PHONE"), Emails: c.Values("EMAIL")})
	}
	return out
}

func (a *account) Deals() []crmtest.Deal {
	var out []crmtest.Deal
	for _, l := range a.Leads() {
		deal := crmtest.Deal{
			Ref: fmt.Sprint(l.ID), Title: l.Name, Stage: a.stageName(l.StatusID),
			Price: sales.Roubles(l.Price), Fields: map[string]string{},
		}
		for _, c := range l.Contacts {
			deal.People = append(deal.People, fmt.Sprint(c))
		}
		for _, tag := range l.Tags {
			deal.Tags = append(deal.Tags, tag.Name)
		}
		for _, f := range l.Fields {
			deal.Fields[f.Name] = fmt.Sprint(f.Values[0].Value)
		}
		for _, n := range a.Notes("leads", l.ID) {
			deal.Notes = append(deal.Notes, n.Text())
		}
		for _, task := range a.Tasks() {
			if task.Entity == "leads" && task.EntityID == l.ID {
				deal.Tasks = append(deal.Tasks, crm.Task{Text: task.Text, Due: time.Unix(task.CompleteTill, 0).UTC()})
				if task.Completed {
					deal.Done = append(deal.Done, task.Text)
				}
			}
		}
		out = append(out, deal)
	}
	return out
}

func (a *account) Offences() []string {
	var out []string
	for _, v := range a.Violations() {
		out = append(out, fmt.Sprintf("%s %s: %s %s %s", v.Method, v.Path, v.Code, v.Field, v.Detail))
	}
	return out
}

func (a *account) stageName(id int64) string {
	switch id {
	case amocrmtest.Won:
		return crm.Won
	case amocrmtest.Lost:
		return crm.Lost
	}
	for _, s := range amocrmtest.DefaultPipeline().Statuses {
		if s.ID == id {
			return s.Name
		}
	}
	for _, home := range a.list("leads/pipelines", "pipelines") { // made by a setup
		for _, s := range home.Embedded.Statuses {
			if s.ID == id {
				return s.Name
			}
		}
	}
	return ""
}

func (a *account) number(ref string) int64 {
	a.t.Helper()
	n, err := strconv.ParseInt(ref, 10, 64)
	a.must(err)
	return n
}

func (a *account) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}
