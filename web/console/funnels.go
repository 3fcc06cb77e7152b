package console

import "net/http"

// Funnel is one that can be looked at.
type Funnel struct{ ID, Title string }

// funnels shows the pictures of all funnels.
func (c *Console) funnels(w http.ResponseWriter, r *http.Request) {
	c.show(w, r, http.StatusOK, "funnels", c.Funnels())
}

// funnel answers with the picture of one.
func (c *Console) funnel(w http.ResponseWriter, r *http.Request) {
	picture, err := c.Picture(r.Context(), r.PathValue("id"))
	if err != nil {
		http.Error(w, c.Text(c.Language, "console.no_picture", nil), http.StatusInternalServerError)
		return
	}
	if picture == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	w.Header().Set("Cache-Control", "private, max-age=60")
	_, _ = w.Write(picture) // nobody is left to be told
}
