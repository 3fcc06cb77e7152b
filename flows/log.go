package flows

import "log/slog"

// LogValue implements slog.LogValuer: what a customer said stays out of a log.
func (in Input) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", in.ID), slog.String("kind", string(in.Kind)))
}

// LogValue implements slog.LogValuer: neither variables nor answers get into a log.
func (s Session) LogValue() slog.Value {
	return slog.GroupValue(slog.String("contact", s.Contact), slog.String("flow", s.Flow), slog.String("state", s.State))
}

// LogValue implements slog.LogValuer: a log gets a line's place, not its words.
func (l Line) LogValue() slog.Value {
	return slog.GroupValue(slog.Int64("seq", l.Seq), slog.String("kind", l.Kind), slog.String("state", l.State))
}

// LogValue implements slog.LogValuer: a log gets the flow's name, not the customer's world.
func (t Turn) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("session", t.Session), slog.Int("effects", len(t.Effects)), slog.Int("lines", len(t.Journal)))
}
