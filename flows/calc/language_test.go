package calc_test

import (
	"strings"
	"testing"
	"time"

	"voronka/flows/calc"
)

// TestOperators holds signs and numbers to what salebot's pages promise.
func TestOperators(t *testing.T) {
	t.Parallel()
	compute(t, map[string]string{
		"2 + 2 AND NOT 0":            "true",
		"1 == 2 OR city == 'Казань'": "true",
		"done == True":               "true",
		"'10' > '9'":                 "true",
		"#{price} * 2":               "9801",
		"'#{city}: #{price * 2}'":    "Казань: 9801",
		"'#{injected}' == '1'":       "false",
		"E > 2.71":                   "true",
		"if(city == 'Казань', if(1, 'а', 'б'), 'в')": "а",
		"empty == None and empty == ''":              "true",
		"max(1, 10, 9)":                              "10",
		"min([3, 2])":                                "2",
		"floor(-1.5) + ceil(1.2)":                    "0",
		"int('7.9')":                                 "7",
		"sqrt(2) * sqrt(2) > 1.99":                   "true",
	})
}

// TestDates reckons with dates on a Tuesday evening shortly before midnight.
func TestDates(t *testing.T) {
	t.Parallel()
	compute(t, map[string]string{
		"'20.08.2019' + 3":                         "23.08.2019",
		"'15:00' + 120":                            "17:00",
		"'11.12.2021' - '8.12.2021'":               "3",
		"'11:12' - '3:45'":                         "447",
		"current_date + 2":                         "03.12.2026",
		"current_time + 30":                        "00:15",
		"\"#{current_date} #{current_time + 30}\"": "02.12.2026 00:15",
		"current_date + ' ' + (current_time + 30)": "02.12.2026 00:15",
		"\"#{current_date} 12:00\" + 90":           "01.12.2026 13:30",
		"'31.12.2026' + 1":                         "01.01.2027",
		"'01.01.2027' > '31.12.2026'":              "true",
		"'9:30' < '10:00'":                         "true",
		"'01.01.2027 10:00' - '31.12.2026 23:00'":  "660",
		"current_date + ' года'":                   "01.12.2026 года",
		"addMonth('31.01.2027', 1)":                "28.02.2027",
		"addYear('29.02.2028', 1)":                 "28.02.2029",
		"addDays('28.02.2027', 1)":                 "01.03.2027",
		"addMinutes('23:50', 20)":                  "00:10",
		"weekday_date(2)":                          "08.12.2026",
		"weekday_date(2, 1)":                       "01.12.2026",
		"month_date(31)":                           "31.12.2026",
		"birthdate('29.02.2000')":                  "28.02.2027",
		"time_interval('22:00', '6:00')":           "true",
		"time_interval('#{current_date} 10:00','#{current_date} 19:00')": "false",
		"convert_datetime('2026-12-01', '%Y-%m-%d', '%d.%m.%Y')":         "01.12.2026",
		"get_datetime('%d.%m.%Y %H:%M')":                                 "01.12.2026 23:45",
		"date_rus('05.03.2027')":                                         "5 марта 2027",
	})
}

// TestLists takes lists and dictionaries apart.
func TestLists(t *testing.T) {
	t.Parallel()
	compute(t, map[string]string{
		"[1, 'два', [3]]":                          `[1, "два", [3]]`,
		`{"a": 1, "б": {"в": 2}}`:                  `{"a": 1, "б": {"в": 2}}`,
		"goods[0]['name']":                         "Курс",
		"goods[1][\"amount\"] * 2":                 "601",
		"get(goods[0], 'tax', 'none')":             "none",
		"nested['a']['b'][3]":                      "true",
		"goods[7]":                                 "",
		"arr_len(goods)":                           "2",
		"sum_array([1, '2', 3.5])":                 "6.5",
		"sort([10, 9, '8'])":                       `["8", 9, 10]`,
		"append([], city)":                         `["Казань"]`,
		"append(empty, 1)":                         `[1]`,
		"set({}, 'a', 1)":                          `{"a": 1}`,
		"del({'a': 1, 'b': 2}, 'a')":               `{"b": 2}`,
		"remove([1, 2, 1], 1)":                     `[2]`,
		"insert([1, 3], 1, 2)":                     `[1, 2, 3]`,
		"'b' in {'b': 1}":                          "true",
		"3 in [1, 2]":                              "false",
		"exist_key({'a': 1}, 'b')":                 "false",
		"key_index({'a': 1, 'б': 2}, 'б')":         "1",
		"count_occurrences([1, '1', 2], 1)":        "2",
		"dict_values_to_array({'x': 1, 'y': 'z'})": `[1, "z"]`,
		"sort_by_value({'a': 10, 'b': 9})":         `{"b": 9, "a": 10}`,
		"massive_to_text(['а', 'б'], '; ')":        "а; б",
		"select_random([7])":                       "7",
		"except_arr([1, 2, 3], [2])":               `[1, 3]`,
		"cross_arr([1, 2, 3], [2])":                `[2]`,
		"array_slice([1, 2, 3], 1)":                `[2, 3]`,
		"dict_keys_to_array({'x': 1})":             `["x"]`,
		"remove_duplicates([1, 1, 2])":             `[1, 2]`,
	})
}

