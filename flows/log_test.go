package flows_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"voronka/flows"
	"voronka/sales"
)

func TestLogsKeepPersonalDataOut(t *testing.T) {
	t.Parallel()
	const mail, phone, word, name = "anna@mail.ru", "+79120000001", "моя-тайна", "Анна-Мария"
	contact := sales.Contact{ID: "tg:1", Name: name, LastName: name, Username: name, Email: mail, Phone: phone, Source: map[string]string{"start": word}}
	session := flows.Session{Contact: "tg:1", Flow: "course", State: "email", Vars: map[string]string{"email": mail}, Customer: map[string]string{"phone": phone}}
	line := flows.Line{Seq: 7, Kind: "text", Text: word, Buttons: []string{word}}
	values := []any{
		contact, session, line,
		sales.Receipt{Email: mail, Phone: phone, Items: []sales.ReceiptItem{{Name: word, Price: 100, Quantity: 1000}}},
		flows.Input{ID: "tg:9", Kind: flows.Text, Text: word, Payload: word, Phone: phone, Profile: flows.Profile{Name: name}},
		flows.Turn{Session: session, Contact: contact, Journal: []flows.Line{line}, Effects: []flows.Effect{flows.Say{Text: word}}},
	}
	var logged bytes.Buffer
	for _, log := range []*slog.Logger{
		slog.New(slog.NewTextHandler(&logged, nil)), slog.New(slog.NewJSONHandler(&logged, nil)),
	} {
		for _, value := range values {
			log.With("with", value).Info("logged", "value", value, slog.Group("deep", "value", value))
		}
	}
	for _, secret := range []string{mail, phone, word, name} {
		if strings.Contains(logged.String(), secret) {
			t.Errorf("%q is logged:\n%s", secret, logged.String())
		}
	}
	for _, place := range []string{"tg:1", "tg:9", "email", "kopecks"} {
		if !strings.Contains(logged.String(), place) {
			t.Errorf("%q is not logged", place)
		}
	}
}
