package rest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/internal/rest"
	"voronka/sales"
)

const secret = "s3cret-token"

func client(t *testing.T, handler http.HandlerFunc) *rest.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return &rest.Client{
		Name: "bank", Base: server.URL + "/v2/", HTTP: server.Client(), MaxBody: 1 << 10,
		Header: http.Header{"Authorization": {"Bearer " + secret}},
		Now:    func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) },
	}
}

func TestDoSendsAndReads(t *testing.T) {
	t.Parallel()
	c := client(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got := []string{r.Method, r.URL.String(), r.Header.Get("Authorization"), r.Header.Get("Content-Type"), string(body)}
		want := []string{"PATCH", "/v2/leads?page=2", "Bearer " + secret, "application/json", `{"name":"Курс <Go> & я"}`}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("request (-want +got):\n%s", diff)
		}
		io.WriteString(w, `{"id": 8111987112}`)
	})
	var out struct{ ID json.Number }
	res, err := c.Do(t.Context(), "PATCH", "/leads", url.Values{"page": {"2"}}, map[string]string{"name": "Курс <Go> & я"}, &out)
	if err != nil || out.ID != "8111987112" || res.Status != 200 {
		t.Fatalf("Do: %v, %v, %+v", err, out, res)
	}
}

func TestDoClassifiesAnswers(t *testing.T) {
	t.Parallel()
	page := "<html>" + secret + "</html>"
	tests := []struct {
		name, method, body string
		status             int
		header             string
		want               sales.Error
	}{
		{"bad gateway", "POST", page, 502, "", sales.Error{Code: "bank_unavailable", Uncertain: true}},
		{"bad gateway of a read", "GET", page, 502, "", sales.Error{Code: "bank_unavailable"}},
		{"maintenance", "POST", page, 503, "120", sales.Error{Code: "bank_unavailable", Uncertain: true, After: 2 * time.Minute}},
		{"a page instead of JSON", "POST", page, 200, "", sales.Error{Code: "bank_garbled", Uncertain: true}},
		{"half an answer", "POST", `{"id":`, 200, "", sales.Error{Code: "bank_garbled", Uncertain: true}},
		{"another shape", "POST", `{"id":{"phone":79991234567}}`, 200, "", sales.Error{Code: "bank_garbled", Uncertain: true}},
		{"too long", "POST", `{"x":"` + strings.Repeat("я", 1<<10) + `"}`, 200, "", sales.Error{Code: "bank_garbled", Uncertain: true}},
		{"busy", "POST", "", 429, "7", sales.Error{Code: "bank_busy", After: 7 * time.Second}},
		{"busy until a date", "POST", "", 429, "Sun, 01 Mar 2026 12:00:30 GMT", sales.Error{Code: "bank_busy", After: 30 * time.Second}},
		{"busy for ever", "POST", "", 429, "99999999999", sales.Error{Code: "bank_busy", After: 24 * time.Hour}},
		{"busy in the past", "POST", "", 429, "-5", sales.Error{Code: "bank_busy"}},
		{"wrong key", "GET", page, 401, "", sales.Error{Code: "bank_denied", Action: sales.Stop}},
		{"no rights", "GET", page, 403, "", sales.Error{Code: "bank_denied", Action: sales.Stop}},
		{"moved", "POST", "", 301, "", sales.Error{Code: "bank_redirected", Action: sales.Stop}},
		{"not found", "GET", page, 404, "", sales.Error{Code: "bank_refused", Action: sales.Bury}},
		{"translated", "POST", "ours", 422, "", sales.Error{Code: "bank_ours", Action: sales.Bury}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := client(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", "/elsewhere")
				w.Header().Set("Retry-After", test.header)
				w.WriteHeader(test.status)
				io.WriteString(w, test.body)
			})
			c.Refuse = func(r *rest.Response) *sales.Error {
				if string(r.Body) == "ours" {
					return &sales.Error{Code: "bank_ours", Action: sales.Bury}
				}
				return nil
			}
			var out struct{ ID json.Number }
			_, err := c.Do(t.Context(), test.method, "Init", url.Values{"query": {"+79991234567"}}, nil, &out)
			check(t, err, test.want)
		})
	}
}

