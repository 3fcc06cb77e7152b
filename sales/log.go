package sales

import "log/slog"

// LogValue implements slog.LogValuer: a log names a contact by its id alone.
func (c Contact) LogValue() slog.Value { return slog.StringValue(c.ID) }

// LogValue implements slog.LogValuer: who a receipt is for stays out of a log.
func (r Receipt) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("items", len(r.Items)), slog.Int64("kopecks", int64(r.Total())))
}
