package bot_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/bot/telegram"
	"voronka/bot/telegramtest"
)

const parcel = `
flow: shop
start: a
states:
  a:
    do:
      - {say: "<b>Раз</b>"}
      - {say: Файл, document: files/course.txt}
      - {say: Два}
    end: true
`

// TestFaultsOfTelegram goes through what Telegram may do to a message, with the
// real sender and a server that behaves so: what arrives, what the dialog says,
// what waits for a person.
func TestFaultsOfTelegram(t *testing.T) {
	t.Parallel()
	whole := []string{"Раз", "Файл", "Два"}
	fault := func(f telegramtest.Fault) func(*telegramtest.Server, *telegramtest.User) {
		return func(s *telegramtest.Server, _ *telegramtest.User) { s.Inject(f) }
	}
	for name, c := range map[string]struct {
		happens func(*telegramtest.Server, *telegramtest.User)
		shown   []string
		journal map[string]int // lines by their kind
		buried  []string
	}{
		"nothing":              {nil, whole, nil, nil},
		"429 with retry_after": {fault(telegramtest.Fault{Method: "sendMessage", Status: 429, RetryAfter: 30 * time.Second}), whole, nil, nil},
		"a storm of 429":       {fault(telegramtest.Fault{Times: 9, Status: 429, RetryAfter: 10 * time.Minute}), whole, nil, nil},
		"502 with a page":      {fault(telegramtest.Fault{Method: "sendMessage", Times: 3, Status: http.StatusBadGateway}), whole, map[string]int{"repeated": 1}, nil},
		"cut before it is served": {
			fault(telegramtest.Fault{Method: "sendMessage", Drop: telegramtest.DropBefore}), whole, map[string]int{"repeated": 1}, nil,
		},
		"answer swallowed": {
			fault(telegramtest.Fault{Method: "sendMessage", Drop: telegramtest.DropAfter}), []string{"Раз", "Раз", "Файл", "Два"}, map[string]int{"repeated": 1}, nil,
		},
		"answers swallowed for ever": {
			fault(telegramtest.Fault{Method: "sendDocument", Times: -1, Drop: telegramtest.DropAfter}), []string{"Раз", "Файл", "Файл", "Два"},
			map[string]int{"buried": 1}, []string{"say uncertain"},
		},
		"tags refused": {
			fault(telegramtest.Fault{Method: "sendMessage", Status: 400, Description: "Bad Request: can't parse entities: unclosed"}), whole, map[string]int{"markup": 1}, nil,
		},
		"file refused": {
			fault(telegramtest.Fault{Method: "sendDocument", Times: -1, Status: 400, Description: "Bad Request: file is too big"}), []string{"Раз", "Два"},
			map[string]int{"buried": 1}, []string{"say telegram_file_too_big"},
		},
		"blocked": {
			func(_ *telegramtest.Server, u *telegramtest.User) { u.Block() }, nil, map[string]int{"unsent": 3, "blocked": 1}, nil,
		},
		"account gone": {
			fault(telegramtest.Fault{Times: -1, Status: 403, Description: "Forbidden: user is deactivated"}), nil, map[string]int{"unsent": 3, "blocked": 1}, nil,
		},
		"group became a supergroup": {
			func(s *telegramtest.Server, _ *telegramtest.User) {
				s.Channel(-100, "Группа")
				s.Migrate(7, -100)
			}, nil, map[string]int{"migrated": 1}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, server, user := withTelegram(t, parcel)
			w.say("/start")
			if c.happens != nil {
				c.happens(server, user)
			}
			w.drain()
			for range 10 {
				w.pass(10 * time.Minute)
			}
			if diff := cmp.Diff(c.shown, shownTo(user)); diff != "" {
				t.Error(diff)
			}
			for _, kind := range []string{"repeated", "markup", "unsent", "blocked", "buried", "migrated"} {
				if lines := w.journal(kind); len(lines) != c.journal[kind] {
					t.Errorf("%s: %q", kind, lines)
				}
			}
			if jobs, _ := w.buried(); !cmp.Equal(c.buried, jobs) || len(w.waiting()) != 0 {
				t.Errorf("buried %q, waiting %q", jobs, w.waiting())
			}
			if wrong := server.Violations(); len(wrong) > 0 {
				t.Errorf("violations: %q", wrong)
			}
		})
	}
}

// TestForgottenFileIDIsRenewed: the id that Telegram gave is used until it is
// wrong, then the content goes again, in the same run.
func TestForgottenFileIDIsRenewed(t *testing.T) {
	t.Parallel()
	w, server, user := withTelegram(t, parcel)
	for n, uploads := range []int{1, 0, 1, 0} {
		if n == 2 {
			server.ForgetFiles()
		}
		before := len(server.Sent("sendDocument"))
		w.say("/start")
		w.drain()
		files := 0
		for _, call := range server.Sent("sendDocument")[before:] {
			files += len(call.Files)
		}
		if files != uploads {
			t.Errorf("round %d: %d uploads, want %d", n, files, uploads)
		}
	}
	if shown := shownTo(user); len(shown) != 12 {
		t.Errorf("on the screen: %q", shown)
	}
}

// TestRetryAfterIsKeptToTheSecond looks a moment before and at the time itself.
func TestRetryAfterIsKeptToTheSecond(t *testing.T) {
	t.Parallel()
	for _, seconds := range []int{1, 17, 600, 10_072} {
		w, server, user := withTelegram(t, parcel)
		after := time.Duration(seconds) * time.Second
		server.Inject(telegramtest.Fault{Method: "sendMessage", Status: http.StatusTooManyRequests, RetryAfter: after})
		w.say("/start")
		w.drain()
		w.pass(after - time.Millisecond)
		if shown := shownTo(user); len(shown) != 0 {
			t.Errorf("%v: %q before the time", after, shown)
		}
		w.pass(time.Millisecond)
		if shown := shownTo(user); len(shown) != 3 {
			t.Errorf("%v: %q at the time", after, shown)
		}
	}
}

// withTelegram is a world whose chat is the real sender and a Bot API server, in
// which Anna has let the bot write.
func withTelegram(t *testing.T, source string) (*world, *telegramtest.Server, *telegramtest.User) {
	t.Helper()
	server := telegramtest.New(telegramtest.Config{})
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	t.Cleanup(server.Close)
	var w *world
	sender, err := telegram.NewSender(web.URL, server.Token())
	if err != nil {
		t.Fatal(err)
	}
	w = newWorld(t, source, func(c *bot.Config) { c.Chat = sender })
	sender.Now = w.clock.Now
	user := server.User(telegramtest.Profile{ID: 7, FirstName: "Анна"})
	user.Start("")
	return w, server, user
}

// shownTo is what the bot has said to a customer.
func shownTo(user *telegramtest.User) (texts []string) {
	for _, m := range user.Messages() {
		if m.FromBot {
			texts = append(texts, m.Text)
		}
	}
	return texts
}
