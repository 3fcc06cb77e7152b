package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

// books is a folder with a project and a database of two customers.
func books(t *testing.T) (dir, database string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "course.yaml"), []byte(planned), 0o600); err != nil {
		t.Fatal(err)
	}
	flow, found := loader().LoadText("course.yaml", planned)
	if flow == nil {
		t.Fatal(found)
	}
	database = fill(t, dir, flow,
		flows.Session{State: "b", Tags: []string{"vip", "казань"}, Vars: map[string]string{"city": "=HYPERLINK(\"http://evil\")", "sum": "-5"}},
		flows.Session{State: "a", Customer: map[string]string{"Город": "Уфа; \"центр\"\nдом"}})
	write(t, database, func(tx storage.Tx) error {
		return tx.PutContact(sales.Contact{ID: "tg:1", ChatID: 1, Name: "+7 ресторанов", LastName: "'тихая", Phone: "+79161234567", Email: "anna@mail.ru",
			Source: map[string]string{"utm_source": "vk"}, CreatedAt: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), Blocked: true})
	})
	return dir, database
}

func write(t *testing.T, path string, do func(storage.Tx) error) {
	t.Helper()
	store, err := bolt.Open(path, bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(store.Update(t.Context(), do), store.Close()); err != nil {
		t.Fatal(err)
	}
}

// customers are all contacts with their sessions, without what is made anew.
func customers(t *testing.T, path string) map[string]any {
	t.Helper()
	all := map[string]any{}
	write(t, path, func(tx storage.Tx) error {
		return eachSession(tx, func(contact sales.Contact, session flows.Session) error {
			contact.CreatedAt, contact.ActiveAt, session.Seed, session.Version = time.Time{}, time.Time{}, "", ""
			all[contact.ID] = []any{contact, session}
			return nil
		})
	})
	return all
}

func runContacts(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out strings.Builder
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	code := command(t.Context(), func() time.Time { return now }, append([]string{"contacts"}, args...), nil, strings.NewReader(""), &out, &out)
	return code, out.String()
}

func TestContactsGoOutAndComeBack(t *testing.T) {
	t.Parallel()
	for _, excel := range []bool{false, true} {
		dir, database := books(t)
		before := customers(t, database)
		file := filepath.Join(dir, "клиенты.csv")
		args := []string{"export", file, "--database", database}
		if excel {
			args = append(args, "--excel")
		}
		if code, out := runContacts(t, args...); code != exitOK || !strings.Contains(out, "2 клиента") {
			t.Fatalf("%d %s", code, out)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the file is for anybody: %v %v", info.Mode(), err)
		}
		data, err := os.ReadFile(file)
		if err != nil || !strings.HasPrefix(string(data), bom) {
			t.Fatal("no byte order mark", err)
		}
		for _, cell := range []string{"'=HYPERLINK", "'+7 ресторанов", "''тихая", "-5", "+79161234567"} {
			if !strings.Contains(string(data), cell) {
				t.Errorf("the table lacks %s:\n%s", cell, data)
			}
		}
		if code, out := runContacts(t, "import", file, "--dir", dir, "--database", database); code != exitOK || out != "Новых клиентов: 0, дополнено: 2.\n" {
			t.Errorf("%d %s", code, out)
		}
		if diff := cmp.Diff(before, customers(t, database)); diff != "" {
			t.Errorf("excel %v: the way out and back changed something:\n%s", excel, diff)
		}
		other := filepath.Join(t.TempDir(), "new.db")
		write(t, other, func(storage.Tx) error { return nil })
		if code, out := runContacts(t, "import", file, "--dir", dir, "--database", other); code != exitOK || out != "Новых клиентов: 2, дополнено: 0.\n" {
			t.Errorf("%d %s", code, out)
		}
		if got := len(customers(t, other)); got != 2 {
			t.Errorf("%d customers in the new database", got)
		}
	}
}

func TestContactsAreTakenInWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	dir, database := books(t)
	before := customers(t, database)
	for name, c := range map[string]struct{ table, want string }{
		"a bad line":      {"telegram,phone,email\n5,89161234567,\n6,12,anna@\n", "строка 3: «12» — не телефон\nстрока 3: «anna@» — не почта\n"},
		"no column of id": {"name,phone\nАнна,89161234567\n", "строка 1: не сказано, чей это номер в Telegram: нужен столбец id или telegram\n"},
		"no id":           {"id,name\n,Анна\n", "строка 2: не сказано, чей это номер в Telegram: нужен столбец id или telegram\n"},
		"a group":         {"id\n-100123\n", "строка 2: «-100123» — не номер в Telegram\n"},
		"twice":           {"id,name\n5,Анна\ntg:5,Аня\n", "строка 3: tg:5 уже был выше\n"},
		"a strange one":   {"id,колонка\n5,1\n", "нет такого столбца: «колонка». Переменную назовите var.имя, переменную клиента — client.имя.\n"},
		"ragged":          {"id,name\n5\n", "строка 2: это не таблица CSV: record on line 2: wrong number of fields\n"},
		"empty":           {"", "строка 1: это не таблица CSV: CSV\n"},
	} {
		file := filepath.Join(dir, "table.csv")
		if err := os.WriteFile(file, []byte(c.table), 0o600); err != nil {
			t.Fatal(err)
		}
		code, out := runContacts(t, "import", file, "--dir", dir, "--database", database)
		if code != exitFault || out != c.want+"Ничего не записано: исправьте эти строки и повторите.\n" {
			t.Errorf("%s: %d %s", name, code, out)
		}
	}
	file := filepath.Join(dir, "table.csv")
	table := "\ufeffTelegram;Name;Phone;tags;var.City;client.Size;utm_source\n5;Борис;8 916 123-45-68;новый, vip;Москва;XL;\n1;;;новый;;;\n"
	if err := os.WriteFile(file, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := runContacts(t, "import", file, "--dir", dir, "--database", database, "--dry-run"); code != exitOK || !strings.Contains(out, "Ничего не записано") {
		t.Errorf("%d %s", code, out)
	}
	if diff := cmp.Diff(before, customers(t, database)); diff != "" {
		t.Errorf("something was written:\n%s", diff)
	}
	if code, out := runContacts(t, "import", file, "--dir", dir, "--database", database); code != exitOK {
		t.Fatalf("%d %s", code, out)
	}
	after := customers(t, database)
	want := []any{
		sales.Contact{ID: "tg:5", ChatID: 5, Name: "Борис", Phone: "+79161234568"},
		flows.Session{Contact: "tg:5", Flow: "course", Tags: []string{"новый", "vip"}, Vars: map[string]string{"City": "Москва"}, Customer: map[string]string{"Size": "XL"}},
	}
	if diff := cmp.Diff(want, after["tg:5"]); diff != "" {
		t.Error(diff)
	}
	if got := after["tg:1"].([]any)[1].(flows.Session).Tags; !cmp.Equal(got, []string{"vip", "казань", "новый"}) {
		t.Errorf("tags %q", got)
	}
}
