// Package demo is the page of `voronka demo`: the chat, the bank and the
// CRM's board side by side, on a phone one behind the other.
package demo

import (
	"embed"
	"fmt"
	"html/template"
	"net/http"

	"golang.org/x/text/language"

	"voronka/web"
)

//go:embed demo.html
var pages embed.FS

// Page answers with the demo's page in the reader's language.
func Page(text func(lang, key string, args map[string]any) string) (http.Handler, error) {
	tmpl, err := template.ParseFS(pages, "demo.html")
	if err != nil {
		return nil, fmt.Errorf("parse the demo page: %w", err)
	}
	matcher := language.NewMatcher([]language.Tag{language.Russian, language.English})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lang := "ru"
		if tag, _ := language.MatchStrings(matcher, r.URL.Query().Get("lang"), r.Header.Get("Accept-Language")); tag != language.Russian {
			if base, _ := tag.Base(); base.String() == "en" {
				lang = "en"
			}
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		// A reader who has left cannot be told anything.
		_ = tmpl.Execute(w, map[string]any{
			"Style": template.CSS(web.Style()), "Language": lang,
			"T": func(key string) string { return text(lang, "demo."+key, nil) },
		})
	}), nil
}
