// Command bound is how fast a bot can be that keeps its promises at all: state
// in RAM, one log that concurrent turns commit together, the standard library
// and nothing else. No timers, no console, no second dialog: it is what a
// funnel is measured against, not one.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"voronka/bench/talk"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b := &bot{
		api: os.Getenv("BENCH_API") + "/bot" + os.Getenv("BENCH_TOKEN") + "/", client: client(),
		chats: map[int64]*chat{}, inbox: make(chan turn, 4096),
	}
	if err := b.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bound:", err)
		os.Exit(1)
	}
}

func client() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost, transport.MaxIdleConns = 1024, 0
	return &http.Client{Transport: transport, Timeout: time.Minute}
}

type bot struct {
	api    string
	client *http.Client
	log    *journal
	inbox  chan turn

	mu    sync.Mutex
	chats map[int64]*chat
}

// chat is a dialog, and the replies that are to leave in order.
type chat struct {
	session talk.Session
	last    int64 // the update handled last
	replies []reply
	sending bool
}

type reply struct {
	Update int64
	Text   string
}

// update is as much of one as is needed.
type update struct {
	ID      int64 `json:"update_id"`
	Message struct {
		Text string `json:"text"`
		Chat struct {
			ID int64 `json:"id"`
		} `json:"chat"`
	} `json:"message"`
}

func (b *bot) run(ctx context.Context) (err error) {
	if b.log, err = open(os.Getenv("BENCH_DATABASE"), b.restore); err != nil {
		return err
	}
	go b.commit()
	b.resume()
	if os.Getenv("BENCH_MODE") != "webhook" {
		return b.poll(ctx)
	}
	listen := os.Getenv("BENCH_LISTEN")
	err = b.call("setWebhook", map[string]any{"url": "http://" + listen + "/telegram", "secret_token": os.Getenv("BENCH_SECRET")}, nil)
	if err != nil {
		return err
	}
	return http.ListenAndServe(listen, http.HandlerFunc(b.hook))
}

// poll moves the offset once a batch is in the log.
func (b *bot) poll(ctx context.Context) error {
	var offset int64
	for ctx.Err() == nil {
		var updates []update
		if err := b.call("getUpdates", map[string]any{"offset": offset, "limit": 100, "timeout": 50}, &updates); err != nil {
			fmt.Fprintln(os.Stderr, "bound: poll:", err)
			time.Sleep(100 * time.Millisecond)
			continue
		}
		var batch sync.WaitGroup
		batch.Add(len(updates))
		for _, one := range updates {
			b.inbox <- turn{update: one, done: batch.Done}
			offset = one.ID + 1
		}
		batch.Wait()
	}
	return nil
}

func (b *bot) hook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var one update
	if r.Header.Get("X-Telegram-Bot-Api-Secret-Token") != os.Getenv("BENCH_SECRET") || err != nil || json.Unmarshal(body, &one) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	done := make(chan struct{})
	b.inbox <- turn{update: one, done: func() { close(done) }}
	<-done
}

// send says what a chat is to hear, one message after another.
func (b *bot) send(id int64, c *chat) {
	for {
		b.mu.Lock()
		if len(c.replies) == 0 {
			c.sending = false
			b.mu.Unlock()
			return
		}
		next := c.replies[0]
		c.replies = c.replies[1:]
		b.mu.Unlock()
		for try := 1; ; try++ {
			if err := b.call("sendMessage", map[string]any{"chat_id": id, "text": next.Text}, nil); err == nil {
				break
			}
			time.Sleep(min(time.Duration(try)*100*time.Millisecond, time.Second))
		}
		b.log.sent(id, next.Update)
	}
}

func (b *bot) call(method string, params map[string]any, result any) error {
	body, err := json.Marshal(params)
	if err != nil {
		return err
	}
	resp, err := b.client.Post(b.api+method, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", method, resp.Status)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer, &struct{ Result any }{result})
}
