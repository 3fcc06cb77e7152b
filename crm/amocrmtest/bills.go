package amocrmtest

import "slices"

// Bill is a row of the list of invoices, «Счета/покупки».
type Bill = Card

// AddBill writes an invoice as a manager would by hand, and answers its id. One
// without a status is created.
func (s *Server) AddBill(b Bill) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.ID == 0 {
		b.ID = s.nextID("elements")
	}
	if len(b.Values("BILL_STATUS")) == 0 {
		status := FieldValue{Code: "BILL_STATUS", Values: []Value{{Value: "Создан", EnumCode: "created", EnumID: 1302891}}}
		b.Fields = append(slices.Clone(b.Fields), status)
	}
	s.adopt(&b, "catalogs/"+digits(invoices))
	s.addElement(&element{card: b, catalog: invoices})
	s.stream.bump()
	return b.ID
}

// DeleteBill removes an invoice as a manager would by hand.
func (s *Server) DeleteBill(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.element(invoices, id); e != nil {
		s.elements.remove(e, end{id: id})
	}
}

// Bills are the invoices of the account, oldest first.
func (s *Server) Bills() []Bill {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Bill
	for _, e := range s.elements.all {
		if e.catalog == invoices {
			all = append(all, e.card)
		}
	}
	return all
}
