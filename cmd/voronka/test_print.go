package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"voronka/flows"
)

// testPrinter shows a report to people.
type testPrinter struct {
	out  io.Writer
	text words
}

func (p *testPrinter) print(report testReport) error {
	if err := render(p.out, report.Diagnostics, p.text); err != nil {
		return err
	}
	failed := 0
	for _, result := range report.Dialogs {
		if !result.OK {
			failed++
			p.failure(result)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(report.Coverage)) {
		p.cover(report.Coverage[id])
	}
	if len(report.Dialogs) == 0 && !report.OK {
		return nil
	}
	sum := p.text("test.passed", map[string]any{"Count": len(report.Dialogs)})
	if failed > 0 {
		sum = p.text("test.failed", map[string]any{"Count": failed, "All": len(report.Dialogs)})
	}
	_, err := fmt.Fprintln(p.out, sum)
	return err
}

// failure shows what was expected, what came, and how the dialog got there.
func (p *testPrinter) failure(result testResult) {
	f := result.Failure
	fmt.Fprintf(p.out, "%s:%d:%d: %s\n", f.Pos.File, f.Pos.Line, f.Pos.Col, printable(result.Name))
	fmt.Fprintf(p.out, "    %s\n", p.text("test."+f.Code, map[string]any{"Line": printable(f.Line), "Reason": p.reason(f.Reason)}))
	if len(f.Got) == 0 && f.Code == "expected" {
		fmt.Fprintf(p.out, "    %s\n", p.text("test.nothing", nil))
	}
	came := "test.came"
	if f.Code == "action" {
		came = "test.offered"
	}
	for _, got := range f.Got {
		fmt.Fprintf(p.out, "    %s\n", p.text(came, map[string]any{"Text": printable(strings.Join(strings.Fields(got), " "))}))
	}
	if len(f.Tail) > 0 {
		fmt.Fprintf(p.out, "    %s\n", p.text("test.tail", nil))
	}
	for _, line := range f.Tail {
		fmt.Fprintf(p.out, "      %s\n", p.line(line))
	}
	fmt.Fprintln(p.out)
}

func (p *testPrinter) reason(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, flows.ErrNoButton):
		return p.text("play.no_button", nil)
	case errors.Is(err, flows.ErrNoPayment):
		return p.text("play.no_payment", nil)
	case errors.Is(err, flows.ErrNoState):
		return p.text("test.no_state", nil)
	}
	return err.Error()
}

func (p *testPrinter) line(line flows.Line) string {
	text := printable(flows.Clip(strings.Join(strings.Fields(line.Text), " "), 100))
	for _, label := range line.Buttons {
		text += " [" + printable(label) + "]"
	}
	return p.text("test.who."+string(line.Who), nil) + ": " + text
}

// cover shows each place of a flow, and how many of each kind were played.
func (p *testPrinter) cover(places []flows.Place) {
	played, all := map[string]int{}, map[string]int{}
	for _, place := range places {
		all[place.Kind]++
		mark := "✗"
		if place.Times > 0 {
			mark = "✓"
			played[place.Kind]++
		}
		fmt.Fprintf(p.out, "%s %s:%d  %s %s", mark, place.Pos.File, place.Pos.Line, p.text("test.kind."+place.Kind, nil), printable(place.Name))
		if place.Times > 0 {
			fmt.Fprintf(p.out, "  ×%d", place.Times)
		}
		fmt.Fprintln(p.out)
	}
	fmt.Fprintf(p.out, "%s\n\n", p.text("test.cover", map[string]any{
		"States": played["state"], "AllStates": all["state"], "Rules": played["rule"], "AllRules": all["rule"],
		"Timers": played["timer"], "AllTimers": all["timer"],
	}))
}
