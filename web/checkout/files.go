package checkout

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"

	"voronka/bot"
	"voronka/web"
)

// Files answers GET /files/{signed}: it hands over what was bought, as often as
// the link works, from any place in the file.
type Files struct {
	// Open opens what a link leads to, or says with an error of package bot why not.
	Open func(ctx context.Context, signed string) (*os.File, error)
	// Text is the locales' lookup, Language the project's.
	Text     func(lang, key string, args map[string]any) string
	Language string
	// ChatURL leads back to the bot; may be empty.
	ChatURL string
	Log     *slog.Logger
}

// Handler gives the handler.
func (f Files) Handler() (http.Handler, error) {
	tmpl, err := template.ParseFS(pages, "pay.html")
	if err != nil {
		return nil, fmt.Errorf("parse the payment page: %w", err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.serve(w, r, tmpl) }), nil
}

func (f Files) serve(w http.ResponseWriter, r *http.Request, tmpl *template.Template) {
	file, err := f.Open(r.Context(), r.PathValue("signed"))
	if err != nil {
		f.refuse(w, tmpl, err)
		return
	}
	defer file.Close() // it was only read
	info, err := file.Stat()
	if err != nil {
		f.refuse(w, tmpl, err)
		return
	}
	web.Secure(w)
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Robots-Tag", "noindex")
	name := path.Base(info.Name())
	h.Set("Content-Type", kindOf(name))
	h.Set("Content-Disposition", attachment(name))
	http.ServeContent(w, r, name, info.ModTime(), file)
}

// kindOf is what a file is by its name.
func kindOf(name string) string {
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

// attachment names a file to be saved: for who reads RFC 6266 as it is, for
// others with what is not ASCII left out.
func attachment(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%/`, r) {
			return '_'
		}
		return r
	}, name)
	return `attachment; filename="` + plain + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}

// refuse says why there is nothing to download.
func (f Files) refuse(w http.ResponseWriter, tmpl *template.Template, err error) {
	state, status := "trouble", http.StatusServiceUnavailable
	switch {
	case errors.Is(err, bot.ErrNoDownload):
		state, status = "missing", http.StatusNotFound
	case errors.Is(err, bot.ErrWithdrawn):
		state, status = "withdrawn", http.StatusGone
	case errors.Is(err, bot.ErrLate):
		state, status = "late", http.StatusGone
	}
	if err != bot.ErrNoDownload && err != bot.ErrWithdrawn && err != bot.ErrLate {
		f.Log.Error("a download did not begin", "error", err)
	}
	web.Secure(w)
	w.WriteHeader(status)
	// The customer has left when this fails; there is nobody to tell.
	_ = tmpl.Execute(w, page{
		Style: template.CSS(web.Style()), Language: f.Language, State: state, ChatURL: f.ChatURL,
		Title: f.Text(f.Language, "checkout.file."+state+".title", nil), Text: f.Text(f.Language, "checkout.file."+state+".text", nil),
		Back: f.Text(f.Language, "checkout.back", nil),
	})
}
