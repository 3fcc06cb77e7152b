package amocrm_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"voronka/crm"
	"voronka/crm/amocrm"
	"voronka/crm/amocrmtest"
	"voronka/sales"
)

// team is several customers whose changes are applied side by side, in virtual time.
type team struct {
	*amocrmtest.Server
	t    *testing.T
	crm  *amocrm.CRM
	refs []crm.Refs

	client *http.Client
}

// again starts the process anew.
func (m *team) again() {
	m.crm = amocrm.New(amocrm.Config{URL: "http://amocrm.test", Token: token, HTTP: m.client})
}

// asTeam lets so many customers be known, then runs the test in virtual time.
func asTeam(t *testing.T, customers int, limits amocrmtest.Limits, test func(*team)) {
	t.Helper()
	asFarTeam(t, customers, 100*time.Millisecond, limits, test)
}

// asFarTeam is asTeam with answers that take their time.
func asFarTeam(t *testing.T, customers int, takes time.Duration, limits amocrmtest.Limits, test func(*team)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server := amocrmtest.New(amocrmtest.Config{Token: token, Fields: fieldsWithout(nil), Limits: limits})
		defer server.Close()
		client := direct(server)
		client.Transport = far{client.Transport, takes}
		m := &team{t: t, Server: server, refs: make([]crm.Refs, customers), client: client}
		m.again()
		for i, err := range m.all(func(i int) crm.Change { return crm.Change{ID: fmt.Sprint("first", i)} }) {
			if err != nil {
				t.Fatalf("customer %d: %v", i, err)
			}
		}
		test(m)
	})
}

// all applies one change of each customer at the same moment.
func (m *team) all(change func(int) crm.Change) []error {
	failures := make([]error, len(m.refs))
	var group sync.WaitGroup
	for i := range m.refs {
		group.Go(func() {
			c := change(i)
			c.Contact, c.At = sales.Contact{ID: fmt.Sprint("tg:", 100+i), Name: "Анна"}, time.Now()
			m.refs[i], failures[i] = m.crm.Apply(m.t.Context(), c, m.refs[i])
		})
	}
	group.Wait()
	return failures
}

// calls counts requests of a method and path.
func (m *team) calls(method, path string) (n int) {
	for _, r := range m.Requests() {
		if (method == "" || r.Method == method) && (path == "" || r.Path == path) {
			n++
		}
	}
	return n
}

func TestManyDealsTravelInOneRequest(t *testing.T) {
	t.Parallel()
	asTeam(t, 120, amocrmtest.RealLimits(), func(m *team) {
		for i, err := range m.all(func(i int) crm.Change {
			return crm.Change{ID: fmt.Sprint("c", i), Stage: "Знакомство", Price: sales.Money(100 * (i + 1))}
		}) {
			if err != nil {
				m.t.Errorf("customer %d: %v", i, err)
			}
		}
		if got := m.calls("PATCH", "/api/v4/leads"); got > 4 {
			m.t.Errorf("%d requests for 120 deals", got)
		}
		for i, deal := range m.Leads() {
			if deal.StatusID != 32392162 || deal.Price == 0 {
				m.t.Fatalf("deal %d: %+v", i, deal)
			}
		}
	})
}

// TestOneWrongEntityOfABatch is refused alone; the others are not made to wait for it.
func TestOneWrongEntityOfABatch(t *testing.T) {
	t.Parallel()
	asTeam(t, 30, amocrmtest.RealLimits(), func(m *team) {
		gone := m.Leads()[7].ID
		if err := m.DeleteLead(gone); err != nil {
			m.t.Fatal(err)
		}
		for i, err := range m.all(func(i int) crm.Change {
			return crm.Change{ID: fmt.Sprint("c", i), Note: fmt.Sprint("Заметка ", i), Price: 100}
		}) {
			if err != nil {
				m.t.Errorf("customer %d: %v", i, err)
			}
		}
		deals := m.Leads()
		if len(deals) != 30 {
			m.t.Errorf("%d deals", len(deals))
		}
		for _, deal := range deals {
			if notes := m.Notes("leads", deal.ID); len(notes) != 1 || deal.Price != 1 {
				m.t.Errorf("deal %+v has %d notes", deal, len(notes))
			}
		}
	})
}

// TestTimeoutMakesBatchesSmaller repeats in halves what may be repeated.
func TestTimeoutMakesBatchesSmaller(t *testing.T) {
	t.Parallel()
	asTeam(t, 40, amocrmtest.RealLimits(), func(m *team) {
		before := m.calls("PATCH", "/api/v4/leads")
		m.Inject(amocrmtest.Fault{Method: "PATCH", Path: "/api/v4/leads", Kind: amocrmtest.GatewayTimeout, Times: 3})
		for i, err := range m.all(func(i int) crm.Change { return crm.Change{ID: fmt.Sprint("c", i), Stage: "Выбор"} }) {
			if err != nil {
				m.t.Errorf("customer %d: %v", i, err)
			}
		}
		sizes := m.batches("PATCH", "/api/v4/leads")[before:]
		if len(sizes) < 4 || sizes[0] < 20 || sizes[1] > (sizes[0]+1)/2 {
			m.t.Errorf("after a 504 batches of %v deals", sizes)
		}
	})
}

