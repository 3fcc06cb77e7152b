package tbanktest

import (
	"encoding/json"
	"slices"
	"time"
)

// Payment is one payment in the bank's own ledger, for checks that do not trust the client.
// All sums are kopecks.
type Payment struct {
	ID          string // 12 digits
	URL         string // PaymentURL
	Terminal    string
	OrderID     string
	Description string
	CustomerKey string
	Language    string // "ru" or "en"
	Status      string
	ErrorCode   string // of the last declined attempt

	Amount   int64 // asked for in Init
	Paid     int64 // held or taken; differs from Amount when the buyer paid another sum
	Refunded int64 // returned or released

	TwoStage  bool
	SBP       bool
	Recurrent bool
	RebillID  string // set once a recurrent parent is paid
	CardID    string

	Created time.Time
	Expires time.Time // the link's deadline
	PaidAt  time.Time // zero until confirmed

	Receipt       json.RawMessage   // of Init, or of Confirm where it came later
	Refunds       []json.RawMessage // receipts of refunds
	Closing       []json.RawMessage // closing receipts
	Notifications []Notification
	History       []Moment
}

// Moment is one change of a payment's status.
type Moment struct {
	At     time.Time
	Status string
}

// payment is a Payment with what the bank keeps to itself.
type payment struct {
	Payment
	short                     string // last part of PaymentURL
	merchant                  string
	notificationURL           string
	successURL                string
	failURL                   string
	initiator                 string // DATA.OperationInitiatorType
	card                      Card
	heldAt                    time.Time
	charged                   bool       // Charge was tried: the form is closed
	byQR                      bool       // DATA.QR: paid, or bound, by the faster payment system
	refunding                 *refunding // a slow refund under way; cancelCode and cancelMessage say why one failed
	cancelCode, cancelMessage string
	cancels                   map[string]answer
}

// Payments is the bank's ledger, oldest first.
func (s *Server) Payments() []Payment {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Payment, 0, len(s.payments))
	for _, p := range s.payments {
		s.expire(p)
		out = append(out, p.snapshot())
	}
	return out
}

// Payment is one payment by its id, order id, or link.
func (s *Server) Payment(link string) (Payment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.find(link)
	if err != nil {
		return Payment{}, err
	}
	return p.snapshot(), nil
}

func (p *payment) snapshot() Payment {
	out := p.Payment
	out.Refunds = slices.Clone(p.Refunds)
	out.Closing = slices.Clone(p.Closing)
	out.Notifications = slices.Clone(p.Notifications)
	out.History = slices.Clone(p.History)
	return out
}

// become moves the payment to a status; the caller holds the lock.
func (s *Server) become(p *payment, status string) {
	p.Status = status
	p.History = append(p.History, Moment{At: s.now(), Status: status})
	s.touch()
}

// holdLife is how long money stays held (T-Bank API 1.80, "Двухстадийная оплата": seven days with that of the
// authorization).
const holdLife = 7 * 24 * time.Hour

// expire closes the payment if its deadline has passed, and lets go of money that was held too long; the caller
// holds the lock.
func (s *Server) expire(p *payment) {
	if (p.Status == StatusAuthorized || p.Status == StatusPartialReversed) && !s.now().Before(p.heldAt.Add(holdLife)) {
		s.giveBack(p, p.current(), nil)
		return
	}
	if expires(p.Status) && !s.now().Before(p.Expires) {
		s.become(p, StatusDeadlineExpired)
	}
}

// current is what is still held or taken.
func (p *payment) current() int64 { return p.Paid - p.Refunded }

func (s *Server) byID(terminal, id string) *payment {
	for _, p := range s.payments {
		if p.ID == id && p.Terminal == terminal {
			s.expire(p)
			return p
		}
	}
	return nil
}
