package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"voronka/bench/talk"
)

// gathering is how long the log waits for more turns before it flushes: one
// that flushed at once would do little else.
const gathering = 500 * time.Microsecond

// turn is an update on its way into the log.
type turn struct {
	update update
	done   func()
	reply  string
}

// line is one entry of the log: a turn with its reply, or that a reply was sent.
type line struct {
	Update  int64        `json:"u"`
	Chat    int64        `json:"c"`
	Session talk.Session `json:"s,omitzero"`
	Reply   string       `json:"r,omitempty"` // empty: that of the update was sent
}

// journal is the log on disk.
type journal struct {
	file *os.File
	mu   sync.Mutex
	buf  []byte
}

// open reads the log line by line and goes on behind its last whole one.
func open(path string, restore func(line)) (*journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	end, in := int64(0), bufio.NewReader(file)
	for {
		raw, err := in.ReadBytes('\n')
		var one line
		if err != nil || json.Unmarshal(raw, &one) != nil {
			break
		}
		restore(one)
		end += int64(len(raw))
	}
	if err := file.Truncate(end); err != nil {
		return nil, err
	}
	_, err = file.Seek(end, 0)
	return &journal{file: file}, err
}

func (j *journal) add(one line) {
	raw, err := json.Marshal(one)
	if err != nil {
		panic(err)
	}
	j.mu.Lock()
	j.buf = append(append(j.buf, raw...), '\n')
	j.mu.Unlock()
}

// sent is flushed with the next turns: at worst a reply is said twice.
func (j *journal) sent(chat, update int64) { j.add(line{Update: update, Chat: chat}) }

func (j *journal) flush() error {
	j.mu.Lock()
	buf := j.buf
	j.buf = nil
	j.mu.Unlock()
	if _, err := j.file.Write(buf); err != nil {
		return err
	}
	return syscall.Fdatasync(int(j.file.Fd()))
}

// commit takes turns, flushes them together, and lets their replies go.
func (b *bot) commit() {
	for first := range b.inbox {
		group := []turn{first}
		time.Sleep(gathering)
	gather:
		for len(group) < cap(b.inbox) {
			select {
			case next := <-b.inbox:
				group = append(group, next)
			default:
				break gather
			}
		}
		for i := range group {
			group[i].reply = b.take(group[i].update)
		}
		if err := b.log.flush(); err != nil {
			fmt.Fprintln(os.Stderr, "bound: flush:", err)
			os.Exit(1)
		}
		for _, one := range group {
			one.done()
			if one.reply != "" {
				b.release(one.update.Message.Chat.ID, reply{one.update.ID, one.reply})
			}
		}
	}
}

// take makes an update's turn, unless it was made before.
func (b *bot) take(u update) (text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.chat(u.Message.Chat.ID)
	if u.ID <= c.last {
		return ""
	}
	c.session, text = talk.Next(c.session, u.Message.Text)
	c.last = u.ID
	b.log.add(line{Update: u.ID, Chat: u.Message.Chat.ID, Session: c.session, Reply: text})
	return text
}

func (b *bot) chat(id int64) *chat {
	if b.chats[id] == nil {
		b.chats[id] = &chat{}
	}
	return b.chats[id]
}

// release lets replies leave behind those of their chat.
func (b *bot) release(id int64, replies ...reply) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.chat(id)
	c.replies = append(c.replies, replies...)
	if !c.sending && len(c.replies) > 0 {
		c.sending = true
		go b.send(id, c)
	}
}

// restore takes one entry of the log.
func (b *bot) restore(one line) {
	c := b.chat(one.Chat)
	if one.Reply != "" {
		c.session, c.last = one.Session, one.Update
		c.replies = append(c.replies, reply{one.Update, one.Reply})
		return
	}
	c.replies = slices.DeleteFunc(c.replies, func(r reply) bool { return r.Update == one.Update })
}

// resume sends what was not sent before the last end.
func (b *bot) resume() {
	for id, c := range b.chats {
		if len(c.replies) > 0 {
			defer b.release(id)
		}
	}
}
