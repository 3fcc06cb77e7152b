package tbanktest

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"
)

// answer is a response body; it may hold any JSON value under its fields.
type answer map[string]any

// method handles one call under the lock. The result is an answer, or an array for GetCardList.
type method func(*call) (any, *refusal)

func (s *Server) methodTable() map[string]method {
	return map[string]method{
		"Init": s.initPayment, "GetState": s.getState, "CheckOrder": s.checkOrder, "Confirm": s.confirm,
		"Cancel": s.cancel, "Charge": s.charge, "GetQr": s.getQr, "SbpPayTest": s.sbpPayTest,
		"AddCustomer": s.addCustomer, "GetCustomer": s.getCustomer, "RemoveCustomer": s.removeCustomer,
		"AddCard": s.addCard, "GetAddCardState": s.getAddCardState,
		"AddAccountQr": s.addAccountQr, "GetAddAccountQrState": s.getAddAccountQrState, "GetAccountQrList": s.getAccountQrList,
		"ChargeQr": s.chargeQr, "GetQrBankList": s.qrBankList, "QrMembersList": s.qrMembersList, "GetQrState": s.getQrState,
		"SendClosingReceipt": s.sendClosingReceipt,
		"GetCardList":        s.getCardList, "RemoveCard": s.removeCard, "Resend": s.resend,
		"getConfirmOperation": s.getConfirmOperation,
	}
}

// api serves POST /v2/<Method>. Business errors are HTTP 200 (T-Bank API 1.80).
func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "request body cannot be read", http.StatusBadRequest)
		return
	}
	fault := s.takeFault(name)
	if fault.before(s, w, r, body) {
		return
	}
	status, out := s.handle(name, r, body)
	s.log(name, body, status, out, fault)
	fault.after()
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	w.Write(out)
}

// stray answers what lies under the API's paths but is no method of it.
func (s *Server) stray(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	status, out := s.unserved(r.URL.Path, "", "the path is not modelled by tbanktest", http.StatusNotImplemented)
	s.mu.Unlock()
	s.log(r.URL.Path, nil, status, out, Fault{})
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	w.Write(out)
}

// handle answers one call: checks the envelope, then runs the method under the lock.
func (s *Server) handle(name string, r *http.Request, body []byte) (int, []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	run, known := s.methods[name]
	known = known && strings.HasPrefix(r.URL.Path, "/cashbox/") == (name == closingReceipt)
	switch {
	case !known:
		return s.unserved(name, "", "the method is not modelled by tbanktest", http.StatusNotImplemented)
	case r.Method != http.MethodPost:
		return s.unserved(name, "", "called with "+r.Method+", the API takes POST", http.StatusMethodNotAllowed)
	case !isJSON(r.Header.Get("Content-Type")):
		return s.unserved(name, "Content-Type", "the API takes application/json", http.StatusUnsupportedMediaType)
	}
	c := &call{method: name, now: s.now(), base: s.base(r)}
	out, refused := s.run(c, body, run)
	if refused != nil {
		if refused.Protocol {
			s.violate(name, refused.Field, refused.Problem+" (answered "+refused.Code+")")
		}
		return http.StatusOK, encode(refused.answer())
	}
	s.touch()
	return http.StatusOK, encode(out)
}

func (s *Server) run(c *call, body []byte, run method) (any, *refusal) {
	if err := json.Unmarshal(body, &c.root); err != nil {
		return nil, s.breach("", "the body is not a JSON object", "1")
	}
	if refused := s.identify(c); refused != nil {
		return nil, refused
	}
	if refused := s.validate(c); refused != nil {
		return nil, refused
	}
	return run(c)
}

// identify finds the terminal and checks the token.
func (s *Server) identify(c *call) *refusal {
	if len(c.root) == 0 {
		return s.breach("", "the request is empty", "203")
	}
	key := c.str("TerminalKey")
	if key == "" {
		return s.breach("TerminalKey", "is missing", "205")
	}
	if len([]rune(key)) > 20 {
		return s.breach("TerminalKey", "is longer than 20", "210", "{min}", "1", "{max}", "20")
	}
	t, known := s.terminals[key]
	if !known {
		return s.breach("TerminalKey", "is unknown", "501")
	}
	if t.Blocked {
		return s.refuse("202")
	}
	c.terminal = t
	if !sameToken(c.str("Token"), token(c.root, t.Password)) {
		return s.breach("Token", "does not sign this request", "204")
	}
	return nil
}

// unserved answers a request that is no call of the modelled API.
func (s *Server) unserved(name, field, problem string, status int) (int, []byte) {
	s.violate(name, field, problem)
	return status, encode(answer{"Success": false, "ErrorCode": "9999", "Message": "tbanktest: " + name + ": " + problem})
}

// base is this server's address as the world sees it.
func (s *Server) base(r *http.Request) string {
	if s.cfg.BaseURL != "" {
		return strings.TrimRight(s.cfg.BaseURL, "/")
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

func isJSON(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && kind == "application/json"
}

func isNull(raw json.RawMessage) bool { return bytes.Equal(bytes.TrimSpace(raw), []byte("null")) }
