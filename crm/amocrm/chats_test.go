package amocrm_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/crm"
	"voronka/crm/amocrm"
	"voronka/crm/amocrmtest"
	"voronka/crm/crmtest"
	"voronka/sales"
)

const chatSecret = "5a44c5dff55f3c15a4cce8d7c4cc27e207c7e189"

// talk is an account with a chat channel, and a customer who has a deal there.
type talk struct {
	*amocrmtest.Server
	*amocrm.Chats
	*testing.T
	account *account
	anna    sales.Contact
	refs    crm.Refs
	chat    crm.Chat
}

func newTalk(t *testing.T, change ...func(*amocrm.Channel)) *talk {
	t.Helper()
	a := open(t, &crmtest.Door{}, crmtest.NewClock(time.Now()), amocrmtest.Config{Channel: amocrmtest.Channel{
		ID: "344a5002-f8ca-454d-af3d-396180102ac7", Secret: chatSecret, Bot: "f1910c7f-b1e0-4184-bd09-c7def2a9109a",
	}})
	listener := httptest.NewServer(a.Server)
	t.Cleanup(listener.Close)
	channel := amocrm.Channel{
		ID: "344a5002-f8ca-454d-af3d-396180102ac7", Secret: chatSecret, Bot: "f1910c7f-b1e0-4184-bd09-c7def2a9109a", API: listener.URL,
		Words: func(code string) string { return "не дошло: " + code },
	}
	for _, c := range change {
		c(&channel)
	}
	talk := &talk{Server: a.Server, T: t, account: a, Chats: amocrm.NewChats(a.CRM.(*amocrm.CRM), channel),
		anna: sales.Contact{ID: "tg:7", Name: "Анна", LastName: "Ёлкина", Username: "anna", Phone: "+79161234567"}}
	refs, err := a.Apply(t.Context(), crm.Change{ID: "1", Contact: talk.anna, At: a.clock.Now(), Person: true, Title: "Курс"}, crm.Refs{})
	if err != nil {
		t.Fatal(err)
	}
	talk.refs = refs
	return talk
}

func (k *talk) line(id string, from crm.Speaker, text string) crm.ChatLine {
	k.account.clock.Advance(time.Second)
	return crm.ChatLine{ID: id, Contact: k.anna, From: from, Text: text, At: k.account.clock.Now()}
}

func (k *talk) say(line crm.ChatLine) error {
	var err error
	k.chat, err = k.Post(k.Context(), line, k.refs.Contact, k.chat)
	return err
}

func (k *talk) must(err error) {
	k.Helper()
	if err != nil {
		k.Fatal(err)
	}
}

// said are the messages as the account has them.
func (k *talk) said() []string {
	var out []string
	for _, m := range k.ChatMessages() {
		loud := ""
		if !m.Silent {
			loud = "!"
		}
		out = append(out, m.From+loud+" "+m.Name+": "+m.Text)
	}
	return out
}

// once holds that there is one contact, one deal, one chat tied to the contact,
// and that nothing was done against the protocol.
func (k *talk) once() {
	k.Helper()
	if len(k.Contacts()) != 1 || len(k.Leads()) != 1 || fmt.Sprint(k.ChatContact("tg:7")) != k.refs.Contact {
		k.Errorf("contacts %d, deals %d, the chat is tied to %d", len(k.Contacts()), len(k.Leads()), k.ChatContact("tg:7"))
	}
	for _, v := range k.Violations() {
		k.Errorf("offence %+v", v)
	}
}

func TestDialogIsAChatOfTheContact(t *testing.T) {
	t.Parallel()
	k := newTalk(t)
	loud := k.line("c", crm.Customer, "Алло? 🙂\nвторая строка")
	loud.Loud = true
	k.must(k.say(k.line("a", crm.Customer, "/start")))
	k.must(k.say(k.line("b", crm.Ours, "Привет, Анна! ёЁ")))
	k.must(k.say(loud))
	want := []string{"client Анна Ёлкина: /start", "bot Voronka: Привет, Анна! ёЁ", "client! Анна Ёлкина: Алло? 🙂\nвторая строка"}
	if diff := cmp.Diff(want, k.said()); diff != "" {
		t.Error(diff)
	}
	k.once()
	connects, chats := 0, 0
	for _, r := range k.Requests() {
		connects += strings.Count(r.Path, "/connect")
		if strings.HasSuffix(r.Path, "/chats") && strings.Contains(r.Path, "origin") {
			chats++
		}
		if strings.Contains(r.Path, "origin") && strings.Contains(r.Body, "79161234567") {
			t.Error("the phone is told: the contact has it")
		}
	}
	if connects != 1 || chats != 1 {
		t.Errorf("%d connects, %d chats made", connects, chats)
	}
}

