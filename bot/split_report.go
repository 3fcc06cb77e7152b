package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
)

// Splits counts what each arm of the project's splits brings. It reads every
// customer and is meant for now and then.
func Splits(ctx context.Context, store storage.Store, project *flows.Project) (reports []*flows.SplitReport, err error) {
	err = store.View(ctx, func(tx storage.Tx) error {
		reports = project.Splits()
		if len(reports) == 0 {
			return nil
		}
		const page = 500
		for after := ""; ; {
			contacts, err := tx.Everyone(after, page)
			if err != nil {
				return fmt.Errorf("list contacts: %w", err)
			}
			for _, contact := range contacts {
				if err := countSplits(tx, contact.ID, reports); err != nil {
					return fmt.Errorf("count the splits of %s: %w", contact.ID, err)
				}
			}
			if len(contacts) < page {
				return nil
			}
			after = contacts[len(contacts)-1].ID
		}
	})
	for _, report := range reports {
		report.Judge()
	}
	return reports, err
}

func countSplits(tx storage.Tx, contact string, reports []*flows.SplitReport) error {
	session, err := tx.Session(contact)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, report := range reports {
		arm := report.Arm(session.Vars[report.Name])
		if arm == nil {
			continue
		}
		since, err := splitAt(tx, contact, report.Name+": "+arm.Name)
		if err != nil {
			return err
		}
		known := flows.Known{}
		if known.Orders, err = tx.Orders(contact); err != nil {
			return err
		}
		for _, order := range known.Orders {
			payments, err := tx.Payments(order.ID)
			if err != nil {
				return err
			}
			known.Payments = append(known.Payments, payments...)
		}
		arm.Add(known, slices.DeleteFunc(slices.Clone(known.Orders), func(order sales.Order) bool { return order.CreatedAt.Before(since) }))
	}
	return nil
}

// splitAt is when the customer came to the arm; zero where the dialog does not
// tell any more, and then all orders count.
func splitAt(tx storage.Tx, contact, words string) (time.Time, error) {
	const page = 500
	for before := int64(0); ; {
		lines, err := tx.Journal(contact, before, page)
		if err != nil {
			return time.Time{}, err
		}
		for _, line := range slices.Backward(lines) {
			if line.Kind == "split" && line.Text == words {
				return line.At, nil
			}
		}
		if len(lines) < page {
			return time.Time{}, nil
		}
		before = lines[0].Seq
	}
}
