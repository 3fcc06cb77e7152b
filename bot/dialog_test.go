package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/crm"
	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/sales"
	"voronka/storage"
)

// parlour is a CRM's chats.
type parlour struct {
	mu    sync.Mutex
	down  error
	lines []crm.ChatLine
	tied  []string
	fates []string
	// wrote is where managers wrote meanwhile, asked who asked for it.
	wrote []crm.Wrote
	asked [][2]time.Time
}

func (p *parlour) WroteIn(_ context.Context, from, until time.Time) ([]crm.Wrote, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, [2]time.Time{from, until})
	return slices.Clone(p.wrote), p.down
}

func (p *parlour) Post(_ context.Context, line crm.ChatLine, contact string, known crm.Chat) (crm.Chat, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known.ID = "chat"
	if p.down != nil {
		return known, p.down
	}
	if known.Contact != contact {
		known.Contact = contact
		p.tied = append(p.tied, contact)
	}
	if !slices.ContainsFunc(p.lines, func(one crm.ChatLine) bool { return one.ID == line.ID }) {
		p.lines = append(p.lines, line)
	}
	return known, nil
}

func (p *parlour) Tell(_ context.Context, message, failure string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down != nil {
		return p.down
	}
	p.fates = append(p.fates, strings.TrimSpace(message+" "+failure))
	return nil
}

func (p *parlour) Read(string, string, []byte) (crm.Written, error) { return crm.Written{}, nil }

func (p *parlour) fall(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = err
}

// log are the lines, those that call managers with a mark.
func (p *parlour) log() (told []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, line := range p.lines {
		mark := ""
		if line.Loud {
			mark = "!"
		}
		told = append(told, string(line.From)+mark+": "+strings.ReplaceAll(line.Text, "\u00a0", " "))
	}
	return told
}

func (p *parlour) told() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.fates)
}

func chatty(mode string) string { return "crm: {dialog: " + mode + ", reply: '!'}\n" + shop }

func newParlour(t *testing.T, change ...func(*bot.Config)) (*world, *parlour) {
	t.Helper()
	p := &parlour{}
	return newWorld(t, chatty("chats"), append([]func(*bot.Config){func(c *bot.Config) { c.Messenger = p }}, change...)...), p
}

// writes is a manager who writes in the CRM's chat.
func (w *world) writes(id, text string) {
	w.Helper()
	if err := w.Written(w.ctx(), crm.Written{ID: id, Contact: "tg:7", Text: text}); err != nil {
		w.Fatal(err)
	}
	w.ticked()
}

// ticked lets all lanes end, and the few seconds pass in which one of them may
// wait for another: a chat for its contact, a mark of delivery for its message.
func (w *world) ticked() {
	w.Helper()
	w.drain()
	w.pass(2 * time.Second)
}

func TestDialogIsShownInTheChatInOrder(t *testing.T) {
	t.Parallel()
	w, p := newParlour(t)
	payment := w.toPay()
	w.handle(flows.Input{Kind: flows.Photo, File: "1"})
	w.notify(paid(payment))
	w.ticked()
	want := []string{
		"customer: /start", "ours: Привет, Анна!\n[Купить]", "customer: Купить", "ours: К оплате 4 900 ₽\n[Оплатить]",
		"customer: 📷", "ours: ‹otherwise›", "ours: Спасибо", "ours: Ваш курс files/course.txt",
	}
	if diff := cmp.Diff(want, p.log()); diff != "" {
		t.Error(diff)
	}
	for i, line := range p.lines {
		if i > 0 && !line.At.After(p.lines[i-1].At) {
			t.Errorf("line %d is not later than the one before", i)
		}
	}
	if diff := cmp.Diff([]string{"contact"}, p.tied); diff != "" {
		t.Error(diff)
	}
	for _, note := range w.crm.log() {
		if strings.ContainsAny(note, "👤🤖") {
			t.Errorf("the dialog is in the notes too: %s", note)
		}
	}
}

// TestDialogModes holds each word of `dialog` against what the CRM gets.
func TestDialogModes(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string][2]bool{ // in notes, in the chat
		"off": {}, "false": {}, "notes": {true, false}, "true": {true, false}, "chats": {false, true}, "chats without a channel": {true, false},
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			p := &parlour{}
			word, lacks, _ := strings.Cut(mode, " without")
			w := newWorld(t, chatty(word), func(c *bot.Config) {
				if lacks == "" {
					c.Messenger = p
				}
			})
			w.say("/start")
			w.ticked()
			if got := [2]bool{slices.Contains(w.crm.log(), "deal1  👤 /start"), len(p.log()) > 0}; got != want {
				t.Errorf("notes and chat %v, want %v: %q", got, want, w.crm.log())
			}
		})
	}
}

