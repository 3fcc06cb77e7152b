package flows_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/flows/steps"
)

func TestGraph(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("testdata/graph/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	flow, found := flows.Loader{Kinds: steps.All()}.LoadText("shop.yaml", string(source))
	if flow == nil {
		t.Fatal(found)
	}
	text := func(key string, args map[string]any) string {
		words := []string{strings.TrimPrefix(key, "graph.")}
		for _, name := range slices.Sorted(maps.Keys(args)) {
			words = append(words, fmt.Sprint(args[name]))
		}
		return strings.Join(words, " ")
	}
	got := flows.NewDiagram(flow, text, nil).Mermaid()
	for range 10 {
		if again := flows.NewDiagram(flow, text, nil).Mermaid(); again != got {
			t.Fatal("the same flow gave another diagram")
		}
	}
	golden := "testdata/graph/shop.mmd"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want +got, -update rewrites:\n%s", diff)
	}
}
