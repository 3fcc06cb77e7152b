package amocrmtest

import (
	"encoding/json"
	"slices"
)

// Elements are the rows of a list by its type: invoices, products, suppliers;
// oldest first.
func (s *Server) Elements(kind string) []Card {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Card
	for _, e := range s.elements.all {
		if k := s.catalog(e.catalog); k != nil && k.kind == kind {
			all = append(all, e.card)
		}
	}
	return all
}

// AddElement writes a row into a list by its type, as a manager would by hand.
func (s *Server) AddElement(kind, name string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.catalogs {
		if k.kind == kind {
			card := Card{ID: s.nextID("elements"), Name: name}
			s.addElement(&element{card: card, catalog: k.id})
			return card.ID
		}
	}
	return 0
}

// DropCatalogs is an account that has no lists: they are switched off, or not paid for.
func (s *Server) DropCatalogs() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catalogs = nil
}

// Linked are the ids that a deal is linked to, of one entity.
func (s *Server) Linked(lead int64, entity string) []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []int64
	for _, k := range s.linked("leads", lead, entity) {
		ids = append(ids, k.toID)
	}
	slices.Sort(ids)
	return ids
}

// LinkedQuantity is how much of a list's row hangs on a deal; false where it does not.
func (s *Server) LinkedQuantity(lead, element int64) (quantity float64, hangs bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.linked("leads", lead, "catalog_elements") {
		if k.toID == element {
			number, _ := k.meta["quantity"].(json.Number)
			quantity, _ = number.Float64()
			return quantity, true
		}
	}
	return 0, false
}

// DropFields takes fields away from a list by its type: accounts of long ago
// have fewer, and their owners delete some.
func (s *Server) DropFields(kind string, codes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.catalogs {
		if k.kind == kind {
			s.fields = slices.DeleteFunc(s.fields, func(f *Field) bool {
				return f.Entity == "catalogs/"+digits(k.id) && slices.Contains(codes, f.Code)
			})
		}
	}
}

// listOf is the id of a list by its type, nil where the account has none.
func (s *Server) listOf(kind string) any {
	for _, k := range s.catalogs {
		if k.kind == kind {
			return k.id
		}
	}
	return nil
}
