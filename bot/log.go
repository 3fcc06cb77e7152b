package bot

import "log/slog"

// LogValue implements slog.LogValuer: a log gets an update's key, not the update.
func (a Aside) LogValue() slog.Value {
	return slog.GroupValue(slog.String("key", a.Key), slog.Int("bytes", len(a.Raw)))
}

// LogValue implements slog.LogValuer: what is said to a customer stays out of a log.
func (m Message) LogValue() slog.Value {
	return slog.GroupValue(slog.Int("bytes", len(m.Text)), slog.Int("files", len(m.Media)))
}
