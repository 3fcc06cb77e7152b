package telegramtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path"
	"regexp"
	"strings"
	"time"
)

// action is what the page's buttons post, as JSON.
type action struct {
	Payload string `json:"payload"` // start
	Text    string `json:"text"`    // send, and press of a key
	Message int64  `json:"message"` // press of an inline button
	Data    string `json:"data"`
	Phone   string `json:"phone"` // contact
	Own     *bool  `json:"own"`   // false: somebody else's card
	Link    string `json:"link"`  // join
}

var (
	errEmpty      = errors.New("empty message")
	errPending    = errors.New("the join request waits for approval")
	errPhone      = errors.New("not a phone number")
	phoneShape    = regexp.MustCompile(`^\+?[0-9]{7,15}$`)
	phonePunctual = strings.NewReplacer(" ", "", "(", "", ")", "", "-", "", "\u2011", "", "\u00a0", "")
)

// act wraps what a customer does into a handler: 204 when it was done, 202 when somebody has to
// approve it first, 409 with the reason when it was refused.
func (s *Server) act(do func(*User, action) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		u, ok := s.customer(w, r)
		if !ok {
			return
		}
		var a action
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&a)
		if err != nil && !errors.Is(err, io.EOF) {
			http.Error(w, "JSON expected", http.StatusBadRequest)
			return
		}
		if err := do(u, a); errors.Is(err, errPending) {
			w.WriteHeader(http.StatusAccepted)
			return
		} else if err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// customer is the one named by the request; a test may name one that no page has opened yet.
func (s *Server) customer(w http.ResponseWriter, r *http.Request) (*User, bool) {
	id := customerOf(r)
	if id == 0 {
		http.Error(w, "open the page first, or pass ?user=ID", http.StatusBadRequest)
		return nil, false
	}
	return s.visitor(id, "", language(r)), true
}

func sendText(u *User, a action) error {
	if strings.TrimSpace(a.Text) == "" {
		return errEmpty
	}
	for _, part := range split(a.Text, maxText) {
		u.Send(part)
	}
	return nil
}

// split cuts a text that is too long for one message, as Telegram's own clients do.
func split(text string, size int) []string {
	var out []string
	for utf16Len(text) > size {
		head := utf16Slice(text, 0, size)
		head = strings.TrimSuffix(head, "\uFFFD")
		out = append(out, head)
		text = text[len(head):]
	}
	return append(out, text)
}

func press(u *User, a action) error {
	var err error
	if a.Message != 0 {
		_, err = u.PressData(a.Message, a.Data)
	} else {
		_, err = u.Press(a.Text)
	}
	return err
}

func join(u *User, a action) error {
	if err := u.Join(a.Link); err != nil {
		return err
	}
	if u.awaits(a.Link) {
		return errPending
	}
	return nil
}

func shareContact(u *User, a action) error {
	phone := phonePunctual.Replace(a.Phone)
	if !phoneShape.MatchString(phone) {
		return errPhone
	}
	if a.Own != nil && !*a.Own {
		u.ShareForeignContact(phone, 0)
		return nil
	}
	u.ShareContact(phone)
	return nil
}

// serveUpload takes multipart "file" and "caption"; "as" photo shows a picture as one.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	u, ok := s.customer(w, r)
	if !ok {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxDownload)
	file, header, err := r.FormFile("file")
	if err != nil {
		http.Error(w, "multipart field file expected, up to 20 MB", http.StatusBadRequest)
		return
	}
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	name := path.Base(header.Filename)
	if r.FormValue("as") == "photo" {
		u.SendPhoto(name, data, r.FormValue("caption"))
	} else {
		u.SendDocument(name, data, r.FormValue("caption"))
	}
	w.WriteHeader(http.StatusNoContent)
}

// serveChatFile gives a file of the customer's own chat to the page: pictures to show, all else to keep.
func (s *Server) serveChatFile(w http.ResponseWriter, r *http.Request) {
	u, ok := s.customer(w, r)
	if !ok {
		return
	}
	var found *File
	for _, m := range u.Messages() {
		if m.File != nil && m.File.ID == r.PathValue("id") {
			found = m.File
		}
	}
	if found == nil {
		http.NotFound(w, r)
		return
	}
	disposition, contentType := "attachment", "application/octet-stream"
	switch found.MIME {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "video/mp4", "audio/mpeg", "audio/mp4", "audio/ogg":
		disposition, contentType = "inline", found.MIME
	case "application/pdf":
		contentType = found.MIME
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", attachment(disposition, found.Name))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(found.Data)) // players ask for pieces
}