// overloaded is an account that answers 504 to long lists of notes.
type overloaded struct {
	http.RoundTripper
	most  int
	sizes []int
	mu    sync.Mutex
}

func (o *overloaded) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPost || r.URL.Path != "/api/v4/leads/notes" {
		return o.RoundTripper.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var list []json.RawMessage
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, err
	}
	o.mu.Lock()
	o.sizes = append(o.sizes, len(list))
	o.mu.Unlock()
	if len(list) > o.most {
		return &http.Response{StatusCode: http.StatusGatewayTimeout, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return o.RoundTripper.RoundTrip(r)
}

// TestTimeoutMakesNewThingsTravelByFewer does not make at once again what a 504
// may have made: who looked and did not find it sends it in a shorter list.
func TestTimeoutMakesNewThingsTravelByFewer(t *testing.T) {
	t.Parallel()
	asTeam(t, 48, amocrmtest.RealLimits(), func(m *team) {
		way := &overloaded{RoundTripper: m.client.Transport, most: 12}
		m.client.Transport = way
		left := map[int]bool{}
		for round := 0; round == 0 || len(left) > 0; round++ {
			if round == 6 {
				m.t.Fatalf("%d customers are left after lists of %v", len(left), way.sizes)
			}
			if round > 0 {
				<-time.After(10 * time.Second)
			}
			for i, err := range m.all(func(i int) crm.Change {
				return crm.Change{ID: fmt.Sprint("c", i), Note: "Привет", Repeat: round > 0}
			}) {
				delete(left, i)
				if err != nil {
					left[i] = true
				}
				if err != nil && !sales.AsError(err).Uncertain {
					m.t.Errorf("customer %d is told for certain that nothing was made: %v", i, err)
				}
			}
		}
		for _, deal := range m.Leads() {
			if notes := m.Notes("leads", deal.ID); len(notes) != 1 {
				m.t.Errorf("%d notes on a deal", len(notes))
			}
		}
		m.t.Logf("lists of %v", way.sizes)
	})
}

// batches are the lengths of lists that requests brought.
func (m *team) batches(method, path string) (sizes []int) {
	for _, r := range m.Requests() {
		if r.Method != method || r.Path != path {
			continue
		}
		var list []json.RawMessage
		if err := json.Unmarshal([]byte(r.Body), &list); err != nil {
			m.t.Errorf("%s %s is no list: %v", method, path, err)
		}
		sizes = append(sizes, len(list))
	}
	return sizes
}

// TestStormOf429CostsOnlyTime lets calls wait in their places: no job is given back.
func TestStormOf429CostsOnlyTime(t *testing.T) {
	t.Parallel()
	asTeam(t, 50, amocrmtest.RealLimits(), func(m *team) {
		m.Inject(amocrmtest.Fault{Kind: amocrmtest.TooManyRequests, Times: 3})
		began := time.Now()
		for i, err := range m.all(func(i int) crm.Change { return crm.Change{ID: fmt.Sprint("c", i), Note: "Привет"} }) {
			if err != nil {
				m.t.Errorf("customer %d: %v", i, err)
			}
		}
		if took := time.Since(began); took < 7*time.Second { // 1 + 2 + 4
			m.t.Errorf("took %v: amoCRM was not left alone", took)
		}
	})
}

// TestBlockStopsEverything: after the web server's own 403 nothing is sent for a
// quarter of an hour, then one call tries.
func TestBlockStopsEverything(t *testing.T) {
	t.Parallel()
	asTeam(t, 20, amocrmtest.RealLimits(), func(m *team) {
		m.Inject(amocrmtest.Fault{Kind: amocrmtest.Forbidden, Times: -1})
		before := m.calls("", "")
		for _, err := range m.all(func(i int) crm.Change { return crm.Change{ID: fmt.Sprint("c", i), Note: "Привет"} }) {
			if coded := sales.AsError(err); coded.Code != "crm_denied" || coded.Action != sales.Stop || coded.Uncertain {
				m.t.Fatalf("error %+v", coded)
			}
		}
		if got := m.calls("", "") - before; got > 2 {
			m.t.Errorf("%d calls into a block", got)
		}
		if m.crm.Trouble() != "crm_denied" {
			m.t.Errorf("trouble %q", m.crm.Trouble())
		}
		m.Heal()
		if _, err := m.crm.Check(m.t.Context(), nil, nil); err == nil {
			m.t.Error("a call went out at once")
		}
		synctest.Wait()
		timer := time.NewTimer(16 * time.Minute)
		<-timer.C
		for i, err := range m.all(func(i int) crm.Change { return crm.Change{ID: fmt.Sprint("c", i), Note: "Привет"} }) {
			if err != nil {
				m.t.Errorf("customer %d: %v", i, err)
			}
		}
		if m.crm.Trouble() != "" {
			m.t.Errorf("trouble %q", m.crm.Trouble())
		}
	})
}

// TestOneCallTriesABlock lets one call see whether a block is over, after the
// pause as well as after a restart; the others wait for what it meets.
func TestOneCallTriesABlock(t *testing.T) {
	t.Parallel()
	for name, restart := range map[string]bool{"after the pause": false, "after a restart": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asFarTeam(t, 20, 2*time.Second, amocrmtest.RealLimits(), func(m *team) {
				mixed := func(i int) crm.Change { // of several kinds, so of several requests
					return []crm.Change{{ID: fmt.Sprint("n", i), Note: "Привет"}, {ID: fmt.Sprint("s", i), Stage: "Выбор"},
						{ID: fmt.Sprint("p", i), Person: true, Stage: "Выбор"}}[i%3]
				}
				m.Inject(amocrmtest.Fault{Kind: amocrmtest.Forbidden, Times: -1})
				m.all(mixed)
				for range 3 {
					<-time.After(16 * time.Minute)
					if restart {
						m.again()
					}
					before := m.calls("", "")
					for i, err := range m.all(mixed) {
						if coded := sales.AsError(err); err == nil || coded.Code != "crm_denied" || coded.Action != sales.Stop {
							m.t.Errorf("customer %d: %v", i, err)
						}
					}
					if got := m.calls("", "") - before; got != 1 {
						m.t.Errorf("%d calls into a block", got)
					}
				}
				m.Heal()
				<-time.After(16 * time.Minute)
				for i, err := range m.all(mixed) {
					if err != nil {
						m.t.Errorf("customer %d: %v", i, err)
					}
				}
			})
		})
	}
}

