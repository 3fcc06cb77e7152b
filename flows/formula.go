package flows

import (
	"errors"
	"strings"

	"voronka/flows/calc"
)

// Formula is a compiled `if:` or `set:` expression.
type Formula struct {
	Source string
	Pos    Pos
	// Names are the variables it reads.
	Names   []string
	program *calc.Program
}

// ParseFormula compiles an expression; its error is a *calc.SyntaxError.
func ParseFormula(source string) (*Formula, error) {
	program, err := calc.Compile(source)
	if err != nil {
		return nil, err
	}
	formula := &Formula{Source: strings.TrimSpace(source), program: program}
	for _, name := range program.Names() {
		if !contains(formula.Names, name.Text) {
			formula.Names = append(formula.Names, name.Text)
		}
	}
	return formula, nil
}

// ReadFormula reads an expression; a wrong one is reported where its fault
// stands, and nil is given. An absent one is nil too.
func ReadFormula(n Node) *Formula {
	source := n.Text()
	if source == "" {
		return nil
	}
	return readFormula(n, source, 0)
}

// readFormula compiles what stands skip characters behind the beginning of n.
func readFormula(n Node, source string, skip int) *Formula {
	formula, err := ParseFormula(source)
	if err != nil {
		reportFormula(n, err, skip)
		return nil
	}
	formula.Pos = n.Pos()
	return formula
}

func reportFormula(n Node, err error, skip int) {
	var wrong *calc.SyntaxError
	if !errors.As(err, &wrong) {
		n.Error("formula_syntax", "Detail", err.Error())
		return
	}
	pos := n.Pos()
	if n.yaml.Style == 0 && !strings.Contains(n.yaml.Value, "\n") {
		pos.Col += skip + wrong.Col - 1
	}
	n.formulaFault(pos, wrong)
}

// formulaFault reports what is wrong with a formula.
func (n Node) formulaFault(pos Pos, wrong *calc.SyntaxError) {
	known := calc.Functions()
	n.diags.Add(Error, pos, "formula_"+wrong.Code, "Detail", wrong.Detail,
		"Suggest", Nearest(wrong.Detail, known), "Known", strings.Join(known, ", "))
}

// Reads are the variables the formula reads, for Uses; a nil Formula reads none.
func (f *Formula) Reads() []Ref {
	if f == nil {
		return nil
	}
	refs := make([]Ref, len(f.Names))
	for i, name := range f.Names {
		refs[i] = Ref{Name: name, Pos: f.Pos}
	}
	return refs
}

// ReadAssigned reads a formula that stands behind "=".
func ReadAssigned(n Node) *Formula {
	text := n.Text()
	skip := strings.Index(text, "=") + 1
	if strings.TrimSpace(text[skip:]) == "" {
		n.Error("formula_syntax", "Detail", text)
		return nil
	}
	return readFormula(n, text[skip:], skip)
}
