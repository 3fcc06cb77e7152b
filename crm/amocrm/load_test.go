package amocrm_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"voronka/crm"
	"voronka/crm/amocrm"
	"voronka/crm/amocrmtest"
	"voronka/sales"
)

// far is a network with the time that an answer of amoCRM takes.
type far struct {
	http.RoundTripper
	takes time.Duration
}

func (f far) RoundTrip(r *http.Request) (*http.Response, error) {
	timer := time.NewTimer(f.takes)
	defer timer.Stop()
	select {
	case <-timer.C:
		return f.RoundTripper.RoundTrip(r)
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// dialog is what one customer of a funnel makes the mirror do.
func dialog(number int) []crm.Change {
	who := sales.Contact{ID: fmt.Sprint("tg:", 7_000_000+number), Name: "Анна"}
	steps := []crm.Change{{Person: true, Stage: "Первый контакт", Title: "Курс", Note: "Пришла"}}
	for i := range 6 {
		steps = append(steps, crm.Change{Note: fmt.Sprint("→ урок ", i)}, crm.Change{Stage: []string{"Знакомство", "Ждём оплату"}[i%2]})
	}
	steps = append(steps,
		crm.Change{Tags: []string{"курс"}}, crm.Change{Note: "Ссылка на оплату"},
		crm.Change{Task: &crm.Task{Text: "Позвонить", Due: time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)}},
		crm.Change{Money: true, Price: sales.Roubles(4900), Note: "payment_success"}, crm.Change{Stage: crm.Won})
	for i := range steps {
		steps[i].ID, steps[i].Contact = fmt.Sprint(who.ID, "/", i), who
	}
	return steps
}

// walk applies a customer's changes one after another, as a lane does.
func walk(t testing.TB, c *amocrm.CRM, steps []crm.Change, refs crm.Refs, done func(crm.Change, time.Duration)) crm.Refs {
	for _, change := range steps {
		began := time.Now()
		change.At = began
		var err error
		for tries := 0; ; tries++ {
			if refs, err = c.Apply(t.Context(), change, refs); err == nil {
				break
			}
			if tries == 20 {
				t.Errorf("%s: %v", change.ID, err)
				return refs
			}
			change.Repeat = sales.AsError(err).Uncertain
			timer := time.NewTimer(max(time.Second, sales.AsError(err).After))
			<-timer.C
		}
		done(change, time.Since(began))
	}
	return refs
}

// crowd walks many customers, so many lanes side by side, and tells how long it
// took. Each customer is let in and known before the clock starts, if known is set.
func crowd(t testing.TB, c *amocrm.CRM, customers, lanes int, known bool, done func(crm.Change, time.Duration)) time.Duration {
	waiting := make(chan int, customers)
	refs := make([]crm.Refs, customers)
	each := func(do func(int)) {
		for i := range customers {
			waiting <- i
		}
		var group sync.WaitGroup
		for range lanes {
			group.Go(func() {
				for {
					select {
					case i := <-waiting:
						do(i)
					default:
						return
					}
				}
			})
		}
		group.Wait()
	}
	from := 0
	if known {
		from = 1
		each(func(i int) { refs[i] = walk(t, c, dialog(i)[:1], refs[i], func(crm.Change, time.Duration) {}) })
	}
	began := time.Now()
	each(func(i int) { refs[i] = walk(t, c, dialog(i)[from:], refs[i], done) })
	return time.Since(began)
}

// TestLoad lets many customers at once through amoCRM's real limits, in virtual
// time, and compares with a mirror that makes one call for each step, which
// makes as many steps a second as it may make calls.
func TestLoad(t *testing.T) {
	t.Parallel()
	const perSecond = 5
	for name, try := range map[string]struct {
		known bool
		times float64
	}{"deals at work": {true, 10}, "new customers": {false, 10}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := amocrmtest.New(amocrmtest.Config{Token: token, Fields: fieldsWithout(nil), Limits: amocrmtest.RealLimits()})
				defer server.Close()
				client := direct(server)
				client.Transport = far{client.Transport, 300 * time.Millisecond}
				c := amocrm.New(amocrm.Config{URL: "http://amocrm.test", Token: token, HTTP: client, RequestsPerSecond: perSecond})
				var mu sync.Mutex
				steps := 0
				var money []time.Duration
				took := crowd(t, c, 700, 512, try.known, func(change crm.Change, delay time.Duration) {
					mu.Lock()
					defer mu.Unlock()
					steps++
					if change.Money {
						money = append(money, delay)
					}
				})
				faster := float64(steps) / took.Seconds() / perSecond
				slices.Sort(money)
				t.Logf("%d steps in %v: %.1f times the naive mirror; money waits %v at most, half of it under %v",
					steps, took.Round(time.Second), faster, money[len(money)-1], money[len(money)/2])
				if faster < try.times {
					t.Errorf("%.1f times as many steps a second as a naive mirror, want %v", faster, try.times)
				}
				for _, deal := range server.Leads() {
					if deal.StatusID != amocrmtest.Won || deal.Price != 4900 || len(server.Notes("leads", deal.ID)) != 9 {
						t.Fatalf("deal %+v with %d notes", deal, len(server.Notes("leads", deal.ID)))
					}
				}
				for _, offence := range server.Violations() {
					t.Errorf("amoCRM did not like: %+v", offence)
				}
			})
		})
	}
}

