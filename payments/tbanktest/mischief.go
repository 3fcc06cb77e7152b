package tbanktest

import "time"

// Mischief is what can go wrong with notifications. The zero value is a well-behaved bank.
type Mischief struct {
	Duplicate int           // so many extra copies of each notification
	Reorder   bool          // the last notification of an operation is delivered first, then the others
	Lose      int           // the next so many notifications are never sent (Resend finds them)
	BadTokens int           // the next so many notifications carry a wrong token
	Delay     time.Duration // real time before the first attempt

	RejectedFirst bool  // a paid payment is reported REJECTED, then CONFIRMED
	Amount        int64 // this amount (kopecks) in place of the paid one
	RefundedPart  bool  // refunds report the returned part; otherwise what is left, or the whole when all is returned
	SlowRefunds   bool  // refunds of the faster payment system stay on their way until FinishRefund
	Fiscal        bool  // a RECEIPT notification after each paid payment, register or not

	SameCardID bool // a card that is stored again keeps its CardId; otherwise it gets another (no document tells)

	Extra      map[string]any // more fields at the root, signed where they are scalars
	DataString bool           // Data as a JSON string, as older versions had it; then it is signed
}

// Mischief sets how notifications misbehave from now on.
func (s *Server) Mischief(m Mischief) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mischief = m
}
