package bot

import (
	"context"
	"encoding/json"
	"fmt"

	"voronka/storage"
)

// Ager is a Sealer that can tell what an earlier key has sealed.
type Ager interface {
	// Current tells whether the key of today has sealed it.
	Current(purpose, sealed string) bool
}

// Resealed counts saved cards by the key that they are sealed with.
type Resealed struct {
	// Current were sealed with the key of today before, Anew are so now.
	Current, Anew int
	// Unreadable are those that no known key opens; they stay as they are.
	Unreadable int
}

// Reseal seals cards of earlier keys with the key of today. It may be stopped at
// any moment and begun again: a page of customers is one transaction, and what
// is done is known by itself.
func (b *Bot) Reseal(ctx context.Context) (done Resealed, err error) {
	ager, able := b.Sealer.(Ager)
	if !able {
		return done, nil
	}
	for last := ""; ; {
		page, next := Resealed{}, ""
		err := b.Store.Update(ctx, func(tx storage.Tx) error {
			page, next = Resealed{}, ""
			contacts, err := tx.Everyone(last, pageSize)
			if err != nil {
				return err
			}
			for _, contact := range contacts {
				if err := b.resealOne(tx, ager, contact.ID, &page); err != nil {
					return err
				}
				next = contact.ID
			}
			return nil
		})
		if err != nil {
			return done, fmt.Errorf("seal cards anew: %w", err)
		}
		done.Current, done.Anew, done.Unreadable = done.Current+page.Current, done.Anew+page.Anew, done.Unreadable+page.Unreadable
		if next == "" {
			return done, nil
		}
		last = next
	}
}

func (b *Bot) resealOne(tx storage.Tx, ager Ager, contact string, done *Resealed) error {
	saved, known, err := card(tx, contact)
	if err != nil || !known {
		return err
	}
	purpose := cardRef(contact)
	if ager.Current(purpose, saved.Token) {
		done.Current++
		return nil
	}
	token, err := b.Sealer.Open(purpose, saved.Token)
	if err != nil {
		done.Unreadable++
		return nil
	}
	saved.Token = b.Sealer.Seal(purpose, token)
	raw, err := json.Marshal(saved)
	if err != nil {
		return fmt.Errorf("encode card: %w", err)
	}
	done.Anew++
	return tx.PutRef(purpose, string(raw))
}
