package drawing_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/flows/catalog"
	"voronka/flows/drawing"
	"voronka/flows/steps"
	"voronka/locales"
)

var update = flag.Bool("update", false, "rewrite golden files")

func course(t *testing.T, counts flows.Counts) flows.Diagram {
	t.Helper()
	project, found, err := flows.Loader{Kinds: steps.All()}.LoadFS(catalog.FS, "")
	if err != nil || project == nil {
		t.Fatal(err, found)
	}
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	text := func(key string, args map[string]any) string { return words.Text("ru", key, args) }
	return flows.NewDiagram(project.Flow("course"), text, counts)
}

func drawn(t *testing.T, diagram flows.Diagram) string {
	t.Helper()
	var out bytes.Buffer
	if err := drawing.SVG(&out, "Воронка & <друзья>", diagram); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestPicture holds the picture of the ready funnel to the one that was looked at.
func TestPicture(t *testing.T) {
	t.Parallel()
	got := drawn(t, course(t, flows.Counts{"welcome": {Here: 3, Passed: 40}, "pay": {Here: 0, Passed: 7}}))
	const golden = "testdata/course.svg"
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
		t.Errorf("look at the picture, then -update (-want +got):\n%s", diff)
	}
	for _, part := range []string{"3 здесь · 40 прошли", "0 здесь · 7 прошли", "0 здесь · 0 прошли", "stands", "Воронка &amp; &lt;друзья&gt;"} {
		if !strings.Contains(got, part) {
			t.Errorf("no %q in the picture", part)
		}
	}
}

type rectangle struct{ x, y, width, height float64 }

// boxes reads the boxes of a picture, and fails on one that is no XML.
func boxes(t *testing.T, picture string) (page rectangle, all []rectangle) {
	t.Helper()
	reader := xml.NewDecoder(strings.NewReader(picture))
	for {
		token, err := reader.Token()
		if errors.Is(err, io.EOF) {
			return page, all
		}
		if err != nil {
			t.Fatal(err)
		}
		tag, opens := token.(xml.StartElement)
		if !opens || tag.Name.Local != "rect" {
			continue
		}
		values := map[string]float64{}
		class := ""
		for _, one := range tag.Attr {
			if one.Name.Local == "class" {
				class = one.Value
			} else if values[one.Name.Local], err = strconv.ParseFloat(one.Value, 64); err != nil {
				t.Fatal(err)
			}
		}
		here := rectangle{values["x"], values["y"], values["width"], values["height"]}
		if class == "page" {
			page = here
			continue
		}
		all = append(all, here)
	}
}

// TestNothingOverlaps draws funnels of many shapes: no box and no words on an
// arrow lie over another, all are within the page, and drawing again gives the same.
func TestNothingOverlaps(t *testing.T) {
	t.Parallel()
	diagrams := []flows.Diagram{course(t, nil), {Boxes: []flows.Box{{ID: "start", Shape: flows.ShapeStart, Title: "старт"}}}}
	for seed := range uint64(30) {
		diagrams = append(diagrams, chance(rand.New(rand.NewPCG(seed, 1)), 3+int(seed)*4))
	}
	for i, diagram := range diagrams {
		picture := drawn(t, diagram)
		page, all := boxes(t, picture)
		for a, one := range all {
			if one.x < 0 || one.y < 0 || one.x+one.width > page.width || one.y+one.height > page.height {
				t.Errorf("diagram %d: %+v is off the page %+v", i, one, page)
			}
			for _, other := range all[a+1:] {
				if one.x < other.x+other.width && other.x < one.x+one.width && one.y < other.y+other.height && other.y < one.y+one.height {
					t.Errorf("diagram %d: %+v and %+v overlap", i, one, other)
				}
			}
		}
		if picture != drawn(t, diagram) {
			t.Errorf("diagram %d: another picture of the same", i)
		}
	}
}

// chance is a funnel with arrows on, back, far and to itself.
func chance(random *rand.Rand, states int) flows.Diagram {
	diagram := flows.Diagram{Boxes: []flows.Box{{ID: "start", Shape: flows.ShapeStart, Title: "старт"}}}
	for i := range states {
		diagram.Boxes = append(diagram.Boxes, flows.Box{ID: fmt.Sprint("s", i), Title: strings.Repeat("Слово ", random.IntN(9)) + strconv.Itoa(i)})
		for range random.IntN(4) {
			label := []string{strings.Repeat("дальше ", random.IntN(12))}
			diagram.Arrows = append(diagram.Arrows, flows.Arrow{From: i + 1, To: 1 + random.IntN(states), Labels: label, Timed: random.IntN(3) == 0})
		}
	}
	diagram.Arrows = append(diagram.Arrows, flows.Arrow{From: 0, To: 1})
	diagram.Boxes = append(diagram.Boxes, flows.Box{ID: "anywhere", Shape: flows.ShapeAside, Title: "В любой момент"})
	diagram.Arrows = append(diagram.Arrows, flows.Arrow{From: states + 1, To: 1, Labels: []string{"«стоп»"}})
	return diagram
}
