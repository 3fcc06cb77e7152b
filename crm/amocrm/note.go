package amocrm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
)

// Notes of a bot are service messages, not to be mixed up with a manager's own;
// the extended kind folds and holds more (API v4, events-and-notes).
const (
	noteService  = "service_message"
	noteExtended = "extended_service_message"
	foldedFrom   = 500
)

// writeNote leaves the note on the deal. Its heading carries a number made of
// the change's id: two notes of the same text are two notes, and one whose
// answer was lost is known again.
func (w *work) writeNote(ctx context.Context) error {
	if w.change.Note == "" {
		return nil
	}
	written := note{Type: noteService}
	written.Params.Value = noteParams{Service: w.heading(), Text: cut(w.change.Note, longestText)}
	if len([]rune(w.change.Note)) > foldedFrom {
		written.Type = noteExtended
	}
	if w.change.Repeat && !w.newDeal {
		if found, err := w.hasNote(ctx); err != nil || found {
			return err
		}
	}
	if _, err := w.api.create(ctx, "leads/"+w.refs.Deal+"/notes", "notes", struct {
		Type      string     `json:"note_type"`
		Params    noteParams `json:"params"`
		RequestID string     `json:"request_id"`
	}{written.Type, written.Params.Value, w.change.ID}); err != nil {
		return fmt.Errorf("write the note: %w", err)
	}
	return nil
}

func (w *work) heading() string {
	sum := sha256.Sum256([]byte(w.change.ID))
	return w.cfg.Service + " · " + hex.EncodeToString(sum[:4])
}

func (w *work) hasNote(ctx context.Context) (found bool, err error) {
	query := url.Values{"order[id]": {"desc"}}
	err = each(ctx, w.api, "leads/"+w.refs.Deal+"/notes", "notes", query, 4, func(n note) bool {
		found = n.Params.Value.Service == w.heading()
		return !found
	})
	return found, err
}
