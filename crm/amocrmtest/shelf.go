package amocrmtest

import "slices"

// end is what something hangs on: a deal, a person, a row of a list. With an
// empty entity it is a thing's own id.
type end struct {
	entity string
	id     int64
}

// shelf keeps things in the order in which they came, and finds those of one end
// without a look at the others: ten thousand deals have a hundred thousand notes.
type shelf[T comparable] struct {
	all []T
	of  map[end][]T
}

func (s *shelf[T]) add(thing T, ends ...end) {
	s.all = append(s.all, thing)
	s.hang(thing, ends...)
}

func (s *shelf[T]) remove(thing T, ends ...end) {
	s.all = without(s.all, thing)
	s.unhang(thing, ends...)
}

func (s *shelf[T]) hang(thing T, ends ...end) {
	if s.of == nil {
		s.of = map[end][]T{}
	}
	for _, e := range ends {
		s.of[e] = append(s.of[e], thing)
	}
}

func (s *shelf[T]) unhang(thing T, ends ...end) {
	for _, e := range ends {
		s.of[e] = without(s.of[e], thing)
	}
}

// one is the thing with this id, the zero value where there is none.
func (s *shelf[T]) one(id int64) (thing T) {
	if found := s.of[end{id: id}]; len(found) > 0 {
		return found[0]
	}
	return thing
}

func without[T comparable](things []T, gone T) []T {
	return slices.DeleteFunc(slices.Clone(things), func(thing T) bool { return thing == gone })
}
