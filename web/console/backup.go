package console

import "net/http"

// backup lets a program with the console's password have a copy of the
// database. Browsers are never asked for a password here, so no other site can
// make one send it.
func (c *Console) backup(w http.ResponseWriter, r *http.Request) {
	_, password, _ := r.BasicAuth()
	if c.admitProgram(w, password) {
		c.Backup(w, r)
	}
}
