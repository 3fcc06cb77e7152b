package tbanktest

import "net/http"

// routeTPay adds the unsigned methods of T-Pay (T-Bank API 1.80, "T-Pay") and what a terminal can do.
func (s *Server) routeTPay(mux *http.ServeMux) {
	mux.HandleFunc("GET /v2/TinkoffPay/terminals/{terminal}/status", s.unsigned("TinkoffPay/status", s.tpayStatus))
	mux.HandleFunc("GET /v2/TinkoffPay/transactions/{payment}/versions/{version}/link", s.unsigned("TinkoffPay/link", s.tpayLink))
	mux.HandleFunc("GET /v2/TinkoffPay/{payment}/QR", s.tpayPicture)
	mux.HandleFunc("GET /v2/GetTerminalPayMethods", s.unsigned("GetTerminalPayMethods", s.terminalPayMethods))
}

// unsigned answers a GET that carries no token.
func (s *Server) unsigned(name string, run func(*http.Request) (answer, *refusal)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		fault := s.takeFault(name)
		if fault.before(s, w, r, nil) {
			return
		}
		s.mu.Lock()
		out, refused := run(r)
		if refused != nil {
			out = refused.answer()
		}
		s.mu.Unlock()
		body := encode(out)
		s.log(name, nil, http.StatusOK, body, fault)
		fault.after()
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		w.Write(body)
	}
}

func (s *Server) tpayStatus(r *http.Request) (answer, *refusal) {
	t, known := s.terminals[r.PathValue("terminal")]
	if !known {
		return nil, s.refuse("501")
	}
	params := answer{"Allowed": t.TPay}
	if t.TPay {
		params["Version"] = "2.0"
	}
	return answer{"Success": true, "ErrorCode": "0", "Params": params}, nil
}

func (s *Server) tpayLink(r *http.Request) (answer, *refusal) {
	p, refused := s.tpayPayment(r)
	if refused != nil {
		return nil, refused
	}
	if r.PathValue("version") != "2.0" {
		return nil, s.refuse("1")
	}
	return answer{"Success": true, "ErrorCode": "0", "Params": answer{"RedirectUrl": p.URL + "?tpay=1", "WebQR": p.URL + "?tpay=1"}}, nil
}

func (s *Server) tpayPicture(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	p, refused := s.tpayPayment(r)
	s.mu.Unlock()
	if refused != nil {
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		w.Write(encode(refused.answer()))
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Write([]byte(qrPicture(p.ID)))
}

func (s *Server) tpayPayment(r *http.Request) (*payment, *refusal) {
	for _, p := range s.payments {
		if p.ID != r.PathValue("payment") {
			continue
		}
		s.expire(p)
		switch {
		case !s.terminals[p.Terminal].TPay:
			return nil, s.refuse("1099")
		case !isPayable(p.Status):
			return nil, s.refuse("8")
		}
		return p, nil
	}
	return nil, s.refuse("255")
}

func (s *Server) terminalPayMethods(r *http.Request) (answer, *refusal) {
	t, known := s.terminals[r.URL.Query().Get("TerminalKey")]
	if !known {
		return nil, s.refuse("501")
	}
	methods := []answer{}
	if t.TPay {
		methods = append(methods, answer{"PayMethod": "TinkoffPay", "Params": answer{"Version": "2.0"}})
	}
	if t.SBP {
		methods = append(methods, answer{"PayMethod": "SBP"})
	}
	return answer{"Success": true, "ErrorCode": "0", "TerminalInfo": answer{
		"Paymethods": methods, "AddCardScheme": true, "TokenRequired": true, "InitTokenRequired": true,
	}}, nil
}
