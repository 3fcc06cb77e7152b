package payments

import (
	"context"

	"voronka/sales"
)

// Certifier has a provider's own certificate of a payment sent to an e-mail
// address: a paper for an accountant or a tax office, not a receipt of 54-FZ.
type Certifier interface {
	// Certify asks for it; the provider sends it by itself, a while later. It may be repeated.
	Certify(ctx context.Context, payment sales.Payment, email string) error
}
