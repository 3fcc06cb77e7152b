package locales

import (
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

func load(t *testing.T) *Catalog {
	t.Helper()
	catalog, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return catalog
}

func TestLanguagesHaveTheSameKeys(t *testing.T) {
	t.Parallel()
	catalog := load(t)
	if diff := cmp.Diff([]string{"en", "ru"}, catalog.Languages()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(catalog.Keys("ru"), catalog.Keys("en")); diff != "" {
		t.Errorf("keys differ (-ru +en):\n%s", diff)
	}
}

// TestFiles checks what go-i18n lets pass: the section of each key, empty
// texts, repeated keys, plural forms and placeholders.
func TestFiles(t *testing.T) {
	t.Parallel()
	forms := map[string][]string{"ru": {"few", "many", "one", "other"}, "en": {"one", "other"}}
	placeholders := map[string]map[string][]string{"ru": {}, "en": {}}
	plural := map[string]map[string]bool{"ru": {}, "en": {}}
	names, err := fs.Glob(files, "*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		lang, section := path.Dir(name), strings.TrimSuffix(path.Base(name), ".yaml")
		for key, value := range entries(t, name) {
			if !strings.HasPrefix(key, section+".") {
				t.Errorf("%s: key %s belongs to another file", name, key)
			}
			texts := map[string]string{"other": value.Value}
			if value.Kind == yaml.MappingNode {
				plural[lang][key] = true
				texts = map[string]string{}
				if err := value.Decode(&texts); err != nil {
					t.Errorf("%s: %s: %v", name, key, err)
				}
				got := slices.Sorted(maps.Keys(texts))
				if diff := cmp.Diff(forms[lang], got); diff != "" {
					t.Errorf("%s: %s has other plural forms:\n%s", name, key, diff)
				}
			}
			for form, text := range texts {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s: %s is empty (%s)", name, key, form)
				}
			}
			placeholders[lang][key] = fields(texts)
		}
	}
	if diff := cmp.Diff(placeholders["ru"], placeholders["en"]); diff != "" {
		t.Errorf("placeholders differ (-ru +en):\n%s", diff)
	}
	if diff := cmp.Diff(plural["ru"], plural["en"]); diff != "" {
		t.Errorf("plurals differ (-ru +en):\n%s", diff)
	}
}

func entries(t *testing.T, name string) map[string]yaml.Node {
	t.Helper()
	data, err := files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var found map[string]yaml.Node
	if err := yaml.Unmarshal(data, &found); err != nil { // refuses repeated keys, too
		t.Fatalf("%s: %v", name, err)
	}
	return found
}

var placeholder = regexp.MustCompile(`\.([A-Z]\w*)`)

func fields(texts map[string]string) []string {
	var found []string
	for _, text := range texts {
		for _, action := range regexp.MustCompile(`\{\{[^}]*\}\}`).FindAllString(text, -1) {
			for _, match := range placeholder.FindAllStringSubmatch(action, -1) {
				found = append(found, match[1])
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func TestText(t *testing.T) {
	t.Parallel()
	catalog := load(t)
	for _, test := range []struct {
		name, lang, key string
		args            map[string]any
		want            string
	}{
		{"one", "ru", "lint.clean", map[string]any{"Count": 1}, "Всё в порядке: 1 воронка готова к запуску."},
		{"few", "ru", "lint.clean", map[string]any{"Count": 22}, "Всё в порядке: 22 воронки готовы к запуску."},
		{"many", "ru", "lint.clean", map[string]any{"Count": 11}, "Всё в порядке: 11 воронок готовы к запуску."},
		{"region", "en-US", "lint.clean", map[string]any{"Count": 1}, "All is well: 1 funnel is ready."},
		{"underscore", "en_GB", "engine.pay_button", nil, "Pay"},
		{"unknown language", "de", "engine.pay_button", nil, "Оплатить"},
		{"no language", "", "engine.pay_button", nil, "Оплатить"},
		{"hostile language", "\x00{{}}", "engine.pay_button", nil, "Оплатить"},
		{"suggestion", "ru", "lint.unknown_state", map[string]any{"State": "emial", "Suggest": "email"}, "нет состояния «emial», может быть, «email»?"},
		{"no suggestion", "ru", "lint.unknown_state", map[string]any{"State": "<b>", "Suggest": ""}, "нет состояния «<b>»"},
		{"missing", "ru", "lint.nothing", nil, "‹lint.nothing›"},
	} {
		if got := catalog.Text(test.lang, test.key, test.args); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}
