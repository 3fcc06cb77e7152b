package telegram

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
)

// house is a server with a hatch, or without one.
type house struct {
	*bookkeeper
	address string
	hatch   *Hatch
	server  *http.Server
}

func openHouse(t testing.TB, hatch bool, before func(flows.Input) error) *house {
	t.Helper()
	return openHouseOf(t, "", hatch, before)
}

func openHouseOf(t testing.TB, bot string, hatch bool, before func(flows.Input) error) *house {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{bookkeeper: keepBooks(before), address: listener.Addr().String()}
	h.Receiver.Bot = bot
	webhook := &Webhook{Receiver: h.Receiver, Secret: secret}
	mux := http.NewServeMux()
	mux.Handle("POST /telegram", webhook)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	h.server = &http.Server{Handler: mux}
	if hatch {
		h.hatch = NewHatch(listener, webhook)
		listener = h.hatch
	}
	go func() { _ = h.server.Serve(listener) }()
	t.Cleanup(func() { _ = h.stop(context.Background()) })
	return h
}

func (h *house) stop(ctx context.Context) error {
	err := h.server.Shutdown(ctx)
	if h.hatch != nil {
		err = errors.Join(err, h.hatch.Shutdown(ctx))
	}
	return err
}

// say sends the pieces one after the other, and gives the status of each answer
// until the connection ends.
func (h *house) say(t testing.TB, pieces ...string) []int {
	t.Helper()
	conn, err := net.Dial("tcp", h.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() {
		for _, piece := range pieces {
			if _, err := io.WriteString(conn, piece); err != nil {
				return
			}
		}
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	return heard(bufio.NewReader(conn))
}

func heard(in *bufio.Reader) (statuses []int) {
	for {
		answer, err := http.ReadResponse(in, nil)
		if err != nil {
			return statuses
		}
		_, _ = io.Copy(io.Discard, answer.Body) // a server that refuses may reset the connection
		statuses = append(statuses, answer.StatusCode)
	}
}

// posted is a request as Telegram makes it, with more lines in its head.
func posted(body string, lines ...string) string {
	return "POST /telegram HTTP/1.1\r\nHost: shop.example\r\nContent-Type: application/json\r\n" +
		"X-Telegram-Bot-Api-Secret-Token: " + secret + "\r\n" + strings.Join(append(lines, ""), "\r\n") +
		fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
}

// requests are what may come through one door, wanted or not.
func requests() map[string][]string {
	one, two := posted(update(1, 1, "привет")), posted(update(2, 1, "ещё"))
	health := "GET /healthz HTTP/1.1\r\nHost: shop.example\r\n\r\n"
	chunked := strings.Replace(posted(""), "Content-Length: 0", "Transfer-Encoding: chunked", 1) + "2\r\n{}\r\n0\r\n\r\n"
	cut, rest := one[:len(one)-20], one[len(one)-20:]
	return map[string][]string{
		"one":                    {one},
		"two":                    {one, two},
		"both at once":           {one + two},
		"the body later":         {cut, rest},
		"the body never":         {cut},
		"the head in two":        {one[:40], one[40:]},
		"half a head":            {one[:40]},
		"something else":         {health},
		"something else after":   {one, health},
		"something else between": {one, health, two},
		"long":                   {posted(update(3, 1, strings.Repeat("😀", 4096)))},
		"too long":               {posted(strings.Repeat(" ", webhookLimit+1))},
		"wrong secret":           {strings.Replace(one, secret, "S3cret_-Token", 1), two},
		"no secret":              {strings.Replace(one, "X-Telegram-Bot-Api-Secret-Token: "+secret+"\r\n", "", 1)},
		"two secrets":            {posted(update(1, 1, "а"), "X-Telegram-Bot-Api-Secret-Token: other")},
		"no host":                {strings.Replace(one, "Host: shop.example\r\n", "", 1)},
		"two hosts":              {posted(update(1, 1, "а"), "Host: b.example")},
		"strange host":           {strings.Replace(one, "shop.example", "shop example", 1)},
		"two lengths":            {posted(update(1, 1, "а"), "Content-Length: 3")},
		"no length":              {strings.Replace(posted(""), "Content-Length: 0\r\n", "", 1)},
		"length of another kind": {strings.Replace(one, "Content-Length: ", "Content-Length: +", 1)},
		"chunked":                {chunked},
		"chunked and measured":   {posted(update(1, 1, "а"), "Transfer-Encoding: chunked")},
		"closes":                 {posted(update(1, 1, "а"), "Connection: close"), two},
		"keeps alive":            {posted(update(1, 1, "а"), "Connection: keep-alive"), two},
		"expects":                {posted(update(1, 1, "а"), "Expect: 100-continue")},
		"folded":                 {posted(update(1, 1, "а"), "X-Note: a\r\n b")},
		"space before a colon":   {posted(update(1, 1, "а"), "X-Note : a")},
		"bare line feeds":        {strings.ReplaceAll(one, "\r\n", "\n")},
		"a line feed in a line":  {posted(update(1, 1, "а"), "X-Note: a\nContent-Length: 1")},
		"a zero in a line":       {posted(update(1, 1, "а"), "X-Note: a\x00b")},
		"no colon":               {posted(update(1, 1, "а"), "Note")},
		"a long head":            {posted(update(1, 1, "а"), "X-Note: "+strings.Repeat("a", 8000))},
		"older":                  {strings.Replace(one, "HTTP/1.1", "HTTP/1.0", 1), two},
		"with a question":        {strings.Replace(one, "/telegram", "/telegram?a=1", 1)},
		"of another bot":         {strings.Replace(one, "/telegram", "/telegram?bot=7", 1)},
		"of another address":     {strings.Replace(one, "/telegram", "/telegram/", 1)},
		"a new line first":       {"\r\n" + one},
		"nothing":                {},
		"TLS":                    {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"},
	}
}

// TestHatchAnswersAsTheServer compares both: the hatch is a quicker way, not
// another one.
func TestHatchAnswersAsTheServer(t *testing.T) {
	t.Parallel()
	for name, pieces := range requests() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			with, without := openHouse(t, true, nil), openHouse(t, false, nil)
			got, want := with.say(t, pieces...), without.say(t, pieces...)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("answers (-net/http +hatch):\n%s", diff)
			}
			if diff := cmp.Diff(without.texts(""), with.texts("")); diff != "" {
				t.Errorf("taken (-net/http +hatch):\n%s", diff)
			}
		})
	}
}

