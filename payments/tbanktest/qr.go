package tbanktest

import (
	"fmt"
	"strconv"
	"strings"
)

// getQr is POST /v2/GetQr: a link (or a picture of it) for the faster payment system. The link leads to this
// bank's own page instead of qr.nspk.ru.
func (s *Server) getQr(c *call) (any, *refusal) {
	p, refused := s.asked(c)
	if refused != nil {
		return nil, refused
	}
	switch {
	case !c.terminal.SBP:
		return nil, s.refuse("3001")
	case p.Amount < 1000 || p.Amount > 100_000_000: // 10 RUB to 1 million RUB, code 3016
		return nil, s.refuse("3016")
	case !isPayable(p.Status):
		return nil, s.refuse("8")
	case p.storesAccount() && p.Description == "": // API 1.80, Init: required to bind and pay
		return nil, s.breach("Description", "of Init is required to bind an account by paying", "201", "PaymentId", "Description")
	}
	s.become(p, StatusFormShowed)
	id, _ := strconv.ParseInt(p.ID, 10, 64)
	request := id % 1_000_000
	if p.storesAccount() {
		request, _ = strconv.ParseInt(s.bindByPaying(c, p).request, 10, 64)
	}
	data := fmt.Sprintf("%s?type=02&sum=%d&cur=RUB", p.URL, p.Amount)
	if c.str("DataType") == "IMAGE" {
		data = qrPicture(p.ID)
	}
	return c.ok(answer{"Message": "OK", "OrderId": p.OrderID, "Data": data, "PaymentId": id, "RequestKey": request}), nil
}

// qrPicture draws something that looks like a QR code; it stands for one and cannot be scanned.
func qrPicture(seed string) string {
	var b strings.Builder
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 25 25" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h25v25H0z"/><path d="`)
	n, _ := strconv.ParseUint(seed, 10, 64)
	for y := range 21 {
		for x := range 21 {
			n = n*6364136223846793005 + 1442695040888963407
			corner := x < 8 && y < 8 || x > 12 && y < 8 || x < 8 && y > 12
			if !corner && n>>63 == 1 {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+2, y+2)
			}
		}
	}
	for _, at := range [][2]int{{2, 2}, {16, 2}, {2, 16}} {
		fmt.Fprintf(&b, "M%d %dh7v7h-7zm1 1v5h5v-5zm1 1h3v3h-3z", at[0], at[1])
	}
	b.WriteString(`" fill-rule="evenodd"/></svg>`)
	return b.String()
}

// sbpPayTest is POST /v2/SbpPayTest: forces how an SBP payment of a test terminal ends.
func (s *Server) sbpPayTest(c *call) (any, *refusal) {
	p, refused := s.asked(c)
	if refused != nil {
		return nil, refused
	}
	late, rejected := c.str("IsDeadlineExpired") == "true", c.str("IsRejected") == "true"
	switch {
	case !c.terminal.SBP:
		return nil, s.refuse("3001")
	case late && rejected:
		return nil, s.breach("IsRejected", "excludes IsDeadlineExpired", "1")
	case !isPayable(p.Status):
		return nil, s.refuse("8")
	}
	switch {
	case late:
		p.SBP = true
		s.become(p, StatusDeadlineExpired)
	case rejected:
		p.SBP = true
		s.decline(p, "1005")
	default:
		s.takeBySBP(p, true)
	}
	return answer{"Success": true, "ErrorCode": "0", "Message": "OK", "Details": "0"}, nil
}
