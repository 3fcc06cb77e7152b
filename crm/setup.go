package crm

import "context"

// Fitter is a CRM that can be compared with what funnels name of an account, and
// that can make what is missing.
type Fitter interface {
	// Compare looks for everything that funnels name; it changes nothing.
	Compare(ctx context.Context, want Wanted) (Lacks, error)
	// Setup makes what an account lacks and the API can make. After an error, or
	// an answer that was lost, compare anew: what was made is not lacking any more.
	Setup(ctx context.Context, lacks Lacks) error
}

// Wanted is what funnels name of an account.
type Wanted struct {
	// Stages are those of each pipeline; the pipeline "" is the one for new deals.
	Stages map[string][]string
	// Fields are those of deals, Person of contacts, Tracking of deals' statistics.
	Fields, Person, Tracking      []string
	LossReasons, Users, TaskTypes []string
	// Bills asks for the list of invoices, Suppliers for who sells, Products for
	// the list of products.
	Bills, Products bool
	Suppliers       []string
	// Hook is the address of our webhook; empty: none.
	Hook string
}

// Lacks is what of Wanted an account does not have.
type Lacks struct {
	// Pipelines and Stages can be made, as can fields, loss reasons and the hook.
	Pipelines                             []string
	Stages                                map[string][]string
	Fields, Person, Tracking, LossReasons []string
	// Unwritable are fields that are there, of a type that no text goes into.
	Unwritable []string
	// Mark is set where contacts have no field for our own id of theirs.
	Mark bool
	Hook string
	// HookOff is set where the CRM has switched our webhook off.
	HookOff bool
	// Users, TaskTypes, Suppliers and the lists only people can add.
	Users, TaskTypes, Suppliers []string
	Bills, Products             bool
}

// Anything tells whether something is missing that Setup can make.
func (l Lacks) Anything() bool {
	return len(l.Pipelines)+len(l.Stages)+len(l.Fields)+len(l.Person)+len(l.Tracking)+len(l.LossReasons) > 0 || l.Mark || l.Hook != ""
}
