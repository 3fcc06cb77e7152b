package calc

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxLines of a script.
const MaxLines = 200

// Script is several lines, each an assignment or a call, safe for concurrent use.
type Script struct{ Lines []Line }

// Line is one statement of a script: "price = 4900 * 2", "client.city = 'Казань'".
type Line struct {
	// Number is counted from 1.
	Number int
	// Col is where the formula begins, TargetCol where the variable's name does.
	Col, TargetCol int
	// Target is the variable that takes the value, with its prefix; empty in a
	// line that only calls.
	Target string
	// Source is the formula; empty in "x =", which empties the variable.
	Source  string
	program *Program
}

// Names are the variables that the line reads.
func (l *Line) Names() []Name {
	if l.program == nil {
		return nil
	}
	return l.program.names
}

// Calls are the functions with effects that the line calls.
func (l *Line) Calls() []Called {
	if l.program == nil {
		return nil
	}
	return l.program.calls
}

// Compute gives what the line comes to by itself; nothing for an empty one.
func (l *Line) Compute(env Env) (Value, error) {
	if l.program == nil {
		return Value{}, nil
	}
	return l.program.RunIn(env)
}

// CompileScript reads a script; effects are the functions that may do
// something in the world. A wrong line is left out; each error is a
// *SyntaxError with its Line.
func CompileScript(source string, effects map[string]Arity) (*Script, []*SyntaxError) {
	script := &Script{}
	var wrong []*SyntaxError
	for _, line := range statements(source) {
		if len(script.Lines) >= MaxLines {
			return script, append(wrong, &SyntaxError{Line: line.Number, Col: 1, Code: "lines", Detail: fmt.Sprint(MaxLines)})
		}
		if line.Source != "" {
			program, err := compile(line.Source, effects)
			if err != nil {
				fault := err.(*SyntaxError) // Compile promises it
				fault.Line, fault.Col = line.Number, fault.Col+line.Col-1
				wrong = append(wrong, fault)
				continue
			}
			line.program = program
		}
		script.Lines = append(script.Lines, line)
	}
	return script, wrong
}

// Outcome hears what the lines of a script come to.
type Outcome struct {
	// Begin hears of each line before it is computed; it may be nil.
	Begin func(line *Line)
	// Assign keeps a value; its error counts as the line's.
	Assign func(target string, value Value) error
	// Failed hears of a line that could not be computed; the lines after it run.
	Failed func(line *Line, err error)
}

// Run computes the lines one by one, later ones with what earlier ones assigned.
func (s *Script) Run(env Env, outcome Outcome) {
	f := &frame{Env: env, local: map[string]Value{}}
	for i := range s.Lines {
		line := &s.Lines[i]
		if outcome.Begin != nil {
			outcome.Begin(line)
		}
		value := Value{}
		if line.program != nil {
			var err error
			if value, err = line.program.run(f); err != nil {
				outcome.Failed(line, err)
				continue
			}
		}
		if line.Target == "" {
			continue
		}
		name := line.Target
		for _, prefix := range Prefixes() {
			name = strings.TrimPrefix(name, prefix)
		}
		delete(f.local, name)
		if err := outcome.Assign(line.Target, value); err != nil {
			outcome.Failed(line, err)
		} else if name == line.Target {
			f.local[name] = value
		}
	}
}

// Prefixes are those of a variable's scope, before the name it is read by.
func Prefixes() []string { return []string{"client.", "клиент.", "project.", "проект."} }

// statements splits a script into lines. Comments /* … */ and empty lines are
// left out; a bracket that is still open carries a line on into the next.
func statements(source string) []Line {
	var lines []Line
	var pending []rune
	start, depth := 0, 0
	for number, raw := range strings.Split(uncommented(source), "\n") {
		if len(pending) == 0 {
			start, depth = number+1, 0
		}
		raw = strings.TrimSuffix(raw, "\r")
		depth += opened([]rune(raw))
		pending = append(append(pending, []rune(raw)...), ' ')
		if depth > 0 && utf8.RuneCountInString(source) <= maxText {
			continue
		}
		if line, ok := statement(pending); ok {
			line.Number = start
			lines = append(lines, line)
		}
		pending = nil
	}
	if line, ok := statement(pending); ok {
		line.Number = start
		lines = append(lines, line)
	}
	return lines
}

// opened is how many more brackets a line opens than it closes.
func opened(line []rune) int {
	depth := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\'', '"', '`':
			i = endOfQuote(line, i)
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		}
	}
	return depth
}

// uncommented blanks out comments, so that places stay true.
func uncommented(source string) string {
	out := []rune(source)
	for i := 0; i+1 < len(out); i++ {
		switch {
		case out[i] == '\'' || out[i] == '"' || out[i] == '`':
			end := endOfQuote(out, i)
			if line := endOfLine(out, i); end < line {
				i = end
			} else {
				i = line
			}
		case out[i] == '/' && out[i+1] == '*':
			for closed := false; i < len(out) && !closed; i++ {
				closed = out[i] == '*' && i+1 < len(out) && out[i+1] == '/'
				if closed {
					out[i+1] = ' '
				}
				if out[i] != '\n' {
					out[i] = ' '
				}
			}
		}
	}
	return string(out)
}

func endOfLine(out []rune, i int) int {
	for i < len(out) && out[i] != '\n' {
		i++
	}
	return i
}

// statement splits "name = formula".
func statement(line []rune) (Line, bool) {
	begin := 0
	for begin < len(line) && (line[begin] == ' ' || line[begin] == '\t') {
		begin++
	}
	if begin == len(line) {
		return Line{}, false
	}
	end := begin
	for end < len(line) && (isLetter(line[end]) || end > begin && (line[end] == '.' || line[end] >= '0' && line[end] <= '9')) {
		end++
	}
	equals := end
	for equals < len(line) && line[equals] == ' ' {
		equals++
	}
	found := Line{Col: begin + 1, TargetCol: begin + 1}
	if end > begin && equals < len(line) && line[equals] == '=' && (equals+1 == len(line) || line[equals+1] != '=') {
		found.Target = string(line[begin:end])
		begin = equals + 1
		for begin < len(line) && line[begin] == ' ' {
			begin++
		}
		found.Col = begin + 1
	}
	found.Source = strings.TrimRight(string(line[begin:]), " \t")
	return found, true
}