func TestDoKnowsWhetherItWasSent(t *testing.T) {
	t.Parallel()
	t.Run("nobody listens", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(http.NotFoundHandler())
		server.Close()
		c := &rest.Client{Name: "bank", Base: server.URL}
		_, err := c.Do(t.Context(), "POST", "Init", url.Values{"k": {secret}}, struct{}{}, nil)
		check(t, err, sales.Error{Code: "bank_unreachable"})
	})
	t.Run("hangs up", func(t *testing.T) {
		t.Parallel()
		c := client(t, func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
		_, err := c.Do(t.Context(), "POST", "Init", nil, struct{}{}, nil)
		check(t, err, sales.Error{Code: "bank_broken", Uncertain: true})
	})
	t.Run("hangs up in the middle", func(t *testing.T) {
		t.Parallel()
		c := client(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, `{"id":1`)
		})
		_, err := c.Do(t.Context(), "POST", "Init", nil, struct{}{}, nil)
		check(t, err, sales.Error{Code: "bank_broken", Uncertain: true})
	})
	t.Run("silent", func(t *testing.T) {
		t.Parallel()
		// Time passes only once the request lies unanswered, however slow the machine is.
		synctest.Test(t, func(t *testing.T) {
			ours, theirs := net.Pipe()
			defer theirs.Close()
			go http.ReadRequest(bufio.NewReader(theirs))
			transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return ours, nil }}
			c := &rest.Client{Name: "bank", Base: "http://bank.example", HTTP: &http.Client{Transport: transport, Timeout: time.Minute}}
			_, err := c.Do(t.Context(), "POST", "Init", nil, struct{}{}, nil)
			check(t, err, sales.Error{Code: "bank_timeout", Uncertain: true})
		})
	})
	t.Run("cancelled before", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := client(t, http.NotFound).Do(ctx, "POST", "Init", nil, struct{}{}, nil)
		check(t, err, sales.Error{Code: "bank_unreachable"})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v does not tell that the caller gave up", err)
		}
	})
	t.Run("unwritable", func(t *testing.T) {
		t.Parallel()
		_, err := client(t, http.NotFound).Do(t.Context(), "POST", "Init", nil, make(chan int), nil)
		check(t, err, sales.Error{Code: "bank_request", Action: sales.Bury})
	})
}

func TestNewHTTPTrustsExtraRoots(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "{}") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	for _, test := range []struct {
		name  string
		roots []byte
		want  *sales.Error
	}{
		{"unknown root", nil, &sales.Error{Code: "bank_certificate"}},
		{"extra root", root, nil},
	} {
		httpClient, err := rest.NewHTTP(time.Minute, test.roots)
		if err != nil {
			t.Fatal(err)
		}
		c := &rest.Client{Name: "bank", Base: server.URL, HTTP: httpClient}
		_, err = c.Do(t.Context(), "POST", "Init", nil, struct{}{}, nil)
		if test.want == nil {
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		check(t, err, *test.want)
	}
	if _, err := rest.NewHTTP(time.Minute, []byte("not a certificate")); err == nil {
		t.Error("nonsense was taken for a certificate")
	}
}

func check(t *testing.T, err error, want sales.Error) {
	t.Helper()
	var got *sales.Error
	if !errors.As(err, &got) {
		t.Fatalf("error %v is not coded", err)
	}
	if got.Code != want.Code || got.Action != want.Action || got.After != want.After || got.Uncertain != want.Uncertain {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, private := range []string{secret, "79991234567"} {
		if strings.Contains(err.Error(), private) {
			t.Errorf("error tells a secret: %v", err)
		}
	}
}
