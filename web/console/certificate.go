package console

import (
	"errors"
	"net/http"
	"net/mail"
	"net/url"
	"strings"

	"voronka/bot"
	"voronka/storage"
)

// certificate has the bank send its certificate of a payment to an address.
func (c *Console) certificate(w http.ResponseWriter, r *http.Request) {
	address, err := mail.ParseAddress(strings.TrimSpace(r.PostFormValue("email")))
	if err != nil {
		http.Error(w, c.Text(c.Language, "console.bad_email", nil), http.StatusUnprocessableEntity)
		return
	}
	payment, err := c.payment(r)
	if err == nil {
		err = c.Bot.Certify(r.Context(), payment.ID, address.Address, operator)
	}
	switch {
	case errors.Is(err, storage.ErrNotFound):
		http.NotFound(w, r)
	case errors.Is(err, bot.ErrNotPaid):
		http.Error(w, c.Text(c.Language, "console.not_paid", nil), http.StatusConflict)
	case err != nil:
		c.fail(w, err)
	default:
		http.Redirect(w, r, "/console/dialogs/"+url.PathEscape(payment.Contact), http.StatusSeeOther)
	}
}
