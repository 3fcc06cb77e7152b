package calc_test

import (
	"errors"
	"testing"

	"voronka/flows/calc"
)

// FuzzCompile wants of any formula a value within bounds, the same one twice,
// or an error that says where.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{
		"1 + 2", "if(a, b, c)", "contains(a, 'я')", "round(1.5, 2)", "((((", "a.b.c", "not not 1", "\xff",
		"a[0]['b']", "{'a': [1, a]}", "'#{a + 1} #{b}'", "'31.12.2026' + a", "current_time + 30", "2 ** a ^ 3",
		"shuffle_massive(a)", "splitter(a, 'я')", "sort(a + [1])", "month_date(a)", "convert_datetime(a, '%d', '%s')",
		"birthdate(a)", "replace(a, 'a', a)", "#{a} AND OR", "random(1, a)", "a in b", "addMonth(a, a)",
	} {
		f.Add(seed, "value")
		f.Add(seed, `["1", 2, {"a": null}]`)
		f.Add(seed, "29.02.2028")
		f.Add(seed, "23:59")
	}
	f.Fuzz(func(t *testing.T, source, value string) {
		program, err := calc.Compile(source)
		if err != nil {
			var syntax *calc.SyntaxError
			if !errors.As(err, &syntax) || syntax.Col < 1 {
				t.Fatalf("%q: %v", source, err)
			}
			return
		}
		e := env(nil)
		e.Vars = func(string) string { return value }
		result, err := program.RunIn(e)
		again, errAgain := program.RunIn(e)
		if (err == nil) != (errAgain == nil) || result.String() != again.String() {
			t.Fatalf("%q: %q then %q", source, result, again)
		}
		if err == nil && len(result.String()) > 8*len(value)+8*len(source)+128<<10 {
			t.Fatalf("%q makes %d bytes", source, len(result.String()))
		}
	})
}

// FuzzScript wants any script to end, and its faults to have places.
func FuzzScript(f *testing.F) {
	f.Add("a = 1\nb = [\n1,\n2]\n/* c */\nclient.x =\npay(a, b)")
	f.Add("x = '/* ' + \"*/\"\n/* open")
	f.Fuzz(func(t *testing.T, source string) {
		script, wrong := calc.CompileScript(source, map[string]calc.Arity{"pay": {Least: 1, Most: 10}})
		for _, one := range wrong {
			if one.Line < 1 || one.Col < 1 {
				t.Fatalf("%q: %+v", source, one)
			}
		}
		e := env(map[string]string{"a": "1"})
		e.Call = func(string, []calc.Value) (calc.Value, error) { return calc.Text("ok"), nil }
		script.Run(e, calc.Outcome{
			Assign: func(target string, _ calc.Value) error {
				if target == "" {
					t.Fatalf("%q assigns to nothing", source)
				}
				return nil
			},
			Failed: func(*calc.Line, error) {},
		})
	})
}