func TestLongMessageIsCut(t *testing.T) {
	t.Parallel()
	k := newTalk(t)
	k.must(k.say(k.line("a", crm.Customer, strings.Repeat("я", 30_000))))
	if got := []rune(k.ChatMessages()[0].Text); len(got) != 20_000 {
		t.Errorf("%d characters", len(got))
	}
}

// TestLineIsWrittenOnceWhateverBecomesOfTheAnswer breaks each call of a first
// line in turn, before it is heard and after it was done.
func TestLineIsWrittenOnceWhateverBecomesOfTheAnswer(t *testing.T) {
	t.Parallel()
	for _, kind := range []amocrmtest.FaultKind{amocrmtest.DropBefore, amocrmtest.DropAfter, amocrmtest.GatewayTimeout, amocrmtest.BadGateway, amocrmtest.TooManyRequests} {
		for skip := range 5 {
			t.Run(fmt.Sprint(kind, " ", skip), func(t *testing.T) {
				t.Parallel()
				k := newTalk(t)
				k.Inject(amocrmtest.Fault{Kind: kind, Skip: skip, Times: 1})
				line := k.line("a", crm.Customer, "Привет")
				tries := 0
				for err := k.say(line); err != nil; err = k.say(line) {
					if coded := sales.AsError(err); coded.Action != sales.Retry || tries > 3 {
						t.Fatalf("after %d tries: %v", tries, err)
					}
					k.account.clock.Advance(time.Minute)
					tries++
				}
				if diff := cmp.Diff([]string{"client Анна Ёлкина: Привет"}, k.said()); diff != "" {
					t.Error(diff)
				}
				k.once()
			})
		}
	}
}

func TestLineThatIsThereIsFoundInALongChat(t *testing.T) {
	t.Parallel()
	k := newTalk(t)
	first := k.line("first", crm.Customer, "Первое")
	k.must(k.say(first))
	for i := range 120 {
		k.must(k.say(k.line(fmt.Sprint(i), crm.Ours, "Ответ")))
	}
	k.must(k.say(first))
	if got := len(k.ChatMessages()); got != 121 {
		t.Errorf("%d messages", got)
	}
}

func TestChatsTellWhatIsWrongWithTheChannel(t *testing.T) {
	t.Parallel()
	for name, try := range map[string]struct {
		change func(*amocrm.Channel)
		code   string
	}{
		"another secret":  {func(c *amocrm.Channel) { c.Secret = "wrong" }, "crm_chat_denied"},
		"another channel": {func(c *amocrm.Channel) { c.ID = "wrong" }, "crm_chat_gone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newTalk(t, try.change)
			err := k.say(k.line("a", crm.Customer, "Привет"))
			coded := sales.AsError(err)
			if coded.Code != try.code || coded.Action != sales.Stop || k.Chats.Trouble() != try.code || strings.Contains(err.Error(), chatSecret) {
				t.Errorf("%v, trouble %q", err, k.Chats.Trouble())
			}
			if err := k.Check(t.Context()); err == nil {
				t.Error("the check finds nothing")
			}
			if len(k.ChatMessages()) != 0 || k.account.CRM.(*amocrm.CRM).Trouble() != "" {
				t.Error("the rest of the account is troubled")
			}
		})
	}
}

// TestReinstalledIntegrationIsConnectedAgain: switching an integration off
// disconnects its channel (chats/chat-api-reference, connect).
func TestReinstalledIntegrationIsConnectedAgain(t *testing.T) {
	t.Parallel()
	k := newTalk(t)
	k.must(k.say(k.line("a", crm.Customer, "Раз")))
	k.must(k.Check(t.Context()))
	k.Disconnect()
	if err := k.Check(t.Context()); err == nil {
		t.Error("the check does not see that the channel is off")
	}
	line := k.line("b", crm.Customer, "Два")
	if err := k.say(line); sales.AsError(err).Action != sales.Retry {
		t.Fatalf("off: %v", err)
	}
	k.must(k.say(line))
	k.Disconnect()
	k.must(k.Tell(t.Context(), "nobody's", ""))
	if got := k.said(); len(got) != 2 {
		t.Errorf("said %q", got)
	}
}