// TestTexts takes the examples of RFC 1321, RFC 3174 and RFC 4231 for the digests.
func TestTexts(t *testing.T) {
	t.Parallel()
	compute(t, map[string]string{
		"similar('привет', 'превет')":                            "83",
		"similar('', '')":                                        "100",
		`findall('[0-9]+', 'заказ 15, сумма 300')`:               `["15", "300"]`,
		`findall('№ ?([0-9]+)', '№ 15 и №16')`:                   `["15", "16"]`,
		"urldecode('%D0%B0+%D0%B1')":                             "а б",
		"is_int('12') and not is_int('1.5') and not is_int('')":  "true",
		"is_float('1.5') and not is_float('1,5.')":               "true",
		"splitter('а, б;в', ';')":                                `["а, б", "в"]`,
		"join(['а', 'б'], '-')":                                  "а-б",
		"title('анна мария')":                                    "Анна Мария",
		"capitalize('ПРИВЕТ')":                                   "Привет",
		"substring('привет', 1, 3)":                              "ри",
		"replace('а-б-в', '-', '')":                              "абв",
		"index('привет', 'в')":                                   "3",
		"startswith(city, 'каз')":                                "true",
		"strip('  x ')":                                          "x",
		"normalizePhone('8 (999) 123-45-67')":                    "79991234567",
		"normalizePhone('нет')":                                  "",
		"urlencode('а б')":                                       "%D0%B0+%D0%B1",
		"md5('abc')":                                             "900150983cd24fb0d6963f7d28e17f72",
		"sha1('abc')":                                            "a9993e364706816aba3e25717850c26c9cd0d89d",
		"base64('Привет')":                                       "0J/RgNC40LLQtdGC",
		"hmac_hexdigest('Jefe', 'what do ya want for nothing?')": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
	})
}

// compute wants of each formula its value.
func compute(t *testing.T, table map[string]string) {
	t.Helper()
	vars := map[string]string{
		"current_date": "01.12.2026", "current_time": "23:45", "city": "Казань", "price": "4900.50",
		"goods":    `[{"name": "Курс", "amount": "1200"}, {"name": "Чай", "amount": 300.5}]`,
		"empty":    "",
		"nested":   `{"a": {"b": [1, 2, null, true]}}`,
		"done":     "True",
		"injected": "') or ('1' == '1",
	}
	for source, want := range table {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			program, err := calc.Compile(source)
			if err != nil {
				t.Fatal(err)
			}
			value, err := program.RunIn(env(vars))
			if err != nil || value.String() != want {
				t.Errorf("%s = %q, %v; want %q", source, value, err, want)
			}
		})
	}
}

func env(vars map[string]string) calc.Env {
	return calc.Env{
		Vars: func(name string) string { return vars[name] }, Seed: "seed",
		Now: time.Date(2026, 12, 1, 23, 45, 0, 0, time.FixedZone("MSK", 3*60*60)),
	}
}

// TestChance wants the same numbers of the same seed, within their bounds.
func TestChance(t *testing.T) {
	t.Parallel()
	program, err := calc.Compile("[random(1, 6), random(1, 6), shuffle_massive([1, 2, 3, 4])]")
	if err != nil {
		t.Fatal(err)
	}
	first, err := program.RunIn(env(nil))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, seed := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"} {
		other := env(nil)
		other.Seed = seed
		value, err := program.RunIn(other)
		items, ok := value.Items()
		if err != nil || !ok || items[0].String() < "1" || items[0].String() > "6" {
			t.Fatalf("%v, %v", value, err)
		}
		seen[value.String()] = true
	}
	again, err := program.RunIn(env(nil))
	if err != nil || again.String() != first.String() || len(seen) < 10 {
		t.Errorf("%v, then %v, %v; %d of 14 seeds differ", first, again, err, len(seen))
	}
}

