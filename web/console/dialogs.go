package console

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"voronka/bot"
	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

const (
	dialogsPerPage = 50
	linesPerPage   = 200
)

// row is one dialog in the list.
type row struct {
	Contact   sales.Contact
	State     string
	Last      flows.Line
	Attention string
}

type dialogsPage struct {
	Rows []row
	// Next leads to the older ones; empty on the last page.
	Next string
}

func (c *Console) dialogs(w http.ResponseWriter, r *http.Request) {
	var page dialogsPage
	err := storage.Peek(r.Context(), c.Store, func(tx storage.Tx) error {
		contacts, err := tx.Contacts(cursor(r.URL.Query()), dialogsPerPage)
		if err != nil {
			return err
		}
		for _, contact := range contacts {
			one, err := readRow(tx, contact)
			if err != nil {
				return err
			}
			page.Rows = append(page.Rows, one)
		}
		if len(contacts) == dialogsPerPage {
			last := contacts[len(contacts)-1]
			page.Next = "?" + url.Values{"id": {last.ID}, "at": {last.ActiveAt.UTC().Format(time.RFC3339Nano)}}.Encode()
		}
		return nil
	})
	if err != nil {
		c.fail(w, err)
		return
	}
	c.show(w, r, http.StatusOK, "dialogs", page)
}

// cursor is the contact after which a page begins.
func cursor(query url.Values) sales.Contact {
	at, err := time.Parse(time.RFC3339Nano, query.Get("at"))
	if err != nil {
		return sales.Contact{}
	}
	return sales.Contact{ID: query.Get("id"), ActiveAt: at}
}

func readRow(tx storage.Tx, contact sales.Contact) (row, error) {
	one := row{Contact: contact}
	session, err := tx.Session(contact.ID)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return one, err
	}
	one.State = session.State
	lines, err := tx.Journal(contact.ID, 0, 1)
	if err != nil {
		return one, err
	}
	if len(lines) > 0 {
		one.Last = lines[0]
	}
	one.Attention, err = tx.Ref(bot.AttentionRef(contact.ID))
	return one, err
}

// dialogPage is one dialog with all that is known of its customer.
type dialogPage struct {
	row
	Lines   []flows.Line
	Earlier int64
	Session flows.Session
	// Pending are its reminders, the earliest first.
	Pending []flows.Pending
	// Act makes what the operator does next unique.
	Act      string
	Orders   []sales.Order
	Payments map[string][]sales.Payment
	// Left is what can be given back of a payment, Refunds what was asked for.
	Left          map[string]sales.Money
	Refunds       map[string][]sales.Refund
	Subscriptions []sales.Subscription
}

func (c *Console) dialog(w http.ResponseWriter, r *http.Request) {
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	var page dialogPage
	err := storage.Peek(r.Context(), c.Store, func(tx storage.Tx) (err error) {
		page, err = readDialog(tx, r.PathValue("id"), before)
		return err
	})
	switch {
	case errors.Is(err, storage.ErrNotFound):
		http.NotFound(w, r)
	case err != nil:
		c.fail(w, err)
	default:
		page.Act, page.Pending = rand.Text(), c.pending(page.Session)
		c.show(w, r, http.StatusOK, "dialog", page)
	}
}

func readDialog(tx storage.Tx, id string, before int64) (page dialogPage, err error) {
	contact, err := tx.Contact(id)
	if err != nil {
		return page, err
	}
	if page.row, err = readRow(tx, contact); err != nil {
		return page, err
	}
	if page.Session, err = tx.Session(id); err != nil && !errors.Is(err, storage.ErrNotFound) {
		return page, err
	}
	if page.Lines, err = tx.Journal(id, before, linesPerPage); err != nil {
		return page, err
	}
	if len(page.Lines) == linesPerPage {
		page.Earlier = page.Lines[0].Seq
	}
	if page.Orders, err = tx.Orders(id); err != nil {
		return page, err
	}
	page.Payments = map[string][]sales.Payment{}
	for _, order := range page.Orders {
		if page.Payments[order.ID], err = tx.Payments(order.ID); err != nil {
			return page, err
		}
	}
	return page, page.readMoney(tx)
}

// readMoney reads what went back, and what is charged again and again.
func (p *dialogPage) readMoney(tx storage.Tx) (err error) {
	p.Left, p.Refunds = map[string]sales.Money{}, map[string][]sales.Refund{}
	for _, payments := range p.Payments {
		for _, payment := range payments {
			if p.Left[payment.ID], err = bot.Left(tx, payment); err != nil {
				return err
			}
			if p.Refunds[payment.ID], err = tx.Refunds(payment.ID); err != nil {
				return err
			}
		}
	}
	p.Subscriptions, err = tx.Subscriptions(p.Contact.ID)
	return err
}

func (c *Console) attended(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if err := c.Bot.Attended(r.Context(), id); err != nil {
		c.fail(w, err)
		return
	}
	http.Redirect(w, r, "/console/dialogs/"+url.PathEscape(id), http.StatusSeeOther)
}

// maxReply is how much one message can hold (Bot API, sendMessage).
const maxReply = 4096

// say sends an operator's words to the customer, or hands the dialog over.
func (c *Console) say(w http.ResponseWriter, r *http.Request) {
	id, act, word := r.PathValue("id"), r.PostFormValue("act"), r.PostFormValue("word")
	text := strings.TrimSpace(r.PostFormValue("text"))
	if word == flows.Leave {
		text = ""
	}
	if act == "" || len(utf16.Encode([]rune(text))) > maxReply || text == "" && word == "" {
		http.Error(w, c.Text(c.Language, "console.bad_reply", nil), http.StatusUnprocessableEntity)
		return
	}
	err := storage.Peek(r.Context(), c.Store, func(tx storage.Tx) error {
		_, err := tx.Contact(id)
		return err
	})
	if errors.Is(err, storage.ErrNotFound) {
		http.NotFound(w, r)
		return
	}
	if err == nil {
		err = c.Bot.Operate(r.Context(), id, act, word, text)
	}
	if err != nil {
		c.fail(w, err)
		return
	}
	http.Redirect(w, r, "/console/dialogs/"+url.PathEscape(id), http.StatusSeeOther)
}
