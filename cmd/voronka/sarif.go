package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"voronka/flows"
)

// The parts of a SARIF log that code hosts read (OASIS SARIF 2.1.0, sections
// 3.13 to 3.30).
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	// GitHub wants both descriptions and the help of each rule (SARIF support for
	// code scanning, "reportingDescriptor object").
	sarifRule struct {
		ID    string    `json:"id"`
		Short sarifText `json:"shortDescription"`
		Full  sarifText `json:"fullDescription"`
		Help  sarifText `json:"help"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		Rule      string          `json:"ruleId"`
		Index     int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		Line   int `json:"startLine"`
		Column int `json:"startColumn"`
	}
)

// renderSARIF prints findings for code hosts, which show them beside the lines
// of a change.
func renderSARIF(out io.Writer, found []flows.Diagnostic, text words) error {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "voronka", Rules: []sarifRule{}}
	for _, one := range found {
		message, fix := explain(one, text)
		rules := &run.Tool.Driver.Rules
		index := slices.IndexFunc(*rules, func(rule sarifRule) bool { return rule.ID == one.Code })
		if index < 0 {
			index = len(*rules)
			*rules = append(*rules, ruleOf(one, text))
		}
		run.Results = append(run.Results, sarifResult{
			Rule: one.Code, Index: index, Level: string(one.Severity), Message: sarifText{message + ". " + fix},
			Locations: []sarifLocation{{sarifPhysical{
				sarifArtifact{address(one.Pos.File)}, sarifRegion{max(one.Pos.Line, 1), max(one.Pos.Col, 1)},
			}}},
		})
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
	if err != nil {
		return fmt.Errorf("print SARIF: %w", err)
	}
	return nil
}

// ruleOf tells of a check in general: in the words of a finding, without the
// names that this one has.
func ruleOf(one flows.Diagnostic, text words) sarifRule {
	args := maps.Clone(one.Args)
	for key, value := range args {
		if _, named := value.(string); named && key != "Outcome" { // an outcome is a word of the language
			args[key] = "…"
		}
	}
	one.Args = args
	message, fix := explain(one, text)
	return sarifRule{one.Code, sarifText{message}, sarifText{message + ". " + fix}, sarifText{fix}}
}

// address is a file as a reference by RFC 3986, which names in Cyrillic and
// with spaces are only once they are escaped.
func address(file string) string {
	at := url.URL{Path: filepath.ToSlash(file)}
	if filepath.IsAbs(file) {
		at.Scheme = "file"
		at.Path = "/" + strings.TrimPrefix(at.Path, "/")
	}
	return at.String()
}
