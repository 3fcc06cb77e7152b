package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"voronka/flows"
	"voronka/flows/dialogs"
)

// fuzzCommand lets random customers walk the funnels of a folder.
type fuzzCommand struct {
	Dir      string        `arg:"" default:"./flows" help:"Папка проекта или файл воронки · project folder or one funnel"`
	Seed     uint64        `help:"С каким числом начать: то же число — те же клиенты · the same seed makes the same customers" default:"1"`
	For      time.Duration `help:"Сколько времени искать · how long to look" default:"10s"`
	Walks    int           `help:"Сколько клиентов провести вместо --for · how many customers instead of --for" default:"0"`
	JSON     bool          `name:"json" help:"Ответ для программ · answer for programs"`
	Language string        `help:"ru | en" enum:"ru,en," default:"" placeholder:"ru"`
}

// fuzzReport is what `voronka fuzz --json` answers, one for each funnel.
type fuzzReport struct {
	Flow     string            `json:"flow"`
	Seed     uint64            `json:"seed"`
	Walks    int               `json:"walks"`
	Inputs   int               `json:"inputs"`
	Troubles []dialogs.Trouble `json:"troubles"`
}

// Run walks, prints the shortest way to each trouble, and fails when there was any.
func (c *fuzzCommand) Run(a *app) error {
	lang := a.language
	if c.Language != "" {
		lang = c.Language
	}
	all, found, err := funnels(c.Dir)
	if err != nil {
		return unread(c.Dir, err)
	}
	if flows.Failed(found) {
		if err := renderAll(a.out, 0, found, speech(a.words, lang)); err != nil {
			return err
		}
		return exit(exitFault)
	}
	trouble := false
	for _, flow := range all {
		report := c.walk(a, flow, c.For/time.Duration(len(all)))
		trouble = trouble || len(report.Troubles) > 0
		if c.JSON {
			err = json.NewEncoder(a.out).Encode(report)
		} else {
			err = printTroubles(a.out, report, speech(a.words, lang))
		}
		if err != nil {
			return err
		}
	}
	if trouble {
		return exit(exitFault)
	}
	return nil
}

// funnels loads a folder or one file.
func funnels(path string) ([]*flows.Flow, []flows.Diagnostic, error) {
	if strings.HasSuffix(path, ".yaml") {
		flow, found, err := loader().LoadFile(path)
		if flow == nil {
			return nil, found, err
		}
		return []*flows.Flow{flow}, found, err
	}
	project, found, err := loader().Load(path)
	if project == nil {
		return nil, found, err
	}
	return project.Flows, found, err
}

func (c *fuzzCommand) walk(a *app, flow *flows.Flow, budget time.Duration) fuzzReport {
	place := zone(a.env)
	monkey := &dialogs.Monkey{
		Engine: flows.Engine{Zone: place, Texts: engineTexts(a.words)}, Flow: flow,
		Pick: rand.New(rand.NewPCG(c.Seed, 0)).IntN, Start: time.Date(2026, 12, 1, 12, 0, 0, 0, place),
	}
	end := a.now().Add(budget)
	for a.ctx.Err() == nil && (c.Walks > 0 && monkey.Walks < c.Walks || c.Walks == 0 && a.now().Before(end)) {
		monkey.Walk()
	}
	return fuzzReport{
		Flow: flow.ID, Seed: c.Seed, Walks: monkey.Walks, Inputs: monkey.Inputs,
		Troubles: slices.Concat([]dialogs.Trouble{}, monkey.Troubles()),
	}
}

// printTroubles shows each trouble with the lines that lead there.
func printTroubles(out io.Writer, report fuzzReport, text words) error {
	for _, trouble := range report.Troubles {
		fmt.Fprintf(out, "%s: %s\n", report.Flow, text("fuzz."+trouble.Kind, map[string]any{"State": trouble.State}))
		if trouble.Detail != "" {
			fmt.Fprintf(out, "    %s\n", printable(trouble.Detail))
		}
		for _, line := range trouble.Path {
			fmt.Fprintf(out, "    > %s\n", printable(flows.Clip(line, 80)))
		}
		fmt.Fprintln(out)
	}
	_, err := fmt.Fprintln(out, text("fuzz.sum", map[string]any{
		"Flow": report.Flow, "Walks": report.Walks, "Inputs": report.Inputs, "Seed": report.Seed, "Count": len(report.Troubles),
	}))
	return err
}
