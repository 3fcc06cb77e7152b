package flows

import (
	"errors"
	"html"
	"regexp"
	"strings"
	"unicode"

	"voronka/flows/calc"
)

// Template is a text with variables: "Привет, #{name}!". Between the braces
// stands a name, or an expression of the calculator. It is compiled once and
// safe for concurrent use; the zero Template is empty.
type Template struct {
	Source string
	Pos    Pos
	parts  []part
}

// part is a piece of literal text, or what takes its place.
type part struct {
	text    string
	name    string
	formula *Formula
	form    format
}

// ErrUnclosed is a "#{" without its "}".
var ErrUnclosed = errors.New("#{ without }")

// ErrEmptyVariable is a "#{}".
var ErrEmptyVariable = errors.New("#{} without a name")

// ParseTemplate compiles a text. Its error is ErrUnclosed, ErrEmptyVariable,
// ErrFormat or a *calc.SyntaxError of an expression.
func ParseTemplate(text string) (Template, error) { return parseTemplate(text, "") }

// parseTemplate compiles a text of a translation, or of the flow itself where
// language is empty.
func parseTemplate(text, language string) (Template, error) {
	template := Template{Source: text}
	for rest := text; rest != ""; {
		before, after, found := strings.Cut(rest, "#{")
		if before != "" {
			template.parts = append(template.parts, part{text: before})
		}
		if !found {
			break
		}
		inner, behind, closed := strings.Cut(after, "}")
		if !closed {
			return template, ErrUnclosed
		}
		piece, err := parsePart(strings.TrimSpace(inner), language)
		if err != nil {
			return template, err
		}
		template.parts = append(template.parts, piece)
		rest = behind
	}
	return template, nil
}

// Literal is a text that holds no variables, whatever stands in it.
func Literal(text string) Template {
	return Template{Source: text, parts: []part{{text: text}}}
}

func parsePart(inner, language string) (part, error) {
	inner, form := splitFormat(inner)
	if inner == "" {
		return part{}, ErrEmptyVariable
	}
	piece := part{}
	if form != "" {
		var err error
		if piece.form, err = parseFormat(form, language); err != nil {
			return part{}, err
		}
	}
	if isName(inner) {
		piece.name = inner
		return piece, nil
	}
	var err error
	piece.formula, err = ParseFormula(inner)
	return piece, err
}

// isName tells whether s is a variable's name: letters, digits, _ and the
// point between a product and its price.
func isName(s string) bool {
	for i, char := range s {
		switch {
		case unicode.IsLetter(char), char == '_':
		case i > 0 && (unicode.IsDigit(char) || char == '.'):
		default:
			return false
		}
	}
	return true
}

// ReadTemplate reads a text; a wrong one is reported.
func ReadTemplate(n Node) Template {
	template, err := parseTemplate(n.Text(), languageOf(n.source.Name))
	template.Pos = n.Pos()
	var wrong *calc.SyntaxError
	var forms *PluralError
	switch {
	case errors.As(err, &forms):
		n.Error("plural_forms", "Language", forms.Language, "Given", forms.Given, "Want", len(forms.Want), "Examples", strings.Join(forms.Want, ", "))
	case errors.As(err, &wrong):
		n.Error("template_formula", "Detail", wrong.Detail)
	case errors.Is(err, ErrFormat):
		n.Error("template_format")
	case errors.Is(err, ErrUnclosed):
		n.Error("template_unclosed")
	case errors.Is(err, ErrEmptyVariable):
		n.Error("template_empty")
	}
	return template
}

// Zero tells whether the text is empty.
func (t Template) Zero() bool { return t.Source == "" }

// Constant tells whether the text has no variables.
func (t Template) Constant() bool {
	for _, piece := range t.parts {
		if piece.text == "" {
			return false
		}
	}
	return true
}

// Reads are the variables the text reads, for Uses.
func (t Template) Reads() []Ref {
	var refs []Ref
	for _, piece := range t.parts {
		if piece.name != "" {
			refs = append(refs, Ref{Name: piece.name, Pos: t.Pos})
		}
		if piece.formula != nil {
			for _, name := range piece.formula.Names {
				refs = append(refs, Ref{Name: name, Pos: t.Pos})
			}
		}
	}
	return refs
}

// expansion is how a text is filled in.
type expansion struct {
	lookup func(name string) string
	// env is what formulas, and values that are brought into a form, know.
	env func() calc.Env
	// shown changes each value before it is written; may be nil.
	shown func(value string) string
	// failed hears of expressions that could not be computed and count as empty.
	failed func(*Formula, error)
}

func (t Template) expand(e expansion) string {
	switch {
	case len(t.parts) == 0:
		return ""
	case len(t.parts) == 1 && t.parts[0].text != "":
		return t.parts[0].text
	}
	var text strings.Builder
	text.Grow(len(t.Source) + 32)
	for _, piece := range t.parts {
		if piece.text != "" {
			text.WriteString(piece.text)
			continue
		}
		value := piece.value(e)
		if e.shown != nil {
			value = e.shown(value)
		}
		text.WriteString(value)
	}
	return text.String()
}

// value is what takes the place of a piece.
func (p part) value(e expansion) string {
	value := ""
	switch {
	case p.formula == nil && p.form == nil:
		return e.lookup(p.name)
	case p.formula == nil:
		value = e.env().Vars(p.name)
	default:
		result, err := p.formula.program.RunIn(e.env())
		if err != nil {
			e.failed(p.formula, err)
			return ""
		}
		value = result.String()
	}
	if p.form != nil && value != "" {
		value = p.form(value)
	}
	return value
}

var tags = regexp.MustCompile(`</?[a-zA-Z][^<>]*>`)

// PlainText takes Telegram's HTML away: what people see.
func PlainText(text string) string {
	if strings.ContainsAny(text, "<&") {
		return html.UnescapeString(tags.ReplaceAllString(text, ""))
	}
	return text
}
