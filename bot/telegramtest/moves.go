package telegramtest

// Migrate turns the group with the id from into the supergroup with the id to: whoever calls it by
// its old id is told the new one (Bot API, ResponseParameters).
func (s *Server) Migrate(from, to int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved[from] = to
}

// upgraded is the answer to a call by an id that a group has no more.
func upgraded(to int64) *failure {
	out := badRequest("group chat was upgraded to a supergroup chat")
	out.MigrateTo = to
	return out
}

// ForgetFiles makes every file_id given out so far a wrong one, as the ids of another bot are.
func (s *Server) ForgetFiles() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.files)
}
