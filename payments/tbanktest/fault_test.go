package tbanktest

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		fault    Fault
		status   int // 0 is a dropped connection
		body     string
		payments int
	}{
		{Fault{Kind: FaultHTML}, 502, "<html>", 0},
		{Fault{Kind: FaultStatus500, Method: "Init"}, 500, "Internal", 0},
		{Fault{Kind: FaultTemporary}, 200, `"ErrorCode":"9999"`, 0},
		{Fault{Kind: FaultTemporary, Code: "999"}, 200, `"ErrorCode":"999"`, 0},
		{Fault{Kind: FaultDropBefore}, 0, "", 0},
		{Fault{Kind: FaultDropAfter}, 0, "", 1},
		{Fault{Kind: FaultDelay, Delay: time.Millisecond}, 200, `"Success":true`, 1},
		{Fault{Kind: FaultHTML, Method: "Cancel"}, 200, `"Success":true`, 1},
	} {
		b := newBank(t, nil)
		b.Inject(tt.fault)
		raw := signed(m{"TerminalKey": "ShopDEMO", "Amount": 490000, "OrderId": "o"}, password)
		status, body := 0, new(bytes.Buffer)
		resp, err := http.Post(b.url+"/v2/Init", "application/json", bytes.NewReader(raw))
		if err == nil {
			status = resp.StatusCode
			if _, err := body.ReadFrom(resp.Body); err != nil {
				t.Error(err)
			}
			resp.Body.Close()
		}
		if status != tt.status || !strings.Contains(body.String(), tt.body) {
			t.Errorf("%+v: %d %s", tt.fault, status, body)
		}
		if n := len(b.Payments()); n != tt.payments {
			t.Errorf("%+v: %d payments", tt.fault, n)
		}
		if log := b.Requests(); len(log) != 1 || tt.fault.Method != "Cancel" && log[0].Fault != string(tt.fault.Kind) {
			t.Errorf("%+v: log %+v", tt.fault, log)
		}
		if tt.fault.Kind == FaultDropAfter {
			if out := b.call("CheckOrder", m{"OrderId": "o"}); out["Success"] != true {
				t.Errorf("the lost payment can be found: %v", out)
			}
			continue
		}
		if out := b.call("CheckOrder", m{"OrderId": "nothing"}); out["ErrorCode"] != "335" || out["Details"] != "OrderId nothing не найден для TerminalKey ShopDEMO." {
			t.Errorf("a fault strikes once; %v", out)
		}
	}
}

func TestFaultsCanBeCleared(t *testing.T) {
	t.Parallel()
	b := newBank(t, nil)
	b.Inject(Fault{Kind: FaultTemporary, Times: -1})
	for range 3 {
		if out := b.call("GetState", m{"PaymentId": "1"}); out["ErrorCode"] != "9999" {
			t.Fatalf("%v", out)
		}
	}
	b.ClearFaults()
	b.initOrder(nil)
}
