package tbanktest

import (
	"encoding/json"
	"net/http"
	"slices"
)

// closingReceipt is a method of /cashbox alone.
const closingReceipt = "SendClosingReceipt"

// cashboxAPI serves POST /cashbox/SendClosingReceipt, the one method that is not under /v2.
func (s *Server) cashboxAPI(w http.ResponseWriter, r *http.Request) {
	r.SetPathValue("method", closingReceipt)
	s.api(w, r)
}

// sendClosingReceipt takes the receipt of a full payment after one of prepayment or advance (T-Bank API 1.80,
// SendClosingReceipt).
func (s *Server) sendClosingReceipt(c *call) (any, *refusal) {
	p, refused := s.asked(c)
	if refused != nil {
		return nil, refused
	}
	if !c.has("Receipt") {
		return nil, s.breach("Receipt", "is required", "309")
	}
	var first struct {
		Items []struct{ PaymentMethod string }
	}
	advance := json.Unmarshal(p.Receipt, &first) == nil && slices.ContainsFunc(first.Items, func(it struct{ PaymentMethod string }) bool {
		return it.PaymentMethod == "full_prepayment" || it.PaymentMethod == "prepayment" || it.PaymentMethod == "advance"
	})
	if p.Status != StatusConfirmed && p.Status != StatusPartialRefunded || !advance {
		return nil, s.refuse("8").with(answer{"Status": p.Status, "PaymentId": p.ID})
	}
	if refused := s.checkReceipt(c, p.current()); refused != nil {
		return nil, refused
	}
	p.Closing = append(p.Closing, c.root["Receipt"])
	s.notifyFiscal(p, "Income", p.current())
	return answer{"Success": true, "ErrorCode": "0", "Message": "OK"}, nil
}
