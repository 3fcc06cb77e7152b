package amocrm

import (
	"context"
	"fmt"
	"net/http"
)

// newLink is a row of POST /leads/link (API v4, entity-links-api).
type newLink struct {
	EntityID number       `json:"entity_id,omitempty"`
	ToID     number       `json:"to_entity_id"`
	ToType   string       `json:"to_entity_type"`
	Metadata linkMetadata `json:"metadata,omitzero"`
}

type linkMetadata struct {
	IsMain  bool   `json:"is_main,omitempty"`
	Catalog number `json:"catalog_id,omitempty"`
	// Quantity may be a part of a piece.
	Quantity float64 `json:"quantity,omitempty"`
}

func (l newLink) with(string) any { return l }

// link makes a contact the main one of the deal.
func (w *work) link(ctx context.Context, contact number) error {
	row := []any{newLink{ToID: contact, ToType: "contacts", Metadata: linkMetadata{IsMain: true}}}
	if _, err := w.api.call(ctx, http.MethodPost, "leads/"+id(w.deal.ID)+"/link", nil, row, nil); err != nil {
		return fmt.Errorf("link the contact to the deal: %w", err)
	}
	return nil
}