// TestScript runs lines that use what those before them made.
func TestScript(t *testing.T) {
	t.Parallel()
	script, wrong := calc.CompileScript(`
/* срок ссылки:
   полчаса */
time = current_time + 30
expired = "#{current_date} #{time}"
receipt = [
  {"name": "Чай, чёрный", "amount": "1200"},
]
total = receipt[0]["amount"] / 0
total2 = receipt[0]["amount"] * 2
client.city = 'Казань'
expired2 =
x == 1
pay(total2, receipt, '', None)
`, map[string]calc.Arity{"pay": {Least: 2, Most: 4}})
	if len(wrong) > 0 {
		t.Fatal(wrong[0])
	}
	got := map[string]string{}
	e := env(map[string]string{"current_date": "31.12.2026", "current_time": "23:45"})
	e.Call = func(name string, args []calc.Value) (calc.Value, error) {
		got[name] = args[0].String() + " " + args[1].String()
		return calc.Value{}, nil
	}
	failed := 0
	script.Run(e, calc.Outcome{
		Assign: func(target string, value calc.Value) error { got[target] = value.String(); return nil },
		Failed: func(line *calc.Line, err error) { failed = line.Number },
	})
	want := map[string]string{
		"time": "00:15", "expired": "01.01.2027 00:15", "receipt": `[{"name": "Чай, чёрный", "amount": "1200"}]`,
		"total2": "2400", "client.city": "Казань", "expired2": "",
		"pay": `2400 [{"name": "Чай, чёрный", "amount": "1200"}]`,
	}
	if failed != 9 {
		t.Errorf("line %d failed", failed)
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s = %q, want %q", name, got[name], value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %v", got)
	}
	calls := script.Lines[len(script.Lines)-1].Calls()
	if len(calls) != 1 || !calls[0].Given[0] || calls[0].Given[2] || calls[0].Given[3] {
		t.Errorf("calls %+v", calls)
	}
}

// TestScriptFails wants each fault where it stands.
func TestScriptFails(t *testing.T) {
	t.Parallel()
	_, wrong := calc.CompileScript("a = 1\n  b = foo(1)\nc = 2 +\nd = [1, 2\ne = 3", nil)
	if len(wrong) != 3 || wrong[0].Line != 2 || wrong[0].Col != 7 || wrong[0].Code != "function" || wrong[1].Line != 3 || wrong[2].Line != 4 {
		t.Errorf("%+v", wrong)
	}
	if _, wrong := calc.CompileScript(strings.Repeat("a = 1\n", calc.MaxLines+1), nil); len(wrong) != 1 || wrong[0].Code != "lines" {
		t.Errorf("%+v", wrong)
	}
}

// TestBudget doubles a list, and looks through it, until the budget stops both.
func TestBudget(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"list":  "a = [a, a]\n",
		"text":  "a = a + a + 'я'\n",
		"dict":  "a = {'a': a, 'b': a}\n",
		"split": "b = splitter('" + strings.Repeat(",", 900) + "')\nb = b + b\n",
		"work":  "b = md5('" + strings.Repeat("я", 1600) + "') + " + strings.Repeat("1 + ", 50) + "1\n",
	} {
		script, wrong := calc.CompileScript(strings.Repeat(source, calc.MaxLines/strings.Count(source, "\n")), nil)
		if len(wrong) > 0 {
			t.Fatalf("%s: %v", name, wrong[0])
		}
		failed, longest := 0, 0
		script.Run(env(nil), calc.Outcome{
			Assign: func(_ string, value calc.Value) error {
				longest = max(longest, len(value.String()))
				return nil
			},
			Failed: func(*calc.Line, error) { failed++ },
		})
		if longest > 40<<10 || failed == 0 && name != "work" {
			t.Errorf("%s: %d bytes, %d failed", name, longest, failed)
		}
	}
}

// TestFormats writes dates.
func TestFormats(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{
		"d MMMM": "5 марта", "d MMMM yyyy, EEEE": "5 марта 2027, пятница", "dd.MM.yy HH:mm": "05.03.27 09:07", "E, d MMM, H:mm": "пт, 5 мар, 9:07",
	} {
		if got, ok := calc.FormatText("05.03.2027 9:07", pattern); !ok || got != want {
			t.Errorf("%s: %q, want %q", pattern, got, want)
		}
	}
	if _, ok := calc.FormatText("31.02.2027", "d"); ok {
		t.Error("there is no 31st of February")
	}
}
