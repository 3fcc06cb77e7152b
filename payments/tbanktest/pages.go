package tbanktest

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
)

//go:embed pages
var pageFiles embed.FS

// pages are the templates and assets of the payment page and the cabinet.
type pages struct {
	templates *template.Template
	assets    http.Handler
	words     map[string]words
}

func loadPages() *pages {
	assets, err := fs.Sub(pageFiles, "pages/assets")
	if err != nil {
		panic("tbanktest: embedded pages: " + err.Error())
	}
	return &pages{
		templates: template.Must(template.ParseFS(pageFiles, "pages/*.html")),
		assets:    http.StripPrefix("/assets/", http.FileServerFS(assets)),
		words:     map[string]words{"ru": russian(), "en": english()},
	}
}

func (s *Server) routePages(mux *http.ServeMux) {
	guard := http.NewCrossOriginProtection()
	mux.HandleFunc("GET /{$}", s.cabinet)
	mux.HandleFunc("GET /list", s.cabinetList)
	mux.Handle("POST /refund", guard.Handler(http.HandlerFunc(s.cabinetRefund)))
	mux.HandleFunc("GET /new/{short}", s.payPage)
	mux.HandleFunc("POST /new/{short}", s.payForm)
	mux.HandleFunc("GET /bind/{short}", s.bindPage)
	mux.HandleFunc("POST /bind/{short}", s.bindForm)
	mux.Handle("GET /assets/", s.pages.assets)
}

// show renders a page. Pages may stand in a frame of the shop, so nothing forbids framing.
func (s *Server) show(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := s.pages.templates.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, "the page cannot be shown: "+err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'")
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// seeOther redirects with an address relative to the page, so that it holds under any prefix.
func seeOther(w http.ResponseWriter, address string) {
	w.Header().Set("Location", address)
	w.WriteHeader(http.StatusSeeOther)
}
