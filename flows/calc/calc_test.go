package calc_test

import (
	"errors"
	"strings"
	"testing"

	"voronka/flows/calc"
)

func run(t *testing.T, source string, vars map[string]string) (calc.Value, error) {
	t.Helper()
	program, err := calc.Compile(source)
	if err != nil {
		t.Fatalf("compile %q: %v", source, err)
	}
	return program.Run(func(name string) string { return vars[name] })
}

func TestRun(t *testing.T) {
	t.Parallel()
	vars := map[string]string{
		"price": "4900.50", "age": "18", "city": "Казань", "empty": "", "phone": "+79991234567",
		"имя": "Пётр", "course.price": "100", "zero": "0", "code": "007",
	}
	for source, want := range map[string]string{
		"0.1 + 0.2":                      "0.3",
		"price * 2":                      "9801",
		"price - 0.50":                   "4900",
		"10 / 4":                         "2.5",
		"7 % 4":                          "3",
		"-age + 1":                       "-17",
		"2 + 2 * 2":                      "6",
		"(2 + 2) * 2":                    "8",
		"empty + 1":                      "1",
		"empty + empty":                  "",
		"'к ' + city":                    "к Казань",
		"phone + 1":                      "+799912345671",
		"age >= 18 and city == 'Казань'": "true",
		"age > 18 || city != \"Казань\"": "false",
		"not (age < 18)":                 "true",
		"!zero":                          "true",
		"9 < 10":                         "true",
		"'9' < '10'":                     "true",
		"code == 7":                      "true",
		"'б' > 'а'":                      "true",
		"empty == None":                  "true",
		"имя contains 'петр'":            "true",
		"contains(имя, 'ПЁТ')":           "true",
		"age > 1 and contains (имя, 'икс')": "false",
		"lower('ПРИВЕТ') + upper('ё')":      "приветЁ",
		"len('ёж😀')":                        "3",
		"round(2.5)":                        "3",
		"round(-2.5)":                       "-3",
		"round(2.345, 2)":                   "2.35",
		"round(2.344, 2)":                   "2.34",
		"round(10 / 3, 2)":                  "3.33",
		"if(age >= 18, 'взрослый', 1 / 0)":  "взрослый",
		"age < 18 ? 'нет' : 'да'":           "да",
		"course.price + 1":                  "101",
		"zero == 0 or 1 / zero > 1":         "true",
		"true and 'false'":                  "false",
		"2 ** 10":                           "1024",
		"2 ^ 0.5":                           "1.4142135624",
		"9007199254740993 + 1":              "9007199254740994",
		"if(contains('а(contains (б', 'z'), 'д', 'н')": "н",
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			value, err := run(t, source, vars)
			if err != nil || value.String() != want {
				t.Errorf("%s = %q, %v; want %q", source, value, err, want)
			}
		})
	}
}

func TestRunFails(t *testing.T) {
	t.Parallel()
	vars := map[string]string{"zero": "0", "city": "Казань", "long": strings.Repeat("я", 8000)}
	for source, want := range map[string]error{
		"1 / zero":     calc.ErrDivisionByZero,
		"1 % zero":     calc.ErrDivisionByZero,
		"city * 2":     calc.ErrNotNumber,
		"-city":        calc.ErrNotNumber,
		"round(city)":  calc.ErrNotNumber,
		"long + long":  calc.ErrTooLong,
		"1 / 0 and 1":  calc.ErrDivisionByZero,
		"len(1 / 0)":   calc.ErrDivisionByZero,
		"if(1/0, 1,2)": calc.ErrDivisionByZero,
	} {
		if _, err := run(t, source, vars); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", source, err, want)
		}
	}
	if _, err := run(t, "9223372036854775807 * 9223372036854775807", nil); err == nil {
		t.Error("an overflow passes")
	}
}

func TestCompileFails(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]calc.SyntaxError{
		"1 +":                        {Col: 3, Code: "syntax"},
		"price = 5":                  {Col: 7, Code: "syntax"},
		"имя == 'a' and ":            {Col: 15, Code: "syntax"},
		"1 + foo(2)":                 {Col: 5, Code: "function", Detail: "foo"},
		"round()":                    {Col: 1, Code: "arguments", Detail: "round"},
		"'я' + len(1, 2)":            {Col: 7, Code: "arguments", Detail: "len"},
		"1..100000000":               {Col: 2, Code: "forbidden"},
		"map(1..9, # * 2)":           {Col: 11, Code: "syntax"},
		"[1, 2][0:1]":                {Col: 7, Code: "forbidden"},
		"get_tinkoff_payment_url(1)": {Col: 1, Code: "effect"},
		"'#{1 +}'":                   {Col: 1, Code: "syntax"},
		"let x = 1; x":               {Col: 5, Code: "forbidden"},
		"now()":                      {Col: 1, Code: "function", Detail: "now"},
		"":                           {Col: 1, Code: "syntax"},
		"99999999999999999999999":    {Col: 23, Code: "syntax"},
	} {
		_, err := calc.Compile(source)
		var got *calc.SyntaxError
		if !errors.As(err, &got) {
			t.Errorf("%q: %v, want a syntax error", source, err)
			continue
		}
		if got.Code != want.Code || got.Col != want.Col || want.Detail != "" && got.Detail != want.Detail {
			t.Errorf("%q: %d %s %q, want %+v", source, got.Col, got.Code, got.Detail, want)
		}
	}
	for name, source := range map[string]string{
		"long": strings.Repeat("1", calc.MaxSource+1),
		"wide": strings.Repeat("1+", 900) + "1",
		"deep": strings.Repeat("(", 900) + "1" + strings.Repeat(")", 900),
	} {
		if _, err := calc.Compile(source); err == nil && name != "deep" {
			t.Errorf("%s formula compiles", name)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	program, err := calc.Compile("if(возраст > 18, course.price, len(name))")
	if err != nil {
		t.Fatal(err)
	}
	want := []calc.Name{{"возраст", 4}, {"course.price", 18}, {"name", 36}}
	got := program.Names()
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("names %v, want %v", got, want)
		}
	}
}

func BenchmarkRun(b *testing.B) {
	program, err := calc.Compile("price > 5000 and (city == 'Казань' or age >= 18)")
	if err != nil {
		b.Fatal(err)
	}
	vars := map[string]string{"price": "7000", "city": "Москва", "age": "30"}
	lookup := func(name string) string { return vars[name] }
	b.ReportAllocs()
	for b.Loop() {
		if value, err := program.Run(lookup); err != nil || !value.True() {
			b.Fatal(value, err)
		}
	}
}
