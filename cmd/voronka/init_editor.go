package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// schemaDir is where a new project keeps the schemas for its editor.
const schemaDir = ".voronka"

// wire lays out what an editor and a code host need beside the funnel: the
// schemas, the settings that tell which file has which, and the checks to run
// on each push.
func (c initCommand) wire(a *app) error {
	flows, err := filepath.Glob(filepath.Join(c.Dir, "*.yaml"))
	if err != nil {
		return err
	}
	made := map[string]any{
		schemaDir + "/flow.json":        flowSchema(a.words, a.language),
		schemaDir + "/test.json":        testSchema(a.words, a.language),
		schemaDir + "/translation.json": translationSchema(a.words, a.language, nil),
	}
	associations := node{
		"./" + schemaDir + "/flow.json":        []string{"*.yaml", "!*_test.yaml", "!*.??.yaml", "!*.???.yaml"},
		"./" + schemaDir + "/test.json":        []string{"*_test.yaml"},
		"./" + schemaDir + "/translation.json": []string{"*.??.yaml", "*.???.yaml"},
	}
	for _, file := range flows {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		if strings.HasSuffix(name, "_test") || path.Ext(name) != "" {
			continue
		}
		flow, _, err := loader().LoadFile(file)
		if err != nil || flow == nil {
			return fmt.Errorf("read the funnel %s: %w", name, err)
		}
		own := schemaDir + "/translation-" + name + ".json"
		made[own] = translationSchema(a.words, a.language, flow)
		associations["./"+own] = []string{name + ".??.yaml", name + ".???.yaml"}
	}
	made[".vscode/settings.json"] = node{"yaml.schemas": associations, "yaml.customTags": []string{}, "files.eol": "\n"}
	made[".vscode/extensions.json"] = node{"recommendations": []string{"redhat.vscode-yaml"}}
	for name, content := range made {
		data, err := pretty(content)
		if err != nil {
			return err
		}
		if err := lay(c.Dir, name, data); err != nil {
			return err
		}
	}
	return lay(c.Dir, ".github/workflows/voronka.yml", []byte(a.words.Text(a.language, "cli.init_ci", nil)+"\n"))
}

func pretty(content any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(content)
	return out.Bytes(), err
}

func lay(dir, name string, data []byte) error {
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	if err := os.WriteFile(file, data, fs.FileMode(0o644)); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
