package flows_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"voronka/flows"
	"voronka/flows/steps"
)

// TestPlurals takes the forms of each language from the Unicode rules (CLDR).
func TestPlurals(t *testing.T) {
	t.Parallel()
	for _, one := range []struct{ language, words, said string }{
		{"", "урок,урока,уроков", "0 уроков 1 урок 2 урока 5 уроков 11 уроков 21 урок 104 урока 112 уроков 1,5 урока -1 урок"},
		{"", "час,часа,часов,часа с половиной", "1 час 5 часов 1,5 часа с половиной"},
		{"en", "lesson,lessons", "0 lessons 1 lesson 2 lessons 21 lessons 1.5 lessons"},
		{"pl", "plik,pliki,plików", "1 plik 2 pliki 5 plików 22 pliki 21 plików"},
		{"zh", "课", "1 课 5 课"},
		{"fr", "leçon,leçons", "0 leçon 1 leçon 2 leçons"},
		{"kk", "сабақ,сабақ", "1 сабақ 7 сабақ"},
	} {
		for words := strings.Fields(one.said); len(words) > 0; {
			number := words[0]
			end := 1
			for end < len(words) && strings.Trim(words[end], "-0123456789.,") != "" {
				end++
			}
			said := strings.Join(words[:end], " ")
			words = words[end:]
			base := fmt.Sprintf("flow: shop\nstart: a\nstates: {a: {end: true, do: [{set: {n: %q}}, {say: \"#{n|plural:%s}\"}]}}\n", strings.Replace(number, ",", ".", 1), one.words)
			files := fstest.MapFS{"shop.yaml": {Data: []byte(base)}}
			if one.language != "" {
				files["shop.yaml"].Data = []byte(strings.Replace(base, one.words, "урок,урока,уроков", 1))
				files["shop."+one.language+".yaml"] = &fstest.MapFile{Data: []byte(fmt.Sprintf("states: {a: {say: \"#{n|plural:%s}\"}}", one.words))}
			}
			project, found, err := flows.Loader{Kinds: steps.All()}.LoadFS(files, "")
			if err != nil || project == nil {
				t.Fatalf("%s: %v %+v", one.language, err, found)
			}
			flow := project.Flows[0]
			stage := flows.NewRehearsal(flows.Engine{}, flow, noon())
			stage.Profile.Language = one.language
			if got := spoken(perform(t, stage, "/start")); !slices.Equal(got, []string{said}) {
				t.Errorf("%s: %q, want %q", one.language, got, said)
			}
		}
	}
}

// TestPluralForms: a translation with another count of words than its language
// has forms is told which numbers they are for.
func TestPluralForms(t *testing.T) {
	t.Parallel()
	const base = "flow: shop\nstart: a\nstates: {a: {end: true, do: [{set: {n: 1}}, {say: \"#{n|plural:урок,урока,уроков}\"}]}}\n"
	_, found := loadPair(t, base, "states: {a: {say: \"#{n|plural:lesson,lessons,lessons}\"}}")
	if len(found) != 1 || found[0].Code != "plural_forms" || found[0].Args["Examples"] != "1, 0" || found[0].Args["Want"] != 2 {
		t.Errorf("%+v", found)
	}
}
