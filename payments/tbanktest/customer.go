package tbanktest

type customerKey struct{ terminal, key string }

// customer is a buyer whom a shop registered, or who saved a card.
type customer struct {
	email, phone string
	cards        []*storedCard
}

func (s *Server) customerOf(c *call) (*customer, customerKey) {
	key := customerKey{c.terminal.Key, c.str("CustomerKey")}
	return s.customers[key], key
}

// noCustomer is code 7, as GetCustomer of API 1.80 shows it.
func (s *Server) noCustomer() *refusal {
	r := s.refuse("7")
	r.Details = "Клиент не найден."
	return r
}

// addCustomer is POST /v2/AddCustomer; adding again changes e-mail and phone.
func (s *Server) addCustomer(c *call) (any, *refusal) {
	who, key := s.customerOf(c)
	if who == nil {
		who = &customer{}
		s.customers[key] = who
	}
	if c.has("Email") {
		who.email = c.str("Email")
	}
	if c.has("Phone") {
		who.phone = c.str("Phone")
	}
	return c.ok(answer{"CustomerKey": key.key}), nil
}

// getCustomer is POST /v2/GetCustomer.
func (s *Server) getCustomer(c *call) (any, *refusal) {
	who, key := s.customerOf(c)
	if who == nil {
		return nil, s.noCustomer()
	}
	out := c.ok(answer{"CustomerKey": key.key})
	if who.email != "" {
		out["Email"] = who.email
	}
	if who.phone != "" {
		out["Phone"] = who.phone
	}
	return out, nil
}

// removeCustomer is POST /v2/RemoveCustomer.
func (s *Server) removeCustomer(c *call) (any, *refusal) {
	who, key := s.customerOf(c)
	if who == nil {
		return nil, s.noCustomer()
	}
	delete(s.customers, key)
	return c.ok(answer{"CustomerKey": key.key}), nil
}

// getCardList is POST /v2/GetCardList: a bare array, deleted cards among the others.
func (s *Server) getCardList(c *call) (any, *refusal) {
	who, _ := s.customerOf(c)
	if who == nil {
		return nil, s.noCustomer()
	}
	list := []answer{}
	for _, it := range who.cards {
		status := "A"
		if it.deleted {
			status = "D"
		}
		row := answer{"CardId": it.cardID, "Pan": it.card.mask(), "Status": status, "CardType": 0, "ExpDate": it.card.expiry()}
		if it.rebillID != "" {
			row["RebillId"] = it.rebillID
		}
		list = append(list, row)
	}
	return list, nil
}

// removeCard is POST /v2/RemoveCard.
func (s *Server) removeCard(c *call) (any, *refusal) {
	who, key := s.customerOf(c)
	if who == nil {
		return nil, s.noCustomer()
	}
	removed := false
	for _, it := range who.cards {
		if it.cardID == c.str("CardId") && !it.deleted {
			it.deleted, removed = true, true
		}
	}
	if removed {
		return c.ok(answer{"CustomerKey": key.key, "CardId": c.str("CardId"), "CardType": 0, "Status": "D"}), nil
	}
	r := s.refuse("7")
	r.Details = "Не удалось удалить карту клиента, для данного клиента такая карта не существует."
	return nil, r
}