func TestManagersMessageReachesTheCustomerOnce(t *testing.T) {
	t.Parallel()
	w, p := newParlour(t)
	w.say("/start")
	w.ticked()
	before := len(p.log())
	for range 3 { // hooks may be repeated by whatever stands between
		w.writes("m1", "Подскажу <b>что угодно")
	}
	if err := w.Written(w.ctx(), crm.Written{ID: "m2", Contact: "tg:7", Picture: "https://a.ru/1.jpg", Text: "Вот"}); err != nil {
		t.Fatal(err)
	}
	w.ticked()
	if diff := cmp.Diff([]string{"Привет, Анна!", "Подскажу &lt;b&gt;что угодно", "Вот []"}, w.chat.texts()); diff != "" {
		t.Error(diff)
	}
	if got := w.chat.all(); got[2].Photo == nil || got[2].Photo.URL != "https://a.ru/1.jpg" {
		t.Errorf("sent %+v", got[2])
	}
	if diff := cmp.Diff([]string{"m1", "m2"}, p.told()); diff != "" {
		t.Error(diff)
	}
	if got := p.log()[before:]; len(got) != 0 {
		t.Errorf("an echo: %q", got)
	}
	if diff := cmp.Diff([]string{"operator: Подскажу <b>что угодно"}, w.journal("text")[len(w.journal("text"))-1:]); diff != "" {
		t.Error(diff)
	}
}

// TestManagersLongMessageIsTickedAfterItsLastPart goes out in two messages.
func TestManagersLongMessageIsTickedAfterItsLastPart(t *testing.T) {
	t.Parallel()
	w, p := newParlour(t)
	w.say("/start")
	w.ticked()
	w.writes("m1", strings.Repeat("слово ", 1000))
	if got := len(w.chat.texts()); got != 3 {
		t.Errorf("%d messages", got)
	}
	if diff := cmp.Diff([]string{"m1"}, p.told()); diff != "" {
		t.Error(diff)
	}
}

func TestManagerSeesThatAMessageHasNotArrived(t *testing.T) {
	t.Parallel()
	for name, try := range map[string]struct {
		failure *sales.Error
		want    string
	}{
		"blocked": {&sales.Error{Code: bot.ChatBlocked, Action: sales.Bury}, "m1 chat_blocked"},
		"refused": {&sales.Error{Code: "telegram_refused", Action: sales.Bury}, "m1 telegram_refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := newParlour(t)
			w.say("/start")
			w.ticked()
			w.chat.refuse(try.failure, "")
			w.writes("m1", "Ау")
			if diff := cmp.Diff([]string{try.want}, p.told()); diff != "" {
				t.Error(diff)
			}
		})
	}
	w, p := newParlour(t)
	if err := w.Written(w.ctx(), crm.Written{ID: "m1", Contact: "tg:404", Text: "Ау"}); err != nil {
		t.Fatal(err)
	}
	if err := w.Written(w.ctx(), crm.Written{ID: "m2", Text: "Первым"}); err != nil {
		t.Fatal(err)
	}
	if err := w.Written(w.ctx(), crm.Written{}); err != nil {
		t.Fatal(err)
	}
	w.ticked()
	if diff := cmp.Diff([]string{"m1 no_customer", "m2 no_customer"}, p.told()); diff != "" {
		t.Error(diff)
	}
}

// TestManagersAreCalledWhenAPersonIsAwaited: only then do they hear a sound.
func TestManagersAreCalledWhenAPersonIsAwaited(t *testing.T) {
	t.Parallel()
	w, p := newParlour(t)
	w.say("/start")
	w.say("есть вопрос")
	w.ticked()
	w.writes("m1", "Слушаю")
	w.say("а скидка?")
	w.ticked()
	w.clock.pass(25 * time.Hour)
	w.say("ау")
	w.say("/help")
	w.ticked()
	var customers []string
	for _, line := range p.log() {
		if strings.HasPrefix(line, "customer") {
			customers = append(customers, line)
		}
	}
	want := []string{"customer: /start", "customer: есть вопрос", "customer!: а скидка?", "customer: ау", "customer!: /help"}
	if diff := cmp.Diff(want, customers); diff != "" {
		t.Error(diff)
	}
}

// TestLoudLineMakesNoDealOfItsOwn: amoCRM makes an unsorted one for who has none open.
func TestLoudLineMakesNoDealOfItsOwn(t *testing.T) {
	t.Parallel()
	w, p := newParlour(t)
	payment := w.toPay()
	w.notify(paid(payment)) // the deal is won
	w.ticked()
	if err := w.Operate(w.ctx(), "tg:7", "1", flows.Join, "Я тут"); err != nil {
		t.Fatal(err)
	}
	w.say("спасибо")
	w.ticked()
	if got := p.log(); got[len(got)-1] != "customer: спасибо" || got[len(got)-2] != "ours: 🎧 Я тут" {
		t.Errorf("told %q", got)
	}
}

