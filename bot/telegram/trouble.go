package telegram

import (
	"sync/atomic"

	"voronka/sales"
)

// trouble is what keeps Telegram from being used at all, as the last call had
// it: the code of an error, empty for none.
type trouble struct{ code atomic.Pointer[string] }

// Trouble is the code of what only a person can mend: telegram_token, where
// Telegram does not know the token any more, or telegram_conflict, where
// somebody else polls with the same one. Empty: nothing.
func (t *trouble) Trouble() string {
	if code := t.code.Load(); code != nil {
		return *code
	}
	return ""
}

func (t *trouble) set(code string) { t.code.Store(&code) }

// noted takes note of how a call ended and gives its error back, coded.
func (t *trouble) noted(err error) error {
	if err == nil {
		if t.code.Load() != nil {
			t.code.Store(nil)
		}
		return nil
	}
	err = sendError(err)
	if coded := sales.AsError(err); coded.Action == sales.Stop {
		t.set(coded.Code)
	}
	return err
}
