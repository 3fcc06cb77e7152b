package amocrm_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"voronka/crm"
	"voronka/crm/amocrm"
	"voronka/crm/amocrmtest"
	"voronka/sales"
)

// TestCrowdLooksThroughTheNewestTogether begins 300 changes, forgets what came
// of them, as a process does that dies, and repeats all at once. Each finds its
// contact, and the pages are read for all together.
func TestCrowdLooksThroughTheNewestTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const crowd = 300
		server := amocrmtest.New(amocrmtest.Config{Token: token, Now: time.Now, Limits: amocrmtest.RealLimits()})
		t.Cleanup(server.Close)
		run := func(repeat bool) {
			c := amocrm.New(amocrm.Config{URL: "http://amocrm.test", Token: token, HTTP: &http.Client{Transport: within{server}}})
			var all sync.WaitGroup
			for number := range crowd {
				all.Go(func() {
					who := sales.Contact{ID: fmt.Sprint("tg:", 1000+number), Name: "Анна"}
					change := crm.Change{ID: fmt.Sprint("a", number), Contact: who, At: time.Now(), Note: "Раз", Repeat: repeat}
					for tries := 0; ; tries++ {
						_, err := c.Apply(t.Context(), change, crm.Refs{})
						if err == nil {
							return
						}
						if change.Repeat = true; tries == 50 {
							t.Error(err)
							return
						}
					}
				})
			}
			all.Wait()
		}
		run(false)
		before := len(server.Requests())
		run(true)
		read := 0
		for _, request := range server.Requests()[before:] {
			if request.Method == http.MethodGet && request.Path == "/api/v4/contacts" && strings.Contains(request.Query, "order") {
				read++
			}
		}
		// Two pages a reading; who comes while one begins waits for the next.
		if read == 0 || read > 40 {
			t.Errorf("%d changes read %d pages", crowd, read)
		}
		if made := len(server.Contacts()); made != crowd {
			t.Errorf("%d contacts of %d people", made, crowd)
		}
		<-time.After(time.Minute) // what is under way comes home
	})
}

// TestBillIsFoundBehindAThousand makes the invoice of a payment whose answer is
// lost, in a list that stands in the order of its making, by ids, and that the
// search does not know yet.
func TestBillIsFoundBehindAThousand(t *testing.T) {
	t.Parallel()
	a, _, _ := shop(t, amocrmtest.Config{SearchLag: time.Hour})
	for number := range 1000 {
		a.AddElement("invoices", fmt.Sprint("Счёт ", number))
	}
	a.clock.Advance(24 * time.Hour)
	refs := apply(t, a, crm.Change{ID: "c0", Contact: customer()}, crm.Refs{})
	change := crm.Change{ID: "c1", Contact: customer(), Bill: bill(), At: a.clock.Now()}
	apply(t, a, change, refs)
	change.Repeat = true
	apply(t, a, change, refs) // what the first one made was not kept
	if made := len(a.Elements("invoices")) - 1000; made != 1 {
		t.Errorf("%d invoices of one payment", made)
	}
}
