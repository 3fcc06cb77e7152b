package flows

import (
	"maps"
	"strings"

	"voronka/sales"
)

// scoped splits the prefix off a name that is assigned: client.city.
func scoped(target string) (name, scope string) {
	prefix, rest, dotted := strings.Cut(target, ".")
	switch {
	case dotted && (prefix == "client" || prefix == "клиент"):
		return rest, customerScope
	case dotted && (prefix == "project" || prefix == "проект"):
		return rest, projectScope
	}
	return target, dealScope
}

// fitsType tells whether a value may be kept under a name in a scope. What is
// declared as the project's is changed as `project.name` alone, lest an answer
// of one customer change it for all.
func (r *Run) fitsType(scope, name, value string) bool {
	declared, known := r.Flow.Variable(name)
	if !known {
		return true
	}
	_, ok := typed(declared.Type, value)
	return ok && (scope == projectScope || declared.Scope != projectScope)
}

// setCustomer keeps a variable of the customer, which outlives the deal. An
// empty value takes it away.
func (r *Run) setCustomer(name, value string) {
	if declared, known := r.Flow.Variable(name); known {
		value, _ = typed(declared.Type, value)
	}
	vars := maps.Clone(r.Session.Customer)
	if vars == nil {
		vars = map[string]string{}
	}
	if vars[name] = value; value == "" {
		delete(vars, name)
	}
	r.Session.Customer = vars
}

// ownedVars makes the deal's variables this turn's own, to be changed.
func (r *Run) ownedVars() {
	if !r.ownVars {
		r.Session.Vars, r.ownVars = maps.Clone(r.Session.Vars), true
	}
	if r.Session.Vars == nil {
		r.Session.Vars = map[string]string{}
	}
}

// forget takes a variable of the deal away.
func (r *Run) forget(name string) {
	if _, set := r.Session.Vars[name]; !set {
		return
	}
	if !r.ownVars {
		r.Session.Vars, r.ownVars = maps.Clone(r.Session.Vars), true
	}
	delete(r.Session.Vars, name)
}

// settle brings a value into the form of its declared type and scope; done
// tells that nothing is left to keep.
func (r *Run) settle(name, value string) (kept string, done bool) {
	declared, known := r.Flow.Variable(name)
	if !known {
		return value, false
	}
	if !r.fitsType(dealScope, name, value) {
		r.Event("error", name+": "+errType.Error())
		return value, true
	}
	value, _ = typed(declared.Type, value)
	if declared.Scope == customerScope {
		r.setCustomer(name, value)
		return value, true
	}
	return value, false
}

// variable gives what was set, or declared, under a name: the deal's before
// the customer's before the project's.
func (r *Run) variable(name string, money func(sales.Money) string) (string, bool) {
	value, set := r.Session.Vars[name]
	if !set {
		value, set = r.Session.Customer[name]
	}
	if !set && len(r.Flow.shared) > 0 {
		value, set = r.shared(name)
	}
	if len(r.Flow.Vars) == 0 {
		return value, set
	}
	declared, known := r.Flow.Variable(name)
	if !set && known {
		value, set = declared.Default, true
	}
	if known && declared.Type == "money" {
		if amount, err := sales.ParseMoney(value); err == nil {
			value = money(amount)
		}
	}
	return value, set
}
