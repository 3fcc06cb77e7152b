package amocrm

import "context"

// writeFeed hangs on the deal what is never merged away: notes, tasks, products and
// bills of each change that travels with this one, in their order.
func (w *work) writeFeed(ctx context.Context) error {
	parts := w.change.Parts()
	for i, part := range parts {
		if err := w.writeNote(ctx, part); err != nil {
			return err
		}
		if err := w.closeTasks(ctx, part, parts[i:]); err != nil {
			return err
		}
		if err := w.writeTask(ctx, part); err != nil {
			return err
		}
		if err := w.hangGoods(ctx, part); err != nil {
			return err
		}
		if err := w.writeBill(ctx, part); err != nil {
			return err
		}
	}
	return nil
}
