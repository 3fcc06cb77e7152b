package main

import (
	"encoding/json"
	"testing"
)

func TestLintForCodeHosts(t *testing.T) {
	t.Parallel()
	a, out := testApp(t, "ru")
	if err := (&lintCommand{Dir: "testdata/lint", SARIF: true}).Run(a); err == nil {
		t.Error("a broken flow passed")
	}
	var log sarifLog
	if err := json.Unmarshal(out.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || len(log.Runs[0].Results) == 0 {
		t.Fatalf("got %s", out)
	}
	run := log.Runs[0]
	for _, one := range run.Results {
		at := one.Locations[0].Physical
		if run.Tool.Driver.Rules[one.Index].ID != one.Rule || at.Artifact.URI != "testdata/lint/course.yaml" || at.Region.Line < 1 ||
			one.Level != "error" && one.Level != "warning" || one.Message.Text == "" {
			t.Errorf("result %+v", one)
		}
	}
}

func TestSARIFOfNothingWrong(t *testing.T) {
	t.Parallel()
	a, out := testApp(t, "ru")
	if err := (&lintCommand{Dir: "../../flows/catalog", SARIF: true}).Run(a); err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	if err := json.Unmarshal(out.Bytes(), &log); err != nil || len(log.Runs) != 1 || log.Runs[0].Results == nil {
		t.Errorf("got %v: %s", err, out)
	}
}
