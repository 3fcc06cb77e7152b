package flows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/flows/steps"
	"voronka/sales"
)

// TestOperatorsWordsFitIntoMessages: what a person writes elsewhere may be longer
// than a message, and may come with a picture.
func TestOperatorsWordsFitIntoMessages(t *testing.T) {
	t.Parallel()
	flow, found := flows.Loader{Kinds: steps.All()}.LoadText("a.yaml", plain)
	if flow == nil {
		t.Fatal(found)
	}
	long, many := strings.Repeat("слово ", 1000), strings.Repeat("я", 1100)
	for name, try := range map[string]struct {
		in   flows.Input
		want []string
	}{
		"short":           {flows.Input{Text: "Да <b>"}, []string{"Да &lt;b&gt;"}},
		"picture":         {flows.Input{File: "https://a.ru/1.jpg"}, []string{"https://a.ru/1.jpg "}},
		"with words":      {flows.Input{Text: "Вот", File: "https://a.ru/1.jpg"}, []string{"https://a.ru/1.jpg Вот"}},
		"with many words": {flows.Input{Text: many, File: "https://a.ru/1.jpg"}, []string{"https://a.ru/1.jpg ", many}},
		"at words' ends":  {flows.Input{Text: long}, nil},
		"emoji":           {flows.Input{Text: strings.Repeat("🙂", 2049)}, []string{strings.Repeat("🙂", 2048), "🙂"}},
		"nothing":         {flows.Input{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			try.in.Kind, try.in.At, try.in.ID = flows.Operator, time.Unix(1, 0), "1"
			turn, err := flows.Engine{}.Advance(flow, sales.Contact{ID: "tg:1"}, flows.Known{}, flows.Session{Contact: "tg:1", Flow: flow.ID, State: "hi", Turns: 1, Seed: strings.Repeat("s", 32)}, try.in)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			whole := ""
			for _, effect := range turn.Effects {
				if say, ok := effect.(flows.Say); ok {
					text := say.Text
					if say.Photo != "" {
						text = say.Photo + " " + text
					}
					got, whole = append(got, text), whole+say.Text+" "
				}
			}
			if name == "at words' ends" {
				if len(got) != 2 || strings.Join(strings.Fields(whole), " ") != strings.TrimSpace(long) {
					t.Errorf("%d messages", len(got))
				}
				return
			}
			if diff := cmp.Diff(try.want, got); diff != "" {
				t.Error(diff)
			}
			said := 0
			for _, line := range turn.Journal {
				if line.Who == flows.Manager {
					said++
				}
			}
			if said != len(got) {
				t.Errorf("%d lines in the journal", said)
			}
		})
	}
}
