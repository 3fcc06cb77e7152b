package postgres

// Budget is something of which all replicas together may take only so much a
// second. Its methods are called with each beat, a second apart.
type Budget interface {
	// Spent is how much a second this replica took of late.
	Spent() float64
	// Share tells how many replicas are alive, and what the others took.
	Share(replicas int, others float64)
}

// Divide lets a budget be shared from the next beat on. It is called before Join.
func (r *Replica) Divide(b Budget) { r.budget = b }
