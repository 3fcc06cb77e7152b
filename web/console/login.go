package console

import "net/http"

// maxForm is far above any form of the console.
const maxForm = 64 << 10

func (c *Console) loginPage(w http.ResponseWriter, r *http.Request) {
	c.show(w, r, http.StatusOK, "login", "")
}

func (c *Console) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	ok, tired := c.doorkeeper.admit(r.PostFormValue("password"))
	switch {
	case tired:
		c.show(w, r, http.StatusTooManyRequests, "login", "login_tired")
	case !ok:
		c.show(w, r, http.StatusUnauthorized, "login", "login_wrong")
	default:
		c.setCookie(w, c.doorkeeper.session(), int(sessionLife.Seconds()))
		http.Redirect(w, r, "/console/", http.StatusSeeOther)
	}
}

func (c *Console) logout(w http.ResponseWriter, r *http.Request) {
	c.setCookie(w, "", -1)
	http.Redirect(w, r, "/console/login", http.StatusSeeOther)
}

func (c *Console) setCookie(w http.ResponseWriter, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: value, Path: "/console/", MaxAge: age,
		HttpOnly: true, Secure: c.Secure, SameSite: http.SameSiteStrictMode,
	})
}

// guarded lets only operators in, and takes forms only from our own pages.
func (c *Console) guarded(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !c.doorkeeper.known(r) {
			http.Redirect(w, r, "/console/login", http.StatusSeeOther)
			return
		}
		if r.Method == http.MethodPost {
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			if !c.doorkeeper.ownForm(r) {
				http.Error(w, c.Text(c.Language, "console.foreign_form", nil), http.StatusForbidden)
				return
			}
		}
		next(w, r)
	}
}
