package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"voronka/bench/talk"
)

// crowd is the customers, and the judge of what they hear. Each dialog is one
// of a new customer; each input follows the reply to the one before it.
type crowd struct {
	offer func(chat int64, update string)
	// limit is how many dialogs there are; zero: as many as time allows.
	limit int
	// known is how many customers the store has; they come back at random, or,
	// where newcomers is set, others do whose chats lie between theirs.
	known     int
	newcomers bool
	// idle takes customers who may speak; nil lets them speak at once.
	idle chan *customer

	mu       sync.Mutex
	talks    map[int64]*customer
	begun    int
	open     int
	closing  bool
	count    tally
	waits    []float64 // milliseconds from an update offered to its reply
	lastTime time.Time
}

// tally is what happened.
type tally struct {
	Replies, Dialogs                 int
	Lost, Doubled, Disordered, Wrong int
}

// customer is one dialog.
type customer struct {
	chat    int64
	step    int // the input that was said last, from 1
	offered time.Time
	gone    bool // heard nothing for too long
}

const firstChat = 5_000_000_000

// between is how many chats of newcomers lie between two that are known.
const between = 100_000

func newCrowd(offer func(int64, string)) *crowd {
	return &crowd{offer: offer, talks: map[int64]*customer{}}
}

// come lets so many customers in.
func (c *crowd) come(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range n {
		c.begin()
	}
}

func (c *crowd) begin() {
	if c.closing || c.limit > 0 && c.begun == c.limit {
		return
	}
	c.begun++
	c.open++
	one := &customer{chat: firstChat + int64(c.begun)}
	for c.known > 0 {
		one.chat = firstChat + 1 + rand.Int64N(int64(c.known))
		if c.newcomers {
			one.chat = one.chat*between + rand.Int64N(between) // contacts are kept in the order of the digits
		}
		if old := c.talks[one.chat]; old == nil || old.offered.IsZero() {
			break // it is not here already
		}
	}
	c.talks[one.chat] = one
	c.next(one)
}

// next lets a customer speak, or has it wait for its turn to.
func (c *crowd) next(one *customer) {
	if c.idle == nil {
		c.speak(one)
		return
	}
	c.idle <- one
}

// speak is the customer's next input.
func (c *crowd) speak(one *customer) {
	one.step++
	one.offered = time.Now()
	c.offer(one.chat, one.update())
}

// say lets a customer who waited speak.
func (c *crowd) say(one *customer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.speak(one)
}

// name is a customer's own, so that a reply meant for another one shows.
func (one *customer) name() string { return "Анна-" + strconv.FormatInt(one.chat-firstChat, 36) }

func (one *customer) input() string {
	switch one.step {
	case 1:
		return "/start"
	case 2:
		return one.name()
	case 3:
		return "anna" + strconv.FormatInt(one.chat, 36) + "@example.ru"
	case 4:
		return "+79" + strconv.FormatInt(one.chat%1_000_000_000+1_000_000_000, 10)[1:]
	}
	return "3"
}

func (one *customer) update() string {
	chat, text := strconv.FormatInt(one.chat, 10), one.input()
	entities := ""
	if one.step == 1 {
		entities = `,"entities":[{"offset":0,"length":6,"type":"bot_command"}]`
	}
	return `"message":{"message_id":` + strconv.Itoa(one.step*2) + `,"from":{"id":` + chat +
		`,"is_bot":false,"first_name":"Анна","last_name":"Иванова","username":"anna` + chat + `","language_code":"ru"},"chat":{"id":` + chat +
		`,"first_name":"Анна","last_name":"Иванова","username":"anna` + chat + `","type":"private"},"date":` +
		strconv.FormatInt(time.Now().Unix(), 10) + `,"text":"` + text + `"` + entities + `}`
}

// heard judges a message of the bot.
func (c *crowd) heard(chat int64, text string) {
	now := time.Now()
	if text == broadcastText {
		return // it is for those who only listen
	}
	number, _, _ := strings.Cut(text, ".")
	step, err := strconv.Atoi(number)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastTime = now
	one := c.talks[chat]
	if one != nil && one.gone {
		return
	}
	switch {
	case one == nil || err != nil || !one.right(step, text):
		c.count.Wrong++
		return
	case step < one.step || one.offered.IsZero():
		c.count.Doubled++
		return
	case step > one.step:
		c.count.Disordered++
		return
	}
	c.count.Replies++
	c.waits = append(c.waits, float64(now.Sub(one.offered))/float64(time.Millisecond))
	if one.step < talk.Inputs {
		c.next(one)
		return
	}
	one.offered = time.Time{} // done: whatever it hears now is once too much
	c.count.Dialogs++
	c.open--
	c.begin()
}

// right tells whether a reply knows what this customer said.
func (one *customer) right(step int, text string) bool {
	switch step {
	case 1, 4:
		return true
	case 2:
		return strings.Contains(text, one.name()+",")
	case 3, talk.Inputs:
		return strings.Contains(text, "anna"+strconv.FormatInt(one.chat, 36)+"@")
	}
	return false
}

// mark begins a measured time anew.
func (c *crowd) mark() tally {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waits = c.waits[:0]
	return c.count
}

// take is what was counted and waited for since mark.
func (c *crowd) take() (tally, []float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count, append([]float64(nil), c.waits...)
}

// leave lets nobody new in and waits for the dialogs that are open; those that
// hear nothing for quiet are lost.
func (c *crowd) leave(quiet time.Duration) tally {
	c.mu.Lock()
	c.closing, c.lastTime = true, time.Now()
	c.mu.Unlock()
	for {
		c.mu.Lock()
		if c.open == 0 || time.Since(c.lastTime) > quiet {
			c.count.Lost += c.open
			defer c.mu.Unlock()
			return c.count
		}
		c.mu.Unlock()
		time.Sleep(20 * time.Millisecond)
	}
}

func (t tally) String() string {
	return fmt.Sprintf("%d dialogs, %d lost, %d doubled, %d disordered, %d wrong", t.Dialogs, t.Lost, t.Doubled, t.Disordered, t.Wrong)
}
