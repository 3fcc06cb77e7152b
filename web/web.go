// Package web holds what all pages share: the stylesheet and the way pages
// are answered. console/ is for operators and marketers, checkout/ for
// customers.
package web

import (
	_ "embed"
	"net/http"
)

//go:embed style.css
var style string

// Style is the one stylesheet of all pages, to be put inside them: pages need
// no second request and no outside resource.
func Style() string { return style }

// Secure sets the headers of a page that holds no foreign content: nothing is
// loaded from elsewhere, framed elsewhere, cached or leaked by a referrer.
func Secure(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
}
