package flows_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/flows/steps"
	"voronka/sales"
)

const hello = "start: hi\nstates: {hi: {end: true}}\n"

func loader() flows.Loader { return flows.Loader{Kinds: steps.All()} }

func TestFolder(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		files map[string]string
		flows []string
		codes []string
	}{
		{"nothing", nil, nil, []string{"dir:1 no_flows"}},
		{"others only", map[string]string{"a_test.yaml": "?", ".b.yaml": "?", "c.txt": "?", "sub/d.yaml": "?"}, nil, []string{"dir:1 no_flows"}},
		{"two", map[string]string{"b.yaml": hello, "a.yaml": "flow: first\n" + hello}, []string{"first", "b"}, nil},
		{"other extension", map[string]string{"a.yaml": hello, "b.yml": hello}, []string{"a"}, []string{"dir/b.yml:1 yml_ignored"}},
		{"same id", map[string]string{"a.yaml": hello, "b.yaml": "flow: a\n" + hello}, nil, []string{"dir/b.yaml:1 repeated_flow"}},
		{"one is broken", map[string]string{"a.yaml": hello, "b.yaml": "start: hi"}, nil, []string{"dir/b.yaml:1 no_states"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			files := fstest.MapFS{}
			for name, text := range test.files {
				files[name] = &fstest.MapFile{Data: []byte(text)}
			}
			project, found, err := loader().LoadFS(files, "dir")
			if err != nil {
				t.Fatal(err)
			}
			var ids, codes []string
			if project != nil {
				for _, flow := range project.Flows {
					ids = append(ids, flow.ID)
				}
			}
			for _, one := range found {
				codes = append(codes, fmt.Sprintf("%s:%d %s", filepath.ToSlash(one.Pos.File), one.Pos.Line, one.Code))
			}
			if diff := cmp.Diff(test.flows, ids); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.codes, codes); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNoFolder(t *testing.T) {
	t.Parallel()
	if _, _, err := loader().Load(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a folder that is not there was read")
	}
	if _, _, err := loader().LoadFile(filepath.Join(t.TempDir(), "none.yaml")); err == nil {
		t.Error("a file that is not there was read")
	}
}

func TestCompiled(t *testing.T) {
	t.Parallel()
	text := "\ufeff" + strings.ReplaceAll(`flow: course
title: Курс
start: hi
receipt: {taxation: usn_income, tax: none, object: service}
products:
  course:
    title: Курс
    price: 4 900,50
    receipt: {object: commodity, unit: компл}
    deliver: {link: "https://example.ru/x?a=1", text: Держите}
states:
  hi:
    title: Привет
    timers:
      - {after: 1d12h, to: bye, unless: [answered, paid]}
    next: bye
  bye: {end: true}
moved: {old: bye}
stages: {hi: Первый контакт}
texts: {otherwise: Не понял}
`, "\n", "\r\n")
	dir := t.TempDir()
	file := filepath.Join(dir, "course.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	flow, found, err := loader().LoadFile(file)
	if err != nil || flow == nil || len(found) > 0 {
		t.Fatalf("%v %v", found, err)
	}
	want := sales.Product{
		ID: "course", Title: "Курс", Price: 490050, Taxation: "usn_income",
		Item:    sales.ReceiptItem{Tax: "none", Method: "full_payment", Object: "commodity", Unit: "компл", Place: "course.yaml:4"},
		Deliver: sales.Delivery{Link: "https://example.ru/x?a=1", Text: "Держите"},
	}
	if product, _ := flow.Product("course"); cmp.Diff(want, product) != "" {
		t.Error(cmp.Diff(want, product))
	}
	state := flow.State("hi")
	if state.Title != "Привет" || state.Next != "bye" || state.Timers[0].After != 36*time.Hour ||
		!cmp.Equal(state.Timers[0].Unless, []string{"answered", "paid"}) || !flow.State("bye").End {
		t.Errorf("state is %+v", state)
	}
	if flow.Moved["old"] != "bye" || flow.Stages["hi"] != "Первый контакт" || flow.Texts["otherwise"] != "Не понял" {
		t.Errorf("flow is %+v", flow)
	}
	again, _ := loader().LoadText("course.yaml", strings.Replace(text, "Привет", "Здравствуйте", 1))
	if flow.Version == "" || again == nil || again.Version == flow.Version {
		t.Error("another text has the same version")
	}
}

// TestTextsSurviveYAML: what a marketer types without quotes arrives whole.
func TestTextsSurviveYAML(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Привет, #{name}! Это курс", "#{name}, привет", "Что? Где? Когда?!", "Что ?", "Вопрос?? #{name}?", "100 % за #{name}",
		"a#b", "Ссылка https://t.me/x?start=vk#top", "эмодзи 🎉?",
	} {
		for _, form := range []string{"      - say: %s\n", "      - {say: %s}\n", "      - {say: %s, buttons: [[{text: Да?, to: hi}]]}\n", "      - say: |\n          %s\n", "      - say: \"%s\"\n"} {
			if strings.Contains(form, "{say") && (text == "Что ?" || strings.Contains(text, ",")) {
				continue // within { } a comma ends the text, a lone question mark begins a key
			}
			source := "start: hi\nstates:\n  hi:\n    end: true\n    do:\n" + fmt.Sprintf(form, text)
			flow, found := loader().LoadText("x.yaml", source)
			if flow == nil {
				t.Errorf("%s: %v", source, found)
				continue
			}
			if got := strings.TrimSpace(flow.State("hi").Do[0].Uses().Texts[0].Text); got != text {
				t.Errorf("got %q, want %q from\n%s", got, text, source)
			}
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(hello)
	f.Add("start: *a\nstates: &a {hi: [&b *b]}")
	f.Add("#{a: b}\n? [x]\n: {<<: *y}")
	f.Fuzz(func(t *testing.T, text string) {
		flow, found := loader().LoadText("x.yaml", text)
		if (flow == nil) != flows.Failed(found) {
			t.Error("loading is not all or nothing")
		}
	})
}
