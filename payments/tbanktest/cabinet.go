package tbanktest

import (
	"net/http"
	"slices"
	"strconv"
)

// cabinetView is what an operator of the bank sees.
type cabinetView struct {
	T                           words
	Other                       string // the other language's code
	Version                     int
	Received, Returned, Awaited string
	Rows                        []cabinetRow
	Violations                  []Violation
}

type cabinetRow struct {
	Payment
	Short, Sum, Paid, Time, Mask string
	Tone                         string // good, bad, wait, back: how the status is coloured
	Told, Total                  int
	Trouble                      string // what the last failed notification met
	Action                       string // refund, cancel, or nothing
	Payable                      bool
}

// cabinet serves GET /: payments with their statuses, newest first.
func (s *Server) cabinet(w http.ResponseWriter, r *http.Request) {
	s.show(w, http.StatusOK, "cabinet", s.cabinetView(r))
}

// cabinetList serves GET /list?since=<version>: the changed part of the cabinet, or 204.
func (s *Server) cabinetList(w http.ResponseWriter, r *http.Request) {
	v := s.cabinetView(r)
	if r.URL.Query().Get("since") == strconv.Itoa(v.Version) {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	s.show(w, http.StatusOK, "list", v)
}

// cabinetRefund serves POST /refund: cancels a payment or returns all that is left of it.
func (s *Server) cabinetRefund(w http.ResponseWriter, r *http.Request) {
	if _, err := s.Cancel(r.PostFormValue("payment")); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	seeOther(w, "./?lang="+language(r))
}

func language(r *http.Request) string {
	if r.FormValue("lang") == "en" {
		return "en"
	}
	return "ru"
}

func (s *Server) cabinetView(r *http.Request) cabinetView {
	lang := language(r)
	v := cabinetView{T: s.pages.words[lang], Other: map[string]string{"ru": "en", "en": "ru"}[lang]}
	s.mu.Lock()
	defer s.mu.Unlock()
	var received, returned, awaited int64
	for _, p := range slices.Backward(s.payments) {
		s.expire(p)
		row := rowOf(p, lang)
		received += p.current()
		returned += p.Refunded
		if row.Payable {
			awaited += p.Amount
		}
		v.Rows = append(v.Rows, row)
	}
	v.Received, v.Returned, v.Awaited = money(received, lang), money(returned, lang), money(awaited, lang)
	v.Violations = slices.Clone(s.violations[max(0, len(s.violations)-20):])
	slices.Reverse(v.Violations)
	v.Version = s.version + len(s.violations)
	return v
}

func rowOf(p *payment, lang string) cabinetRow {
	row := cabinetRow{Payment: p.snapshot(), Short: p.short, Sum: money(p.Amount, lang),
		Time: p.Created.Format("02.01 15:04:05"), Mask: lastDigits(p.card), Payable: isPayable(p.Status) && !p.charged}
	if p.Paid != 0 && p.Paid != p.Amount {
		row.Paid = money(p.Paid, lang)
	}
	for _, n := range p.Notifications {
		row.Total++
		if n.Acked {
			row.Told++
		} else if n.Attempts > 0 {
			row.Trouble = n.Answer
		}
	}
	switch {
	case isPaid(p.Status):
		row.Tone, row.Action = "good", "refund"
	case p.Status == StatusNew || p.Status == StatusFormShowed:
		row.Tone, row.Action = "wait", "cancel"
	case p.Status == StatusRejected || p.Status == StatusDeadlineExpired:
		row.Tone = "bad"
	case p.Status == StatusAuthorizing || p.Status == Status3DSChecking || p.Status == Status3DSChecked:
		row.Tone = "wait"
	default:
		row.Tone = "back"
	}
	return row
}

// lastDigits is the end of a card's number, enough to tell cards apart.
func lastDigits(c Card) string {
	if len(c) < 4 {
		return ""
	}
	return "•• " + string(c[len(c)-4:])
}
