package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	foreignTerminal = "1672990000000DEMO"
	foreignPassword = "p$%^*word of a bank"
)

// foreignBank is T-Bank's acquiring written from its documents alone (API
// 1.80): tokens over the raw JSON, business errors with HTTP 200, PaymentId as
// text in answers and as a number in notifications.
type foreignBank struct {
	witness
	payments []*foreignPayment
	asked    []string // payments of GetState, in order
	refused  []string // notifications that were not answered with OK
	work     sync.WaitGroup
}

type foreignPayment struct {
	id, order, page, status, notify string
	amount, seen                    int64 // asked for; what the bank says now
	init                            map[string]json.RawMessage
	statusAt                        time.Time
}

// sealed is the token of the documents: root scalars as they stand in the JSON,
// and the password, by name.
func sealed(fields map[string]json.RawMessage) string {
	values := map[string]string{"Password": foreignPassword}
	for name, raw := range fields {
		text := string(bytes.TrimSpace(raw))
		switch {
		case name == "Token", text == "null", text[0] == '{', text[0] == '[':
			continue
		case text[0] == '"':
			json.Unmarshal(raw, &text)
		}
		values[name] = text
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	hash := sha256.New()
	for _, name := range names {
		io.WriteString(hash, values[name])
	}
	return hex.EncodeToString(hash.Sum(nil))
}

func (s *foreignBank) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	method := strings.TrimPrefix(r.URL.Path, "/v2/")
	fields := map[string]json.RawMessage{}
	body, _ := io.ReadAll(r.Body)
	if r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		s.fault("%s %s with %q", r.Method, method, r.Header.Get("Content-Type"))
	}
	if err := json.Unmarshal(body, &fields); err != nil {
		s.fault("%s: %v", method, err)
		s.refuse(w, "9999", "Неверные параметры.", "json")
		return
	}
	if quoted(fields["TerminalKey"]) != foreignTerminal {
		s.fault("%s: terminal", method)
		s.refuse(w, "501", "Неверные параметры.", "Терминал не найден.")
		return
	}
	if quoted(fields["Token"]) != sealed(fields) {
		s.fault("%s: token", method)
		s.refuse(w, "204", "Неверные параметры.", "Неверный токен. Проверьте пару TerminalKey/SecretKey.")
		return
	}
	switch method {
	case "Init":
		s.init(w, fields)
	case "GetState":
		s.getState(w, fields)
	case "CheckOrder":
		s.checkOrder(w, fields)
	default:
		s.fault("method %s is not expected of a funnel", method)
		answer(w, 404, "text/html", "<html>Not found</html>")
	}
	s.moved()
}

func (s *foreignBank) refuse(w http.ResponseWriter, code, message, details string) {
	answer(w, 200, "application/json;charset=UTF-8", object{"Success": false, "ErrorCode": code, "Message": message, "Details": details})
}

func quoted(raw json.RawMessage) string {
	var text string
	json.Unmarshal(raw, &text)
	return text
}

func (s *foreignBank) init(w http.ResponseWriter, fields map[string]json.RawMessage) {
	if complaint := s.checkInit(fields); complaint != "" {
		s.fault("Init: %s", complaint)
		s.refuse(w, "9999", "Неверные параметры.", complaint)
		return
	}
	p := &foreignPayment{init: fields, order: quoted(fields["OrderId"]), status: "NEW", notify: quoted(fields["NotificationURL"])}
	for _, other := range s.payments {
		if other.order == p.order {
			s.fault("Init: order %s again", p.order)
			s.refuse(w, "20", "Ошибка повторного идентификатора заказа.", "")
			return
		}
	}
	json.Unmarshal(fields["Amount"], &p.amount)
	p.seen, p.id = p.amount, fmt.Sprint(700_001_702_044+int64(len(s.payments))*17)
	p.page = "https://pay.foreign-bank.example/new/fU1p" + p.id[8:]
	s.payments = append(s.payments, p)
	answer(w, 200, "application/json;charset=UTF-8", object{"Success": true, "ErrorCode": "0", "TerminalKey": foreignTerminal,
		"Status": "NEW", "PaymentId": p.id, "OrderId": p.order, "Amount": p.amount, "PaymentURL": p.page, "XNew": object{}})
}

