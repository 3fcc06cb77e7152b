package payments

import (
	"context"

	"voronka/sales"
)

// Closer sends the closing receipt of what was paid in advance, once the goods
// were handed over (54-FZ). A provider takes it for a paid payment whose own
// receipt was one of prepayment or advance.
type Closer interface {
	CloseReceipt(ctx context.Context, payment sales.Payment, receipt sales.Receipt) error
}
