package salebot_test

import (
	"os"
	"path/filepath"
	"testing"

	"voronka/flows/salebot"
)

// FuzzImport looks for a backup that makes the translation panic or never end.
func FuzzImport(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.json")
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		result, err := salebot.Import(data, loader(), "fuzz")
		if err == nil && !result.Loads {
			t.Errorf("does not load: %v\n%s", result.Findings, result.YAML)
		}
	})
}
