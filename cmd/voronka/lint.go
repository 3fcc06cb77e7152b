package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"voronka/flows"
	"voronka/flows/steps"
)

// lintCommand checks the funnels of a folder, or one of them.
type lintCommand struct {
	Dir      string `arg:"" default:"./flows" help:"Папка проекта или файл воронки · project folder or one funnel"`
	JSON     bool   `name:"json" help:"Ответ для программ · answer for programs"`
	SARIF    bool   `name:"sarif" help:"SARIF 2.1.0 для GitHub и GitLab · for code hosts"`
	Language string `help:"ru | en" enum:"ru,en," default:"" placeholder:"ru"`
}

// Run prints what was found and fails when any of it is an error.
func (c *lintCommand) Run(a *app) error {
	lang := a.language
	if c.Language != "" {
		lang = c.Language
	}
	count, found, err := inspect(a.shopLoader(), c.Dir)
	if err != nil {
		return unread(c.Dir, err)
	}
	switch {
	case c.SARIF:
		err = renderSARIF(a.out, found, speech(a.words, lang))
	case c.JSON:
		err = renderJSON(a.out, found, speech(a.words, lang))
	default:
		err = renderAll(a.out, count, found, speech(a.words, lang))
	}
	if err != nil {
		return err
	}
	if flows.Failed(found) {
		return exit(exitFault)
	}
	return nil
}

// loader reads flows with all words of the language.
func loader() flows.Loader { return flows.Loader{Kinds: steps.All()} }

// loader also knows which shops a product may name.
func (s Settings) loader() flows.Loader {
	l := loader()
	l.Shops = []string{}
	if s.TBankShops != "" {
		shops, err := readShops(s.TBankShops, s.TBankTerminal)
		if err != nil { // a fault of the settings, which tell it themselves
			return loader()
		}
		l.Shops = slices.Sorted(maps.Keys(shops))
	}
	return l
}

// shopLoader knows the shops where the settings at hand have some: funnels are
// also checked where no bank is.
func (a *app) shopLoader() flows.Loader {
	settings, err := readSettings(a.env)
	if err != nil || settings.TBankShops == "" {
		return loader()
	}
	return settings.loader()
}

// inspect loads a folder or one file and counts the flows that are in order.
func inspect(l flows.Loader, path string) (int, []flows.Diagnostic, error) {
	if strings.HasSuffix(path, ".yaml") {
		flow, found, err := l.LoadFile(path)
		if flow == nil {
			return 0, found, err
		}
		return 1, found, err
	}
	project, found, err := l.Load(path)
	if project == nil {
		return 0, found, err
	}
	return len(project.Flows), found, err
}

// renderAll prints all findings and their sum.
func renderAll(out io.Writer, count int, found []flows.Diagnostic, text words) error {
	if err := render(out, found, text); err != nil {
		return err
	}
	faults := 0
	for _, one := range found {
		if one.Severity == flows.Error {
			faults++
		}
	}
	sum := text("lint.clean", map[string]any{"Count": count})
	switch {
	case faults > 0:
		sum = text("lint.faults", map[string]any{"Count": faults})
	case len(found) > 0:
		sum = text("lint.warnings", map[string]any{"Count": len(found)})
	}
	_, err := fmt.Fprintln(out, sum)
	return err
}

// finding is a diagnostic as programs read it.
type finding struct {
	flows.Diagnostic
	Message string `json:"message"`
	Fix     string `json:"fix"`
}

// renderJSON prints {"ok": …, "diagnostics": […]}.
func renderJSON(out io.Writer, found []flows.Diagnostic, text words) error {
	answer := struct {
		OK          bool      `json:"ok"`
		Diagnostics []finding `json:"diagnostics"`
	}{!flows.Failed(found), []finding{}}
	for _, one := range found {
		message, fix := explain(one, text)
		answer.Diagnostics = append(answer.Diagnostics, finding{one, message, fix})
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(answer)
}