// checkInit reads Init against the schema Init_FULL of API 1.80.
func (s *foreignBank) checkInit(fields map[string]json.RawMessage) string {
	known := " TerminalKey Amount OrderId Token Description CustomerKey Recurrent PayType Language NotificationURL SuccessURL FailURL RedirectDueDate DATA Receipt "
	for name := range fields {
		if !strings.Contains(known, " "+name+" ") {
			return "no field " + name
		}
	}
	for name, longest := range map[string]int{"OrderId": 36, "Description": 140, "CustomerKey": 36, "NotificationURL": 250, "SuccessURL": 250, "FailURL": 250} {
		if text := quoted(fields[name]); len([]rune(text)) > longest || (name == "OrderId" && text == "") {
			return name + " has a wrong length"
		}
	}
	var amount int64
	if err := json.Unmarshal(fields["Amount"], &amount); err != nil || amount < 100 || amount > 9_999_999_999 {
		return "Amount " + string(fields["Amount"])
	}
	if raw, ok := fields["RedirectDueDate"]; ok {
		due, err := time.Parse("2006-01-02T15:04:05-07:00", quoted(raw))
		whole := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$`).MatchString(quoted(raw))
		if left := time.Until(due); err != nil || !whole || left < time.Minute || left > 90*24*time.Hour {
			return "RedirectDueDate " + string(raw)
		}
	}
	if language := quoted(fields["Language"]); language != "" && language != "ru" && language != "en" {
		return "Language " + language
	}
	if _, ok := fields["Receipt"]; !ok {
		return "request.validate.expected.receipt" // a cash register hangs on the terminal
	}
	return checkReceipt(fields["Receipt"], amount)
}

type wireReceipt struct {
	Items []struct {
		Name, Tax, PaymentMethod, PaymentObject, MeasurementUnit string
		Price, Amount                                            int64
		Quantity                                                 json.Number
	}
	FfdVersion, Email, Phone, Taxation string
	Payments                           *struct{ Electronic int64 }
}

func checkReceipt(raw json.RawMessage, amount int64) string {
	var receipt wireReceipt
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&receipt); err != nil {
		return "Receipt: " + err.Error()
	}
	sum := int64(0)
	for _, item := range receipt.Items {
		sum += item.Amount
		quantity, err := item.Quantity.Float64()
		if err != nil || int64(float64(item.Price)*quantity+0.5) != item.Amount || item.Name == "" || len([]rune(item.Name)) > 128 {
			return "an item of the receipt"
		}
		if !slices.Contains([]string{"none", "vat0", "vat5", "vat7", "vat10", "vat20", "vat22", "vat105", "vat107", "vat110", "vat120", "vat122"}, item.Tax) {
			return "Tax " + item.Tax
		}
	}
	if sum != amount || len(receipt.Items) == 0 {
		return fmt.Sprintf("the receipt's sum %d is not %d", sum, amount)
	}
	if receipt.Email == "" && receipt.Phone == "" {
		return "329: a receipt for nobody"
	}
	if !slices.Contains([]string{"osn", "usn_income", "usn_income_outcome", "esn", "patent"}, receipt.Taxation) {
		return "Taxation " + receipt.Taxation
	}
	if receipt.Payments != nil && receipt.Payments.Electronic != amount {
		return "Payments.Electronic"
	}
	return ""
}

func (s *foreignBank) getState(w http.ResponseWriter, fields map[string]json.RawMessage) {
	id := quoted(fields["PaymentId"])
	s.asked = append(s.asked, id)
	for _, p := range s.payments {
		if p.id == id {
			answer(w, 200, "application/json", object{"Success": true, "ErrorCode": "0", "Message": "OK", "TerminalKey": foreignTerminal,
				"Status": p.status, "PaymentId": p.id, "OrderId": p.order, "Amount": p.seen,
				"Params": []object{{"Key": "Route", "Value": "ACQ"}, {"Key": "Source", "Value": "cards"}}})
			return
		}
	}
	s.fault("GetState of nothing: %s", fields["PaymentId"])
	s.refuse(w, "255", "Неверные параметры.", "Платеж не найден.")
}

// checkOrder answers in the documents' own odd types: Success is text, ErrorCode a number.
func (s *foreignBank) checkOrder(w http.ResponseWriter, fields map[string]json.RawMessage) {
	found := []object{}
	for _, p := range s.payments {
		if p.order == quoted(fields["OrderId"]) {
			found = append(found, object{"PaymentId": p.id, "Amount": p.seen, "Status": p.status, "Success": "true", "ErrorCode": 0, "RRN": "12345678"})
		}
	}
	if len(found) == 0 {
		s.refuse(w, "335", "Неверные параметры.", "Заказ не найден.")
		return
	}
	answer(w, 200, "application/json", object{"Success": true, "ErrorCode": "0", "Message": "OK", "TerminalKey": foreignTerminal,
		"OrderId": quoted(fields["OrderId"]), "Payments": found})
}

// opened finds the payment whose form the address shows, if it can be paid.
func (s *foreignBank) opened(page string) (*foreignPayment, error) {
	for _, p := range s.payments {
		if p.page == page && (p.status == "NEW" || p.status == "FORM_SHOWED") {
			return p, nil
		} else if p.page == page {
			return nil, fmt.Errorf("the form of %s is closed: %s", page, p.status)
		}
	}
	return nil, fmt.Errorf("no form at %s", page)
}

// ends brings the payment on the page to an end and tells the shop: all given
// statuses at once, each of them twice, in several historic shapes.
func (s *foreignBank) ends(page string, seen int64, statuses ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.opened(page)
	if err != nil {
		return err
	}
	p.status, p.statusAt = statuses[len(statuses)-1], time.Now()
	if seen != 0 {
		p.seen = seen
	}
	s.moved()
	for i, status := range statuses {
		for shape := range 3 {
			if p.notify != "" {
				body := notification(p, status, i+shape)
				s.work.Go(func() { s.tell(p.notify, body) })
			}
		}
	}
	return nil
}

// notification writes one notification; shapes differ as in the years of the API.
func notification(p *foreignPayment, status string, shape int) []byte {
	success, code := "true", `"0"`
	if status == "REJECTED" || status == "DEADLINE_EXPIRED" {
		success, code = "false", `"1051"`
	}
	fields := map[string]json.RawMessage{
		"TerminalKey": json.RawMessage(`"` + foreignTerminal + `"`), "OrderId": json.RawMessage(`"` + p.order + `"`),
		"Success": json.RawMessage(success), "Status": json.RawMessage(`"` + status + `"`), "PaymentId": json.RawMessage(p.id),
		"ErrorCode": json.RawMessage(code), "Amount": json.RawMessage(fmt.Sprint(p.seen)), "CardId": json.RawMessage("322264873"),
		"Pan": json.RawMessage(`"430000******0777"`), "ExpDate": json.RawMessage(`"1230"`), "XUnknown": json.RawMessage(`"новое / поле"`),
	}
	switch shape % 3 {
	case 0:
		fields["Data"] = json.RawMessage(`{"Route":"ACQ","Source":"cards"}`)
	case 1:
		fields["DATA"] = json.RawMessage(`"{\"Route\":\"ACQ\"}"`) // text is a scalar, and signed
		fields["Success"] = json.RawMessage(`"` + success + `"`)
		fields["ErrorCode"] = json.RawMessage(strings.Trim(code, `"`))
	case 2:
		fields["DATA"], fields["RebillId"], fields["Message"] = json.RawMessage(`{"Route":"TCB"}`), json.RawMessage("null"), json.RawMessage(`""`)
	}
	token := sealed(fields)
	if shape%2 == 1 {
		token = strings.ToUpper(token)
	}
	fields["Token"] = json.RawMessage(`"` + token + `"`)
	body, _ := json.MarshalIndent(fields, "", " ")
	return body
}

// tell repeats a notification until it is answered with 200 and OK.
func (s *foreignBank) tell(address string, body []byte) {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	for {
		status, said, err := tellOnce(ctx, address, body)
		if err == nil && status == 200 && said == "OK" {
			return
		}
		s.mu.Lock()
		s.refused = append(s.refused, fmt.Sprintf("%d %q %v to %s", status, said, err, body))
		s.mu.Unlock()
		if pause(ctx, 200*time.Millisecond) != nil {
			return
		}
	}
}

func tellOnce(ctx context.Context, address string, body []byte) (int, string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Content-Type", "application/json")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	return response.StatusCode, string(said), err
}
