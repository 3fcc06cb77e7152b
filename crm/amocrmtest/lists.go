package amocrmtest

import "slices"

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

// listOf is the id of a list by its type, nil where the account has none.
func (s *Server) listOf(kind string) any {
	for _, k := range s.catalogs {
		if k.kind == kind {
			return k.id
		}
	}
	return nil
}
