package tbanktest

import (
	"net/http"
	"strings"
)

// appOf tells whose app a page plays: the link of GetQr opens any bank's, that of T-Pay T-Bank's.
func appOf(p *payment, r *http.Request) string {
	switch {
	case !isPayable(p.Status):
		return ""
	case r.URL.Query().Has("tpay"):
		return "tpay"
	case strings.HasPrefix(r.URL.Query().Get("type"), "0"):
		return "sbp"
	}
	return ""
}

// payByApp is a buyer who agrees, or refuses, in an app; the caller holds the lock.
func (s *Server) payByApp(p *payment, app string, agreed bool) {
	p.SBP, p.card = app == "sbp", ""
	if !agreed {
		s.decline(p, "1005")
		return
	}
	if p.SBP {
		s.takeBySBP(p, true)
		return
	}
	s.take(p, CardSuccess, p.Amount)
}

// bindPage serves GET /bind/<id>: a form that stores a card, or asks leave to charge an account.
func (s *Server) bindPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	b := s.bindingBy(r.PathValue("short"))
	if b == nil {
		s.mu.Unlock()
		s.show(w, http.StatusNotFound, "gone", payView{T: s.pages.words["ru"]})
		return
	}
	if b.Status == BindingNew && !b.isAccount {
		s.become(b.payment, BindingShowed)
	}
	v := s.bindView(b)
	s.mu.Unlock()
	s.show(w, http.StatusOK, "pay", v)
}

// bindForm serves POST /bind/<id>.
func (s *Server) bindForm(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.bindingBy(r.PathValue("short"))
	switch {
	case b == nil:
		s.show(w, http.StatusNotFound, "gone", payView{T: s.pages.words["ru"]})
		return
	case b.Status != BindingNew && b.Status != BindingShowed || !s.now().Before(b.until):
	case b.isAccount:
		s.bindAccount(b, r.PostFormValue("app") == "yes")
	default:
		if v := s.badCard(b.payment, r); v != nil {
			v.State = "bind"
			s.show(w, http.StatusUnprocessableEntity, "pay", *v)
			return
		}
		s.bind(b, cardNumber(r))
	}
	seeOther(w, b.short)
}

func (s *Server) bindingBy(short string) *binding {
	for _, b := range s.bindings {
		if b.short == short {
			return b
		}
	}
	return nil
}

// bindView describes a binding; the caller holds the lock.
func (s *Server) bindView(b *binding) payView {
	v := s.view(b.payment)
	v.Amount, v.OrderID = v.T["bind"], b.request
	switch b.Status {
	case BindingCompleted, AccountActive:
		v.State, v.T = "paid", v.T.with("paid", v.T["bound"], "paid_text", v.T["bound_text"])
	case BindingRejected, AccountInactive:
		v.State = "declined"
	default:
		v.State = "bind"
		if b.isAccount {
			v.State, v.App = "account", v.T["app_sbp"]
		}
		if !s.now().Before(b.until) {
			v.State = "expired"
		}
	}
	return v
}
