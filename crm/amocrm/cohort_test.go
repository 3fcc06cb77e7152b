package amocrm_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"voronka/crm"
	"voronka/crm/amocrm"
	"voronka/crm/amocrmtest"
	"voronka/sales"
)

// within is a transport without a network.
type within struct{ http.Handler }

func (w within) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	written := httptest.NewRecorder()
	w.ServeHTTP(written, r)
	return written.Result(), nil
}

// TestCrowdGetsThrough repeats four hundred changes at once, each of which has to
// look before it writes. A minute has room for three hundred calls: at its end
// many changes are whole, not all of them half done.
func TestCrowdGetsThrough(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const crowd = 400
		server := amocrmtest.New(amocrmtest.Config{Token: token, Now: time.Now, Limits: amocrmtest.RealLimits()})
		t.Cleanup(server.Close)
		open := func() *amocrm.CRM {
			return amocrm.New(amocrm.Config{URL: "http://amocrm.test", Token: token, HTTP: &http.Client{Transport: within{server}}})
		}
		each := func(do func(number int, who sales.Contact)) {
			var all sync.WaitGroup
			for number := range crowd {
				all.Go(func() { do(number, sales.Contact{ID: fmt.Sprint("tg:", 1000+number), Name: "Анна"}) })
			}
			all.Wait()
		}
		var refs [crowd]crm.Refs
		first := open()
		each(func(number int, who sales.Contact) {
			var err error
			for range 20 {
				change := crm.Change{ID: fmt.Sprint("a", number), Contact: who, At: time.Now(), Note: "Раз"}
				if refs[number], err = first.Apply(t.Context(), change, refs[number]); err == nil {
					return
				}
			}
			t.Error(err)
		})
		second, done := open(), atomic.Int32{}
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		each(func(number int, who sales.Contact) {
			change := crm.Change{ID: fmt.Sprint("b", number), Contact: who, At: time.Now(), Note: "Два", Tags: []string{"б"}, Repeat: true}
			if _, err := second.Apply(ctx, change, refs[number]); err == nil {
				done.Add(1)
			}
		})
		if done.Load() < 80 {
			t.Errorf("%d of %d changes are whole after a minute", done.Load(), crowd)
		}
		<-time.After(time.Minute) // what is under way comes home
	})
}
