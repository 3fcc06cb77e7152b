package flows_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/flows/steps"
)

const bilingual = `flow: shop
start: begin
products: {tea: {title: Чай, price: 100, deliver: {link: "https://example.ru", text: Ваш чай}}}
anywhere:
  - {text: [стоп], to: bye}
states:
  begin:
    do:
      - say: Привет, #{name}!
        buttons: [[{text: Дальше, to: begin2}, {text: English, set: {language: en}, to: begin}]]
  begin2:
    do: [{ask: Цвет?, into: colour, choices: [Чёрный, {text: Белый, value: white}]}]
    next: bye
  bye: {end: true, do: [{say: "Пока. Цвет: #{colour}, #{tea.title}"}]}
`

const english = `states:
  begin:
    say: Hello, #{name}!
    buttons: {begin2: Next, begin: English}
  begin2:
    ask: Colour?
    choices: {Чёрный: Black, white: White}
  bye: {say: "Bye. Colour: #{colour}, #{tea.title}"}
anywhere: {стоп: {text: [stop it]}}
products: {tea: {title: Tea, deliver: {text: Your tea}}}
`

func loadPair(t *testing.T, base, translation string) (*flows.Flow, []flows.Diagnostic) {
	t.Helper()
	files := fstest.MapFS{"shop.yaml": {Data: []byte(base)}, "shop.en.yaml": {Data: []byte(translation)}}
	project, found, err := flows.Loader{Kinds: steps.All()}.LoadFS(files, "")
	if err != nil {
		t.Fatal(err)
	}
	if project == nil {
		return nil, found
	}
	if len(project.Flows) != 1 {
		t.Fatalf("%d flows: a translation is not one", len(project.Flows))
	}
	return project.Flows[0], found
}

// talk is what the bot says in a dialog, with its buttons.
func talk(t *testing.T, flow *flows.Flow, language string, lines ...string) []string {
	t.Helper()
	r := flows.NewRehearsal(flows.Engine{}, flow, time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))
	r.Profile.Language = language
	var said []string
	for _, line := range lines {
		turns, err := r.Do(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		for _, turn := range turns {
			for _, one := range turn.Journal {
				if one.Who == flows.Bot {
					said = append(said, strings.TrimSpace(one.Text+" "+strings.Join(one.Buttons, "|")))
				}
			}
		}
	}
	return said
}

func TestCustomersLanguagePicks(t *testing.T) {
	t.Parallel()
	flow, found := loadPair(t, bilingual, english)
	if flow == nil || len(found) > 0 {
		t.Fatalf("%+v", found)
	}
	russian := []string{"Привет, Анна! Дальше|English", "Цвет? Чёрный|Белый", "Пока. Цвет: Чёрный, Чай"}
	for name, test := range map[string]struct {
		language string
		lines    []string
		want     []string
	}{
		"Russian":             {"ru", []string{"/start", "[Дальше]", "[Чёрный]"}, russian},
		"none of ours":        {"de", []string{"/start", "[Дальше]", "[Чёрный]"}, russian},
		"American":            {"en-US", []string{"/start", "[Next]", "[Black]"}, []string{"Hello, Анна! Next|English", "Colour? Black|White", "Bye. Colour: Чёрный, Tea"}},
		"chosen by a button":  {"ru", []string{"/start", "[English]"}, []string{"Привет, Анна! Дальше|English", "Hello, Анна! Next|English"}},
		"words are added":     {"en", []string{"/start", "stop it"}, []string{"Hello, Анна! Next|English", "Bye. Colour: , Tea"}},
		"its own words stay":  {"en", []string{"/start", "стоп"}, []string{"Hello, Анна! Next|English", "Bye. Colour: , Tea"}},
		"not in other tongue": {"ru", []string{"/start", "[Дальше]", "[Белый]"}, []string{russian[0], russian[1], "Пока. Цвет: white, Чай"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, talk(t, flow, test.language, test.lines...)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestTranslationIsChecked(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ from, to, code, key, file string }{
		"missing":  {"    ask: Colour?\n", "", "translation_missing", "states/begin2/ask", "shop.yaml"},
		"emptied":  {"ask: Colour?", `ask: ""`, "translation_missing", "states/begin2/ask", "shop.yaml"},
		"unknown":  {"ask: Colour?", "ask: Colour?\n    ass: Colour?", "translation_unknown", "states/begin2/ass", "shop.en.yaml"},
		"variable": {"ask: Colour?", `ask: "#{age}?"`, "unknown_variable", "", "shop.en.yaml"},
		"too long": {"begin2: Next", "begin2: " + strings.Repeat("x", 65), "button_too_long", "", "shop.en.yaml"},
		"unclosed": {"Hello, #{name}!", "\"Hello, #{name!\"", "template_unclosed", "", "shop.en.yaml"},
		"no YAML":  {"ask: Colour?", "ask: a: b", "yaml_colon", "", "shop.en.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, found := loadPair(t, bilingual, strings.Replace(english, test.from, test.to, 1))
			at := slices.IndexFunc(found, func(one flows.Diagnostic) bool { return one.Code == test.code })
			if at < 0 || found[at].Pos.File != test.file || test.key != "" && found[at].Args["Key"] != test.key || found[at].Source == "" {
				t.Errorf("found %+v", found)
			}
		})
	}
}

func TestUnreadTranslation(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"shop.yaml": {Data: []byte(bilingual)}, "shop.en.yaml/x": {}}
	_, found, err := flows.Loader{Kinds: steps.All()}.LoadFS(files, "")
	if err == nil && (len(found) == 0 || found[0].Code != "translation_unread") {
		t.Errorf("a folder for a translation: %+v", found)
	}
}

// TestVersionHoldsTranslations: an edit of a translation is a new version.
func TestVersionHoldsTranslations(t *testing.T) {
	t.Parallel()
	first, _ := loadPair(t, bilingual, english)
	second, _ := loadPair(t, bilingual, strings.Replace(english, "Hello", "Hi", 1))
	if first.Version == second.Version || first.In("en").Version != first.Version || len(first.Written) != 2 {
		t.Errorf("versions %s %s %s", first.Version, second.Version, first.In("en").Version)
	}
}

// TestSkeletonKeepsWhatIsDone takes the skeleton for a translation of its own.
func TestSkeletonKeepsWhatIsDone(t *testing.T) {
	t.Parallel()
	flow, _ := loadPair(t, bilingual, english)
	text, missing, err := flow.Skeleton("en")
	if err != nil || missing != 0 {
		t.Fatalf("missing %d, %v", missing, err)
	}
	again, found := loadPair(t, bilingual, text)
	if again == nil || len(found) > 0 {
		t.Fatalf("%+v\n%s", found, text)
	}
	if diff := cmp.Diff(talk(t, flow, "en", "/start", "[Next]"), talk(t, again, "en", "/start", "[Next]")); diff != "" {
		t.Error(diff)
	}
	if _, missing, err := flow.Skeleton("de"); err != nil || missing < 8 {
		t.Errorf("into a new language: missing %d, %v", missing, err)
	}
}
