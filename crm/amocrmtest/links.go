package amocrmtest

import (
	"slices"
)

// link joins two entities. It is kept from the deal's side, and between a
// contact and a company from the contact's.
type link struct {
	from   string
	fromID int64
	to     string
	toID   int64
	main   bool
	meta   map[string]any // quantity, catalog_id, price_id of a list element
}

// metadata reads main_contact where is_main was written (API v4, entity-links-api).
func (k link) metadata() any {
	switch k.to {
	case "contacts":
		return object{"main_contact": k.main}
	case "catalog_elements":
		return k.meta
	}
	return nil
}

func (s *Server) linked(from string, id int64, to string) []link {
	var out []link
	for _, k := range s.links {
		if k.from == from && k.fromID == id && (to == "" || k.to == to) {
			out = append(out, k)
		}
	}
	return out
}

// join adds a link or changes the one there is. The first contact of a deal is
// its main one; a new main contact takes the place of the old.
func (s *Server) join(k link) {
	at := slices.IndexFunc(s.links, func(o link) bool { return o.same(k) })
	if at < 0 {
		k.main = k.main || (k.to == "contacts" && len(s.linked(k.from, k.fromID, "contacts")) == 0)
		s.links = append(s.links, k)
	} else {
		s.links[at].meta = k.meta
		s.links[at].main = k.main || s.links[at].main
	}
	if !k.main {
		return
	}
	for i, o := range s.links {
		if o.from == k.from && o.fromID == k.fromID && o.to == k.to && o.toID != k.toID {
			s.links[i].main = false
		}
	}
}

func (k link) same(o link) bool {
	return k.from == o.from && k.fromID == o.fromID && k.to == o.to && k.toID == o.toID
}

func (s *Server) part(k link) {
	s.links = slices.DeleteFunc(s.links, k.same)
}

func (s *Server) leadsOf(entity string, id int64) []int64 {
	var out []int64
	for _, k := range s.links {
		if k.from == "leads" && k.to == entity && k.toID == id && s.exists("leads", k.fromID) {
			out = append(out, k.fromID)
		}
	}
	return out
}

func (s *Server) contactsOf(company int64) []int64 {
	var out []int64
	for _, k := range s.links {
		if k.from == "contacts" && k.to == "companies" && k.toID == company {
			out = append(out, k.fromID)
		}
	}
	return out
}

func (s *Server) mainContact(lead int64) *Contact {
	for _, k := range s.linked("leads", lead, "contacts") {
		if k.main {
			return s.contacts[k.toID]
		}
	}
	return nil
}
