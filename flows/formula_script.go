package flows

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"voronka/flows/calc"
)

// Script is a compiled `calc:`: several lines, each an assignment or a call.
type Script struct {
	Pos  Pos
	code *calc.Script
	// lines are the places in the file, by their number in the script.
	lines map[int]Pos
}

// ReadScript reads the lines of a calculator; each wrong one is reported where
// its fault stands.
func ReadScript(n Node) *Script {
	source := n.Text()
	code, wrong := calc.CompileScript(source, scriptEffects())
	script := &Script{Pos: n.Pos(), code: code, lines: map[int]Pos{}}
	for number, line := range strings.Split(source, "\n") {
		script.lines[number+1] = n.inside(number, line)
	}
	for _, fault := range wrong {
		pos := script.at(fault.Line, fault.Col)
		n.formulaFault(pos, fault)
	}
	for i := range code.Lines {
		script.judge(n, &code.Lines[i])
	}
	script.prove(n)
	return script
}

// inside is where a line of a text begins in the file; line is its text.
func (n Node) inside(number int, line string) Pos {
	pos := n.Pos()
	if n.yaml == nil || n.yaml.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		return pos
	}
	pos.Line += number + 1
	written := n.source.line(pos.Line)
	pos.Col = max(1, len(written)-len(strings.TrimLeft(written, " "))-(len(line)-len(strings.TrimLeft(line, " ")))+1)
	return pos
}

// at is a place in the file for one in the script.
func (s *Script) at(line, col int) Pos {
	pos := s.lines[line]
	if pos.File == "" {
		return s.Pos
	}
	if pos.Line != s.Pos.Line {
		pos.Col += col - 1
	}
	return pos
}

// judge reports what a line means to do and cannot.
func (s *Script) judge(n Node, line *calc.Line) {
	at := s.at(line.Number, line.TargetCol)
	name, _ := scoped(line.Target)
	switch {
	case line.Target == "":
	case strings.Contains(name, "."):
		n.diags.Add(Error, at, "bad_name", "Name", line.Target)
	}
}

// Uses is what the script reads, sets and asks for.
func (s *Script) Uses() Uses {
	uses := Uses{Pos: s.Pos}
	own := map[string]bool{}
	for i := range s.code.Lines {
		line := &s.code.Lines[i]
		for _, name := range line.Names() {
			if !own[name.Text] {
				uses.Reads = append(uses.Reads, Ref{Name: name.Text, Pos: s.at(line.Number, 1)})
			}
		}
		if name, scope := scoped(line.Target); name != "" {
			own[name] = true
			uses.Sets = append(uses.Sets, Ref{Name: name, Pos: s.at(line.Number, line.TargetCol)})
			if scope == projectScope {
				uses.Shares = append(uses.Shares, name)
			}
		}
		asks := line.Target == "payment_sum" && line.Source != "" && line.Source != "0" && !emptyText(line.Source)
		for _, call := range line.Calls() {
			asks = asks || call.Name == paymentURL
			uses.Charges = uses.Charges || call.Name == recurrentPayment
		}
		if asks {
			own["tinkoff_pay_url"] = true
			uses.Outcomes = []Outcome{Success, Fail, DifferentAmounts, Expired}
			uses.OwnReceipt = true
			uses.Sets = append(uses.Sets, Ref{Name: "tinkoff_pay_url", Pos: s.Pos})
		}
	}
	if uses.Charges && uses.Outcomes == nil {
		uses.Outcomes, uses.OwnReceipt = []Outcome{Success, Fail}, true
	}
	return uses
}

func emptyText(source string) bool { return source == `''` || source == `""` || source == "None" }

// Calculate runs a script. A line that fails is noted and leaves its variable
// as it was; the lines after it run.
func (r *Run) Calculate(script *Script) {
	if uses := script.code; callsForMoney(uses) {
		r.forget("error_payment_func")
	}
	env := r.env()
	env.Call = r.callEffect
	defer func() { r.scripted = Pos{} }()
	script.code.Run(env, calc.Outcome{
		Begin:  func(line *calc.Line) { r.scripted = script.at(line.Number, 1) },
		Assign: r.assignLine,
		Failed: func(line *calc.Line, err error) {
			pos := script.at(line.Number, 1)
			r.Event("error", place(pos)+": "+clipError(err))
		},
	})
}

func callsForMoney(code *calc.Script) bool {
	for i := range code.Lines {
		asks := func(call calc.Called) bool { return call.Name == paymentURL || call.Name == recurrentPayment }
		if slices.ContainsFunc(code.Lines[i].Calls(), asks) || code.Lines[i].Target == "payment_sum" {
			return true
		}
	}
	return false
}

// clipError shortens what a formula complains of; it never holds a value.
func clipError(err error) string { return Clip(err.Error(), 200) }

// env is what formulas of this turn may know. Each run of a formula draws
// numbers of its own, and the same ones when the turn is replayed.
func (r *Run) env() calc.Env {
	r.draws++
	return calc.Env{
		Vars: r.reckon, Now: r.Now(),
		Seed: r.Session.Seed + " chance " + strconv.FormatInt(r.Session.Turns, 10) + " " + strconv.Itoa(r.draws),
	}
}

// assignLine keeps what a line of a script came to. An empty value takes the
// variable away.
func (r *Run) assignLine(target string, value calc.Value) error {
	name, scope := scoped(target)
	text := value.String()
	switch {
	case !r.fitsType(scope, name, text):
		return errType
	case scope == projectScope:
		r.setProject(name, text)
		return nil
	case scope == customerScope:
		r.setCustomer(name, text)
		return nil
	case text == "" && name == rebillID:
		r.forget(name)
		r.ownedVars()
		r.putCardAway()
	case text == "" && !contains([]string{"name", "email", "phone"}, name):
		r.forget(name)
	default:
		r.Set(name, text)
	}
	if name == "payment_sum" {
		r.demandSum(value)
	}
	return nil
}

var errType = errors.New("value does not fit the variable's type")
