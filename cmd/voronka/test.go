package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"voronka/flows"
	"voronka/flows/dialogs"
)

// testCommand plays the dialogs of *_test.yaml.
type testCommand struct {
	Dir      string `arg:"" default:"./flows" help:"Папка проекта или один файл *_test.yaml · project folder or one file of tests"`
	Cover    bool   `help:"Показать, какие состояния, правила и таймеры пройдены · show what was covered"`
	JSON     bool   `name:"json" help:"Ответ для программ · answer for programs"`
	Language string `help:"ru | en" enum:"ru,en," default:"" placeholder:"ru"`
}

// testReport is what `voronka test --json` answers.
type testReport struct {
	OK          bool                     `json:"ok"`
	Dialogs     []testResult             `json:"dialogs"`
	Coverage    map[string][]flows.Place `json:"coverage,omitempty"`
	Diagnostics []flows.Diagnostic       `json:"diagnostics,omitempty"`
}

// testResult is one dialog played.
type testResult struct {
	Name    string           `json:"name"`
	Pos     flows.Pos        `json:"pos"`
	OK      bool             `json:"ok"`
	Failure *dialogs.Failure `json:"failure,omitempty"`
	Reason  string           `json:"reason,omitempty"`
}

// Run plays all dialogs, prints what went another way, and fails when any did.
func (c *testCommand) Run(a *app) error {
	lang := a.language
	if c.Language != "" {
		lang = c.Language
	}
	report, err := c.play(a)
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(a.out).Encode(report)
	} else {
		err = (&testPrinter{a.out, speech(a.words, lang)}).print(report)
	}
	if err == nil && !report.OK {
		err = exit(exitFault)
	}
	return err
}

func (c *testCommand) play(a *app) (testReport, error) {
	dir, names, err := testFiles(c.Dir)
	if err != nil {
		return testReport{}, unread(c.Dir, err)
	}
	report := testReport{Dialogs: []testResult{}}
	project, found, err := loader().Load(dir)
	if err != nil {
		return testReport{}, unread(dir, err)
	}
	if project == nil {
		report.Diagnostics = found
		return report, nil
	}
	if len(names) == 0 {
		return testReport{}, &spoken{"test.none", map[string]any{"Dir": dir}, errors.New("no tests")}
	}
	one := rehearsals{engine: flows.Engine{Zone: zone(a.env), Texts: engineTexts(a.words)}, project: project, covers: map[string]*flows.Coverage{}}
	for _, flow := range project.Flows {
		one.covers[flow.ID] = flows.NewCoverage(flow)
	}
	for _, name := range names {
		if err := one.file(name, &report); err != nil {
			return testReport{}, err
		}
	}
	report.OK = !flows.Failed(report.Diagnostics) &&
		!slices.ContainsFunc(report.Dialogs, func(r testResult) bool { return !r.OK })
	if c.Cover {
		report.Coverage = map[string][]flows.Place{}
		for id, cover := range one.covers {
			report.Coverage[id] = cover.Places()
		}
	}
	return report, nil
}

// testFiles are the files to play, and the folder of their flows.
func testFiles(path string) (dir string, names []string, err error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", nil, err
	case !info.IsDir():
		return filepath.Dir(path), []string{path}, nil
	}
	names, err = filepath.Glob(filepath.Join(path, "*_test.yaml"))
	return path, names, err
}

// rehearsals play files of dialogs against a project.
type rehearsals struct {
	engine  flows.Engine
	project *flows.Project
	covers  map[string]*flows.Coverage
}

func (r *rehearsals) file(name string, report *testReport) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read tests: %w", err)
	}
	suite, found := dialogs.Read(name, data, r.engine.Zone)
	report.Diagnostics = append(report.Diagnostics, found...)
	if suite == nil {
		return nil
	}
	flow := r.project.Flow(suite.Flow)
	if flow == nil {
		return &spoken{"test.no_flow", map[string]any{"File": name, "Flow": suite.Flow}, errors.New("unknown flow")}
	}
	for i := range suite.Dialogs {
		dialog := &suite.Dialogs[i]
		failure := suite.Play(dialog, r.engine, flow, r.covers[flow.ID].Add)
		result := testResult{Name: dialog.Name, Pos: dialog.Pos, OK: failure == nil, Failure: failure}
		if failure != nil && failure.Reason != nil {
			result.Reason = failure.Reason.Error()
		}
		report.Dialogs = append(report.Dialogs, result)
	}
	return nil
}

// zone is the project's, Moscow where none is set or known.
func zone(env []string) *time.Location {
	name := "Europe/Moscow"
	for _, pair := range env {
		if value, ok := strings.CutPrefix(pair, "VORONKA_TIMEZONE="); ok && value != "" {
			name = value
		}
	}
	if zone, err := time.LoadLocation(name); err == nil {
		return zone
	}
	return time.UTC
}
