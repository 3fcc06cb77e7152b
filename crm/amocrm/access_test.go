package amocrm_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/crm"
	"voronka/crm/amocrm"
	"voronka/crm/amocrmtest"
	"voronka/crm/crmtest"
	"voronka/sales"
)

// drawer is a Safe in memory that fails on demand, shared by replicas.
type drawer struct {
	mu   sync.Mutex
	kept string
	jam  error
}

func (d *drawer) Load(context.Context) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.kept, nil
}

func (d *drawer) Change(_ context.Context, change func(string) (string, error)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.jam != nil {
		return d.jam
	}
	if _, err := change(d.kept); err != nil { // a transaction may run twice
		return err
	}
	kept, err := change(d.kept)
	if err == nil {
		d.kept = kept
	}
	return err
}

// office is an account with an integration that has been let in.
type office struct {
	*amocrmtest.Server
	t      *testing.T
	door   *crmtest.Door
	clock  *crmtest.Clock
	safe   *drawer
	server *httptest.Server
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, door: &crmtest.Door{}, clock: crmtest.NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)), safe: &drawer{}}
	o.Server = amocrmtest.New(amocrmtest.Config{Now: o.clock.Now, Fields: fieldsWithout(nil), OAuth: amocrmtest.OAuth{
		ClientID: "client", ClientSecret: "secret-of-the-client", RedirectURL: "https://shop.example/crm/amocrm/connected"}})
	o.server = httptest.NewServer(o.door.Handler(o.Server))
	t.Cleanup(o.server.Close)
	t.Cleanup(o.Server.Close)
	if err := o.access().Accept(t.Context(), o.Grant(), strings.TrimPrefix(o.server.URL, "http://")); err != nil {
		t.Fatal(err)
	}
	return o
}

// access is one replica's way in.
func (o *office) access() *amocrm.Access {
	return amocrm.NewAccess(amocrm.Integration{
		URL: o.server.URL, ClientID: "client", ClientSecret: "secret-of-the-client",
		RedirectURL: "https://shop.example/crm/amocrm/connected", Safe: o.safe, HTTP: o.server.Client(), Now: o.clock.Now,
	})
}

func (o *office) crm() *amocrm.CRM {
	return amocrm.New(amocrm.Config{Access: o.access(), HTTP: o.server.Client(), Now: o.clock.Now, RequestsPerSecond: 100000})
}

// exchanges counts calls of the token endpoint.
func (o *office) exchanges() int {
	n := 0
	for _, r := range o.Requests() {
		if r.Path == "/oauth2/access_token" {
			n++
		}
	}
	return n
}

func (o *office) works(c *amocrm.CRM) {
	o.t.Helper()
	if _, err := c.Check(o.t.Context(), nil, nil); err != nil {
		o.t.Errorf("the account is not reached: %v", err)
	}
}

func TestGrantLivesOn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.works(o.crm())
	for range 3 { // a token lives a day
		o.clock.Advance(25 * time.Hour)
		o.works(o.crm())
	}
	if got := o.exchanges(); got != 4 {
		t.Errorf("%d exchanges, want the grant and three renewals", got)
	}
}

func TestReplicasRenewOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.clock.Advance(25 * time.Hour)
	var group sync.WaitGroup
	for range 12 {
		replica := o.crm()
		for range 3 {
			group.Go(func() { o.works(replica) })
		}
	}
	group.Wait()
	if got := o.exchanges(); got != 2 {
		t.Errorf("%d exchanges, want the grant and one renewal for all replicas", got)
	}
}

func TestRefusedTokenIsRenewedAndTheCallRepeatedOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.crm()
	o.Inject(amocrmtest.Fault{Path: "/api/v4/leads/pipelines", Kind: amocrmtest.Unauthorized})
	o.works(c)
	if got := o.exchanges(); got != 2 {
		t.Errorf("%d exchanges", got)
	}
	o.Inject(amocrmtest.Fault{Path: "/api/v4/leads/pipelines", Kind: amocrmtest.Unauthorized, Times: -1})
	_, err := o.crm().Check(t.Context(), nil, nil)
	if got := sales.AsError(err); got.Code != "crm_token" || got.Action != sales.Stop {
		t.Errorf("error %v", err)
	}
	if got := o.exchanges(); got != 3 {
		t.Errorf("%d exchanges: a refusal was answered with more than one renewal", got)
	}
}

// TestLostRenewal cuts the connection before and after the old token is spent.
func TestLostRenewal(t *testing.T) {
	t.Parallel()
	t.Run("before", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.clock.Advance(25 * time.Hour)
		o.Inject(amocrmtest.Fault{Path: "/oauth2/access_token", Kind: amocrmtest.DropBefore})
		o.works(o.crm())
	})
	t.Run("after", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		o.clock.Advance(25 * time.Hour)
		o.Inject(amocrmtest.Fault{Path: "/oauth2/access_token", Kind: amocrmtest.DropAfter})
		_, err := o.crm().Check(t.Context(), nil, nil)
		if got := sales.AsError(err); got.Code != "crm_grant" || got.Action != sales.Stop {
			t.Errorf("error %v, want crm_grant", err)
		}
		if now, err := o.access().Status(t.Context()); err != nil || !now.Lost || !now.Connected {
			t.Errorf("status %+v, %v", now, err)
		}
		calls := o.exchanges()
		if _, err := o.crm().Check(t.Context(), nil, nil); err == nil || o.exchanges() != calls {
			t.Error("a dead token was sent again")
		}
		if err := o.access().Accept(t.Context(), o.Grant(), ""); err != nil {
			t.Fatal(err)
		}
		o.works(o.crm())
	})
}

