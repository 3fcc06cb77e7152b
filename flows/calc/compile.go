package calc

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/govalues/decimal"
)

// eval is one compiled node.
type eval func(*frame) (Value, error)

// Arity is how many values a function takes.
type Arity struct{ Least, Most int }

// Called is a function with an effect that a formula calls.
type Called struct {
	Name string
	// Col is counted from 1 in characters of the formula.
	Col int
	// Given tells of each argument whether it is more than an empty text or None.
	Given []bool
}

// compiler turns the parser's tree into closures and refuses what is no part
// of the language.
type compiler struct {
	source    []rune
	names     []Name
	calls     []Called
	effects   map[string]Arity
	functions map[string]function
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
		return c.text(node)
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
	case *ast.ArrayNode:
		return c.array(node)
	case *ast.MapNode:
		return c.dictionary(node)
	case *ast.ConditionalNode:
		return c.call(node, "if", []ast.Node{node.Cond, node.Exp1, node.Exp2})
	case *ast.CallNode:
		if name, ok := node.Callee.(*ast.IdentifierNode); ok {
			return c.call(node, c.written(name), node.Arguments)
		}
	}
	return nil, c.fail(node, "forbidden", strings.TrimSpace(node.String()))
}

// written is a word as its author wrote it.
func (c *compiler) written(name *ast.IdentifierNode) string {
	from := name.Location().From
	return string(c.source[from:min(from+len([]rune(name.Value)), len(c.source))])
}

func constant(v Value) eval { return func(*frame) (Value, error) { return v, nil } }

func (c *compiler) number(node ast.Node, written string) (eval, error) {
	d, err := decimal.Parse(written)
	if err != nil {
		return nil, c.fail(node, "syntax", written)
	}
	return constant(number(d)), nil
}

func (c *compiler) variable(node ast.Node, name string) eval {
	switch name {
	case "None":
		return constant(Value{})
	case "True", "False":
		return constant(truth(name == "True"))
	case "E":
		return constant(number(decimal.E))
	}
	c.names = append(c.names, Name{Text: name, Col: node.Location().From + 1})
	return func(f *frame) (Value, error) { return f.variable(name), nil }
}

// text fills in #{…} within quotes, each as a formula of its own.
func (c *compiler) text(node *ast.StringNode) (eval, error) {
	if !strings.Contains(node.Value, "#{") {
		return constant(text(node.Value)), nil
	}
	var parts []eval
	for rest := node.Value; rest != ""; {
		before, after, found := strings.Cut(rest, "#{")
		if before != "" {
			parts = append(parts, constant(text(before)))
		}
		if !found {
			break
		}
		inner, behind, closed := strings.Cut(after, "}")
		if !closed {
			return nil, c.fail(node, "syntax", "#{")
		}
		program, err := Compile(inner)
		if err != nil {
			return nil, c.fail(node, "syntax", "#{"+inner+"}")
		}
		for _, name := range program.names {
			c.names = append(c.names, Name{Text: name.Text, Col: node.Location().From + 1})
		}
		parts, rest = append(parts, program.run), behind
	}
	return joined(parts), nil
}

// member reads course.price, a variable whose name has a point in it, or an
// element: goods[0], client["city"].
func (c *compiler) member(node *ast.MemberNode) (eval, error) {
	owner, isName := node.Node.(*ast.IdentifierNode)
	property, isText := node.Property.(*ast.StringNode)
	if node.Optional {
		return nil, c.fail(node, "forbidden", "?.")
	}
	if isText && !c.bracketed(property) {
		if !isName {
			return nil, c.fail(node, "forbidden", node.String())
		}
		return c.variable(owner, owner.Value+"."+property.Value), nil
	}
	whole, err := c.node(node.Node)
	if err != nil {
		return nil, err
	}
	key, err := c.node(node.Property)
	if err != nil {
		return nil, err
	}
	return func(f *frame) (Value, error) {
		a, b, err := both(whole, key, f)
		if err != nil {
			return Value{}, err
		}
		return element(f, a, b)
	}, nil
}

// bracketed tells whether a property stands in quotes, not behind a point.
func (c *compiler) bracketed(property *ast.StringNode) bool {
	from := property.Location().From
	return from < len(c.source) && strings.ContainsRune("'\"`", c.source[from])
}

func (c *compiler) all(nodes []ast.Node) ([]eval, error) {
	made := make([]eval, len(nodes))
	for i, node := range nodes {
		one, err := c.node(node)
		if err != nil {
			return nil, err
		}
		made[i] = one
	}
	return made, nil
}

