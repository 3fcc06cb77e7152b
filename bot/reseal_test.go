package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"voronka/bot"
	"voronka/sales"
	"voronka/storage"
)

// keyring seals with the first of its keys and opens with all of them.
type keyring []string

func (k keyring) Seal(purpose, plain string) string { return envelope{}.Seal(k[0]+purpose, plain) }

func (k keyring) Open(purpose, sealed string) (plain string, err error) {
	for _, one := range k {
		if plain, err = (envelope{}).Open(one+purpose, sealed); err == nil {
			return plain, nil
		}
	}
	return "", err
}

func (k keyring) Current(purpose, sealed string) bool {
	_, err := k[:1].Open(purpose, sealed)
	return err == nil
}

// TestCardsAreSealedAnew changes the key among 250 customers, with a crash in
// the middle.
func TestCardsAreSealedAnew(t *testing.T) {
	t.Parallel()
	h := newHistory(t, t.TempDir())
	t.Cleanup(h.close)
	before, lost := keyring{"a"}, keyring{"x"}
	h.survive(h.disk.Update(t.Context(), func(tx storage.Tx) error {
		for i := range 250 {
			id := "tg:" + string(rune('a'+i%26)) + strings.Repeat("z", i/26)
			sealer := before
			if i == 7 {
				sealer = lost
			}
			if err := errors.Join(tx.PutContact(sales.Contact{ID: id, CreatedAt: h.clock.Now()}),
				tx.PutRef("card/"+id, `{"token":"`+sealer.Seal("card/"+id, "rebill "+id)+`","kind":"card","last":"0777"}`)); err != nil {
				return err
			}
		}
		return nil
	}))
	now := keyring{"b", "a"}
	h.config.Sealer = now
	h.live()
	h.store.fuse = 2 // the second page is never committed
	if _, err := h.bot.Reseal(h.ctx); err == nil {
		t.Fatal("a store that died is no fault")
	}
	h.live()
	done, err := h.bot.Reseal(h.ctx)
	if diff := cmp.Diff(bot.Resealed{Current: 99, Anew: 150, Unreadable: 1}, done); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	done, err = h.bot.Reseal(context.Background())
	if diff := cmp.Diff(bot.Resealed{Current: 249, Unreadable: 1}, done); err != nil || diff != "" {
		t.Errorf("again: %v (-want +got):\n%s", err, diff)
	}
	alone, wrong := keyring{"b"}, 0
	h.survive(h.disk.View(t.Context(), func(tx storage.Tx) error {
		contacts, err := tx.Everyone("", 1000)
		for _, contact := range contacts {
			raw, err := tx.Ref("card/" + contact.ID)
			if err != nil {
				return err
			}
			_, token, _ := strings.Cut(raw, `"token":"`)
			token, _, _ = strings.Cut(token, `"`)
			if plain, err := alone.Open("card/"+contact.ID, token); err != nil || plain != "rebill "+contact.ID {
				wrong++
			}
		}
		return err
	}))
	if wrong != 1 {
		t.Errorf("%d cards are not opened by the new key alone", wrong)
	}
}
