package amocrm_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/crm"
	"voronka/crm/amocrmtest"
	"voronka/sales"
)

// mappedShop is an account with all that a map may name.
func mappedShop(t *testing.T) *account {
	t.Helper()
	partners := amocrmtest.Pipeline{ID: 500, Name: "Курсы", Sort: 2, Unsorted: true, Statuses: []amocrmtest.Status{
		{ID: 500_001, Name: "Неразобранное", Sort: 10, Type: 1}, {ID: 501, Name: "Новый", Sort: 20}, {ID: 502, Name: "Счёт", Sort: 30}}}
	a, _, _ := shop(t, amocrmtest.Config{
		Pipelines:   []amocrmtest.Pipeline{amocrmtest.DefaultPipeline(), partners},
		Users:       []amocrmtest.User{{ID: 71, Name: "Хозяйка", Admin: true}, {ID: 72, Name: "Ольга Ёлкина", Email: "olga@example.ru"}},
		LossReasons: []amocrmtest.LossReason{{ID: 91, Name: "Дорого"}, {ID: 92, Name: "Пропал"}},
		Fields: append(fieldsWithout(nil),
			amocrmtest.Field{ID: 900101, Entity: "contacts", Name: "Язык", Type: "text"},
			amocrmtest.Field{ID: 900103, Entity: "leads", Name: "Откуда", Type: "tracking_data"}),
	})
	return a
}

func TestMapMakesTheDeal(t *testing.T) {
	t.Parallel()
	a := mappedShop(t)
	who := customer()
	who.Source = map[string]string{"utm_source": "vk", "start": "webinar"}
	m := crm.Map{Pipeline: "курсы", Responsible: "ольга елкина", Tags: []string{"telegram"}, LossReason: "Пропал",
		Tracking: map[string]string{"start": "Откуда"}, Notes: crm.NotesCommon, TaskType: "Встреча", TaskFor: "olga@example.ru", TasksDone: true}
	refs := apply(t, a, crm.Change{ID: "c1", Contact: who, Map: m, Stage: "Счёт", Note: "Пришла", PersonFields: map[string]string{"Язык": "ru"},
		Task: &crm.Task{Text: "Встретить", Due: time.Unix(2_000_000_000, 0)}}, crm.Refs{})
	deal := a.Leads()[0]
	if deal.PipelineID != 500 || deal.StatusID != 502 || deal.ResponsibleUserID != 72 || !deal.HasTag("telegram") || !deal.HasTag("voronka") {
		t.Errorf("deal %+v", deal)
	}
	var tracked []string
	for _, f := range deal.Fields {
		tracked = append(tracked, fmt.Sprint(f.Name, "=", f.Values[0].Value))
	}
	if !slices.Contains(tracked, "Откуда=webinar") || !slices.Contains(deal.Values("UTM_SOURCE"), "vk") {
		t.Errorf("tracking %q", tracked)
	}
	if person := a.Contacts()[0]; person.ResponsibleUserID != 72 || len(person.Fields) != 2 {
		t.Errorf("contact %+v", person)
	}
	notes := a.Notes("leads", deal.ID)
	if len(notes) != 1 || notes[0].Type != "common" || !strings.HasPrefix(notes[0].Text(), "Пришла\n— Voronka · ") {
		t.Errorf("notes %+v", notes)
	}
	if task := a.Tasks()[0]; task.TypeID != 2 || task.ResponsibleUserID != 72 || task.Completed {
		t.Errorf("task %+v", task)
	}
	// The same note once more, after an answer was lost.
	apply(t, a, crm.Change{ID: "c1", Contact: who, Map: m, Note: "Пришла", Repeat: true}, refs)
	refs = apply(t, a, crm.Change{ID: "c2", Contact: who, Map: m, Stage: crm.Lost}, refs)
	if deal = a.Leads()[0]; deal.StatusID != amocrmtest.Lost || deal.LossReasonID != 92 || deal.PipelineID != 500 || len(a.Notes("leads", deal.ID)) != 1 {
		t.Errorf("lost deal %+v, %d notes", deal, len(a.Notes("leads", deal.ID)))
	}
	if task := a.Tasks()[0]; !task.Completed || len(refs.Tasks) != 0 {
		t.Errorf("task %+v, refs %+v", task, refs)
	}
}

