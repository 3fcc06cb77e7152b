package tbanktest

import (
	"encoding/json"
	"net/mail"
	"net/url"
)

// getConfirmOperation is POST /v2/getConfirmOperation: certificates of operations, sent to e-mail addresses or
// to an address of the shop (T-Bank API 1.80; one of the two is wanted). Here nothing is sent; Requests tells.
func (s *Server) getConfirmOperation(c *call) (any, *refusal) {
	var asked struct {
		PaymentIdList []json.Number
		EmailList     []string
		CallbackUrl   string
	}
	raw, err := json.Marshal(c.root)
	if err != nil || json.Unmarshal(raw, &asked) != nil || len(asked.PaymentIdList) == 0 {
		return nil, s.breach("PaymentIdList", "is no list of numbers", "1")
	}
	if c.has("EmailList") == c.has("CallbackUrl") {
		return nil, s.breach("EmailList", "is wanted, or CallbackUrl, one of them", "1")
	}
	for _, address := range asked.EmailList {
		if _, err := mail.ParseAddress(address); err != nil {
			return nil, s.breach("EmailList", "holds what is no address", "1")
		}
	}
	if u, err := url.Parse(asked.CallbackUrl); c.has("CallbackUrl") && (err != nil || u.Host == "") {
		return nil, s.breach("CallbackUrl", "is no address", "1")
	}
	list := []answer{}
	for _, id := range asked.PaymentIdList {
		line := answer{"Success": false, "ErrorCode": 255, "Message": "Платеж не найден", "PaymentId": id.String()}
		for _, p := range s.payments {
			if p.ID == id.String() && p.Terminal == c.terminal.Key && !p.PaidAt.IsZero() {
				line = answer{"Success": true, "ErrorCode": 0, "Message": "Запрос на отправку документа принят", "PaymentId": p.ID}
			}
		}
		list = append(list, line)
	}
	return answer{"Success": true, "ErrorCode": 0, "Message": "OK", "PaymentIdList": list}, nil
}
