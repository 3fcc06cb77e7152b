// Package calc is the calculator of the funnel language: what stands after
// `if:`, behind "=" in `set:` and in the lines of `calc:`. Variables are text;
// what looks like a number, a date or JSON counts as one, numbers in decimals,
// so that 0.1 + 0.2 is 0.3. A formula has no loops, a bounded size and no side
// effects of its own, so that it always ends. It knows no clock and no chance:
// the moment and the seed are given to it.
package calc

import (
	"errors"
	"fmt"
	"time"

	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// Bounds of one formula, and of one run.
const (
	// MaxSource is in characters; salebot allows as many in its if().
	MaxSource = 2000
	maxNodes  = 400
	maxText   = 16 << 10 // bytes of any value
	maxWork   = 1 << 20  // bytes that a run may make or look through
	maxItems  = 1000     // of a list or dictionary
)

// SyntaxError says what is wrong with a formula and where.
type SyntaxError struct {
	// Line is counted from 1 within a script, 0 in a formula.
	Line int
	// Col is counted from 1 in characters of the formula.
	Col int
	// Code is stable: "syntax", "long", "function", "arguments", "forbidden",
	// "lines" or "effect".
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
	ErrNotDate        = errors.New("no such date or time")
	ErrNotList        = errors.New("not a list or dictionary")
	ErrNotDigest      = errors.New("digest is none of md5, sha1, sha256")
	ErrPattern        = errors.New("not a pattern")
	ErrTooLong        = errors.New("text too long")
	ErrBudget         = errors.New("formula computes too much")
)

// Lookup gives the value of a variable, empty when it has none.
type Lookup func(name string) string

// Env is all that a run can know.
type Env struct {
	Vars Lookup
	// Now is the moment of the input in the project's zone; zero where no
	// function asks for it.
	Now time.Time
	// Seed is what chance is made of; the same seed makes the same numbers.
	Seed string
	// Call runs a function that does something in the world; nil where none may.
	Call func(name string, args []Value) (Value, error)
}

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
	calls []Called
}

// Names are the variables read, in the order they stand.
func (p *Program) Names() []Name { return p.names }

// Compile reads a formula. Its error is a *SyntaxError.
func Compile(source string) (*Program, error) { return compile(source, nil) }

func compile(source string, effects map[string]Arity) (*Program, error) {
	runes := []rune(source)
	if len(runes) > MaxSource {
		return nil, &SyntaxError{Col: MaxSource + 1, Code: "long", Detail: fmt.Sprint(MaxSource)}
	}
	config := &conf.Config{MaxNodes: maxNodes, DisableIfOperator: true}
	tree, err := parser.ParseWithConfig(prepared(runes), config)
	if err != nil {
		return nil, explain(err)
	}
	c := &compiler{source: runes, effects: effects, functions: functions()}
	run, err := c.node(tree.Node)
	if err != nil {
		return nil, err
	}
	return &Program{run: run, names: c.names, calls: c.calls}, nil
}

// Run computes the formula with nothing but variables.
func (p *Program) Run(vars Lookup) (Value, error) { return p.RunIn(Env{Vars: vars}) }

// RunIn computes the formula.
func (p *Program) RunIn(env Env) (Value, error) { return p.run(&frame{Env: env}) }

// frame is one run.
type frame struct {
	Env
	// local are the values that a script has assigned so far.
	local map[string]Value
	work  int
	drawn int
}

// spend takes bytes of work from the budget.
func (f *frame) spend(bytes int) error {
	if f.work += bytes + 16; f.work > maxWork {
		return ErrBudget
	}
	return nil
}

func (f *frame) variable(name string) Value {
	if value, set := f.local[name]; set {
		return value
	}
	return text(f.Vars(name))
}

func explain(err error) error {
	var found *file.Error
	if errors.As(err, &found) {
		return &SyntaxError{Col: found.Column + 1, Code: "syntax", Detail: found.Message}
	}
	return &SyntaxError{Col: 1, Code: "syntax", Detail: err.Error()}
}
