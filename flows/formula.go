package flows

// Formula is a compiled `if:` or `set:` expression.
type Formula struct {
	Source string
	Pos    Pos
	// Names are the variables it reads.
	Names []string
	eval  func(vars map[string]string) (string, error)
}
