package telegramtest

import (
	"embed"
	"html/template"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

//go:embed page
var pageFiles embed.FS

// customerCookie remembers which customer a browser is.
const customerCookie = "telegramtest_customer"

// pageData is what chat.html needs; everything else comes as events.
type pageData struct {
	Lang, BotName, BotUsername, Initial string
	User                                int64
	Name                                string
	Words                               map[string]string
}

// servePage answers the chat page. ?user=ID picks the customer, ?name= names a new one, ?start= is a
// deep link's payload, ?lang= overrules the browser's language.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" && r.URL.Path != "" {
		http.NotFound(w, r)
		return
	}
	id := customerOf(r)
	if id == 0 {
		id = 5_000_000_000 + rand.Int64N(1_000_000_000)
	}
	http.SetCookie(w, &http.Cookie{
		Name: customerCookie, Value: strconv.FormatInt(id, 10), SameSite: http.SameSiteLaxMode, HttpOnly: true,
		MaxAge: int((30 * 24 * time.Hour).Seconds()),
	})
	lang := language(r)
	name := s.visitor(id, r.URL.Query().Get("name"), lang).name()
	page, err := template.ParseFS(pageFiles, "page/chat.html")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'")
	initial := []rune(s.cfg.BotName + "?")[:1]
	_ = page.Execute(w, pageData{
		Lang: lang, BotName: s.cfg.BotName, BotUsername: s.cfg.BotUsername, Initial: string(initial),
		User: id, Name: name, Words: words(lang),
	})
}

// visitor is the customer of a browser; a new one gets a name, so that the bot has whom to greet.
func (s *Server) visitor(id int64, name, lang string) *User {
	s.mu.Lock()
	known := s.users[id]
	s.mu.Unlock()
	if known != nil && name == "" {
		return known
	}
	if name == "" {
		names := strings.Fields("Анна Иван Мария Олег Дарья Павел Ольга Никита")
		if lang == "en" {
			names = strings.Fields("Anna John Mary Oliver Diana Paul Olga Nick")
		}
		name = names[id%int64(len(names))]
	}
	return s.User(Profile{ID: id, FirstName: name, LanguageCode: lang})
}

// customerOf reads ?user=ID, else the cookie; 0 when there is neither.
func customerOf(r *http.Request) int64 {
	if id, err := strconv.ParseInt(r.URL.Query().Get("user"), 10, 64); err == nil && id > 0 {
		return id
	}
	if cookie, err := r.Cookie(customerCookie); err == nil {
		if id, err := strconv.ParseInt(cookie.Value, 10, 64); err == nil && id > 0 {
			return id
		}
	}
	return 0
}

// language is Russian unless the browser or ?lang= prefers English.
func language(r *http.Request) string {
	asked := r.URL.Query().Get("lang")
	if asked == "" {
		asked = r.Header.Get("Accept-Language")
	}
	if strings.HasPrefix(strings.ToLower(asked), "en") {
		return "en"
	}
	return "ru"
}

// chatRoutes are the doors behind the page, and its own files.
func (s *Server) chatRoutes() http.Handler {
	mux := http.NewServeMux()
	assets, err := fs.Sub(pageFiles, "page")
	if err == nil {
		mux.Handle("GET /chat/assets/", http.StripPrefix("/chat/assets/", http.FileServerFS(assets)))
	}
	mux.HandleFunc("GET /chat/events", s.serveEvents)
	mux.HandleFunc("GET /chat/file/{id}", s.serveChatFile)
	mux.HandleFunc("POST /chat/start", s.act(func(u *User, a action) error { u.Start(a.Payload); return nil }))
	mux.HandleFunc("POST /chat/send", s.act(sendText))
	mux.HandleFunc("POST /chat/press", s.act(press))
	mux.HandleFunc("POST /chat/contact", s.act(shareContact))
	mux.HandleFunc("POST /chat/location", s.act(func(u *User, _ action) error { u.SendLocation(55.7558, 37.6173); return nil }))
	mux.HandleFunc("POST /chat/join", s.act(join))
	mux.HandleFunc("POST /chat/block", s.act(func(u *User, _ action) error { u.Block(); return nil }))
	mux.HandleFunc("POST /chat/unblock", s.act(func(u *User, _ action) error { u.Unblock(); return nil }))
	mux.HandleFunc("POST /chat/upload", s.serveUpload)
	return mux
}
