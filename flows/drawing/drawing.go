// Package drawing makes a picture of a funnel: an SVG with states in layers,
// in light and dark, with nothing to install and nothing to download.
package drawing

import (
	"fmt"
	"html"
	"io"
	"math"
	"slices"
	"strings"

	"voronka/flows"
)

// Text is measured without a font: these are a little more than the usual
// sans-serif takes at the sizes of the style sheet.
const (
	letter      = 7.9
	smallLetter = 6.9
	line        = 17.0
	smallLine   = 15.0
	boxWidth    = 24 // letters
	wordsWidth  = 22
	longest     = 10 // layers that an arrow may cross; a longer one is told in words
)

// SVG writes a picture of a diagram. The same diagram always gives the same picture.
func SVG(out io.Writer, title string, diagram flows.Diagram) error {
	p := &picture{diagram: diagram, title: title}
	p.measure()
	p.arrange()
	_, err := io.WriteString(out, p.draw())
	return err
}

// picture is a drawing in the making.
type picture struct {
	diagram flows.Diagram
	title   string
	boxes   []lines // what stands in each box
	notes   []lines // in small letters below: counts, ways to itself, far ways
	arrows  []int   // those that are drawn, by their index in the diagram
	words   []lines // what stands on them
	aside   []lines // rules of every state, a paragraph for each
	asides  []string
	plan    layered
}

type lines []string

// measure wraps all texts and sets aside what is told in words.
func (p *picture) measure() {
	p.boxes, p.notes = make([]lines, len(p.diagram.Boxes)), make([]lines, len(p.diagram.Boxes))
	for i, box := range p.diagram.Boxes {
		p.boxes[i] = wrapped(box.Title, boxWidth, 3)
		if box.Note != "" {
			p.notes[i] = append(p.notes[i], box.Note)
		}
	}
	for i, arrow := range p.diagram.Arrows {
		label := strings.Join(arrow.Labels, " / ")
		switch {
		case p.diagram.Boxes[arrow.From].Shape == flows.ShapeAside:
			p.sideways(arrow, label)
		case arrow.From == arrow.To:
			p.notes[arrow.From] = append(p.notes[arrow.From], wrapped("↻ "+label, 30, 2)...)
		default:
			p.arrows = append(p.arrows, i)
			p.words = append(p.words, wrapped(label, wordsWidth, 3))
		}
	}
}

func (p *picture) sideways(arrow flows.Arrow, label string) {
	head := p.diagram.Boxes[arrow.From].Title
	if !slices.Contains(p.asides, head) {
		p.asides = append(p.asides, head)
		p.aside = append(p.aside, nil)
	}
	at := slices.Index(p.asides, head)
	p.aside[at] = append(p.aside[at], wrapped(label+" → "+p.diagram.Boxes[arrow.To].Title, 90, 2)...)
}

// arrange finds every place. Arrows that would cross too many layers become
// words below the box they leave.
func (p *picture) arrange() {
	for {
		p.plan = layered{}
		for i, box := range p.diagram.Boxes {
			width, height := size(p.boxes[i], letter, line)
			small, more := size(p.notes[i], smallLetter, smallLine)
			made := node{width: max(width, small, 56) + 28, height: height + more + 20}
			if box.Shape == flows.ShapeAside {
				made = node{}
			}
			p.plan.nodes = append(p.plan.nodes, made)
		}
		for _, i := range p.arrows {
			p.plan.edges = append(p.plan.edges, edge{from: p.diagram.Arrows[i].From, to: p.diagram.Arrows[i].To})
		}
		p.plan.rank(len(p.diagram.Boxes))
		if !p.shorten() {
			break
		}
	}
	p.plan.thread(func(i int) (float64, float64) { return size(p.words[i], smallLetter, smallLine) })
	p.plan.untangle()
	p.plan.settle()
}

// shorten takes away the arrows that are too long; false when there are none.
func (p *picture) shorten() bool {
	var arrows []int
	var words []lines
	for k, i := range p.arrows {
		arrow, one := p.diagram.Arrows[i], p.plan.edges[k]
		if p.plan.nodes[one.to].layer-p.plan.nodes[one.from].layer <= longest {
			arrows, words = append(arrows, i), append(words, p.words[k])
			continue
		}
		told := strings.TrimSpace(strings.Join(arrow.Labels, " / ") + " → " + p.diagram.Boxes[arrow.To].Title)
		p.notes[arrow.From] = append(p.notes[arrow.From], wrapped(told, 34, 2)...)
	}
	changed := len(arrows) != len(p.arrows)
	p.arrows, p.words = arrows, words
	return changed
}

func size(text lines, letter, line float64) (width, height float64) {
	for _, one := range text {
		width = max(width, float64(len([]rune(one)))*letter)
	}
	return width, float64(len(text)) * line
}

// wrapped breaks a text into at most so many lines of so many letters.
func wrapped(text string, letters, most int) lines {
	var made lines
	for _, word := range strings.Fields(text) {
		word = flows.Clip(word, letters)
		if n := len(made); n > 0 && len([]rune(made[n-1]))+1+len([]rune(word)) <= letters {
			made[n-1] += " " + word
			continue
		}
		if len(made) == most {
			last := []rune(made[most-1])
			made[most-1] = strings.TrimRight(string(last[:min(len(last), letters-1)]), " ,./") + "…"
			return made
		}
		made = append(made, word)
	}
	return made
}

func (p *picture) draw() string {
	width, height := p.extent()
	panel, panelHeight := p.panel(height)
	height += panelHeight
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-label="%s">`+"\n",
		width, height, width, height, html.EscapeString(p.title))
	fmt.Fprintf(&out, "<title>%s</title>\n<style>%s</style>\n", html.EscapeString(p.title), style)
	out.WriteString(`<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" class="tip"/></marker></defs>` + "\n")
	fmt.Fprintf(&out, `<rect class="page" width="%.0f" height="%.0f"/>`+"\n", width, height)
	for k := range p.arrows {
		out.WriteString(p.arrow(k))
	}
	for i, box := range p.diagram.Boxes {
		if box.Shape != flows.ShapeAside {
			out.WriteString(p.box(i))
		}
	}
	for k := range p.arrows {
		out.WriteString(p.label(k))
	}
	out.WriteString(panel + "</svg>\n")
	return out.String()
}

func (p *picture) extent() (width, height float64) {
	for _, one := range p.plan.nodes {
		width, height = max(width, one.x+one.width/2), max(height, one.y+one.height/2)
	}
	for _, text := range p.aside {
		wide, _ := size(text, smallLetter, smallLine)
		width = max(width, wide+2*margin)
	}
	return math.Ceil(width + margin), math.Ceil(height + margin)
}
