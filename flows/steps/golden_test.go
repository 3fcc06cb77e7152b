package steps_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/flows/steps"
)

var update = flag.Bool("update", false, "rewrite what the dialogs expect")

func engine() flows.Engine {
	return flows.Engine{
		Zone:  time.FixedZone("MSK", 3*60*60),
		Texts: func(_, key string) string { return "‹" + key + "›" },
	}
}

// TestDialogs plays testdata/<word>.dialog of every word of the language: a
// flow, a line "---", then what the customer does (">") and what comes of it.
func TestDialogs(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, kind := range steps.All() {
		names[kind.Word] = true
	}
	files, err := filepath.Glob("testdata/*.dialog")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		names[strings.TrimSuffix(filepath.Base(file), ".dialog")] = true
	}
	for name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join("testdata", name+".dialog")
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("the step %q needs a golden dialog: %v", name, err)
			}
			got := play(t, name, string(data))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(data), got); diff != "" && !*update {
				t.Errorf("dialog differs (-want +got):\n%s", diff)
			}
		})
	}
}

// play runs the script of a dialog and writes it down again with what came of it.
func play(t *testing.T, name, data string) string {
	t.Helper()
	source, script, found := strings.Cut(data, "\n---\n")
	if !found {
		t.Fatal("no line ---")
	}
	flow, diagnostics := flows.Loader{Kinds: steps.All()}.LoadText(name+".yaml", source)
	if flow == nil {
		t.Fatalf("flow does not load: %+v", diagnostics)
	}
	rehearsal := flows.NewRehearsal(engine(), flow, time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))
	out := &strings.Builder{}
	fmt.Fprintf(out, "%s\n---\n", source)
	for line := range strings.Lines(script) {
		line = strings.TrimSuffix(line, "\n")
		if comment := strings.HasPrefix(line, "#"); comment || line == "" {
			fmt.Fprintln(out, line)
			continue
		}
		move, isMove := strings.CutPrefix(line, "> ")
		if !isMove {
			continue
		}
		fmt.Fprintln(out, line)
		turns, err := rehearsal.Do(move)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		for _, turn := range turns {
			write(t, out, rehearsal, turn)
		}
	}
	return out.String()
}

// write tells what a turn does: its effects, its internal lines, where it ends.
func write(t *testing.T, out *strings.Builder, rehearsal *flows.Rehearsal, turn flows.Turn) {
	t.Helper()
	names := map[string]string{}
	for i, order := range rehearsal.Known.Orders {
		names[order.ID] = fmt.Sprintf("order%d", i+1)
	}
	for i, payment := range rehearsal.Known.Payments {
		names[payment.ID] = fmt.Sprintf("payment%d", i+1)
	}
	text := &strings.Builder{}
	for _, effect := range turn.Effects {
		encoded := &strings.Builder{}
		encoder := json.NewEncoder(encoded)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(effect); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(text, "  %s %s", reflect.TypeOf(effect).Name(), encoded)
	}
	for _, line := range turn.Journal {
		if line.Who == flows.Event && line.Kind != "moved" {
			fmt.Fprintf(text, "  (%s: %s)\n", line.Kind, line.Text)
		}
	}
	for _, order := range turn.Orders {
		fmt.Fprintf(text, "  %s %s %s paid=%t delivered=%t\n", order.ID, order.Product, order.Amount.Decimal(), order.Paid(), !order.DeliveredAt.IsZero())
	}
	for _, payment := range turn.Payments {
		fmt.Fprintf(text, "  %s %s %s “%s” until %s receipt=%t\n", payment.ID, payment.Order, payment.Amount.Decimal(),
			payment.Description, payment.ExpiresAt.Format("02.01 15:04"), payment.Receipt != nil)
	}
	shown := text.String()
	for id, name := range names {
		shown = strings.ReplaceAll(shown, id, name)
	}
	fmt.Fprintf(out, "%s  @%s%s\n", shown, turn.Session.State, variables(turn))
}

func variables(turn flows.Turn) string {
	if len(turn.Session.Vars) == 0 {
		return ""
	}
	encoded, err := json.Marshal(turn.Session.Vars)
	if err != nil {
		return err.Error()
	}
	return " " + string(encoded)
}