// TestSickChatsDelayNeitherDealsNorCustomers, and lose nothing.
func TestSickChatsDelayNeitherDealsNorCustomers(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]*sales.Error{
		"down": {Code: "crm_chat_unavailable", Uncertain: true}, "denied": {Code: "crm_chat_denied", Action: sales.Stop},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := newParlour(t)
			p.fall(failure)
			payment := w.toPay()
			w.writes("m1", "Слушаю")
			w.notify(paid(payment))
			w.ticked()
			if got := w.chat.texts(); len(got) != 5 {
				t.Errorf("said %q", got)
			}
			if got := w.crm.log(); got[len(got)-1] != "deal1 won" {
				t.Errorf("the CRM heard %q", got)
			}
			w.restart()
			p.fall(nil)
			w.pass(time.Hour)
			if got := p.log(); len(got) != 6 || got[0] != "customer: /start" || len(p.tied) != 1 {
				t.Errorf("told %q", got)
			}
			if diff := cmp.Diff([]string{"m1"}, p.told()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestChatWaitsForItsContact: without one amoCRM would make a contact of its own.
func TestChatWaitsForItsContact(t *testing.T) {
	t.Parallel()
	w, p := newParlour(t, func(c *bot.Config) { c.CRM = &latecomer{board: c.CRM.(*board)} })
	late := w.config.CRM.(*latecomer)
	late.closed = true
	w.say("/start")
	w.ticked()
	w.pass(10 * time.Minute)
	if len(p.log()) != 0 {
		t.Errorf("told before there was a contact: %q", p.log())
	}
	late.closed = false
	w.pass(20 * time.Minute)
	w.pass(time.Minute)
	if diff := cmp.Diff([]string{"customer: /start", "ours: Привет, Анна!\n[Купить]"}, p.log()); diff != "" {
		t.Error(diff)
	}
}

// latecomer is a CRM that does not even get to the contact.
type latecomer struct {
	*board
	closed bool
}

func (l *latecomer) Apply(ctx context.Context, change crm.Change, known crm.Refs) (crm.Refs, error) {
	if l.closed {
		return known, &sales.Error{Code: "crm_down"}
	}
	return l.board.Apply(ctx, change, known)
}

// TestContactThatIsGoneIsFoundAnew: the chat asks for another.
func TestContactThatIsGoneIsFoundAnew(t *testing.T) {
	t.Parallel()
	w, p := newParlour(t)
	w.say("/start")
	w.ticked()
	p.fall(&sales.Error{Code: crm.CodeNoContact})
	before := len(w.crm.changes)
	w.say("ау")
	w.ticked()
	var asked []string
	for _, change := range w.crm.changes[before:] {
		asked = append(asked, fmt.Sprint(change.Person))
	}
	if len(asked) == 0 || asked[0] != "true" {
		t.Errorf("the CRM was asked %v", asked)
	}
	p.fall(nil)
	w.pass(time.Hour)
	if got := p.log(); got[2] != "customer: ау" {
		t.Errorf("told %q", got)
	}
}

// TestChannelThatIsTakenAwayLeavesNotes: nothing is lost.
func TestChannelThatIsTakenAwayLeavesNotes(t *testing.T) {
	t.Parallel()
	w, p := newParlour(t)
	p.fall(&sales.Error{Code: "crm_chat_unavailable"})
	w.say("/start")
	w.writes("m1", "Ау")
	w.config.Messenger = nil
	w.restart()
	w.pass(time.Hour)
	if got := strings.Join(w.crm.log(), "|"); !strings.Contains(got, "/start") || !strings.Contains(got, "Привет, Анна!") {
		t.Errorf("the CRM heard %q", got)
	}
	w.view(func(tx storage.Tx) error {
		head, found, err := tx.Head(outbox.Lane("dialog/tg:7"))
		if found {
			t.Errorf("left %s", head.Kind)
		}
		return err
	})
}

// TestForgottenCustomerIsNotTalkedOf: what waits for the chat goes, nothing of the
// forgetting is told, and no contact is made anew for it.
func TestForgottenCustomerIsNotTalkedOf(t *testing.T) {
	t.Parallel()
	p := &parlour{}
	w := newWorld(t, "crm: {dialog: chats}\n"+private, func(c *bot.Config) { c.Messenger = p })
	w.say("/start")
	w.ticked()
	p.fall(&sales.Error{Code: "crm_chat_unavailable"})
	w.say("anna@mail.ru")
	w.ticked()
	before := p.log()
	w.say("/forget")
	w.ticked()
	p.fall(nil)
	w.pass(time.Hour)
	if diff := cmp.Diff(before, p.log()); diff != "" {
		t.Errorf("told after: %s", diff)
	}
	w.view(func(tx storage.Tx) error {
		line, err1 := tx.Lane(outbox.Lane("dialog/tg:7"), 10)
		chat, err2 := tx.Ref("dialog/chat/tg:7")
		if len(line) > 0 || chat != "" {
			t.Errorf("left %v, %q", line, chat)
		}
		return errors.Join(err1, err2)
	})
	w.say("/start") // comes back
	w.ticked()
	if got := p.log(); len(got) != len(before)+2 || got[len(before)] != "customer!: /start" {
		t.Errorf("after coming back %q", got[len(before):])
	}
}
