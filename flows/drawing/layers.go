package drawing

import (
	"cmp"
	"slices"
)

// node stands in a layer: a box, the words on an arrow, or a bend of one.
type node struct {
	layer, place  int
	width, height float64
	x, y          float64 // its middle
	bend          bool
	up, down      []int // neighbours in the layers above and below
}

// edge is an arrow as the layers see it, never upwards.
type edge struct {
	from, to int
	turned   bool  // it was upwards
	way      []int // the nodes it goes through, from and to included
}

// layered puts nodes into layers so that edges lead down, few of them cross
// and none is long without need (Sugiyama, Tagawa, Toda 1981).
type layered struct {
	nodes  []node
	edges  []edge
	layers [][]int
}

// rank gives each of the first count nodes its layer: one below the lowest that
// leads to it. Edges that would lead up are turned.
func (l *layered) rank(count int) {
	out := make([][]int, count)
	for i, one := range l.edges {
		out[one.from] = append(out[one.from], i)
	}
	const (
		fresh = iota
		open
		done
	)
	seen := make([]int, count)
	var order []int
	var visit func(int)
	visit = func(at int) {
		seen[at] = open
		for _, i := range out[at] {
			switch seen[l.edges[i].to] {
			case fresh:
				visit(l.edges[i].to)
			case open:
				l.edges[i].turned = true
			}
		}
		seen[at] = done
		order = append(order, at)
	}
	for at := range count {
		if seen[at] == fresh {
			visit(at)
		}
	}
	for i := range l.edges {
		if one := &l.edges[i]; one.turned {
			one.from, one.to = one.to, one.from
		}
	}
	slices.Reverse(order)
	below := make([][]int, count)
	for _, one := range l.edges {
		below[one.from] = append(below[one.from], one.to)
	}
	for _, at := range order {
		for _, to := range below[at] {
			l.nodes[to].layer = max(l.nodes[to].layer, l.nodes[at].layer+2)
		}
	}
	l.lower(count)
}

// lower puts what no edge leads to or from below all the others.
func (l *layered) lower(count int) {
	last, joined := 0, make([]bool, count)
	for _, one := range l.edges {
		joined[one.from], joined[one.to] = true, true
		last = max(last, l.nodes[one.to].layer)
	}
	for i := range count {
		if !joined[i] && l.nodes[i].width > 0 {
			l.nodes[i].layer = last
		}
	}
}

// thread leads each edge through a node in every layer between its ends; words
// gives the size of those that stand on it, next to where the arrow begins.
func (l *layered) thread(words func(edge int) (width, height float64)) {
	for i := range l.edges {
		one := &l.edges[i]
		first, last := l.nodes[one.from].layer, l.nodes[one.to].layer
		one.way = []int{one.from}
		at := first + 1
		if one.turned {
			at = last - 1
		}
		for layer := first + 1; layer < last; layer++ {
			made := node{layer: layer, bend: true, width: 12}
			if width, height := words(i); layer == at && width > 0 {
				made.width, made.height, made.bend = width, height, false
			}
			l.nodes = append(l.nodes, made)
			one.way = append(one.way, len(l.nodes)-1)
		}
		one.way = append(one.way, one.to)
		for k := 1; k < len(one.way); k++ {
			above, below := one.way[k-1], one.way[k]
			l.nodes[above].down = append(l.nodes[above].down, below)
			l.nodes[below].up = append(l.nodes[below].up, above)
		}
	}
	for i, one := range l.nodes {
		for len(l.layers) <= one.layer {
			l.layers = append(l.layers, nil)
		}
		l.layers[one.layer] = append(l.layers[one.layer], i)
	}
	l.number()
}

func (l *layered) number() {
	for _, layer := range l.layers {
		for place, i := range layer {
			l.nodes[i].place = place
		}
	}
}

// untangle orders the nodes of each layer by the middle of their neighbours,
// down and up again, and keeps the order with the fewest crossings.
func (l *layered) untangle() {
	best, fewest := l.copied(), l.crossings()
	for round := range 16 {
		down := round%2 == 0
		for k := range l.layers {
			if !down {
				k = len(l.layers) - 1 - k
			}
			middle := map[int]float64{}
			for _, i := range l.layers[k] {
				near := l.nodes[i].down
				if down {
					near = l.nodes[i].up
				}
				middle[i] = l.median(near, float64(l.nodes[i].place))
			}
			slices.SortStableFunc(l.layers[k], func(a, b int) int { return cmp.Compare(middle[a], middle[b]) })
			for place, i := range l.layers[k] {
				l.nodes[i].place = place
			}
		}
		if now := l.crossings(); now < fewest {
			best, fewest = l.copied(), now
		}
	}
	l.layers = best
	l.number()
}

func (l *layered) copied() [][]int {
	all := make([][]int, len(l.layers))
	for i, layer := range l.layers {
		all[i] = slices.Clone(layer)
	}
	return all
}

func (l *layered) median(near []int, otherwise float64) float64 {
	if len(near) == 0 {
		return otherwise
	}
	sum := 0.0
	for _, i := range near {
		sum += float64(l.nodes[i].place)
	}
	return sum / float64(len(near))
}

// crossings counts pairs of edges between two layers that cross.
func (l *layered) crossings() int {
	count := 0
	for _, layer := range l.layers {
		var ends []int
		for _, i := range layer {
			here := make([]int, 0, len(l.nodes[i].down))
			for _, to := range l.nodes[i].down {
				here = append(here, l.nodes[to].place)
			}
			slices.Sort(here)
			ends = append(ends, here...)
		}
		for i, a := range ends {
			for _, b := range ends[i+1:] {
				if a > b {
					count++
				}
			}
		}
	}
	return count
}
