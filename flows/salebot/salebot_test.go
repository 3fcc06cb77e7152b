package salebot_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/flows/salebot"
	"voronka/flows/steps"
	"voronka/locales"
)

var update = flag.Bool("update", false, "rewrite golden files")

func loader() flows.Loader { return flows.Loader{Kinds: steps.All()} }

// TestImport compares whole translations, with what was left out, and the words
// for it in both languages.
func TestImport(t *testing.T) {
	t.Parallel()
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"school", "reminders", "payment", "refused"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(filepath.Join("testdata", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			result, err := salebot.Import(data, loader(), name)
			if err != nil {
				t.Fatal(err)
			}
			if !result.Loads {
				t.Errorf("the flow does not load: %v", result.Findings)
			}
			again, err := salebot.Import(data, loader(), name)
			if diff := cmp.Diff(result, again); diff != "" || err != nil {
				t.Errorf("a second translation differs: %v\n%s", err, diff)
			}
			var out bytes.Buffer
			out.Write(result.YAML)
			for _, lang := range []string{"ru", "en"} {
				fmt.Fprintln(&out, "---", lang)
				for _, note := range result.Notes {
					key := "import.note." + note.Code
					if !words.Has(lang, key) {
						t.Errorf("%s has no words for %s", lang, key)
					}
					fmt.Fprintf(&out, "%s (%s): %s\n", note.Block, note.Name, words.Text(lang, key, note.Args))
					if found := note.Found; found != nil {
						fmt.Fprintf(&out, "    %s %v\n", found.Code, found.Args)
					}
				}
			}
			golden(t, filepath.Join("testdata", name+".golden"), out.Bytes())
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got, -update rewrites):\n%s", name, diff)
	}
}

// TestNoScheme refuses what is no backup.
func TestNoScheme(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "null", "[]", "{}", "<html>502</html>", `{"messages": [1, "a", null, [], {}]}`, `{"messages": {"a": 1}}`, "[[[[[[", "\x00\xff", `"text"`,
		strings.Repeat("[", 20_000), strings.Repeat(`{"data":`, 5_000) + "1" + strings.Repeat("}", 5_000),
	} {
		if _, err := salebot.Import([]byte(text), loader(), "x"); !errors.Is(err, salebot.ErrNoScheme) {
			t.Errorf("%.40q: %v, want ErrNoScheme", text, err)
		}
	}
}

// TestHostile translates what no editor would save; the result loads all the same.
func TestHostile(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"only a comment":    `[{"id": 1, "type": "comment", "text": "a"}]`,
		"nothing but an id": `[{"id": 1}]`,
		"yaml in texts":     `[{"id": "a: [", "name": "true", "text": "- a: &x\n  *y\n\t|\n# no", "buttons": ["null", "~", "1e3", "yes"]}]`,
		"invisible":         `[{"id": 1, "text": "a\u0000\u0007b\ue000\ufeffc\ud800"}]`,
		"a long text":       `[{"id": 1, "text": "` + strings.Repeat("Я люблю Go. ", 3000) + `"}]`,
		"emoji for a name":  `[{"id": 1, "name": "🎁🎁", "text": "🎁"}, {"id": 2, "name": "🎁", "text": ""}]`,
		"itself":            `[{"id": 1, "text": "a", "connections": [{"to": 1, "delay": 0}]}]`,
		"two for ever":      `[{"id": 1, "text": "a", "connections": [{"to": 2, "delay": 0}]}, {"id": 2, "text": "b", "connections": [{"to": 1, "delay": 0}]}]`,
		"numbers as words":  `[{"id": 1e400, "text": 5, "priority": "high", "connections": [{"to": 1e400, "delay": -5, "unit": "sec"}, {"to": 1e400, "delay": 99999999999999999999}]}]`,
		"long buttons":      `[{"id": 1, "text": "a", "buttons": [{"text": "` + strings.Repeat("щ", 200) + `", "callback": "` + strings.Repeat("щ", 200) + `"}, {"text": "b", "url": "javascript:alert(1)"}]}]`,
		"bad names":         `[{"id": 1, "text": "a?", "connections": [{"to": 1, "variable": "#{a b}"}]}, {"id": 2, "text": "b", "connections": [{"to": 1, "variable": "name"}]}]`,
		"bad calculator":    `[{"id": 1, "calculator": "a = (\nb = \"\n} = 3\nc = 1\n` + "`" + `"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, err := salebot.Import([]byte(text), loader(), "hostile")
			if err != nil {
				t.Fatal(err)
			}
			if !result.Loads {
				t.Errorf("does not load: %v\n%s", result.Findings, result.YAML)
			}
		})
	}
}

// TestThousandBlocks translates a scheme of a thousand blocks in a circle, a
// third of them with something the loader refuses.
func TestThousandBlocks(t *testing.T) {
	t.Parallel()
	var blocks, arrows []map[string]any
	for i := range 1000 {
		text := fmt.Sprintf("Блок %d", i)
		if i%3 == 0 {
			text += " #{1 +}"
		}
		blocks = append(blocks, map[string]any{"id": i, "message_type": "state", "answer": text})
		arrows = append(arrows, map[string]any{"source_id": i, "target_id": (i + 1) % 1000, "condition": "дальше"})
	}
	data, err := json.Marshal(map[string]any{"messages": blocks, "connections": arrows})
	if err != nil {
		t.Fatal(err)
	}
	result, err := salebot.Import(data, loader(), "large")
	if err != nil || !result.Loads || result.States != 1000 || result.Rules != 1000 {
		t.Errorf("loads %v with %d states and %d rules: %v", result.Loads, result.States, result.Rules, err)
	}
	refused := 0
	for _, note := range result.Notes {
		if note.Found != nil {
			refused++
		}
	}
	if refused != 334 {
		t.Errorf("%d notes about refused texts, want 334", refused)
	}
}

// TestNames holds names to letters that need no quoting.
func TestNames(t *testing.T) {
	t.Parallel()
	data := `[{"id": 1, "name": "Щётка — Съёмка, Ёж! Это очень длинное название блока"}, {"id": 2, "name": "Меню"}, {"id": 3, "name": "меню"}, {"id": 4, "name": "100 %"}]`
	result, err := salebot.Import([]byte(data), loader(), "names")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, found := range regexp.MustCompile(`(?m)^    (\w+):`).FindAllSubmatch(result.YAML, -1) {
		got = append(got, string(found[1]))
	}
	if diff := cmp.Diff([]string{"schetka_semka_ezh_eto", "menyu", "menyu_2", "block_100"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
