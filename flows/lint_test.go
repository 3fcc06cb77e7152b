package flows_test

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"voronka/flows"
	"voronka/flows/steps"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestLint goes through archives of flows; behind each stands what the checker
// finds in it.
func TestLint(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/lint/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	said, beside := map[string]bool{}, attached(t)
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var got []txtar.File
		for _, file := range archive.Files {
			if !strings.HasSuffix(file.Name, ".yaml") {
				continue
			}
			got = append(got, file, txtar.File{Name: strings.TrimSuffix(file.Name, ".yaml") + ".want", Data: lint(t, file, beside, said)})
		}
		if *update {
			if err := os.WriteFile(name, txtar.Format(&txtar.Archive{Comment: archive.Comment, Files: got}), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if diff := cmp.Diff(string(txtar.Format(archive)), string(txtar.Format(&txtar.Archive{Comment: archive.Comment, Files: got}))); diff != "" {
			t.Errorf("%s (-want +got, -update rewrites):\n%s", name, diff)
		}
	}
	for _, code := range codes(t) {
		// These are of a folder, see TestFolder.
		elsewhere := []string{"no_flows", "repeated_flow", "yml_ignored", "translation_missing", "translation_unknown", "translation_unread", "repeated_segment", "plural_forms", "repeated_hook", "project_unread"}
		if !said[code] && !slices.Contains(elsewhere, code) {
			t.Errorf("no golden diagnostic for %s", code)
		}
	}
}

// attached are the files that lie beside each flow.
func attached(t *testing.T) fstest.MapFS {
	t.Helper()
	var banner bytes.Buffer
	if err := png.Encode(&banner, image.NewGray(image.Rect(0, 0, 2100, 100))); err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{
		"files/photo.jpg":  {Data: []byte("jpg")},
		"files/empty.pdf":  {},
		"files/banner.png": {Data: banner.Bytes()},
		"files/heavy.jpg":  {Data: make([]byte, 10<<20+1)},
		"files/movie.mp4":  {Data: make([]byte, 50<<20+1)},
	}
}

func lint(t *testing.T, file txtar.File, beside fstest.MapFS, said map[string]bool) []byte {
	t.Helper()
	files := maps.Clone(beside)
	files[file.Name] = &fstest.MapFile{Data: unescape(file.Data)}
	loader := flows.Loader{Kinds: steps.All(), Shops: []string{"books"}}
	project, found, err := loader.LoadFS(files, "")
	if err != nil {
		t.Fatal(err)
	}
	if flows.Failed(found) != (project == nil) {
		t.Errorf("%s: loading is not all or nothing", file.Name)
	}
	var out strings.Builder
	for _, one := range found {
		said[one.Code] = true
		fmt.Fprintf(&out, "%d:%d %s %s%s\n", one.Pos.Line, one.Pos.Col, one.Severity, one.Code, args(one.Args))
	}
	return []byte(out.String())
}

// unescape puts in what an archive cannot hold: tabs, invalid UTF-8, a bulk.
func unescape(data []byte) []byte {
	return []byte(strings.NewReplacer("<TAB>", "\t", "<BAD>", "\xff", "<HIDDEN>", "\uf8f0",
		"<LONG>", strings.Repeat("я", 4097), "<1025>", strings.Repeat("😀", 513), "<EMPTY>\n", "",
		"<STATES>", manyStates(),
		"<LINES>", strings.Repeat("          x = 1\n", 201),
		"<BIG>", strings.Repeat("# больше\n", 1<<17)).Replace(string(data)))
}

func manyStates() string {
	var out strings.Builder
	for i := range 1001 {
		fmt.Fprintf(&out, "  s%d: {end: true}\n", i)
	}
	return out.String()
}

func args(given map[string]any) string {
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if name != "Known" {
			fmt.Fprintf(&out, " %s=%v", name, given[name])
		}
	}
	return out.String()
}

var reported = regexp.MustCompile(`(?:Error|Warn|fail|Add)\((?:[^"\n]*, )?"([a-z0-9_]+)"|", "(yaml_[a-z_]+)"`)

// codes are those in the source of the loader and the checker.
func codes(t *testing.T) []string {
	t.Helper()
	found := []string{"text_too_long", "caption_too_long", "button_too_long", "callback_too_long"}
	for _, pattern := range []string{"load*.go", "check*.go", "source.go", "node.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range reported.FindAllStringSubmatch(string(text), -1) {
				found = append(found, match[1]+match[2])
			}
		}
	}
	if len(found) < 40 {
		t.Fatalf("found only %d codes", len(found))
	}
	return slices.Compact(slices.Sorted(slices.Values(found)))
}
