package outbox

import "log/slog"

// LogValue implements slog.LogValuer: a log names a job, and tells nothing of its
// payload nor of the words of an error, which may quote it.
func (j Job) LogValue() slog.Value {
	return slog.GroupValue(slog.Int64("id", j.ID), slog.String("lane", string(j.Lane)), slog.String("kind", j.Kind),
		slog.Int("attempts", j.Attempts), slog.String("code", j.Code))
}
