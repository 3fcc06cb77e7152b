// Package calc is the calculator of the funnel language: what stands after
// `if:` and behind "=" in `set:`. Variables are text; what looks like a number
// counts as one, in decimals, so that 0.1 + 0.2 is 0.3. A formula has no
// loops, a bounded size and no side effects, so that it always ends.
package calc

import (
	"errors"
	"fmt"

	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// Bounds of one formula.
const (
	// MaxSource is in characters; salebot allows as many in its if().
	MaxSource = 2000
	maxNodes  = 400
	maxText   = 16 << 10 // bytes of any value
)

// SyntaxError says what is wrong with a formula and where.
type SyntaxError struct {
	// Col is counted from 1 in characters of the formula.
	Col int
	// Code is stable: "syntax", "long", "function", "arguments" or "forbidden".
	Code string
	// Detail is the word concerned, or the parser's explanation.
	Detail string
}

// Error implements error.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("column %d: %s: %s", e.Col, e.Code, e.Detail)
}

// Errors of a run.
var (
	ErrDivisionByZero = errors.New("division by zero")
	ErrNotNumber      = errors.New("not a number")
	ErrTooLong        = errors.New("text too long")
)

// Lookup gives the value of a variable, empty when it has none.
type Lookup func(name string) string

// Name is a variable that a formula reads.
type Name struct {
	Text string
	// Col is counted from 1 in characters of the formula.
	Col int
}

// Program is a compiled formula, safe for concurrent use.
type Program struct {
	run   eval
	names []Name
}

// Names are the variables read, in the order they stand.
func (p *Program) Names() []Name { return p.names }

// Compile reads a formula. Its error is a *SyntaxError.
func Compile(source string) (*Program, error) {
	runes := []rune(source)
	if len(runes) > MaxSource {
		return nil, &SyntaxError{Col: MaxSource + 1, Code: "long", Detail: fmt.Sprint(MaxSource)}
	}
	config := &conf.Config{MaxNodes: maxNodes, DisableIfOperator: true}
	tree, err := parser.ParseWithConfig(callable(source), config)
	if err != nil {
		return nil, explain(err)
	}
	c := &compiler{source: runes}
	run, err := c.node(tree.Node)
	if err != nil {
		return nil, err
	}
	return &Program{run: run, names: c.names}, nil
}

// Run computes the formula.
func (p *Program) Run(vars Lookup) (Value, error) { return p.run(vars) }

func explain(err error) error {
	var found *file.Error
	if errors.As(err, &found) {
		return &SyntaxError{Col: found.Column + 1, Code: "syntax", Detail: found.Message}
	}
	return &SyntaxError{Col: 1, Code: "syntax", Detail: err.Error()}
}
