package dialogs_test

import (
	"strings"
	"testing"
	"time"

	"voronka/flows"
	"voronka/flows/dialogs"
)

// TestRecorded: what was recorded is a test that passes, word for word.
func TestRecorded(t *testing.T) {
	t.Parallel()
	for name, lines := range map[string][]string{
		"bought":   {"/start", "[За вечер · 990 ₽]", "[Беру за 990 ₽]!", "anna", "anna@mail.ru", "/contact! +79990000000", "/contact +79123456789", "/pay success", "/wait 3d"},
		"other":    {"/start mini", "[Беру за 990 ₽]", "a@b.ru", "8 912 345-67-89", "/pay other", "/pay other 490"},
		"silent":   {"/start", "/wait 30d"},
		"declined": {"/start mini", "[Беру за 990 ₽]", "a@b.ru", "8 912 345-67-89", "/pay fail", "[Попробовать ещё раз]", "/pay expired", "/pay refunded"},
		"odd": {"/start", "* не пункт: [а] {б} #в", "да", "null", "/join", "вы тут?", "/operator Да: тут", "/leave",
			"/photo", "/photo вот", "/joined news", "/left news", "/stage Won", "/webhook crm", "/sticker", "/block", "/unblock", "/help", "стоп"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage := flows.NewRehearsal(engine(), course(t), time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))
			var recorder dialogs.Recorder
			for _, line := range lines {
				recorder.Line(line)
				turns, err := stage.Do(line)
				if err != nil {
					t.Fatalf("%s: %v", line, err)
				}
				recorder.Turns(turns)
			}
			text, err := recorder.YAML("course", name, "2026-12-01 12:00")
			if err != nil {
				t.Fatal(err)
			}
			suite := read(t, "recorded_test.yaml", text)
			if failure := suite.Play(&suite.Dialogs[0], engine(), course(t), nil); failure != nil {
				t.Errorf("%+v\n%s", *failure, text)
			}
			if len(strings.Split(text, "\n")) < len(lines)*2 {
				t.Errorf("too short:\n%s", text)
			}
		})
	}
}