// TestHatchOfASecondBot: it has an address of its own, and its updates names of their own.
func TestHatchOfASecondBot(t *testing.T) {
	t.Parallel()
	first := posted(update(1, 1, "привет"))
	second := strings.Replace(posted(update(1, 1, "здравствуйте")), "/telegram", "/telegram?bot=7", 1)
	for _, hatch := range []bool{true, false} {
		h := openHouseOf(t, "7", hatch, nil)
		if diff := cmp.Diff([]int{200, 410}, h.say(t, second, first)); diff != "" {
			t.Errorf("hatch %v, answers (-want +got):\n%s", hatch, diff)
		}
		if diff := cmp.Diff([]string{"здравствуйте"}, h.texts("")); diff != "" || h.taken[0].ID == "tg:1" {
			t.Errorf("hatch %v, took %v (-want +got):\n%s", hatch, h.taken, diff)
		}
	}
}

// TestHatchServesOthersMeanwhile: a turn that takes long holds its own connection alone.
func TestHatchServesOthersMeanwhile(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	h := openHouse(t, true, func(in flows.Input) error {
		if in.Text == "долго" {
			<-hold
		}
		return nil
	})
	slow := make(chan []int)
	go func() { slow <- h.say(t, posted(update(1, 1, "долго"))) }()
	if got := h.say(t, posted(update(2, 2, "быстро"))); !cmp.Equal(got, []int{200}) {
		t.Errorf("another customer heard %v", got)
	}
	close(hold)
	if got := <-slow; !cmp.Equal(got, []int{200}) {
		t.Errorf("the first heard %v", got)
	}
}

