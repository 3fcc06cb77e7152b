package tbank_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"voronka/payments"
	"voronka/payments/tbank"
	"voronka/sales"
)

// FuzzDoor knocks with anything, signed by the bank or not. Whatever comes, the
// door answers, tells no secret, and moves money only by a signed word of the
// bank about this very payment.
func FuzzDoor(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add([]byte(v.Input), true)
		f.Add([]byte(v.Input), false)
	}
	for _, seed := range []string{
		`{"OrderId":"p1","PaymentId":700001,"Status":"CONFIRMED","Success":true,"ErrorCode":"0","Amount":490000,"Pan":"430000******0777","RebillId":1741204285536,"CardId":322264,"ExpDate":"1230"}`,
		`{"OrderId":"p1","PaymentId":700001,"Status":"CONFIRMED","Amount":1}`,
		`{"OrderId":"p1.2","PaymentId":"1","Status":"REFUNDED","Amount":490000,"Data":{"a":{"b":["c"]}}}`,
		`{"OrderId":"p1","PaymentId":1,"Status":"RECEIPT","Success":false,"ErrorCode":"9","Receipt":{"Items":[]},"Url":"javascript:x"}`,
		`{"NotificationType":"LINKCARD","RequestKey":"r","Status":"COMPLETED","CardId":"3","RebillId":"4"}`,
		`{"NotificationType":"LINKACCOUNT","RequestKey":7,"Status":"ACTIVE","AccountToken":"t"}`,
		`{"OrderId":{"a":1},"PaymentId":[1],"Status":null,"Amount":-1}`,
		`{"Amount":1e400,"OrderId":"p1","PaymentId":1,"Status":"CONFIRMED"}`,
		`{"TerminalKey":"T","terminalkey":"T","ORDERID":"p1"}`,
	} {
		f.Add([]byte(seed), true)
	}
	provider := tbank.New(tbank.Config{Terminal: "T", Password: "pa$$word-of-the-shop"})
	life := payments.NewLife()
	f.Fuzz(func(t *testing.T, body []byte, signed bool) {
		now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
		before := sales.Payment{
			ID: "p1", Amount: 490000, Status: sales.PaymentLinked, External: "700001", CreatedAt: now, ExpiresAt: now.Add(time.Hour),
		}
		after := before
		var log strings.Builder
		door := payments.NewDoor(func(_ context.Context, _ string, e payments.Event) error {
			if e.Payment != "p1" {
				return payments.ErrUnknown
			}
			after, _ = life.Apply(after, e, now)
			return nil
		}, provider)
		door.Log = slog.New(slog.NewTextHandler(&log, nil))
		if signed {
			body = sign(body)
		}
		r := httptest.NewRequest(http.MethodPost, "/payments/tbank", bytes.NewReader(body))
		r.SetPathValue("provider", "tbank")
		w := httptest.NewRecorder()
		door.ServeHTTP(w, r)
		switch w.Code {
		case http.StatusOK:
			if !signed {
				t.Errorf("taken without a signature: %q", body)
			}
		case http.StatusBadRequest, http.StatusForbidden:
			if after.Status != before.Status {
				t.Errorf("refused, and yet moved to %s", after.Status)
			}
		default:
			t.Errorf("answered %d", w.Code)
		}
		if after.Status == sales.PaymentPaid && (after.Paid != before.Amount || !bytes.Contains(body, []byte("CONFIRMED"))) {
			t.Errorf("paid by %q", body)
		}
		said := log.String() + w.Body.String()
		if strings.Contains(said, "pa$$word") || strings.Contains(said, "430000******0777") {
			t.Errorf("a secret is told: %s", said)
		}
	})
}

// sign makes a body the bank's own, as far as it is a JSON object.
func sign(body []byte) []byte {
	var root map[string]json.RawMessage
	if json.Unmarshal(body, &root) != nil || root == nil {
		return body
	}
	root["TerminalKey"] = json.RawMessage(`"T"`)
	delete(root, "Token")
	whole, err := json.Marshal(root)
	if err != nil {
		return body
	}
	root["Token"] = json.RawMessage(`"` + tokenOfObject(whole, "pa$$word-of-the-shop") + `"`)
	if whole, err = json.Marshal(root); err != nil {
		return body
	}
	return whole
}
