package flows

import (
	"cmp"
	"reflect"
	"slices"
)

// Pos is a place in a file, counted from 1 in lines and characters.
type Pos struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Col  int    `json:"col"`
}

// Severity tells whether a flow may go live.
type Severity string

// An Error keeps a project from going live, a Warning does not.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Diagnostic is one finding about a flow. Its words live in the locales under
// lint.<Code> (what is wrong) and lint.<Code>.fix (how to mend it), with Args.
type Diagnostic struct {
	Pos      Pos            `json:"pos"`
	Severity Severity       `json:"severity"`
	Code     string         `json:"code"`
	Args     map[string]any `json:"args,omitempty"`
	// Source is the line at Pos as it is written; empty where there is none.
	Source string `json:"source,omitempty"`
}

// Diagnostics collects findings.
type Diagnostics struct{ list []Diagnostic }

// Add reports one finding; args are pairs of name and value.
func (d *Diagnostics) Add(severity Severity, pos Pos, code string, args ...any) {
	found := Diagnostic{Pos: pos, Severity: severity, Code: code}
	for i := 0; i+1 < len(args); i += 2 {
		if found.Args == nil {
			found.Args = map[string]any{}
		}
		found.Args[args[i].(string)] = args[i+1]
	}
	d.list = append(d.list, found)
}

// Failed tells whether any finding is an error.
func (d *Diagnostics) Failed() bool { return Failed(d.list) }

// Failed tells whether any finding is an error.
func Failed(found []Diagnostic) bool {
	return slices.ContainsFunc(found, func(one Diagnostic) bool { return one.Severity == Error })
}

// sorted gives the findings by file, line and column, each once, with their
// lines of source.
func (d *Diagnostics) sorted(sources []*Source) []Diagnostic {
	list := slices.Clone(d.list)
	slices.SortStableFunc(list, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Pos.File, b.Pos.File),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Col, b.Pos.Col),
			cmp.Compare(a.Code, b.Code))
	})
	list = slices.CompactFunc(list, func(a, b Diagnostic) bool { return reflect.DeepEqual(a, b) })
	for i := range list {
		for _, source := range sources {
			if source.Name == list[i].Pos.File {
				list[i].Source = source.line(list[i].Pos.Line)
			}
		}
	}
	return list
}