// TestMendedAccountIsUsedAtOnce lets calls go when somebody has connected it again.
func TestMendedAccountIsUsedAtOnce(t *testing.T) {
	t.Parallel()
	asTeam(t, 1, amocrmtest.RealLimits(), func(m *team) {
		m.Inject(amocrmtest.Fault{Kind: amocrmtest.Unauthorized})
		if err := m.all(func(int) crm.Change { return crm.Change{ID: "c", Note: "Привет"} })[0]; sales.AsError(err).Code != "crm_token" {
			m.t.Fatal(err)
		}
		m.crm.Resume()
		if err := m.all(func(int) crm.Change { return crm.Change{ID: "c", Note: "Привет"} })[0]; err != nil {
			m.t.Error(err)
		}
	})
}

// TestReplicasStayWithinTheAccountsLimit shares one account among three processes.
func TestReplicasStayWithinTheAccountsLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := amocrmtest.New(amocrmtest.Config{Token: token, Fields: fieldsWithout(nil), Limits: amocrmtest.RealLimits()})
		defer server.Close()
		var group sync.WaitGroup
		for replica := range 3 {
			c := amocrm.New(amocrm.Config{URL: "http://amocrm.test", Token: token, HTTP: direct(server)})
			c.Share(3)
			for i := range 20 {
				group.Go(func() {
					change := crm.Change{ID: fmt.Sprint(replica, "/", i), Contact: sales.Contact{ID: fmt.Sprint("tg:", 1000*replica+i)}, Note: "Привет", At: time.Now()}
					if _, err := c.Apply(t.Context(), change, crm.Refs{}); err != nil {
						t.Error(err)
					}
				})
			}
		}
		group.Wait()
		for _, r := range server.Requests() {
			if r.Status == 429 {
				t.Error("the replicas together were too fast")
			}
		}
	})
}

// TestUnpaidAccountKeepsTheQueue stops, and goes on when it is paid.
func TestUnpaidAccountKeepsTheQueue(t *testing.T) {
	t.Parallel()
	asTeam(t, 5, amocrmtest.RealLimits(), func(m *team) {
		m.Inject(amocrmtest.Fault{Kind: amocrmtest.Unpaid, Times: -1})
		for _, err := range m.all(func(i int) crm.Change { return crm.Change{ID: fmt.Sprint("c", i), Note: "Привет"} }) {
			if coded := sales.AsError(err); coded.Code != "crm_unpaid" || coded.Action != sales.Stop {
				m.t.Fatalf("error %+v", coded)
			}
		}
		m.Heal()
		timer := time.NewTimer(16 * time.Minute)
		<-timer.C
		for i, err := range m.all(func(i int) crm.Change { return crm.Change{ID: fmt.Sprint("c", i), Note: "Привет"} }) {
			if err != nil {
				m.t.Errorf("customer %d: %v", i, err)
			}
		}
	})
}
