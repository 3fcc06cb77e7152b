package telegram

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	core "voronka/bot"
	"voronka/bot/telegramtest"
	"voronka/flows"
	"voronka/sales"
)

func newSender(t *testing.T) (*telegramtest.Server, *Sender) {
	t.Helper()
	server, api := fake(t)
	sender, err := NewSender(api+"/", server.Token())
	if err != nil {
		t.Fatal(err)
	}
	return server, sender
}

// started is a customer who has let the bot write.
func started(server *telegramtest.Server, id int64) *telegramtest.User {
	user := server.User(telegramtest.Profile{ID: id})
	user.Start("")
	return user
}

func last(user *telegramtest.User) telegramtest.Message {
	screen := user.Messages()
	return screen[len(screen)-1]
}

func TestSendShowsTextAndButtons(t *testing.T) {
	t.Parallel()
	server, sender := newSender(t)
	user := started(server, 7)
	long := strings.Repeat("ё", 4096)
	for _, m := range []core.Message{
		{Text: "<b>Ёлка</b> 🎄 &lt;script&gt;", Buttons: [][]flows.InlineButton{{{Text: "Купить", Data: "v1:x"}, {Text: "Сайт", URL: "https://example.ru/?a=1&b=2"}}}},
		{Text: "Телефон?", Keyboard: [][]flows.ReplyButton{{{Text: "Мой номер", Contact: true}, {Text: "Пропустить"}}}},
		{Text: long, RemoveKeyboard: true},
	} {
		sent, err := sender.Send(within(t), 7, m)
		if err != nil || sent.Message != last(user).ID {
			t.Fatalf("sent %+v, %v", sent, err)
		}
		switch {
		case m.Buttons != nil:
			if got := last(user); got.Text != "Ёлка 🎄 <script>" || len(got.Buttons) != 1 || got.Buttons[0][1].URL != "https://example.ru/?a=1&b=2" {
				t.Errorf("on the screen: %+v", got)
			}
		case m.Keyboard != nil:
			if keys := user.Keyboard(); len(keys) != 1 || keys[0][1].Text != "Пропустить" {
				t.Errorf("keyboard: %+v", keys)
			}
		default:
			if user.Keyboard() != nil || last(user).Text != long {
				t.Error("the keyboard stays, or the text is cut")
			}
		}
	}
	if wrong := server.Violations(); len(wrong) > 0 {
		t.Errorf("violations: %q", wrong)
	}
}

func TestEveryFailureHasItsCode(t *testing.T) {
	t.Parallel()
	bad := func(what string) telegramtest.Fault {
		return telegramtest.Fault{Status: http.StatusBadRequest, Description: "Bad Request: " + what}
	}
	no := func(what string) telegramtest.Fault {
		return telegramtest.Fault{Status: http.StatusForbidden, Description: "Forbidden: " + what}
	}
	for name, c := range map[string]struct {
		fault telegramtest.Fault
		want  sales.Error
	}{
		"flood":          {telegramtest.Fault{Status: http.StatusTooManyRequests, RetryAfter: 10072 * time.Second}, sales.Error{Code: "telegram_flood", After: 10072 * time.Second}},
		"blocked":        {no("bot was blocked by the user"), sales.Error{Code: core.ChatBlocked, Action: sales.Bury}},
		"gone":           {no("user is deactivated"), sales.Error{Code: core.ChatBlocked, Action: sales.Bury}},
		"never met":      {no("bot can't initiate conversation with a user"), sales.Error{Code: core.ChatBlocked, Action: sales.Bury}},
		"kicked":         {no("bot was kicked from the channel chat"), sales.Error{Code: "telegram_forbidden", Action: sales.Bury}},
		"no chat":        {bad("chat not found"), sales.Error{Code: core.ChatBlocked, Action: sales.Bury}},
		"markup":         {bad("can't parse entities: Can't find end tag corresponding to start tag \"b\""), sales.Error{Code: "telegram_markup", Action: sales.Bury}},
		"wrong file":     {bad("wrong file identifier/HTTP URL specified"), sales.Error{Code: "telegram_file", Action: sales.Bury}},
		"other kind":     {bad("can't use file of type Photo as Document"), sales.Error{Code: "telegram_file", Action: sales.Bury}},
		"no page":        {bad("failed to get HTTP URL content"), sales.Error{Code: "telegram_file", Action: sales.Bury}},
		"empty":          {bad("message text is empty"), sales.Error{Code: "telegram_refused", Action: sales.Bury}},
		"token":          {telegramtest.Fault{Status: http.StatusUnauthorized}, sales.Error{Code: "telegram_token", Action: sales.Stop}},
		"no such bot":    {telegramtest.Fault{Status: http.StatusNotFound}, sales.Error{Code: "telegram_token", Action: sales.Stop}},
		"a page":         {telegramtest.Fault{Status: http.StatusBadGateway}, sales.Error{Code: "telegram_unavailable", Uncertain: true}},
		"server error":   {telegramtest.Fault{Status: http.StatusInternalServerError}, sales.Error{Code: "telegram_unavailable", Uncertain: true}},
		"dropped before": {telegramtest.Fault{Drop: telegramtest.DropBefore}, sales.Error{Code: "telegram_unreachable", Uncertain: true}},
		"dropped after":  {telegramtest.Fault{Drop: telegramtest.DropAfter}, sales.Error{Code: "telegram_unreachable", Uncertain: true}},
		"a conflict":     {telegramtest.Fault{Status: http.StatusConflict}, sales.Error{Code: "telegram_failed", Uncertain: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, sender := newSender(t)
			user := started(server, 7)
			c.fault.Method = "sendMessage"
			server.Inject(c.fault)
			_, err := sender.Send(within(t), 7, core.Message{Text: "привет"})
			ignore := cmpopts.IgnoreFields(sales.Error{}, "Message", "Err")
			if diff := cmp.Diff(&c.want, sales.AsError(err), ignore); diff != "" {
				t.Error(diff)
			}
			if err != nil && (strings.Contains(err.Error(), server.Token()) || strings.Contains(err.Error(), "<html>")) {
				t.Errorf("error tells too much: %v", err)
			}
			arrived := len(user.Messages()) > 1
			if want := c.fault.Drop == telegramtest.DropAfter; arrived != want {
				t.Errorf("the message arrived: %v", arrived)
			}
		})
	}
}