func TestUnsortedDealWaitsForAManager(t *testing.T) {
	t.Parallel()
	a := mappedShop(t)
	m := crm.Map{Pipeline: "Курсы", Unsorted: true}
	refs := apply(t, a, crm.Change{ID: "c1", Contact: customer(), Map: m, Stage: "Новый"}, crm.Refs{})
	refs = apply(t, a, crm.Change{ID: "c2", Contact: customer(), Map: m, Stage: "Счёт", Note: "Ждёт"}, refs)
	if deal := a.Leads()[0]; deal.StatusID != 500_001 || len(a.Notes("leads", deal.ID)) != 1 || len(deal.Contacts) != 1 {
		t.Errorf("deal %+v", deal)
	}
	a.must(a.MoveLead(a.number(refs.Deal), 501)) // accepted
	a.clock.Advance(time.Hour)
	apply(t, a, crm.Change{ID: "c3", Contact: customer(), Map: m, Stage: "Счёт"}, refs)
	if deal := a.Leads()[0]; deal.StatusID != 502 {
		t.Errorf("accepted deal %+v", deal)
	}
}

func bill() *crm.Invoice {
	return &crm.Invoice{ID: "83a80e323c1ac469bc32", Title: "Курс «Go»", Total: 499050, Supplier: "ооо ромашка",
		Link: "https://bot.example/pay/83a80e323c1ac469bc32", Items: []crm.BillItem{
			{Name: "Курс «Go»", Price: 499050, Quantity: 1000, Tax: "vat22"}}}
}

// TestBillIsMadeAndPaid writes the invoice of a payment once, whatever is lost.
func TestBillIsMadeAndPaid(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]amocrmtest.FaultKind{"well": "", "answer lost": amocrmtest.DropAfter, "timeout": amocrmtest.GatewayTimeout} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := mappedShop(t)
			a.AddElement("suppliers", "ООО Ромашка")
			m := crm.Map{Products: true}
			refs := apply(t, a, crm.Change{ID: "c0", Contact: customer(), Map: m}, crm.Refs{})
			if lose != "" {
				a.Inject(amocrmtest.Fault{Method: "POST", Path: "/api/v4/catalogs/4517/elements", Kind: lose})
				a.Inject(amocrmtest.Fault{Method: "POST", Path: "/api/v4/leads/link", Kind: lose})
			}
			for _, change := range []crm.Change{
				{ID: "c1", Contact: customer(), Map: m, Bill: bill()},
				{ID: "c2", Contact: customer(), Map: m, Bill: paidBill(), Money: true},
			} {
				for range 4 {
					after, err := a.Apply(t.Context(), change, refs)
					refs = after
					if err == nil {
						break
					}
					change.Repeat = change.Repeat || sales.AsError(err).Uncertain
				}
			}
			bills, goods := a.Elements("invoices"), a.Elements("products")
			if len(bills) != 1 || len(goods) != 1 || goods[0].Values("PRICE")[0] != "4990.50" {
				t.Fatalf("%d bills, products %+v", len(bills), goods)
			}
			got := map[string][]string{}
			for _, code := range []string{"BILL_STATUS", "BILL_COMMENT", "BILL_PRICE", "BILL_VAT_TYPE", "BILL_PAYMENT_DATE"} {
				got[code] = bills[0].Values(code)
			}
			want := map[string][]string{"BILL_STATUS": {"Оплачен"}, "BILL_COMMENT": {bill().Link}, "BILL_PRICE": {"4990.50"}, "BILL_VAT_TYPE": {"vat_included"}, "BILL_PAYMENT_DATE": {"1772442000"}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			row := fmt.Sprint(bills[0].Fields)
			for _, part := range []string{"description:Курс «Go»", "unit_price:4990.50", "vat_rate_value:22", "product_id:", "entity_type:contacts", "SUPPLIER"} {
				if !strings.Contains(row, part) {
					t.Errorf("the bill has no %s: %s", part, row)
				}
			}
			if linked := a.Linked(a.number(refs.Deal), "catalog_elements"); len(linked) != 1 || fmt.Sprint(linked[0]) != refs.Bills[bill().ID] {
				t.Errorf("linked %v, refs %+v", linked, refs)
			}
		})
	}
}