func TestChatOfADeletedContactAsksForAnother(t *testing.T) {
	t.Parallel()
	k := newTalk(t)
	k.refs.Contact = "1"
	err := k.say(k.line("a", crm.Customer, "Привет"))
	if coded := sales.AsError(err); coded.Code != crm.CodeNoContact || coded.Action != sales.Retry || k.chat.ID == "" {
		t.Errorf("%v, kept %+v", err, k.chat)
	}
	if got := k.said(); len(got) != 0 {
		t.Errorf("said %q before the chat was tied", got)
	}
}

// TestChatHookIsBelievedWhenSigned reads what the account itself sends.
func TestChatHookIsBelievedWhenSigned(t *testing.T) {
	t.Parallel()
	var k *talk
	var got []crm.Written
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		scope, signature := strings.TrimPrefix(r.URL.Path, "/"), r.Header.Get("X-Signature")
		written, err := k.Read(scope, signature, body)
		if err != nil {
			t.Errorf("%s: %v", body, err)
		}
		got = append(got, written)
		for name, forged := range map[string][3]string{
			"body": {scope, signature, string(body) + " "}, "signature": {scope, strings.Repeat("0", 40), string(body)},
			"none": {scope, "", string(body)}, "channel": {"x_y", signature, string(body)},
		} {
			if _, err := k.Read(forged[0], forged[1], []byte(forged[2])); !errors.Is(err, crm.ErrForged) {
				t.Errorf("forged %s: %v", name, err)
			}
		}
	}))
	t.Cleanup(receiver.Close)
	k = newTalk(t)
	k.SetChatHook(receiver.URL + "/:scope_id")
	k.must(k.say(k.line("a", crm.Customer, "Привет")))
	first, status, err := k.WriteInChat(t.Context(), "tg:7", "Ждём вас ёЁ 🙂", "")
	k.must(err)
	second, _, err := k.WriteInChat(t.Context(), "tg:7", "", "https://amojo.amocrm.ru/attachments/image.jpg")
	k.must(err)
	want := []crm.Written{
		{ID: first.ID, Contact: "tg:7", Text: "Ждём вас ёЁ 🙂"},
		{ID: second.ID, Contact: "tg:7", Picture: "https://amojo.amocrm.ru/attachments/image.jpg"},
	}
	if diff := cmp.Diff(want, got); diff != "" || status != 200 {
		t.Errorf("%d %s", status, diff)
	}
	k.must(k.Tell(t.Context(), first.ID, ""))
	k.must(k.Tell(t.Context(), second.ID, "chat_blocked"))
	k.must(k.Tell(t.Context(), "unknown", ""))
	messages := k.ChatMessages()
	if messages[1].Status != 1 || messages[2].Status != -1 || messages[2].ErrorCode != 905 || messages[2].Error != "не дошло: chat_blocked" {
		t.Errorf("%+v", messages[1:])
	}
	k.once()
}

// TestWhereManagersWroteIsTold by the account's history, for whoever did not listen.
func TestWhereManagersWroteIsTold(t *testing.T) {
	t.Parallel()
	k := newTalk(t)
	k.must(k.say(k.line("a", crm.Customer, "Раз")))
	began := k.account.clock.Now()
	wrote := func(from, until time.Duration) []crm.Wrote {
		t.Helper()
		got, err := k.WroteIn(t.Context(), began.Add(from), began.Add(until))
		k.must(err)
		return got
	}
	if got := wrote(-time.Hour, time.Hour); len(got) != 0 {
		t.Errorf("the customer's own words: %+v", got)
	}
	for range 120 { // more than a page
		k.account.clock.Advance(time.Minute)
		if _, _, err := k.WriteInChat(t.Context(), "tg:7", "Вы где?", ""); err != nil {
			t.Fatal(err)
		}
	}
	all := wrote(0, 3*time.Hour)
	if len(all) != 120 || all[0].Deal != k.refs.Deal {
		t.Errorf("%d messages, the first %+v", len(all), all[0])
	}
	if got := wrote(10*time.Minute, 15*time.Minute); len(got) != 6 {
		t.Errorf("%d messages in five minutes, one at each end", len(got))
	}
	k.Inject(amocrmtest.Fault{Kind: amocrmtest.BadGateway})
	if _, err := k.WroteIn(t.Context(), began, began); sales.AsError(err).Action != sales.Retry {
		t.Errorf("a sick CRM: %v", err)
	}
}
