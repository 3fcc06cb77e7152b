package catalog_test

import (
	"bytes"
	"io/fs"
	"strings"
	"testing"

	"voronka/flows"
	"voronka/flows/catalog"
	"voronka/flows/steps"
)

func TestFunnelsAreInOrder(t *testing.T) {
	t.Parallel()
	project, found, err := flows.Loader{Kinds: steps.All()}.LoadFS(catalog.FS, "catalog")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range found {
		t.Errorf("%s:%d:%d %s %v\n%s", one.Pos.File, one.Pos.Line, one.Pos.Col, one.Code, one.Args, one.Source)
	}
	if project == nil {
		t.Fatal("not loaded")
	}
	if flow := project.Flow("course"); flow == nil || len(flow.Products) != 3 {
		t.Error("the course sells three products")
	}
}

// TestStages checks the stages against the pipeline that amoCRM gives a new account.
func TestStages(t *testing.T) {
	t.Parallel()
	pipeline := "Первый контакт, Знакомство, Выбор, Ждём оплату, won, lost"
	project, _, err := flows.Loader{Kinds: steps.All()}.LoadFS(catalog.FS, "catalog")
	if err != nil || project == nil {
		t.Fatalf("load: %v", err)
	}
	for state, stage := range project.Flow("course").Stages {
		if !strings.Contains(pipeline, stage) {
			t.Errorf("state %s stands at an unknown stage %q", state, stage)
		}
	}
}

func TestFilesAreDocuments(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(catalog.FS, "files/*.pdf")
	if err != nil || len(names) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(catalog.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(data, []byte("%PDF-")) || !bytes.Contains(data[max(0, len(data)-64):], []byte("%%EOF")) {
			t.Errorf("%s is no PDF", name)
		}
	}
}