// TestMoneyDoesNotWait sends a payment every second into a full load of notes
// and stages: none may take two seconds.
func TestMoneyDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := amocrmtest.New(amocrmtest.Config{Token: token, Fields: fieldsWithout(nil), Limits: amocrmtest.RealLimits()})
		defer server.Close()
		client := direct(server)
		client.Transport = far{client.Transport, 300 * time.Millisecond}
		c := amocrm.New(amocrm.Config{URL: "http://amocrm.test", Token: token, HTTP: client})
		var refs []crm.Refs
		for i := range 30 {
			refs = append(refs, walk(t, c, dialog(10_000 + i)[:1], crm.Refs{}, func(crm.Change, time.Duration) {}))
		}
		loaded := make(chan time.Duration)
		go func() { loaded <- crowd(t, c, 600, 512, false, func(crm.Change, time.Duration) {}) }()
		for i, known := range refs {
			timer := time.NewTimer(time.Second)
			<-timer.C
			pay := crm.Change{Money: true, Price: sales.Roubles(990), Note: "payment_success"}
			pay.ID, pay.Contact = fmt.Sprint("pay/", i), dialog(10_000 + i)[0].Contact
			walk(t, c, []crm.Change{pay}, known, func(_ crm.Change, delay time.Duration) {
				if delay >= 2*time.Second {
					t.Errorf("payment %d took %v", i, delay)
				}
			})
		}
		<-loaded
	})
}

// TestMoneyHastensWhatIsInItsWay lets each payment of a full load come a moment
// after a note of the same customer that is still on its way: money may not take
// two seconds from its step to the account for all that.
func TestMoneyHastensWhatIsInItsWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := amocrmtest.New(amocrmtest.Config{Token: token, Fields: fieldsWithout(nil), Limits: amocrmtest.RealLimits()})
		defer server.Close()
		client := direct(server)
		client.Transport = far{client.Transport, 300 * time.Millisecond}
		c := amocrm.New(amocrm.Config{URL: "http://amocrm.test", Token: token, HTTP: client})
		quietly := func(crm.Change, time.Duration) {}
		var refs []crm.Refs
		for i := range 30 {
			refs = append(refs, walk(t, c, dialog(10_000 + i)[:1], crm.Refs{}, quietly))
		}
		loaded := make(chan time.Duration)
		go func() { loaded <- crowd(t, c, 600, 512, false, quietly) }()
		delays := make([]time.Duration, len(refs))
		var group sync.WaitGroup
		for i, known := range refs {
			<-time.After(time.Second)
			who := dialog(10_000 + i)[0].Contact
			noted := make(chan crm.Refs, 1)
			group.Go(func() {
				noted <- walk(t, c, []crm.Change{{ID: fmt.Sprint("note/", i), Contact: who, Note: "→ pay"}}, known, quietly)
			})
			<-time.After(50 * time.Millisecond)
			group.Go(func() {
				began := time.Now()
				c.Hasten(who.ID, began)
				pay := crm.Change{ID: fmt.Sprint("pay/", i), Contact: who, Money: true, Price: sales.Roubles(990), Note: "payment_success"}
				walk(t, c, []crm.Change{pay}, <-noted, quietly)
				delays[i] = time.Since(began)
			})
		}
		group.Wait()
		longest := slices.Max(delays)
		t.Logf("money takes %v at most", longest)
		if longest >= 2*time.Second {
			t.Errorf("money takes %v", longest)
		}
		select {
		case <-loaded:
			t.Error("the load was over before the last payment")
		default:
			<-loaded
		}
	})
}

// BenchmarkMirror is TestLoad in real time at ten times the limit, with the naive
// mirror measured beside it. A higher limit would measure the fake instead: its
// batches of fifty cost a processor more than the mirror's side of them.
func BenchmarkMirror(b *testing.B) {
	const perSecond = 50
	for b.Loop() {
		server := amocrmtest.New(amocrmtest.Config{Token: token, Fields: fieldsWithout(nil)})
		c := amocrm.New(amocrm.Config{URL: "http://amocrm.test", Token: token, HTTP: direct(server), RequestsPerSecond: perSecond})
		steps := 0
		var mu sync.Mutex
		took := crowd(b, c, 500, 512, true, func(crm.Change, time.Duration) { mu.Lock(); steps++; mu.Unlock() })
		ours := float64(steps) / took.Seconds()
		b.ReportMetric(ours, "steps/s")
		b.ReportMetric(ours/naive(b, direct(server), perSecond, 250), "times-naive")
		server.Close()
	}
}

// naive makes one call for each step within the same limit, and tells how many
// steps it makes in a second.
func naive(b *testing.B, client *http.Client, perSecond float64, steps int) float64 {
	limit := rate.NewLimiter(rate.Limit(perSecond), 1)
	began := time.Now()
	for range steps {
		if err := limit.Wait(b.Context()); err != nil {
			b.Fatal(err)
		}
		r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "http://amocrm.test/api/v4/leads/1", http.NoBody)
		if err != nil {
			b.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		if _, err := client.Do(r); err != nil {
			b.Fatal(err)
		}
	}
	return float64(steps) / time.Since(began).Seconds()
}
