package catalog_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/flows/catalog"
	"voronka/flows/steps"
)

var update = flag.Bool("update", false, "rewrite what the dialogs expect")

// TestCourseDialogs plays testdata/course/*.dialog: lines with ">" are what the
// customer, the bank and the clock do, the others what comes of it.
func TestCourseDialogs(t *testing.T) {
	t.Parallel()
	project, found, err := flows.Loader{Kinds: steps.All()}.LoadFS(catalog.FS, "catalog")
	if err != nil || project == nil {
		t.Fatal(found, err)
	}
	files, err := filepath.Glob("testdata/course/*.dialog")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dialogs: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, project.Flow("course"), string(want))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got, -update rewrites:\n%s", diff)
			}
		})
	}
}

func play(t *testing.T, flow *flows.Flow, dialog string) string {
	t.Helper()
	engine := flows.Engine{
		Zone:  time.FixedZone("MSK", 3*60*60),
		Texts: func(_, key string) string { return "‹" + key + "›" },
	}
	stage := flows.NewRehearsal(engine, flow, time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC))
	var out strings.Builder
	for line := range strings.Lines(dialog) {
		step, played := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "> ")
		if !played {
			continue
		}
		fmt.Fprintf(&out, "> %s\n", step)
		turns, err := stage.Do(step)
		if err != nil {
			t.Fatalf("%s: %v", step, err)
		}
		for _, turn := range turns {
			for _, effect := range turn.Effects {
				out.WriteString(describe(effect))
			}
		}
		fmt.Fprintf(&out, "  = %s\n", stage.Session.State)
	}
	return out.String()
}

// describe is an effect in a line or two.
func describe(effect flows.Effect) string {
	switch e := effect.(type) {
	case flows.Say:
		var labels []string
		for _, row := range e.Buttons {
			for _, button := range row {
				labels = append(labels, "["+button.Text+"]")
			}
		}
		for _, row := range e.Keyboard {
			for _, button := range row {
				labels = append(labels, "("+button.Text+")")
			}
		}
		text := strings.ReplaceAll(strings.TrimSpace(e.Text+e.Photo), "\n", "\n  ")
		if e.Document != "" {
			text += " + " + e.Document
		}
		return strings.TrimRight("  "+text+"\n  "+strings.Join(labels, " "), " \n") + "\n"
	case flows.Deliver:
		return "  → " + strings.TrimSpace(e.What()) + " — " + e.Text + "\n"
	case flows.CallOperator:
		return "  ! " + e.Text + "\n"
	case flows.Mirror:
		line := strings.Join(append([]string{e.Stage, e.Note}, e.Tags...), " ")
		if e.Task != nil {
			line += " задача: " + e.Task.Text + " через " + (time.Duration(e.Task.Due) * time.Second).String()
		}
		if strings.TrimSpace(line) == "" {
			return ""
		}
		return "  # " + strings.Join(strings.Fields(line), " ") + "\n"
	}
	return ""
}
