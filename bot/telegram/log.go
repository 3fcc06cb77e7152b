package telegram

import "log/slog"

// LogValue implements slog.LogValuer: a log gets an update's id, not its words.
func (u Update) LogValue() slog.Value {
	return slog.GroupValue(slog.Int64("id", u.ID), slog.Bool("read", u.Err == nil))
}
