package amocrm_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/crm"
	"voronka/crm/amocrm"
	"voronka/crm/amocrmtest"
	"voronka/sales"
)

// The fake's lists of suppliers and products serve as a chain.
const sections, goods = 4525, 4521

func shapedShop(t *testing.T) *account {
	t.Helper()
	a, _, _ := shop(t, amocrmtest.Config{Fields: append(fieldsWithout(nil),
		amocrmtest.Field{ID: 900201, Entity: "leads", Name: "Адрес", Type: "smart_address"},
		amocrmtest.Field{ID: 900203, Entity: "leads", Name: "Покупатель", Type: "legal_entity"},
		amocrmtest.Field{ID: 900205, Entity: "leads", Name: "Товар", Type: "chained_list", Chain: []int64{sections, goods}},
		amocrmtest.Field{ID: 900207, Entity: "leads", Name: "Договор", Type: "file"},
		amocrmtest.Field{ID: 900209, Entity: "leads", Name: "Сумма договора", Type: "monetary"},
		amocrmtest.Field{ID: 900211, Entity: "leads", Name: "День рождения", Type: "birthday"},
		amocrmtest.Field{ID: 900213, Entity: "leads", Name: "Встреча", Type: "date_time"},
		amocrmtest.Field{ID: 900215, Entity: "leads", Name: "Сайт", Type: "url"},
		amocrmtest.Field{ID: 900217, Entity: "leads", Name: "Улица", Type: "streetaddress"},
		amocrmtest.Field{ID: 900219, Entity: "leads", Name: "Размер", Type: "radiobutton", Enums: []amocrmtest.Enum{{ID: 31, Value: "S"}, {ID: 33, Value: "M"}}},
		amocrmtest.Field{ID: 900221, Entity: "leads", Name: "О себе", Type: "textarea"},
		amocrmtest.Field{ID: 900223, Entity: "leads", Name: "Связь", Type: "linked_entity"},
	)})
	for list, names := range map[int][]string{sections: {"Книги", "Курсы"}, goods: {"Go за 30 дней", "Go за 30 дней, том 2", "Ёлки"}} {
		for _, name := range names {
			a.post(fmt.Sprintf("/api/v4/catalogs/%d/elements", list), fmt.Sprintf(`[{"name":%q}]`, name))
		}
	}
	return a
}

// post writes into the account past the adapter.
func (a *account) post(path, body string) {
	a.t.Helper()
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+token)
	answer := httptest.NewRecorder()
	a.ServeHTTP(answer, req)
	if answer.Code != http.StatusOK {
		a.t.Fatalf("%s: %d %s", path, answer.Code, answer.Body)
	}
}

// TestFieldsOfEachShape writes a text into every type that takes one.
func TestFieldsOfEachShape(t *testing.T) {
	t.Parallel()
	a := shapedShop(t)
	refs := apply(t, a, crm.Change{ID: "c1", Contact: customer(), Fields: map[string]string{
		"Адрес": "Тверская, 1; город: Москва; Индекс: 125009; страна: RU", "Покупатель": "ООО «Ромашка», ИНН 7701234567, КПП 770101001",
		"Товар": "курсы > go за 30 дней", "Сумма договора": "15 000,50 ₽", "День рождения": "01.02.1990", "Встреча": "2026-03-02T15:00:00+03:00",
		"Сайт": "https://example.ru", "Улица": "Ленина", "Размер": "m", "О себе": "Ёжик\nв тумане 🙂",
	}}, crm.Refs{})
	got := map[string]string{}
	for _, f := range a.Leads()[0].Fields {
		var values []string
		for _, v := range f.Values {
			text, err := json.Marshal(v.Value)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, strings.TrimSpace(v.EnumCode+" "+string(text)))
		}
		got[f.Name] = strings.Join(values, " ")
	}
	want := map[string]string{
		"Адрес":          `address_line_1 "Тверская, 1" city "Москва" zip "125009" country "RU"`,
		"Покупатель":     `{"entity_type":2,"kpp":"770101001","name":"ООО «Ромашка»","vat_id":"7701234567"}`,
		"Товар":          `{"catalog_element_id":` + fmt.Sprint(a.row(sections, "Курсы")) + `,"catalog_id":4525} {"catalog_element_id":` + fmt.Sprint(a.row(goods, "Go за 30 дней")) + `,"catalog_id":4521}`,
		"Сумма договора": `"15000.50"`, "День рождения": `633866400`, "Встреча": `1772452800`, "Сайт": `"https://example.ru"`,
		"Улица": `"Ленина"`, "Размер": `"M"`, "О себе": `"Ёжик\nв тумане 🙂"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, wrong := range [][2]string{
		{"Покупатель", "ИНН 7701234567"}, {"Товар", "Мебель"}, {"Товар", "Курсы > Нет такого"}, {"Товар", "а > б > в"}, {"Товар", ">"},
		{"Договор", "файл.pdf"}, {"Связь", "Иван"},
	} {
		_, err := a.Apply(t.Context(), crm.Change{ID: "c2", Contact: customer(), Fields: map[string]string{wrong[0]: wrong[1]}}, refs)
		if coded := sales.AsError(err); coded.Code != "crm_field" || coded.Action != sales.Bury || !strings.Contains(coded.Message, wrong[0]) || strings.Contains(coded.Message, "Иван") {
			t.Errorf("%s = %q: error %v", wrong[0], wrong[1], err)
		}
	}
	apply(t, a, crm.Change{ID: "c3", Contact: customer(), Fields: map[string]string{"Товар": "", "Адрес": " ", "Покупатель": "ИП Ёлкин И. И. (ИНН: 770123456789)"}}, refs)
	filled := a.Leads()[0].Fields
	for _, f := range filled {
		if f.Name == "Товар" || f.Name == "Адрес" {
			t.Errorf("%s is not cleared", f.Name)
		}
		if text, _ := json.Marshal(f.Values[0].Value); f.Name == "Покупатель" && string(text) != `{"entity_type":1,"name":"ИП Ёлкин И. И.","vat_id":"770123456789"}` {
			t.Errorf("the person is %s", text)
		}
	}
	if offences := a.Offences(); len(offences) > 0 {
		t.Errorf("offences %q", offences)
	}
}

// row is the id of a list's row, by its name.
func (a *account) row(list int, name string) int64 {
	a.t.Helper()
	req := httptest.NewRequest(http.MethodGet, fmt.Sprintf("/api/v4/catalogs/%d/elements", list), nil)
	req.Header.Set("Authorization", "Bearer "+token)
	answer := httptest.NewRecorder()
	a.ServeHTTP(answer, req)
	var told struct {
		Embedded struct {
			Elements []struct {
				ID   int64
				Name string
			}
		} `json:"_embedded"`
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &told); err != nil {
		a.t.Fatal(err)
	}
	for _, one := range told.Embedded.Elements {
		if one.Name == name {
			return one.ID
		}
	}
	a.t.Fatalf("no row %s", name)
	return 0
}

// TestFieldsThatTakeNoTextAreToldAtTheStart, before a customer comes.
func TestFieldsThatTakeNoTextAreToldAtTheStart(t *testing.T) {
	t.Parallel()
	a := shapedShop(t)
	lacks, err := a.CRM.(*amocrm.CRM).Compare(t.Context(), crm.Wanted{
		Fields: []string{"Адрес", "Договор", "Связь", "Товар"}, Person: []string{"Телефон", "Email"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Договор", "Связь", "Телефон", "Email"}, lacks.Unwritable); diff != "" || len(lacks.Fields)+len(lacks.Person) > 0 {
		t.Errorf("%s%+v", diff, lacks)
	}
}
