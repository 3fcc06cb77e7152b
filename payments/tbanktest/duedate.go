package tbanktest

import (
	"regexp"
	"time"
)

var (
	dueDatePattern = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}$`)
	nearDueDate    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$`)
)

// dueDate reads RedirectDueDate: YYYY-MM-DDTHH24:MI:SS+hh:mm, from a minute to 90 days ahead (T-Bank API 1.80,
// Init). A Z or fractions of a second end in the general error 9999, as clients of 2026 report.
func (s *Server) dueDate(c *call) (time.Time, *refusal) {
	if !c.has("RedirectDueDate") {
		return c.now.Add(s.cfg.LinkLife), nil
	}
	text := c.str("RedirectDueDate")
	if !dueDatePattern.MatchString(text) {
		if nearDueDate.MatchString(text) {
			return time.Time{}, s.breach("RedirectDueDate", "has Z or fractions of a second", "9999")
		}
		return time.Time{}, s.breach("RedirectDueDate", "is not YYYY-MM-DDTHH:MM:SS+hh:mm", "12")
	}
	due, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, s.breach("RedirectDueDate", "is not a time", "12")
	}
	now := c.now.Truncate(time.Second)
	if due.Before(now.Add(time.Minute)) || due.After(now.Add(90*24*time.Hour)) {
		return time.Time{}, s.breach("RedirectDueDate", "is not between a minute and 90 days ahead", "12")
	}
	return due, nil
}
