package tbanktest

import (
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
)

// TestOneLinkIsPaidOnce: buyers who press the button at the same time pay once between them.
func TestOneLinkIsPaidOnce(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	_, link := b.initOrder(nil)
	var paid atomic.Int32
	var crowd sync.WaitGroup
	for i := range 20 {
		crowd.Go(func() {
			if i%2 == 0 {
				if _, err := b.Pay(link, CardSuccess); err == nil {
					paid.Add(1)
				}
				return
			}
			page := newBrowser(t)
			page.open(link)
			page.read(page.client.PostForm(link, url.Values{"number": {string(CardSuccess)}, "expiry": {"12/30"}, "cvv": {"111"}}))
		})
	}
	crowd.Wait()
	b.settle()
	page := newBrowser(t)
	page.open(link)
	page.wants(`data-state="paid"`)
	p := b.Payments()[0]
	if len(p.Notifications) != 2 || p.Paid != 490000 || paid.Load() > 1 {
		t.Errorf("paid %d times, %d notifications, %d kopecks", paid.Load(), len(p.Notifications), p.Paid)
	}
}

func TestManyOrdersAtOnce(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	var crowd sync.WaitGroup
	for i := range 50 {
		crowd.Go(func() {
			out := b.call("Init", m{"Amount": 490000, "OrderId": fmt.Sprint("o", i)})
			if _, err := b.Pay(out["PaymentURL"].(string), CardSuccess); err != nil {
				t.Error(err)
			}
		})
	}
	crowd.Wait()
	b.settle()
	ids := map[string]bool{}
	for _, p := range b.Payments() {
		ids[p.ID] = true
	}
	if got := len(b.shop.statuses()); len(ids) != 50 || got != 100 {
		t.Errorf("%d payments, %d notifications", len(ids), got)
	}
}
