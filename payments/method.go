package payments

import (
	"context"

	"voronka/sales"
)

// Opener knows more ways to pay a link than the provider's page.
type Opener interface {
	// Methods lists the ways that a shop offers beside its page, cheap enough to
	// ask for every message.
	Methods(ctx context.Context, shop string) ([]sales.Method, error)
	// Open gives the address at which a payment that has a link is paid by a
	// method: for SBP what a QR code holds and a phone opens. A way that the
	// shop does not have is a refusal with code method_off.
	Open(ctx context.Context, payment sales.Payment, method sales.Method) (string, error)
}
