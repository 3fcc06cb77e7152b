package bot

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// HookDoor lets the webhooks of other programs in: POST /hooks/{name}. Who
// knocks shows the secret in the address, as a bearer token, or signs with it.
//
//   - without the right secret: 403, whatever the name;
//   - a name that no flow declares: 404;
//   - unreadable, too long or of another kind: 400, 413, 415;
//   - committed, or about nobody that the bot knows: 200. Whether a customer is
//     known is nothing that the other program is told;
//   - the store fails: 503 with Retry-After.
type HookDoor struct {
	// Take is Bot.Hooked.
	Take func(ctx context.Context, name, document, key string) error
	// Secret opens the door; without one it is shut.
	Secret string
	Now    func() time.Time
	// Log gets names and endings, never a body.
	Log *slog.Logger
}

// Bounds of a webhook: its length, the length of its key, and how far the clock
// of who signs may be off.
const (
	maxHook    = 64 << 10
	maxHookKey = 200
	hookDrift  = 5 * time.Minute
)

// ServeHTTP implements http.Handler.
func (d *HookDoor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	if !d.opens(r, body) {
		d.answer(w, r, http.StatusForbidden, "stranger")
		return
	}
	if err != nil {
		status := http.StatusBadRequest
		if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
			status = http.StatusRequestEntityTooLarge
		}
		d.answer(w, r, status, "unreadable")
		return
	}
	document, status := readHook(r.Header.Get("Content-Type"), body)
	if status != 0 {
		d.answer(w, r, status, "unreadable")
		return
	}
	key := r.Header.Get("Idempotency-Key")
	switch {
	case len(key) > maxHookKey:
		d.answer(w, r, http.StatusBadRequest, "key")
		return
	case key == "":
		key = rand.Text()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 30*time.Second)
	defer cancel()
	switch err := d.Take(ctx, r.PathValue("name"), document, key); {
	case err == nil:
		d.answer(w, r, http.StatusOK, "accepted")
	case errors.Is(err, ErrNobody):
		d.answer(w, r, http.StatusOK, "nobody")
	case errors.Is(err, ErrNoHook):
		d.answer(w, r, http.StatusNotFound, "no hook")
	default:
		d.Log.Error("a webhook failed", "error", err)
		w.Header().Set("Retry-After", "60")
		d.answer(w, r, http.StatusServiceUnavailable, "failed")
	}
}

func (d *HookDoor) answer(w http.ResponseWriter, r *http.Request, status int, ending string) {
	d.Log.Info("webhook", "status", status, "ending", ending, "remote", r.RemoteAddr)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `{"ok":`+strconv.FormatBool(status == http.StatusOK)+"}\n")
}

// opens tells whether who knocks knows the secret.
func (d *HookDoor) opens(r *http.Request, body []byte) bool {
	if d.Secret == "" {
		return false
	}
	same := func(given string) bool { return subtle.ConstantTimeCompare([]byte(given), []byte(d.Secret)) == 1 }
	bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return same(r.URL.Query().Get("secret")) || same(bearer) || d.signed(r, body)
}

// signed checks X-Voronka-Signature: sha256= and the HMAC-SHA256 of the moment
// in X-Voronka-Time, a line feed and the body.
func (d *HookDoor) signed(r *http.Request, body []byte) bool {
	moment := r.Header.Get("X-Voronka-Time")
	seconds, err := strconv.ParseInt(moment, 10, 64)
	given, found := strings.CutPrefix(r.Header.Get("X-Voronka-Signature"), "sha256=")
	if err != nil || !found || d.Now().Sub(time.Unix(seconds, 0)).Abs() > hookDrift {
		return false
	}
	sum := hmac.New(sha256.New, []byte(d.Secret))
	_, _ = sum.Write(append([]byte(moment+"\n"), body...)) // a hash never fails to write
	want := hex.EncodeToString(sum.Sum(nil))
	return subtle.ConstantTimeCompare([]byte(given), []byte(want)) == 1
}

// readHook brings what came into the form of a JSON document; a status tells
// why it cannot. Fields of a form are texts, of a repeated one the first counts.
func readHook(contentType string, body []byte) (document string, status int) {
	kind, _, _ := mime.ParseMediaType(contentType)
	switch {
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		var object map[string]any
		if json.Unmarshal(body, &object) != nil || object == nil {
			return "", http.StatusBadRequest
		}
		return string(body), 0
	case kind == "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return "", http.StatusBadRequest
		}
		fields := map[string]string{}
		for name := range values {
			fields[name] = values.Get(name)
		}
		raw, err := json.Marshal(fields)
		if err != nil {
			return "", http.StatusBadRequest
		}
		return string(raw), 0
	}
	return "", http.StatusUnsupportedMediaType
}
