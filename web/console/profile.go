package console

import (
	"net/http"
	"net/http/pprof"
)

// profile shows what the process is busy with, to operators who are logged in
// and to programs with the console's password: `go tool pprof` can give one,
// but cannot log in.
func (c *Console) profile(w http.ResponseWriter, r *http.Request) {
	if !c.doorkeeper.known(r) {
		_, password, given := r.BasicAuth()
		if !given {
			http.Redirect(w, r, "/console/login", http.StatusSeeOther)
			return
		}
		if !c.admitProgram(w, password) {
			return
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	http.StripPrefix("/console", mux).ServeHTTP(w, r)
}

// admitProgram checks a password that came with a request itself, and answers
// where it is not the right one.
func (c *Console) admitProgram(w http.ResponseWriter, password string) bool {
	ok, tired := c.doorkeeper.admit(password)
	switch {
	case tired:
		http.Error(w, c.Text(c.Language, "console.login_tired", nil), http.StatusTooManyRequests)
	case !ok:
		http.Error(w, c.Text(c.Language, "console.login_wrong", nil), http.StatusUnauthorized)
	}
	return ok && !tired
}
