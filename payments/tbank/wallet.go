package tbank

import (
	"context"
	"errors"
	"strconv"
	"time"

	"voronka/payments"
	"voronka/sales"
)

// Cards implements payments.Wallet with GetCardList.
func (p *Provider) Cards(ctx context.Context, shop, customerKey string) ([]payments.Card, error) {
	at, err := p.shop(shop)
	if err != nil {
		return nil, err
	}
	got, err := at.call(ctx, "GetCardList", map[string]any{"CustomerKey": customerKey})
	if unknown(got) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var cards []payments.Card
	for _, line := range got.Cards {
		cards = append(cards, payments.Card{
			ID: line.CardID.Secret, Token: line.RebillID.Secret, Kind: payments.CardKind,
			Last: lastFour(line.Pan.Reveal()), Expires: expiry(string(line.ExpDate)),
			Removed: line.Status != "A", // D is deleted, E expired on the portal of 2026
		})
	}
	return cards, nil
}

// Discard implements payments.Wallet with RemoveCard.
func (p *Provider) Discard(ctx context.Context, shop, customerKey string, card payments.Card) error {
	at, err := p.shop(shop)
	if err != nil {
		return err
	}
	got, err := at.call(ctx, "RemoveCard", map[string]any{"CustomerKey": customerKey, "CardId": card.ID.Reveal()})
	if unknown(got) {
		return nil
	}
	return err
}

// Forget implements payments.Wallet with RemoveCard for each card, then
// RemoveCustomer: what the latter does to cards is said nowhere.
func (p *Provider) Forget(ctx context.Context, shop, customerKey string) error {
	cards, err := p.Cards(ctx, shop, customerKey)
	if err != nil {
		return err
	}
	for _, card := range cards {
		if card.Removed || card.ID == "" {
			continue
		}
		if err := p.Discard(ctx, shop, customerKey, card); err != nil {
			return err
		}
	}
	return p.RemoveCustomer(ctx, shop, customerKey)
}

// Bind implements payments.Wallet: the customer is registered, then AddCard
// makes the page. The card is proven with 3-D Secure, or by holding a rouble
// where it has none: without a proof the bank gives no RebillId (T-Bank API
// 1.80, AddCard: CheckType).
func (p *Provider) Bind(ctx context.Context, shop, customerKey string) (payments.Link, error) {
	at, err := p.shop(shop)
	if err != nil {
		return payments.Link{}, err
	}
	if _, err := at.call(ctx, "AddCustomer", map[string]any{"CustomerKey": customerKey}); err != nil {
		return payments.Link{}, err
	}
	made, err := at.call(ctx, "AddCard", map[string]any{"CustomerKey": customerKey, "CheckType": "3DSHOLD"})
	if err != nil {
		return payments.Link{}, err
	}
	if made.RequestKey == "" || !page(string(made.PaymentURL)) {
		return payments.Link{}, &sales.Error{Code: "bank_garbled", Action: sales.Retry, Err: errors.New("the answer to AddCard has no link")}
	}
	return payments.Link{External: string(made.RequestKey), URL: string(made.PaymentURL)}, nil
}

// Bound implements payments.Wallet with GetAddCardState.
func (p *Provider) Bound(ctx context.Context, shop, request string) (payments.Binding, error) {
	at, err := p.shop(shop)
	if err != nil {
		return payments.Binding{}, err
	}
	got, err := at.call(ctx, "GetAddCardState", map[string]any{"RequestKey": request})
	if err != nil && got.Status == "" {
		return payments.Binding{}, err
	}
	return payments.Binding{
		Request: request, CustomerKey: string(got.CustomerKey), Status: bindingStatus(string(got.Status)),
		Card: payments.Card{ID: got.CardID.Secret, Token: got.RebillID.Secret, Kind: payments.CardKind},
	}, nil
}

// bindingStatus reads the states of a card's binding and of an account's
// (T-Bank API 1.80, GetAddCardState and GetAddAccountQrState).
func bindingStatus(word string) string {
	switch word {
	case "COMPLETED", "ACTIVE":
		return payments.BindingDone
	case "REJECTED", "INACTIVE":
		return payments.BindingFailed
	}
	return payments.BindingOpen
}

// lastFour keeps of a masked number what tells cards apart.
func lastFour(pan string) string {
	if len(pan) < 4 || !decimal(pan[len(pan)-4:]) {
		return ""
	}
	return pan[len(pan)-4:]
}

// expiry reads MMYY: the first moment at which the card is no longer good, in
// Moscow, where the bank counts.
func expiry(mmyy string) time.Time {
	if len(mmyy) != 4 || !decimal(mmyy) {
		return time.Time{}
	}
	month, _ := strconv.Atoi(mmyy[:2])
	year, _ := strconv.Atoi(mmyy[2:])
	if month < 1 || month > 12 {
		return time.Time{}
	}
	return time.Date(2000+year, time.Month(month)+1, 1, 0, 0, 0, 0, time.FixedZone("MSK", 3*60*60))
}