// TestHatchKeepsWhatCannotBeCommitted: Telegram hears 503 and repeats, on the same connection.
func TestHatchKeepsWhatCannotBeCommitted(t *testing.T) {
	t.Parallel()
	h := openHouse(t, true, func(flows.Input) error { return errStore })
	h.full.Store(true)
	one := posted(update(1, 1, "привет"))
	if got := h.say(t, one, one); !cmp.Equal(got, []int{503, 503}) {
		t.Errorf("answers %v", got)
	}
}

// TestHatchOutlivesAPanic: its connection ends, the update is Telegram's still.
func TestHatchOutlivesAPanic(t *testing.T) {
	t.Parallel()
	h := openHouse(t, true, func(in flows.Input) error {
		if in.Text == "бум" {
			panic("бум")
		}
		return nil
	})
	if got := h.say(t, posted(update(1, 1, "бум"))); got != nil {
		t.Errorf("answers %v", got)
	}
	if got := h.say(t, posted(update(2, 1, "привет"))); !cmp.Equal(got, []int{200}) {
		t.Errorf("afterwards %v", got)
	}
	if log := h.log.String(); !strings.Contains(log, "panic=бум") {
		t.Errorf("logged %s", log)
	}
}

// TestHatchStops: what came is answered, whoever is silent is sent away, and
// nobody comes in.
func TestHatchStops(t *testing.T) {
	t.Parallel()
	inside, hold := make(chan struct{}), make(chan struct{})
	h := openHouse(t, true, func(flows.Input) error {
		close(inside)
		<-hold
		return nil
	})
	silent, err := net.Dial("tcp", h.address)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	answered := make(chan []int)
	go func() { answered <- h.say(t, posted(update(1, 1, "привет"))) }()
	<-inside
	stopped := make(chan error)
	go func() { stopped <- h.stop(within(t)) }()
	if _, err := silent.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the silent caller: %v", err)
	}
	if _, err := net.Dial("tcp", h.address); err == nil {
		t.Error("somebody came in")
	}
	select {
	case err := <-stopped:
		t.Errorf("stopped before the update was answered: %v", err)
	default:
	}
	close(hold)
	if got := <-answered; !cmp.Equal(got, []int{200}) {
		t.Errorf("answers %v", got)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

// FuzzHatch says whatever to both kinds of house.
func FuzzHatch(f *testing.F) {
	for _, pieces := range requests() {
		whole := strings.Join(pieces, "")
		if len(whole) < 10_000 {
			f.Add(whole, len(whole)/2)
		}
	}
	with, without := openHouse(f, true, nil), openHouse(f, false, nil)
	f.Fuzz(func(t *testing.T, whole string, cut int) {
		if cut < 0 || cut > len(whole) {
			cut = len(whole)
		}
		// The server stops reading at a request that it refuses, and how much of
		// what follows is lost to a reset is chance: the first answer is compared.
		got, want := with.say(t, whole[:cut], whole[cut:]), without.say(t, whole[:cut], whole[cut:])
		if diff := cmp.Diff(want[:min(1, len(want))], got[:min(1, len(got))]); diff != "" {
			t.Errorf("answers (-net/http +hatch):\n%s", diff)
		}
	})
}

// BenchmarkWebhookDoor compares what a request costs beside its turn.
func BenchmarkWebhookDoor(b *testing.B) {
	for name, hatch := range map[string]bool{"net/http": false, "hatch": true} {
		b.Run(name, func(b *testing.B) {
			h := openHouse(b, hatch, nil)
			h.Receiver.Handle = func(context.Context, flows.Input) error { return nil }
			request := []byte(posted(update(1, 1, "привет")))
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				conn, err := net.Dial("tcp", h.address)
				if err != nil {
					b.Error(err)
					return
				}
				defer conn.Close()
				answer := make([]byte, 1024)
				for pb.Next() {
					if _, err := conn.Write(request); err != nil {
						b.Error(err)
						return
					}
					if _, err := conn.Read(answer); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