func TestSickTokenEndpointIsAskedAgain(t *testing.T) {
	t.Parallel()
	for _, kind := range []amocrmtest.FaultKind{amocrmtest.TooManyRequests, amocrmtest.BadGateway} {
		o := newOffice(t)
		o.clock.Advance(25 * time.Hour)
		o.Inject(amocrmtest.Fault{Path: "/oauth2/access_token", Kind: kind, Times: 2})
		if _, err := o.crm().Check(t.Context(), nil, nil); sales.AsError(err).Action != sales.Retry {
			t.Errorf("%s: %v", kind, err)
		}
		o.Heal()
		o.clock.Advance(10 * time.Minute)
		o.works(o.crm())
	}
}

func TestPairIsKeptBeforeItIsUsed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.clock.Advance(25 * time.Hour)
	o.safe.jam = errors.New("the disk is full")
	if _, err := o.crm().Check(t.Context(), nil, nil); err == nil || o.exchanges() != 1 {
		t.Errorf("a token was spent although the new one cannot be kept: %v", err)
	}
	o.safe.jam = nil
	o.works(o.crm())
}

func TestQuietWeekRenews(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := o.access()
	for range 52 { // a refresh token lives three months
		for range 7 {
			o.clock.Advance(24 * time.Hour)
			if err := a.KeepAlive(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	o.works(o.crm())
	if got := o.exchanges(); got != 53 && got != 54 {
		t.Errorf("%d exchanges in a year", got)
	}
}

func TestCrashedReplicaDoesNotKeepTheTurn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.clock.Advance(25 * time.Hour)
	o.safe.kept = strings.Replace(o.safe.kept, `{`, `{"holder":"gone","until":"2026-03-03T10:02:00Z",`, 1)
	o.clock.Advance(2*time.Minute + time.Second)
	o.works(o.crm())
}

func TestMovedSubdomain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	elsewhere := httptest.NewServer(o.Server)
	t.Cleanup(elsewhere.Close)
	o.Move(strings.TrimPrefix(elsewhere.URL, "http://"))
	o.works(o.crm())
	if now, err := o.access().Status(t.Context()); err != nil || now.URL != elsewhere.URL {
		t.Errorf("status %+v, %v; want the address %s", now, err, elsewhere.URL)
	}
}

func TestRevokedIntegration(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Revoke()
	_, err := o.crm().Apply(t.Context(), crm.Change{ID: "c1", Contact: customer(), At: o.clock.Now()}, crm.Refs{})
	if got := sales.AsError(err); got.Code != "crm_grant" || got.Action != sales.Stop || strings.Contains(err.Error(), "secret-of-the-client") {
		t.Errorf("error %v", err)
	}
}

func TestForeignReferer(t *testing.T) {
	t.Parallel()
	safe, asked := &drawer{}, []string{}
	wire := roundTrip(func(r *http.Request) (*http.Response, error) {
		asked = append(asked, r.URL.Scheme+"://"+r.URL.Host)
		return nil, errors.New("no network here")
	})
	a := amocrm.NewAccess(amocrm.Integration{URL: "https://shop.amocrm.ru", Safe: safe, HTTP: &http.Client{Transport: wire}})
	for _, referer := range []string{
		"evil.example", "https://shop.amocrm.ru.evil.example", "https://user@evil.example/", "169.254.169.254", "localhost:8080",
		"evilamocrm.ru", "https://amocrm.ru@evil.example", "https://shop.amocrm.ru:x@evil.example", "evil.example/shop.amocrm.ru",
		"evil.example?.amocrm.ru", "evil.example#.amocrm.ru", "https://evil.example\\.amocrm.ru", "https://user@shop.amocrm.ru", "shop.amocrm.ru.", "//evil.example",
	} {
		if err := a.Accept(t.Context(), "code", referer); sales.AsError(err).Code != "crm_address" {
			t.Errorf("%s: %v", referer, err)
		}
	}
	if len(asked) != 0 {
		t.Errorf("the secret went to %q", asked)
	}
	for _, referer := range []string{"", "shop.amocrm.ru", "http://moved.amocrm.ru", "SHOP.AmoCRM.ru/leads"} {
		_ = a.Accept(t.Context(), "code", referer)
	}
	if diff := cmp.Diff([]string{"https://shop.amocrm.ru", "https://shop.amocrm.ru", "https://moved.amocrm.ru", "https://SHOP.AmoCRM.ru"}, asked); diff != "" {
		t.Error(diff)
	}
	if ask := a.Ask("st"); !strings.HasPrefix(ask, "https://www.amocrm.ru/oauth?") || !strings.Contains(ask, "state=st") {
		t.Errorf("asks at %s", ask)
	}
}

// roundTrip is a network of one's own.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
