package calc

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/govalues/decimal"
)

// eval is one compiled node.
type eval func(Lookup) (Value, error)

// compiler turns the parser's tree into closures and refuses what is no part
// of the language.
type compiler struct {
	source []rune
	names  []Name
}

func (c *compiler) fail(node ast.Node, code, detail string) error {
	return &SyntaxError{Col: node.Location().From + 1, Code: code, Detail: detail}
}

func (c *compiler) node(node ast.Node) (eval, error) {
	switch node := node.(type) {
	case *ast.IntegerNode:
		return c.number(node, fmt.Sprint(node.Value))
	case *ast.FloatNode:
		at := node.Location()
		return c.number(node, string(c.source[at.From:min(at.To, len(c.source))]))
	case *ast.StringNode:
		return constant(text(node.Value)), nil
	case *ast.BoolNode:
		return constant(truth(node.Value)), nil
	case *ast.NilNode:
		return constant(Value{}), nil
	case *ast.IdentifierNode:
		return c.variable(node, node.Value), nil
	case *ast.MemberNode:
		return c.member(node)
	case *ast.UnaryNode:
		return c.unary(node)
	case *ast.BinaryNode:
		return c.binary(node)
	case *ast.ConditionalNode:
		return c.call(node, "if", []ast.Node{node.Cond, node.Exp1, node.Exp2})
	case *ast.CallNode:
		if name, ok := node.Callee.(*ast.IdentifierNode); ok {
			return c.call(node, name.Value, node.Arguments)
		}
	case *ast.BuiltinNode:
		return c.call(node, node.Name, node.Arguments)
	}
	return nil, c.fail(node, "forbidden", strings.TrimSpace(node.String()))
}

func constant(v Value) eval { return func(Lookup) (Value, error) { return v, nil } }

func (c *compiler) number(node ast.Node, written string) (eval, error) {
	d, err := decimal.Parse(written)
	if err != nil {
		return nil, c.fail(node, "syntax", written)
	}
	return constant(number(d)), nil
}

func (c *compiler) variable(node ast.Node, name string) eval {
	if name == "None" {
		return constant(Value{})
	}
	c.names = append(c.names, Name{Text: name, Col: node.Location().From + 1})
	return func(vars Lookup) (Value, error) { return text(vars(name)), nil }
}

// member reads course.price: a variable whose name has a point in it.
func (c *compiler) member(node *ast.MemberNode) (eval, error) {
	owner, isName := node.Node.(*ast.IdentifierNode)
	property, isText := node.Property.(*ast.StringNode)
	if !isName || !isText || node.Optional {
		return nil, c.fail(node, "forbidden", node.String())
	}
	return c.variable(owner, owner.Value+"."+property.Value), nil
}

func (c *compiler) unary(node *ast.UnaryNode) (eval, error) {
	inner, err := c.node(node.Node)
	if err != nil {
		return nil, err
	}
	switch node.Operator {
	case "not", "!":
		return func(vars Lookup) (Value, error) {
			v, err := inner(vars)
			return truth(!v.True()), err
		}, nil
	case "-", "+":
		return arithmetic(node.Operator, constant(number(decimal.Zero)), inner), nil
	}
	return nil, c.fail(node, "forbidden", node.Operator)
}

func (c *compiler) binary(node *ast.BinaryNode) (eval, error) {
	left, err := c.node(node.Left)
	if err != nil {
		return nil, err
	}
	right, err := c.node(node.Right)
	if err != nil {
		return nil, err
	}
	switch node.Operator {
	case "and", "&&", "or", "||":
		return logic(node.Operator == "or" || node.Operator == "||", left, right), nil
	case "==", "!=", "<", ">", "<=", ">=":
		return comparison(node.Operator, left, right), nil
	case "+", "-", "*", "/", "%":
		return arithmetic(node.Operator, left, right), nil
	case "contains", "startsWith", "endsWith":
		return part(node.Operator, left, right), nil
	}
	return nil, c.fail(node, "forbidden", node.Operator)
}

func (c *compiler) call(node ast.Node, name string, args []ast.Node) (eval, error) {
	made := make([]eval, len(args))
	for i, arg := range args {
		one, err := c.node(arg)
		if err != nil {
			return nil, err
		}
		made[i] = one
	}
	fn, ok := functions()[strings.ToLower(name)]
	if !ok {
		return nil, c.fail(node, "function", name)
	}
	if len(made) < fn.least || len(made) > fn.most {
		return nil, c.fail(node, "arguments", name)
	}
	return fn.make(made), nil
}

var callOfContains = regexp.MustCompile(`(?:^|[(,!<>=+\-*/%&|?:]|\b(?:and|or|not))\s*contains\s*\(`)

// callable lets contains(a, b) be called as a function too, which the parser
// knows only as an operator; the length of the formula stays the same.
func callable(source string) string {
	if !utf8.ValidString(source) {
		return source
	}
	return callOfContains.ReplaceAllStringFunc(source, func(found string) string {
		return strings.Replace(found, "contains", "Contains", 1)
	})
}
