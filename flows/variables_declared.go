package flows

import (
	"slices"
	"strings"

	"voronka/flows/calc"
	"voronka/sales"
)

// Variable is one that a flow declares in `vars:`.
type Variable struct {
	Name string
	// Type is one of VariableTypes.
	Type string
	// Scope is "deal", "customer" or "project".
	Scope string
	// Default is its value while nobody has set it, in the form it is kept.
	Default string
}

// Scopes of a variable. What is set in the deal hides the customer's, which
// hides the project's, as in salebot.
const (
	dealScope     = "deal"
	customerScope = "customer"
	projectScope  = "project"
)

// VariableTypes are what a variable can be declared to hold.
func VariableTypes() []string {
	return []string{"text", "number", "money", "date", "time", "bool", "list", "dict"}
}

// readVariables reads `vars:`, each as a type alone or as {type, default, scope}:
//
//	vars:
//	  seats: number
//	  discount: {type: number, default: 10, scope: project}
func (d *draft) readVariables(n Node) {
	for _, entry := range n.Entries() {
		entry.Key.identifier()
		one := Variable{Name: entry.Name, Type: "text", Scope: dealScope}
		kind := entry.Value
		if entry.Value.IsMap() {
			entry.Value.Only("type", "default", "scope")
			kind = entry.Value.Field("type")
			one.Default = entry.Value.Field("default").Text()
			one.Scope = oneWord(entry.Value.Field("scope"), one.Scope, dealScope, customerScope, projectScope)
		}
		one.Type = oneWord(kind, one.Type, VariableTypes()...)
		if typed, ok := typed(one.Type, one.Default); ok {
			one.Default = typed
		} else {
			entry.Value.Field("default").Error("bad_default", "Value", one.Default, "Type", one.Type)
		}
		if contains(Builtins(), one.Name) {
			entry.Key.Error("variable_taken", "Variable", one.Name)
		}
		d.flow.Vars = append(d.flow.Vars, one)
	}
}

// oneWord reads one of some words; the first one is meant when it is left out.
func oneWord(n Node, otherwise string, known ...string) string {
	word := n.Text()
	if n.Zero() || !n.IsScalar() {
		return otherwise
	}
	if !contains(known, word) {
		n.Error("unknown_word", "Word", word, "Suggest", Nearest(word, known), "Known", strings.Join(known, ", "))
		return otherwise
	}
	return word
}

// Variable finds a declared variable.
func (f *Flow) Variable(name string) (Variable, bool) {
	i := slices.IndexFunc(f.Vars, func(v Variable) bool { return v.Name == name })
	if i < 0 {
		return Variable{}, false
	}
	return f.Vars[i], true
}

// typed writes a value as its type keeps it; false when it does not fit. An
// empty value fits every type.
func typed(kind, value string) (string, bool) {
	bare := strings.TrimSpace(value)
	if bare == "" {
		return value, true
	}
	switch kind {
	case "number":
		bare = strings.Replace(strings.ReplaceAll(strings.ReplaceAll(bare, " ", ""), "\u00a0", ""), ",", ".", 1)
		_, ok := calc.Number(bare)
		return bare, ok
	case "money":
		amount, err := sales.ParseMoney(bare)
		return amount.Decimal(), err == nil
	case "date":
		return bare, calc.IsDate(bare)
	case "time":
		return bare, calc.IsTime(bare)
	case "bool":
		return boolean(bare)
	case "list":
		_, ok := calc.Text(bare).Items()
		return bare, ok
	case "dict":
		return bare, calc.Text(bare).IsDict()
	}
	return value, true
}

func boolean(word string) (string, bool) {
	switch strings.ToLower(word) {
	case "true", "1", "да", "yes":
		return "true", true
	case "false", "0", "нет", "no":
		return "false", true
	}
	return word, false
}
