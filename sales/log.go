package sales

import "log/slog"

// LogValue implements slog.LogValuer: a log names a contact by its id alone.
func (c Contact) LogValue() slog.Value { return slog.StringValue(c.ID) }

// LogValue implements slog.LogValuer: who a receipt is for stays out of a log.
func (r Receipt) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("items", len(r.Items)), slog.Int64("kopecks", int64(r.Total())))
}

// LogValue implements slog.LogValuer: a log gets neither the payment's page nor
// what the provider was told of the buyer.
func (p Payment) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", p.ID), slog.String("status", string(p.Status)), slog.Int64("kopecks", int64(p.Amount)))
}

// LogValue implements slog.LogValuer: what is bought stays out of a log.
func (o Order) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", o.ID), slog.Int64("kopecks", int64(o.Amount)))
}

// LogValue implements slog.LogValuer: neither the card nor the terms get into a log.
func (s Subscription) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", s.ID), slog.String("status", string(s.Status)))
}