func TestRealRefusals(t *testing.T) {
	t.Parallel()
	server, sender := newSender(t)
	user := started(server, 7)
	code := func(chat int64, m core.Message) string {
		_, err := sender.Send(within(t), chat, m)
		return sales.AsError(err).Code
	}
	if got := code(7, core.Message{Text: "<b>не закрыт"}); got != "telegram_markup" {
		t.Error(got)
	}
	if got := code(404, core.Message{Text: "кто здесь"}); got != core.ChatBlocked {
		t.Error(got)
	}
	if got := code(7, core.Message{Text: strings.Repeat("😀", 2049)}); got != "telegram_refused" {
		t.Error(got)
	}
	user.Block()
	if got := code(7, core.Message{Text: "вернись"}); got != core.ChatBlocked {
		t.Error(got)
	}
}

func TestServerThatIsDownWasNotReached(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(http.NotFoundHandler())
	sender, err := NewSender(web.URL, "42:SECRET")
	if err != nil {
		t.Fatal(err)
	}
	web.Close()
	_, err = sender.Send(within(t), 7, core.Message{Text: "привет"})
	if coded := sales.AsError(err); coded.Code != "telegram_unreachable" || coded.Uncertain || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("got %v", err)
	}
	if _, err = sender.Username(within(t)); strings.Contains(err.Error(), "SECRET") {
		t.Errorf("got %v", err)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = sender.Send(stopped, 7, core.Message{Text: "привет"}); sales.AsError(err).Code != "telegram_stopped" {
		t.Errorf("got %v", err)
	}
}

// TestNetworkThatSwallowsEverything: a connection that nobody completes leaves no
// doubt; a request that went out and was not answered does.
func TestNetworkThatSwallowsEverything(t *testing.T) {
	t.Parallel()
	mute, err := net.Listen("tcp", "127.0.0.1:0") // it takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mute.Close() })
	heard := make(chan struct{}, 10)
	deaf := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		heard <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(deaf.Close)
	for base, uncertain := range map[string]bool{"https://" + mute.Addr().String(): false, deaf.URL: true} {
		sender, err := NewSender(base, "42:SECRET")
		if err != nil {
			t.Fatal(err)
		}
		sender.client.client.Transport.(*http.Transport).TLSClientConfig = deaf.Client().Transport.(*http.Transport).TLSClientConfig
		for name, message := range map[string]core.Message{
			"a text": {Text: "привет"}, "a file": {Document: &core.File{Name: "a.txt", Content: []byte("a")}},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if uncertain {
				ctx, cancel = context.WithCancel(within(t))
				go func() { <-heard; cancel() }()
			}
			_, err := sender.Send(ctx, 7, message)
			cancel()
			if coded := sales.AsError(err); coded == nil || coded.Uncertain != uncertain {
				t.Errorf("%s, %s: %+v", base, name, coded)
			}
		}
	}
}

func TestStrangerBehindACertificateGetsNothing(t *testing.T) {
	t.Parallel()
	web := httptest.NewUnstartedServer(http.NotFoundHandler())
	web.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	web.StartTLS()
	t.Cleanup(web.Close)
	sender, err := NewSender(web.URL, "42:SECRET")
	if err != nil {
		t.Fatal(err)
	}
	_, err = sender.Send(within(t), 7, core.Message{Text: "привет"})
	if coded := sales.AsError(err); coded.Code != "telegram_unreachable" || coded.Uncertain {
		t.Errorf("got %+v", coded)
	}
}