func paidBill() *crm.Invoice {
	b := bill()
	b.PaidAt = time.Unix(1772442000, 0)
	return b
}

func TestBillsNeedTheirList(t *testing.T) {
	t.Parallel()
	a := mappedShop(t)
	a.DropCatalogs()
	_, err := a.Apply(t.Context(), crm.Change{ID: "c1", Contact: customer(), Bill: bill()}, crm.Refs{})
	if coded := sales.AsError(err); coded.Code != "crm_bills" || coded.Action != sales.Bury {
		t.Errorf("error %v", err)
	}
}

// TestPhoneThatTheAccountKnows gives the deal to the person that managers knew
// before, as the map allows.
func TestPhoneThatTheAccountKnows(t *testing.T) {
	t.Parallel()
	for match, adopted := range map[string]bool{"": true, crm.MatchPhone: true, crm.MatchBoth: true, crm.MatchEmail: false, crm.MatchNever: false} {
		t.Run("match "+match, func(t *testing.T) {
			t.Parallel()
			a := mappedShop(t)
			known := a.Server.AddContact(amocrmtest.Contact{Card: amocrmtest.Card{Name: "Анна Петровна", Fields: []amocrmtest.FieldValue{
				{Code: "PHONE", Values: []amocrmtest.Value{{Value: "8 (916) 123-45-67", EnumCode: "MOB"}}}}}})
			m := crm.Map{Match: match}
			who := customer()
			refs := apply(t, a, crm.Change{ID: "c1", Contact: who, Person: true, Map: m}, crm.Refs{})
			who.Phone = "+79161234567"
			refs = apply(t, a, crm.Change{ID: "c2", Contact: who, Person: true, Map: m}, refs)
			if got := refs.Contact == fmt.Sprint(known); got != adopted {
				t.Fatalf("refs %+v, known %d", refs, known)
			}
			deal := a.Leads()[0]
			if len(a.Leads()) != 1 || len(deal.Contacts) != 1 || fmt.Sprint(deal.Contacts[0]) != refs.Contact {
				t.Errorf("deal %+v", deal)
			}
			if !adopted {
				return
			}
			for _, c := range a.Contacts() {
				if c.ID == known && (c.Name != "Анна Петровна" || len(c.Values("PHONE")) != 1 || c.Values("TELEGRAM_ID")[0] != "4200017") {
					t.Errorf("the person of before: %+v", c)
				}
				if c.ID != known && (!c.HasTag("дубль") || len(c.Values("TELEGRAM_ID")) != 0) {
					t.Errorf("the double: %+v", c)
				}
			}
			// Whoever forgot the refs finds the right one.
			if again := apply(t, a, crm.Change{ID: "c3", Contact: who, Map: m}, crm.Refs{}); again.Contact != refs.Contact || again.Deal != refs.Deal {
				t.Errorf("found %+v, want %+v", again, refs)
			}
		})
	}
}

// TestSuppliersAreReadOnce: many invoices do not ask again and again who sells.
func TestSuppliersAreReadOnce(t *testing.T) {
	t.Parallel()
	a := mappedShop(t)
	a.AddElement("suppliers", "ООО Ромашка")
	refs := crm.Refs{}
	for i := range 3 {
		one := bill()
		one.ID = fmt.Sprintf("%020d", i)
		refs = apply(t, a, crm.Change{ID: fmt.Sprint("c", i), Contact: customer(), Bill: one}, refs)
	}
	reads, bills := 0, a.Elements("invoices")
	for _, request := range a.Requests() {
		if request.Method == "GET" && strings.Contains(request.Path, "/elements") {
			reads++
		}
	}
	if reads != 1 || len(bills) != 3 || !strings.Contains(fmt.Sprint(bills[2].Fields), "SUPPLIER") {
		t.Errorf("%d reads of lists for %d bills", reads, len(bills))
	}
}
