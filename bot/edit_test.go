package bot_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/flows"
	"voronka/sales"
)

// editor is a chat that can also change what it has shown, and type.
type editor struct {
	*chat
	edits  []string
	typing int
	fail   error
}

func (e *editor) Edit(_ context.Context, _, message int64, to bot.Message) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fail != nil {
		return e.fail
	}
	e.edits = append(e.edits, fmt.Sprint(message, " ", to.Text))
	return nil
}

func (e *editor) Typing(context.Context, int64) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.typing++
	return nil
}

const editing = `start: menu
states:
  menu:
    do:
      - say: Считаю…
      - typing: 7s
      - edit: Готово
        buttons: [[{text: Дальше, to: more}]]
  more: {do: [{edit: Раз}, {say: Два}], end: true}
`

func TestEditChangesTheMessage(t *testing.T) {
	t.Parallel()
	e := &editor{}
	w := newWorld(t, editing, func(c *bot.Config) {
		e.chat = c.Chat.(*chat)
		c.Chat = e
	})
	w.say("/start")
	w.drain()
	if len(e.edits) > 0 || e.typing != 1 {
		t.Errorf("while the bot is typing: %q, %d signs", e.edits, e.typing)
	}
	w.pass(5 * time.Second)
	w.pass(2 * time.Second)
	if diff := cmp.Diff([]string{"1 Готово"}, e.edits); diff != "" || e.typing != 2 {
		t.Errorf("%d signs of typing; edits (-want +got):\n%s", e.typing, diff)
	}
	for payload := range w.session().Choices {
		w.handle(flows.Input{Kind: flows.Button, Payload: payload, Callback: "press", Message: 1})
	}
	w.drain()
	if diff := cmp.Diff([]string{"1 Готово", "1 Раз"}, e.edits); diff != "" {
		t.Error(diff)
	}
}

// TestEditThatCannotBe says it anew, whether the chat cannot change messages or this one is gone.
func TestEditThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*bot.Config){
		"no editor": func(*bot.Config) {},
		"gone": func(c *bot.Config) {
			c.Chat = &editor{chat: c.Chat.(*chat), fail: &sales.Error{Code: bot.ChatUneditable, Action: sales.Bury}}
		},
	} {
		w := newWorld(t, editing, change)
		w.say("/start")
		w.drain()
		w.pass(5 * time.Second)
		w.pass(2 * time.Second)
		if diff := cmp.Diff([]string{"Считаю…", "Готово"}, w.chat.texts()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
