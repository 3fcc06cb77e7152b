package tbank

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"voronka/internal/rest"
	"voronka/sales"
)

// client calls the API in the bank's own words for one terminal.
type client struct {
	rest *rest.Client
	// cashbox serves what is not under /v2 (T-Bank API 1.80, SendClosingReceipt).
	cashbox  *rest.Client
	terminal string
	sign     signer
	contract Shop
	trouble
}

func newClient(c Config, s Shop) *client {
	made := func(base string) *rest.Client {
		return &rest.Client{Name: "bank", Base: base, HTTP: c.HTTP, MaxBody: 1 << 20, Now: c.Now, Refuse: refusedByStatus}
	}
	base := strings.TrimRight(c.API, "/")
	return &client{
		rest: made(base), cashbox: made(strings.TrimSuffix(base, "/v2") + "/cashbox"),
		terminal: s.Terminal, sign: newSigner(s.Password), contract: Shop{SBP: s.SBP, TPay: s.TPay},
	}
}

// call signs exactly what it sends. A business refusal comes as an error
// together with the answer; every error is a *sales.Error.
func (c *client) call(ctx context.Context, method string, fields map[string]any) (answer, error) {
	return c.post(ctx, c.rest, method, fields)
}

func (c *client) post(ctx context.Context, service *rest.Client, method string, fields map[string]any) (answer, error) {
	root := map[string]json.RawMessage{}
	fields["TerminalKey"] = c.terminal
	for name, value := range fields {
		root[name] = encode(value)
	}
	root["Token"] = encode(c.sign(root))
	var out answer
	_, err := service.Do(ctx, http.MethodPost, method, nil, encode(root), &out)
	out, err = judged(method, out, err)
	c.noted(err)
	return out, err
}

// judged tells what became of a call.
func judged(method string, out answer, err error) (answer, error) {
	if err != nil {
		failure := *sales.AsError(err)
		failure.Uncertain = failure.Uncertain && changes(method)
		return out, &failure
	}
	if out.ErrorCode == "" && !out.Success {
		return out, &sales.Error{Code: "bank_garbled", Action: sales.Retry, Uncertain: changes(method),
			Err: errors.New(method + ": the answer is not the bank's")}
	}
	if !out.Success || out.ErrorCode != "0" {
		return out, refusal(method, out)
	}
	return out, nil
}

// changes tells whether a method may leave something behind at the bank.
func changes(method string) bool {
	switch method {
	case "Init", "Cancel", "Confirm", "Charge", "ChargeQr", "SendClosingReceipt", "AddCard", "AddAccountQr", "SbpPayTest":
		return true
	}
	return false
}

// refusedByStatus reads a 4xx answer. Business refusals come with 200, so one
// without the bank's JSON is somebody else's: a wrong API address.
func refusedByStatus(r *rest.Response) *sales.Error {
	var out answer
	if json.Unmarshal(r.Body, &out) == nil && out.ErrorCode != "" && out.ErrorCode != "0" {
		return refusal("", out)
	}
	switch r.Status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone:
		return &sales.Error{Code: "bank_settings", Action: sales.Stop,
			Message: "по адресу API отвечает не банк: проверьте VORONKA_TBANK_API",
			Err:     errors.New("T-Bank: " + http.StatusText(r.Status))}
	}
	return nil
}

// encode writes JSON with its characters as they are. What is encoded here
// (strings, numbers, booleans, and objects of them) always can be.
func encode(value any) json.RawMessage {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic("tbank: " + err.Error())
	}
	return bytes.TrimSpace(out.Bytes())
}

// page tells whether PaymentURL can be given to a buyer.
func page(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}
