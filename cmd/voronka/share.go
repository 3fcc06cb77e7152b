package main

// shares divides what this process may send among all that work with its database.
type shares struct{ *service }

// Spent implements postgres.Budget.
func (s shares) Spent() float64 { return s.sender.Spent() }

// Share implements postgres.Budget.
func (s shares) Share(replicas int, others float64) {
	s.sender.Share(replicas, others)
	if s.amo != nil {
		s.amo.Share(replicas)
	}
}
