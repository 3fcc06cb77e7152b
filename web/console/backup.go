package console

import "net/http"

// backup lets a program with the console's password have a copy of the
// database. Browsers are never asked for a password here, so no other site can
// make one send it.
func (c *Console) backup(w http.ResponseWriter, r *http.Request) {
	_, password, _ := r.BasicAuth()
	ok, tired := c.doorkeeper.admit(password)
	switch {
	case tired:
		http.Error(w, c.Text(c.Language, "console.login_tired", nil), http.StatusTooManyRequests)
	case !ok:
		http.Error(w, c.Text(c.Language, "console.login_wrong", nil), http.StatusUnauthorized)
	default:
		c.Backup(w, r)
	}
}