func (c *compiler) array(node *ast.ArrayNode) (eval, error) {
	items, err := c.all(node.Nodes)
	if err != nil {
		return nil, err
	}
	return func(f *frame) (Value, error) {
		values, err := computed(f, items)
		if err != nil {
			return Value{}, err
		}
		return f.keep(list(values))
	}, nil
}

func (c *compiler) dictionary(node *ast.MapNode) (eval, error) {
	var nodes []ast.Node
	for _, one := range node.Pairs {
		pair, ok := one.(*ast.PairNode)
		if !ok {
			return nil, c.fail(node, "forbidden", node.String())
		}
		nodes = append(nodes, pair.Key, pair.Value)
	}
	items, err := c.all(nodes)
	if err != nil {
		return nil, err
	}
	return func(f *frame) (Value, error) {
		values, err := computed(f, items)
		if err != nil {
			return Value{}, err
		}
		var pairs []pair
		for i := 0; i < len(values); i += 2 {
			pairs = put(pairs, values[i].String(), values[i+1])
		}
		return f.keep(dict(pairs))
	}, nil
}

func computed(f *frame, items []eval) ([]Value, error) {
	values := make([]Value, len(items))
	for i, item := range items {
		value, err := item(f)
		if err != nil {
			return nil, err
		}
		values[i] = value
	}
	return values, nil
}

func (c *compiler) unary(node *ast.UnaryNode) (eval, error) {
	inner, err := c.node(node.Node)
	if err != nil {
		return nil, err
	}
	switch node.Operator {
	case "not", "!":
		return func(f *frame) (Value, error) {
			v, err := inner(f)
			return truth(!v.True()), err
		}, nil
	case "-", "+":
		return arithmetic(node.Operator, constant(number(decimal.Zero)), inner), nil
	}
	return nil, c.fail(node, "forbidden", node.Operator)
}

func (c *compiler) binary(node *ast.BinaryNode) (eval, error) {
	sides, err := c.all([]ast.Node{node.Left, node.Right})
	if err != nil {
		return nil, err
	}
	left, right := sides[0], sides[1]
	switch node.Operator {
	case "and", "&&", "or", "||":
		return logic(node.Operator == "or" || node.Operator == "||", left, right), nil
	case "==", "!=", "<", ">", "<=", ">=":
		return comparison(node.Operator, left, right), nil
	case "+", "-", "*", "/", "%", "**", "^":
		return arithmetic(node.Operator, left, right), nil
	case "contains", "startsWith", "endsWith":
		return part(node.Operator, left, right), nil
	case "in":
		return c.functions["in_array"].make([]eval{right, left}), nil
	}
	return nil, c.fail(node, "forbidden", node.Operator)
}

func (c *compiler) call(node ast.Node, name string, args []ast.Node) (eval, error) {
	made, err := c.all(args)
	if err != nil {
		return nil, err
	}
	if arity, ok := c.effects[name]; ok {
		return c.effect(node, name, arity, args, made)
	}
	fn, ok := c.functions[strings.ToLower(name)]
	switch {
	case !ok && isEffect(name):
		return nil, c.fail(node, "effect", name)
	case !ok:
		return nil, c.fail(node, "function", name)
	case len(made) < fn.least || len(made) > fn.most:
		return nil, c.fail(node, "arguments", name)
	}
	if prefix := asks(name); prefix != "" {
		about := "" // any, where it is not written out
		if named, ok := args[0].(*ast.StringNode); ok {
			about = strings.TrimSpace(named.Value)
		}
		c.names = append(c.names, Name{Text: prefix + about, Col: node.Location().From + 1})
	}
	return fn.make(made), nil
}

func (c *compiler) effect(node ast.Node, name string, arity Arity, args []ast.Node, made []eval) (eval, error) {
	if len(args) < arity.Least || len(args) > arity.Most {
		return nil, c.fail(node, "arguments", name)
	}
	called := Called{Name: name, Col: node.Location().From + 1}
	for _, arg := range args {
		called.Given = append(called.Given, !blank(arg))
	}
	c.calls = append(c.calls, called)
	return func(f *frame) (Value, error) {
		values, err := computed(f, made)
		if err != nil || f.Call == nil {
			return Value{}, err
		}
		return f.Call(name, values)
	}, nil
}

// blank tells whether an argument is left out as salebot does: ”, "" or None.
func blank(node ast.Node) bool {
	switch node := node.(type) {
	case *ast.StringNode:
		return node.Value == ""
	case *ast.IdentifierNode:
		return node.Value == "None"
	case *ast.NilNode:
		return true
	}
	return false
}
