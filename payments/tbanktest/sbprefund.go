package tbanktest

import "fmt"

// qrBankList is POST /v2/GetQrBankList: banks whose apps pay by the faster payment system, in their order.
func (s *Server) qrBankList(c *call) (any, *refusal) {
	if !c.terminal.SBP {
		return nil, s.refuse("3019")
	}
	banks := []answer{}
	for i, name := range []string{"Т-Банк", "Сбербанк", "ВТБ"} {
		nspk := fmt.Sprintf("1000000000%02d", []int{4, 11, 5}[i])
		banks = append(banks, answer{"BankId": "bank" + nspk, "NspkBankId": nspk, "BankName": name,
			"BankLogo": "https://qr.nspk.ru/proxyapp/logo/bank" + nspk + ".png", "BankOrder": i + 1})
	}
	return answer{"Success": true, "ErrorCode": "0", "Message": "OK", "BankList": banks}, nil
}

// qrMembersList is POST /v2/QrMembersList: where a payment by the faster payment system can go back to.
func (s *Server) qrMembersList(c *call) (any, *refusal) {
	p, refused := s.asked(c)
	if refused != nil {
		return nil, refused
	}
	out := answer{"Success": true, "ErrorCode": "0", "Message": "OK", "OrderId": p.OrderID}
	if p.SBP && (p.Status == StatusConfirmed || p.Status == StatusPartialRefunded) {
		out["Members"] = []answer{
			{"MemberId": "100000000004", "MemberName": "Т-Банк", "IsPayee": true},
			{"MemberId": "100000000111", "MemberName": "Сбербанк", "IsPayee": false},
		}
	}
	return out, nil
}

// getQrState is POST /v2/GetQrState: how a refund by the faster payment system goes on.
func (s *Server) getQrState(c *call) (any, *refusal) {
	p, refused := s.asked(c)
	if refused != nil {
		return nil, refused
	}
	out := answer{"Success": true, "ErrorCode": "0", "Message": "OK", "Status": p.Status, "OrderId": p.OrderID, "Amount": p.Refunded}
	if p.cancelCode != "" {
		out["QrCancelCode"], out["QrCancelMessage"] = p.cancelCode, p.cancelMessage
	}
	return out, nil
}
