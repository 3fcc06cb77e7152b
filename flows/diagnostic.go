package flows

// Pos is a place in a file, counted from 1 in lines and characters.
type Pos struct {
	File      string `json:"file"`
	Line, Col int
}

// Severity tells whether a flow may go live.
type Severity string

// An Error keeps a project from going live, a Warning does not.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Diagnostic is one finding about a flow. Its words live in the locales under
// lint.<Code> (what is wrong) and lint.<Code>.fix (how to mend it), with Args.
type Diagnostic struct {
	Pos      Pos            `json:"pos"`
	Severity Severity       `json:"severity"`
	Code     string         `json:"code"`
	Args     map[string]any `json:"args,omitempty"`
}

// Diagnostics collects findings.
type Diagnostics struct{ list []Diagnostic }

// Add reports one finding; args are pairs of name and value.
func (d *Diagnostics) Add(severity Severity, pos Pos, code string, args ...any) {
	found := Diagnostic{Pos: pos, Severity: severity, Code: code}
	for i := 0; i+1 < len(args); i += 2 {
		if found.Args == nil {
			found.Args = map[string]any{}
		}
		found.Args[args[i].(string)] = args[i+1]
	}
	d.list = append(d.list, found)
}

// Failed tells whether any finding is an error.
func (d *Diagnostics) Failed() bool {
	for _, found := range d.list {
		if found.Severity == Error {
			return true
		}
	}
	return false
}
