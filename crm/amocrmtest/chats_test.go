package amocrmtest_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/crm/amocrmtest"
)

// The channel and the account of the documents' examples (chats/chat-step-by-step).
const (
	channelID     = "344a5002-f8ca-454d-af3d-396180102ac7"
	channelSecret = "5a44c5dff55f3c15a4cce8d7c4cc27e207c7e189"
	channelBot    = "f1910c7f-b1e0-4184-bd09-c7def2a9109a"
	accountAmojo  = "52e591f7-c98f-4255-8495-827210138c81"
	scopePath     = "/v2/origin/custom/" + channelID + "_" + accountAmojo
)

func chatting(t *testing.T, hook string) *account {
	t.Helper()
	return open(t, amocrmtest.Config{AmojoID: accountAmojo, Channel: amocrmtest.Channel{
		ID: channelID, Secret: channelSecret, Bot: channelBot, Hook: hook,
	}})
}

func signature(text string) string {
	sum := hmac.New(sha1.New, []byte(channelSecret))
	io.WriteString(sum, text)
	return hex.EncodeToString(sum.Sum(nil))
}

// signed sends a request with the four headers of the Chats API; spoil may change it.
func (a *account) signed(method, path, body string, spoil func(*http.Request)) answer {
	a.t.Helper()
	req, err := http.NewRequest(method, a.url+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	sum := md5.Sum([]byte(body))
	digest, date := hex.EncodeToString(sum[:]), a.clock.Now().Format(time.RFC1123Z)
	bare, _, _ := strings.Cut(path, "?")
	for name, value := range map[string]string{
		"Date": date, "Content-Type": "application/json", "Content-MD5": digest,
		"X-Signature": signature(strings.Join([]string{method, digest, "application/json", date, bare}, "\n")),
	} {
		req.Header.Set(name, value)
	}
	if spoil != nil {
		spoil(req)
	}
	got, err := send(req)
	if err != nil {
		a.t.Fatal(err)
	}
	return got
}

// resigned changes a request before it is signed.
func resigned(change func(*http.Request)) func(*http.Request) {
	return func(r *http.Request) {
		change(r)
		path, _, _ := strings.Cut(r.URL.RequestURI(), "?")
		r.Header.Set("X-Signature", signature(strings.Join([]string{
			r.Method, r.Header.Get("Content-MD5"), r.Header.Get("Content-Type"), r.Header.Get("Date"), path,
		}, "\n")))
	}
}

func (a *account) connect() {
	a.t.Helper()
	got := a.signed("POST", "/v2/origin/custom/"+channelID+"/connect", `{"account_id":"`+accountAmojo+`","hook_api_version":"v2"}`, nil)
	if got.status != 200 || got.at(a.t, "scope_id") != channelID+"_"+accountAmojo {
		a.t.Fatalf("connect: %d %s", got.status, got.text)
	}
}

const fromCustomer = `{"event_type":"new_message","payload":{"timestamp":1772442000,"msec_timestamp":1772442000000,"msgid":"m1",
	"conversation_id":"tg:7","sender":{"id":"tg:7","name":"Анна"},"message":{"type":"text","text":"Привет"},"silent":true}}`

// TestChatSignatureVectors holds the fake to signatures computed elsewhere.
func TestChatSignatureVectors(t *testing.T) {
	t.Parallel()
	var vectors []struct {
		Kind, Method, Date, Path, Body string
		Signature                      string `json:"x_signature"`
		MD5                            string `json:"content_md5"`
	}
	if err := json.Unmarshal(sample(t, "signature_vectors.json"), &vectors); err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, v := range vectors {
		if v.Kind != "chats API request" {
			continue
		}
		tried++
		id, account, _ := strings.Cut(strings.Split(v.Path, "/")[4], "_")
		if account == "" {
			account = "af9945ff-1490-4cad-807d-945c15d88bec"
		}
		at, err := time.Parse(time.RFC1123Z, v.Date) // a Saturday that calls itself Monday, as in the documents
		if err != nil {
			t.Fatal(err)
		}
		server := amocrmtest.New(amocrmtest.Config{AmojoID: account, Now: func() time.Time { return at },
			Channel: amocrmtest.Channel{ID: id, Secret: channelSecret}})
		t.Cleanup(server.Close)
		for given, wrong := range map[string]bool{v.Signature: false, strings.ToUpper(v.Signature): true, "": true} {
			req := httptest.NewRequest(v.Method, v.Path, strings.NewReader(v.Body))
			for name, value := range map[string]string{"Date": v.Date, "Content-Type": "application/json", "Content-MD5": v.MD5, "X-Signature": given} {
				req.Header.Set(name, value)
			}
			got := httptest.NewRecorder()
			server.ServeHTTP(got, req)
			if (got.Code == http.StatusForbidden) != wrong {
				t.Errorf("%s %s signed %q: %d %s", v.Method, v.Path, given, got.Code, got.Body)
			}
		}
	}
	if tried != 2 {
		t.Errorf("%d vectors were tried", tried)
	}
}

func TestChatsRefuseWhatIsNotSigned(t *testing.T) {
	t.Parallel()
	a := chatting(t, "")
	a.connect()
	for name, spoil := range map[string]func(*http.Request){
		"no signature":    func(r *http.Request) { r.Header.Del("X-Signature") },
		"another method":  func(r *http.Request) { r.Method = "PUT" },
		"another body":    func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(fromCustomer + " ")); r.ContentLength++ },
		"upper case md5":  resigned(func(r *http.Request) { r.Header.Set("Content-MD5", strings.ToUpper(r.Header.Get("Content-MD5"))) }),
		"another's md5":   resigned(func(r *http.Request) { r.Header.Set("Content-MD5", strings.Repeat("0", 32)) }),
		"a charset":       resigned(func(r *http.Request) { r.Header.Set("Content-Type", "application/json; charset=utf-8") }),
		"16 minutes ago":  resigned(func(r *http.Request) { r.Header.Set("Date", a.clock.Now().Add(-16*time.Minute).Format(time.RFC1123Z)) }),
		"no date":         resigned(func(r *http.Request) { r.Header.Set("Date", "yesterday") }),
		"a later date":    func(r *http.Request) { r.Header.Set("Date", a.clock.Now().Add(time.Minute).Format(time.RFC1123Z)) },
		"old, body alone": func(r *http.Request) { r.Header.Set("X-Signature", signature(fromCustomer)) },
	} {
		if got := a.signed("POST", scopePath, fromCustomer, spoil); got.status != 403 {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
	if got := a.ChatMessages(); len(got) != 0 {
		t.Errorf("kept %+v", got)
	}
	within := resigned(func(r *http.Request) { r.Header.Set("Date", a.clock.Now().Add(-14*time.Minute).Format(time.RFC1123Z)) })
	if got := a.signed("POST", scopePath, fromCustomer, within); got.status != 200 {
		t.Errorf("within a quarter of an hour: %d %s", got.status, got.text)
	}
}

func TestChatsNeedAConnectedChannel(t *testing.T) {
	t.Parallel()
	a := chatting(t, "")
	if got := a.signed("POST", scopePath, fromCustomer, nil); got.status != 404 {
		t.Errorf("not connected: %d", got.status)
	}
	a.connect()
	a.connect() // after each installation: repeating does no harm
	if got := a.signed("POST", "/v2/origin/custom/another/connect", `{"account_id":"`+accountAmojo+`"}`, nil); got.status != 404 {
		t.Errorf("another channel: %d", got.status)
	}
	if got := a.signed("POST", "/v2/origin/custom/"+channelID+"/connect", `{"account_id":"stranger","hook_api_version":"v2"}`, nil); got.status != 400 {
		t.Errorf("another account: %d", got.status)
	}
	if got := a.signed("DELETE", "/v2/origin/custom/"+channelID+"/disconnect", `{"account_id":"`+accountAmojo+`"}`, nil); got.status != 200 {
		t.Errorf("disconnect: %d", got.status)
	}
	if got := a.signed("POST", scopePath, fromCustomer, nil); got.status != 404 {
		t.Errorf("disconnected: %d", got.status)
	}
}

// TestChatShapes sends the documents' own requests and compares the answers.
func TestChatShapes(t *testing.T) {
	t.Parallel()
	a := chatting(t, "")
	connected := a.signed("POST", "/v2/origin/custom/"+channelID+"/connect",
		strings.ReplaceAll(string(sample(t, "chat_api_reference__01__post_v2_origin_custom_channel_id_connect__request.json")), "af9945ff-1490-4cad-807d-945c15d88bec", accountAmojo), nil)
	shape(t, connected, "chat_api_reference__02__post_v2_origin_custom_channel_id_connect__response.json")
	made := a.signed("POST", scopePath+"/chats", string(sample(t, "chat_api_reference__04__post_v2_origin_custom_scope_id_chats__request.json")), nil)
	shape(t, made, "chat_api_reference__05__post_v2_origin_custom_scope_id_chats__response.json")
	for _, name := range []string{"06", "07", "08"} {
		body := strings.ReplaceAll(string(sample(t, "chat_api_reference__"+name+"__post_v2_origin_custom_scope_id__request.json")),
			"76fc2bea-902f-425c-9a3d-dcdac4766090", "76fc2bea-902f-425c-9a3d-000000504141")
		got := a.signed("POST", scopePath, body, nil)
		if got.status != 200 {
			t.Fatalf("%s: %d %s", name, got.status, got.text)
		}
		shape(t, got, "chat_api_reference__10__post_v2_origin_custom_scope_id__response.json")
	}
	chatID := a.ChatMessages()[0].Chat
	got := a.signed("GET", scopePath+"/chats/"+chatID+"/history?limit=50&offset=0", "", nil)
	var want any
	if err := json.Unmarshal(sample(t, "chat_api_reference__12__get_v2_origin_custom_scope_id_chats_conversation_id_history__response.json"), &want); err != nil {
		t.Fatal(err)
	}
	// what was not given may be left out; milliseconds are in the table, not in the example
	known := []string{"+.messages[].msec_timestamp", "-.messages[].receiver.avatar", "-.messages[].receiver.email", "-.messages[].receiver.phone",
		"-.messages[].sender.avatar", "-.messages[].sender.email", "-.messages[].sender.phone"}
	if diff := cmp.Diff(known, sorted(differ("", want, got.json))); diff != "" {
		t.Error(diff)
	}
	if got := a.signed("GET", scopePath+"/chats/nobody/history", "", nil); got.status != 204 {
		t.Errorf("the history of nobody: %d", got.status)
	}
}

func TestChatMessageIsTakenOnce(t *testing.T) {
	t.Parallel()
	a := chatting(t, "")
	a.connect()
	if got := a.signed("POST", scopePath, fromCustomer, nil); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.text)
	}
	if got := a.signed("POST", scopePath, fromCustomer, nil); got.status != 400 {
		t.Errorf("the same msgid again: %d", got.status)
	}
	for name, change := range map[string][2]string{
		"a number as text":    {`"timestamp":1772442000`, `"timestamp":"1772442000"`},
		"no words":            {`"text":"Привет"`, `"text":""`},
		"a stranger's ref_id": {`"sender":{"id":"tg:7"`, `"receiver":{"id":"tg:7","name":"Анна"},"sender":{"ref_id":"x","id":"b"`},
		"an unknown event":    {"new_message", "old_message"},
	} {
		body := strings.Replace(strings.Replace(fromCustomer, change[0], change[1], 1), `"m1"`, `"m2"`, 1)
		if got := a.signed("POST", scopePath, body, nil); got.status != 400 {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
	if got := a.ChatMessages(); len(got) != 1 || !got[0].Silent || got[0].From != "client" || len(a.Leads()) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestLoudMessageOfAStrangerIsUnsorted(t *testing.T) {
	t.Parallel()
	a := chatting(t, "")
	a.connect()
	loud := strings.Replace(fromCustomer, `"silent":true`, `"silent":false`, 1)
	a.signed("POST", scopePath, loud, nil)
	a.signed("POST", scopePath, strings.Replace(loud, "m1", "m2", 1), nil)
	if len(a.Contacts()) != 1 || len(a.Leads()) != 1 || a.ChatContact("tg:7") != a.Contacts()[0].ID {
		t.Errorf("contacts %+v, deals %+v", a.Contacts(), a.Leads())
	}
}

func TestTiedChatMakesNoDouble(t *testing.T) {
	t.Parallel()
	a := chatting(t, "")
	a.connect()
	contact := a.AddContact(amocrmtest.Contact{Card: amocrmtest.Card{Name: "Анна"}})
	a.AddLead(amocrmtest.Lead{Card: amocrmtest.Card{Name: "Курс"}, Contacts: []int64{contact}})
	made := a.signed("POST", scopePath+"/chats", `{"conversation_id":"tg:7","user":{"id":"tg:7","name":"Анна"}}`, nil)
	id := made.at(t, "id").(string)
	body := strings.NewReplacer("3102959", fmt.Sprint(contact), "6cbab3d5-c4c1-46ff-b710-ad59ad10805f", id).
		Replace(string(sample(t, "contacts_api__07__post_api_v4_contacts_chats__request.json")))
	shape(t, a.want(200, "POST", "/api/v4/contacts/chats", body), "contacts_api__08__post_api_v4_contacts_chats__response.json")
	shape(t, a.want(200, "GET", "/api/v4/contacts/chats?chat_id[]="+id, ""), "contacts_api__09__get_api_v4_contacts_chats__response.json")
	a.want(204, "GET", "/api/v4/contacts/chats?contact_id[]=1", "")
	a.want(400, "POST", "/api/v4/contacts/chats", `[{"contact_id":1,"chat_id":"`+id+`"}]`)
	a.signed("POST", scopePath, strings.Replace(fromCustomer, `"silent":true`, `"silent":false`, 1), nil)
	if len(a.Contacts()) != 1 || len(a.Leads()) != 1 {
		t.Errorf("contacts %+v, deals %+v", a.Contacts(), a.Leads())
	}
}

// TestManagersMessageIsHookedOnce has the shape of the documents, is signed over
// its body, and is not repeated whatever the answer.
func TestManagersMessageIsHookedOnce(t *testing.T) {
	t.Parallel()
	type knock struct {
		path, signature string
		body            []byte
	}
	knocks := make(chan knock, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		knocks <- knock{r.URL.Path, r.Header.Get("X-Signature"), body}
		w.WriteHeader(http.StatusInternalServerError)
	}))
	t.Cleanup(receiver.Close)
	a := chatting(t, receiver.URL+"/hook/:scope_id")
	a.connect()
	a.signed("POST", scopePath, fromCustomer, nil)
	m, status, err := a.WriteInChat(context.Background(), "tg:7", "Ждём вас", "")
	if err != nil || status != 500 {
		t.Fatalf("%d %v", status, err)
	}
	a.Tick()
	close(knocks)
	var got []knock
	for k := range knocks {
		got = append(got, k)
	}
	if len(got) != 1 || got[0].path != "/hook/"+channelID+"_"+accountAmojo || got[0].signature != signature(string(got[0].body)) {
		t.Fatalf("%d knocks, the first at %s", len(got), got[0].path)
	}
	var body, want any
	if err := json.Unmarshal(got[0].body, &body); err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(bytes.NewReader(sample(t, "chat_hook_v2_outgoing_message.json"))).Decode(&want); err != nil {
		t.Fatal(err)
	}
	// no template and no source of ours
	if diff := cmp.Diff([]string{"-.message.message.template", "-.message.source"}, sorted(differ("", want, body))); diff != "" {
		t.Error(diff)
	}
	if got := a.signed("POST", scopePath+"/"+m.ID+"/delivery_status", `{"status_code":1}`, nil); got.status != 200 {
		t.Errorf("delivered: %d %s", got.status, got.text)
	}
	failed := string(sample(t, "chat_api_reference__11__post_v2_origin_custom_scope_id_msgid_delivery_status__request.json"))
	for body, want := range map[string]int{failed: 200, `{"status_code":-1}`: 400, `{"delivery_status":1}`: 400} {
		if got := a.signed("POST", scopePath+"/"+m.ID+"/delivery_status", body, nil); got.status != want {
			t.Errorf("%s: %d %s", body, got.status, got.text)
		}
	}
	if got := a.signed("POST", scopePath+"/nobody/delivery_status", `{"status_code":1}`, nil); got.status != 404 {
		t.Errorf("a message of nobody: %d", got.status)
	}
	if _, _, err := a.WriteInChat(t.Context(), "tg:8", "?", ""); err == nil {
		t.Error("wrote into a chat that is not there")
	}
}
