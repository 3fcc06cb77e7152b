package amocrmtest

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

func (k *link) ends() []end { return []end{{k.from, k.fromID}, {k.to, k.toID}} }

func (s *Server) linked(from string, id int64, to string) []link {
	var out []link
	for _, k := range s.links.of[end{from, id}] {
		if k.from == from && k.fromID == id && (to == "" || k.to == to) {
			out = append(out, *k)
		}
	}
	return out
}

// join adds a link or changes the one there is. The first contact of a deal is
// its main one; a new main contact takes the place of the old.
func (s *Server) join(k link) {
	if old := s.same(k); old != nil {
		old.meta = k.meta
		old.main = k.main || old.main
	} else {
		k.main = k.main || (k.to == "contacts" && len(s.linked(k.from, k.fromID, "contacts")) == 0)
		s.links.add(&k, k.ends()...)
	}
	if !k.main {
		return
	}
	for _, o := range s.links.of[end{k.from, k.fromID}] {
		if o.from == k.from && o.fromID == k.fromID && o.to == k.to && o.toID != k.toID {
			o.main = false
		}
	}
}

// same is the link that is there between the same two, nil without one.
func (s *Server) same(k link) *link {
	for _, o := range s.links.of[end{k.from, k.fromID}] {
		if k.from == o.from && k.fromID == o.fromID && k.to == o.to && k.toID == o.toID {
			return o
		}
	}
	return nil
}

func (s *Server) part(k link) {
	if old := s.same(k); old != nil {
		s.links.remove(old, old.ends()...)
	}
}

func (s *Server) leadsOf(entity string, id int64) []int64 {
	var out []int64
	for _, k := range s.links.of[end{entity, id}] {
		if k.from == "leads" && k.to == entity && s.exists("leads", k.fromID) {
			out = append(out, k.fromID)
		}
	}
	return out
}

func (s *Server) contactsOf(company int64) []int64 {
	var out []int64
	for _, k := range s.links.of[end{"companies", company}] {
		if k.from == "contacts" && k.to == "companies" {
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
