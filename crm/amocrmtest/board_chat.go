package amocrmtest

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
)

// chatShown is how many messages of a chat the page shows.
const chatShown = 100

// chatOf is the contact's chat as the page shows it: the conversation, empty
// where there is none, and its last messages.
func (s *Server) chatOf(contact int64) (conversation string, messages []object) {
	messages = []object{}
	for _, one := range s.chats {
		if contact == 0 || one.contact != contact {
			continue
		}
		conversation = one.conversation
		of := s.chatMessages(func(m ChatMessage) bool { return m.Chat == one.id })
		for _, m := range of[max(0, len(of)-chatShown):] {
			messages = append(messages, object{
				"id": m.ID, "from": m.From, "name": m.Name, "text": m.Text, "media": m.Media, "at": m.At.Unix(), "status": m.Status, "error": m.Error,
			})
		}
	}
	return conversation, messages
}

// serveChat is POST board/leads/{id}/chat: a manager writes to the customer.
func (s *Server) serveChat(w http.ResponseWriter, r *http.Request, id int64) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		http.Error(w, "send application/json", http.StatusUnsupportedMediaType)
		return
	}
	var asked struct {
		Text string `json:"text"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&asked); err != nil || asked.Text == "" {
		http.Error(w, "send {\"text\": …}", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	conversation := ""
	if who := s.mainContact(id); s.exists("leads", id) && who != nil {
		conversation, _ = s.chatOf(who.ID)
	}
	s.mu.Unlock()
	if _, _, err := s.WriteInChat(r.Context(), conversation, asked.Text, ""); errors.Is(err, ErrNoChat) {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