func TestFilesGoByContentThenById(t *testing.T) {
	t.Parallel()
	server, sender := newSender(t)
	user := started(server, 7)
	big := bytes.Repeat([]byte("страница "), 200_000) // above what is kept for a replay
	sent, err := sender.Send(within(t), 7, core.Message{Text: "Ваш <i>курс</i>", Document: &core.File{Name: "Курс «Go».pdf", Content: big}})
	if err != nil || sent.File == "" {
		t.Fatalf("sent %+v, %v", sent, err)
	}
	got := last(user)
	if got.File == nil || !bytes.Equal(got.File.Data, big) || got.File.Name != "Курс «Go».pdf" || got.Text != "Ваш курс" {
		t.Errorf("arrived: %q %v", got.Text, got.File != nil)
	}
	again, err := sender.Send(within(t), 7, core.Message{Document: &core.File{Name: "x", Known: sent.File, Content: big}})
	if err != nil || again.File != sent.File || len(server.Sent("sendDocument")[1].Files) != 0 {
		t.Errorf("sent %+v, %v", again, err)
	}
	_, err = sender.Send(within(t), 7, core.Message{Document: &core.File{Name: "x", Known: "of-another-bot", Content: big}})
	if sales.AsError(err).Code != "telegram_file" {
		t.Errorf("got %v", err)
	}
	if wrong := server.Violations(); len(wrong) > 0 {
		t.Errorf("violations: %q", wrong)
	}
}

func TestInvitesLetOneIn(t *testing.T) {
	t.Parallel()
	server, sender := newSender(t)
	channel := server.Channel(-1001234, "Закрытый клуб")
	link, err := sender.Invite(within(t), "-1001234", strings.Repeat("ы", 40), time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	anna, boris := started(server, 7), started(server, 8)
	if err := anna.Join(link); err != nil || channel.Status(anna) != "member" {
		t.Errorf("Anna: %v, %s", err, channel.Status(anna))
	}
	if err := boris.Join(link); err == nil {
		t.Error("Boris came in by Anna's link")
	}
	_, err = sender.Invite(within(t), "@nowhere", "Анна", time.Now().Add(time.Hour))
	if coded := sales.AsError(err); coded.Code != "telegram_channel" || coded.Action != sales.Bury {
		t.Errorf("got %+v", coded)
	}
}

func TestPressIsAcknowledgedOrForgotten(t *testing.T) {
	t.Parallel()
	server, api := fake(t)
	sender, err := NewSender(api, server.Token())
	if err != nil {
		t.Fatal(err)
	}
	user := started(server, 7)
	if _, err := sender.Send(within(t), 7, core.Message{Text: "?", Buttons: [][]flows.InlineButton{{{Text: "Да", Data: "yes"}}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := user.Press("Да"); err != nil {
		t.Fatal(err)
	}
	b := keepBooks(nil)
	poll(t, b, api, server.Token())
	b.wait(t, 2)
	press := b.taken[1]
	if err := sender.Acknowledge(within(t), 7, press.Callback, "Готово"); err != nil || len(user.Answers()) != 1 || user.Answers()[0].Text != "Готово" {
		t.Errorf("%v, %+v", err, user.Answers())
	}
	if err := sender.Acknowledge(within(t), 7, "long-ago", ""); err != nil {
		t.Errorf("a late answer: %v", err)
	}
	server.Inject(telegramtest.Fault{Method: "answerCallbackQuery", Status: 502})
	if err := sender.Acknowledge(within(t), 7, press.Callback, ""); sales.AsError(err).Code != "telegram_unavailable" {
		t.Errorf("got %v", err)
	}
}

func TestRequestsCanBeSentAgain(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"small": 10, "at the limit": replayLimit} {
		text := strings.Repeat("x", size)
		req, _ := http.NewRequest(http.MethodPost, "http://localhost", io.NopCloser(strings.NewReader(text)))
		if err := replayable(req); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			body, err := req.GetBody()
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := io.ReadAll(body); string(got) != text || req.ContentLength != int64(size) {
				t.Errorf("%s: %d bytes, length %d", name, len(got), req.ContentLength)
			}
		}
		if got, _ := io.ReadAll(req.Body); string(got) != text {
			t.Errorf("%s: %d bytes in the body", name, len(got))
		}
	}
	large := strings.Repeat("y", replayLimit+1000)
	req, _ := http.NewRequest(http.MethodPost, "http://localhost", io.NopCloser(strings.NewReader(large)))
	if err := replayable(req); err != nil || req.GetBody != nil {
		t.Errorf("%v, a large body is kept: %v", err, req.GetBody != nil)
	}
	if got, _ := io.ReadAll(req.Body); string(got) != large {
		t.Errorf("%d bytes of a large body", len(got))
	}
	empty, _ := http.NewRequest(http.MethodPost, "http://localhost", io.NopCloser(strings.NewReader("")))
	empty.Header.Set("Content-Type", "multipart/form-data")
	if err := replayable(empty); err != nil || empty.Body != http.NoBody || empty.ContentLength != 0 || empty.Header.Get("Content-Type") != "" {
		t.Errorf("%v, %+v", err, empty)
	}
	broken, _ := http.NewRequest(http.MethodPost, "http://localhost", io.NopCloser(io.MultiReader(strings.NewReader("a"), brokenReader{})))
	if err := sales.AsError(replayable(broken)); err.Code != "telegram_request" || err.Uncertain {
		t.Errorf("got %+v", err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errStore }
