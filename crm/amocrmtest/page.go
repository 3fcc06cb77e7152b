package amocrmtest

import (
	"embed"
	"encoding/json"
	"html/template"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

//go:embed page
var pages embed.FS

// servePage answers the board and what it needs. All its addresses are relative,
// so it lives under any prefix and inside an iframe.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/")
	switch {
	case path == "" && r.Method == http.MethodGet:
		s.serveIndex(w, r)
	case path == "board.css" || path == "board.js":
		http.ServeFileFS(w, r, pages, "page/"+path)
	case path == "board.json" && r.Method == http.MethodGet:
		writeJSON(w, s.boardView())
	case path == "board/stream" && r.Method == http.MethodGet:
		s.serveStream(w, r)
	case strings.HasPrefix(path, "board/leads/"):
		s.serveDeal(w, r, strings.TrimPrefix(path, "board/leads/"))
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) serveIndex(w http.ResponseWriter, r *http.Request) {
	tmpl, err := template.ParseFS(pages, "page/board.html")
	if err != nil {
		http.Error(w, "the board's page does not parse", http.StatusInternalServerError)
		return
	}
	lang := language(r)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:")
	tmpl.Execute(w, object{"Lang": lang, "Words": words(lang), "Account": s.cfg.Subdomain})
}

// serveDeal is GET board/leads/{id}, POST board/leads/{id}/status and …/chat. A JSON
// body is asked for, so that a foreign page cannot post a form here.
func (s *Server) serveDeal(w http.ResponseWriter, r *http.Request, rest string) {
	number, action, _ := strings.Cut(rest, "/")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	switch {
	case action == "" && r.Method == http.MethodGet:
		details := s.dealDetails(id)
		if details == nil {
			http.NotFound(w, r)
			return
		}
		writeJSON(w, details)
	case action == "status" && r.Method == http.MethodPost:
		s.serveMove(w, r, id)
	case action == "chat" && r.Method == http.MethodPost:
		s.serveChat(w, r, id)
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) serveMove(w http.ResponseWriter, r *http.Request, id int64) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		http.Error(w, "send application/json", http.StatusUnsupportedMediaType)
		return
	}
	var asked struct {
		Status int64 `json:"status"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&asked); err != nil {
		http.Error(w, "send {\"status\": id}", http.StatusBadRequest)
		return
	}
	if err := s.MoveLead(id, asked.Status); err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(v)
}

// language is Russian unless ?lang= or the browser asks for English first.
func language(r *http.Request) string {
	if asked := r.URL.Query().Get("lang"); asked == "en" || asked == "ru" {
		return asked
	}
	for _, entry := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		switch lang, _, _ := strings.Cut(strings.TrimSpace(entry), ";"); strings.ToLower(lang)[:min(2, len(lang))] {
		case "ru":
			return "ru"
		case "en":
			return "en"
		}
	}
	return "ru"
}
