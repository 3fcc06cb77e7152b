package console

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	cookieName  = "voronka_console"
	sessionLife = 12 * time.Hour
	// After so many wrong passwords within a minute nobody gets in until it is over.
	maxWrong = 10
)

// doorkeeper lets operators in. A session is a signed moment: it needs no
// store, and a new password ends all of them.
type doorkeeper struct {
	key      []byte
	password [sha256.Size]byte
	now      func() time.Time

	mu    sync.Mutex
	wrong []time.Time
}

func newDoorkeeper(password string, now func() time.Time) *doorkeeper {
	key := sha256.Sum256([]byte("voronka console session\x00" + password))
	return &doorkeeper{key: key[:], password: sha256.Sum256([]byte(password)), now: now}
}

// admit checks a password in constant time; tired tells that there were too many wrong ones.
func (d *doorkeeper) admit(password string) (ok, tired bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	since := d.now().Add(-time.Minute)
	for len(d.wrong) > 0 && d.wrong[0].Before(since) {
		d.wrong = d.wrong[1:]
	}
	if len(d.wrong) >= maxWrong {
		return false, true
	}
	got := sha256.Sum256([]byte(password))
	if subtle.ConstantTimeCompare(got[:], d.password[:]) == 1 {
		return true, false
	}
	d.wrong = append(d.wrong, d.now())
	return false, false
}

// session is a fresh session's cookie value: its end and a signature.
func (d *doorkeeper) session() string {
	until := strconv.FormatInt(d.now().Add(sessionLife).Unix(), 10)
	return until + "." + d.sign("session "+until)
}

func (d *doorkeeper) sign(text string) string {
	mac := hmac.New(sha256.New, d.key)
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// known tells whether a request belongs to a session.
func (d *doorkeeper) known(r *http.Request) bool {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return false
	}
	until, signature, _ := strings.Cut(cookie.Value, ".")
	end, err := strconv.ParseInt(until, 10, 64)
	return err == nil && hmac.Equal([]byte(signature), []byte(d.sign("session "+until))) && d.now().Unix() < end
}

// token goes with every form of a session, so that no other site can send one.
func (d *doorkeeper) token(r *http.Request) string {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return ""
	}
	return d.sign("form " + cookie.Value)
}

func (d *doorkeeper) ownForm(r *http.Request) bool {
	want := d.token(r)
	return want != "" && hmac.Equal([]byte(r.PostFormValue("token")), []byte(want))
}
