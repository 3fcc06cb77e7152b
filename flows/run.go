package flows

// Run is one turn in the making; steps add to it.
type Run struct {
	Flow    *Flow
	Input   Input
	Turn    *Turn
	Session *Session
}
