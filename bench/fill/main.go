// Command fill makes a store of customers who have been through a dialog.
package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"os"
	"strconv"
	"time"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

func main() {
	customers := flag.Int("customers", 1_000_000, "how many")
	first := flag.Int64("first", 5_000_000_001, "the first one's chat")
	flag.Parse()
	if err := fill(flag.Arg(0), *customers, *first); err != nil {
		fmt.Fprintln(os.Stderr, "fill:", err)
		os.Exit(1)
	}
}

// portion is how many customers share a transaction.
const portion = 10_000

func fill(path string, customers int, first int64) error {
	store, err := bolt.Open(path, bolt.Options{NoSync: true})
	if err != nil {
		return err
	}
	began := time.Now().Add(-24 * time.Hour)
	for done := 0; done < customers; done += portion {
		err := store.Update(context.Background(), func(tx storage.Tx) error {
			for i := done; i < min(done+portion, customers); i++ {
				if err := customer(tx, first+int64(i), began.Add(time.Duration(i)*time.Millisecond)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return store.Close()
}

// customer is one who told a name, and was asked for an e-mail.
func customer(tx storage.Tx, chat int64, at time.Time) error {
	id, number := "tg:"+strconv.FormatInt(chat, 10), chat*2
	contact := sales.Contact{
		ID: id, ChatID: chat, Name: "Анна", LastName: "Иванова", Username: "anna" + strconv.FormatInt(chat, 10), Language: "ru",
		CreatedAt: at, ActiveAt: at,
	}
	session := flows.Session{
		Contact: id, Flow: "bench", Version: "1", State: "email", Entered: at, Asking: &flows.Asking{State: "email"}, Answered: at,
		Turns: 2, Seed: rand.Text(),
	}
	var lines []flows.Line
	for turn, said := range []struct{ heard, reply string }{
		{"/start", "1. Здравствуйте! Как к вам обращаться?"}, {"Анна", "2. Анна, куда прислать чек?"},
	} {
		input := "tg:" + strconv.FormatInt(number+int64(turn), 10)
		lines = append(lines,
			flows.Line{At: at, Who: flows.Customer, Kind: "text", Text: said.heard, State: "name", Input: input},
			flows.Line{At: at, Who: flows.Event, Kind: "moved", Text: "→ email", State: "email", Input: input},
			flows.Line{At: at, Who: flows.Bot, Kind: "text", Text: said.reply, State: "email", Input: input})
		if _, err := tx.See(input, at); err != nil {
			return err
		}
	}
	if err := tx.PutContact(contact); err != nil {
		return err
	}
	if err := tx.PutSession(session); err != nil {
		return err
	}
	return tx.Append(id, lines...)
}
