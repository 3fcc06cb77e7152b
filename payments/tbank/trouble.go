package tbank

import (
	"sync/atomic"

	"voronka/sales"
)

// trouble is what keeps a terminal from being used at all, as its last call had
// it: the code of an error, empty for none.
type trouble struct{ code atomic.Pointer[string] }

// noted takes note of how a call ended. Of a bank that does not answer nothing
// is learnt.
func (t *trouble) noted(err error) {
	switch coded := sales.AsError(err); {
	case err != nil && coded.Action == sales.Stop:
		t.code.Store(&coded.Code)
	case err == nil, coded.Action == sales.Bury:
		t.code.Store(nil) // who refuses a payment knows the terminal
	}
}

// Trouble is the code of what only a person can mend, as bank_settings where the
// bank does not know a terminal, and whose terminal that is (empty: the main
// shop's). Without a code there is nothing.
func (p *Provider) Trouble() (code, shop string) {
	for name, one := range p.shops {
		if found := one.code.Load(); found != nil && (code == "" || name < shop) {
			code, shop = *found, name
		}
	}
	return code, shop
}
