package amocrm

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// TestChatSignatureVectors signs the documents' example (chats/chat-api-reference)
// with the secret that stands there.
func TestChatSignatureVectors(t *testing.T) {
	t.Parallel()
	const secret = "5a44c5dff55f3c15a4cce8d7c4cc27e207c7e189"
	for _, v := range []struct{ method, path, body, md5, signature string }{ // the documents' date calls a Saturday Monday
		{
			"POST", "/v2/origin/custom/f90ba33d-c9d9-44da-b76c-c349b0ecbe41/connect",
			`{"account_id":"af9945ff-1490-4cad-807d-945c15d88bec","title":"ScopeTitle","hook_api_version":"v2"}`,
			"a5e8ae04332a6d0aac15f01ad05d40e3", "9d7bcd1bac8a4bd3e1d96d6a4ac69a9635b913f2",
		},
		{
			"GET", "/v2/origin/custom/344a5002-f8ca-454d-af3d-396180102ac7_52e591f7-c98f-4255-8495-827210138c81/chats/8b1a1828-fc4a-4874-9469-15e0d847570f/history",
			"", "d41d8cd98f00b204e9800998ecf8427e", "8d5b00cbcf285930cc6bb21f0de21b5e705732c0",
		},
	} {
		var sent *http.Request
		var body string
		client := signing(&http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			sent = r
			if r.Body != nil {
				read, err := io.ReadAll(r.Body)
				body = string(read)
				return &http.Response{StatusCode: 200, Body: http.NoBody}, err
			}
			return &http.Response{StatusCode: 200, Body: http.NoBody}, nil
		})}, secret, func() time.Time { return time.Date(2020, 10, 3, 15, 11, 21, 0, time.UTC) })
		req, err := http.NewRequestWithContext(t.Context(), v.method, "https://amojo.amocrm.ru"+v.path+"?limit=50", strings.NewReader(v.body))
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		text := func(day string) []byte {
			return []byte(strings.Join([]string{v.method, v.md5, "application/json", day + ", 03 Oct 2020 15:11:21 +0000", v.path}, "\n"))
		}
		if told := chatSignature(secret, text("Mon")); told != v.signature {
			t.Errorf("the documents' example is signed %s", told)
		}
		want := chatSignature(secret, text("Sat"))
		got := sent.Header
		if body != v.body || got.Get("Content-MD5") != v.md5 || got.Get("Date") != "Sat, 03 Oct 2020 15:11:21 +0000" ||
			got.Get("Content-Type") != "application/json" || got.Get("X-Signature") != want {
			t.Errorf("%s %s: %v", v.method, v.path, got)
		}
		if req.Header.Get("X-Signature") != "" {
			t.Error("the caller's request is changed")
		}
	}
}

// TestChatHookVector is the signature of a hook's body.
func TestChatHookVector(t *testing.T) {
	t.Parallel()
	body := []byte(`{"account_id":"52e591f7-c98f-4255-8495-827210138c81","time":1639572261}`)
	if got := chatSignature("5a44c5dff55f3c15a4cce8d7c4cc27e207c7e189", body); got != "f967b1bf766fb788dc3815eb656fc284d5ef4ef3" {
		t.Errorf("signed %s", got)
	}
}
