package flows_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"voronka/flows"
	"voronka/flows/steps"
)

// BenchmarkAdvance is each typical input: what nobody expects, a button that
// answers in place, one that moves, an answer that leads to a payment, money
// that came, and an alarm. Besides its own time it gives that time as a
// multiple of writing the same session down as JSON, which the store has to do
// anyway: the best of many batches of each, so that a busy machine changes little.
func BenchmarkAdvance(b *testing.B) {
	flow := load(b, shop)
	for _, one := range []struct{ name, script string }{
		{"text", "/start; бу"},
		{"button", "/start; [Подробнее]"},
		{"move", "/start; [Купить]"},
		{"answer", "/start; [Купить]; anna@mail.ru"},
		{"paid", "/start; [Книга]; /pay success"},
		{"timer", "/start; /wait 1h"},
	} {
		b.Run(one.name, func(b *testing.B) {
			before, input := standing(b, flow, strings.Split(one.script, "; "))
			advance := func() {
				if _, err := before.Engine.Advance(flow, before.Contact, before.Known, before.Session, input); err != nil {
					b.Fatal(err)
				}
			}
			write := func() { _, _ = json.Marshal(before.Session) } // plain data
			b.ReportAllocs()
			for b.Loop() {
				advance()
			}
			own, reference := beside(100, 30, advance, write)
			b.ReportMetric(own.Seconds()*1e6, "best-µs")
			b.ReportMetric(float64(own)/float64(reference), "×session-json")
		})
	}
}

// beside times two things in turns, in batches, and gives the best time of
// each: what a busy machine adds falls away.
func beside(batches, rounds int, a, b func()) (bestA, bestB time.Duration) {
	bestA, bestB = time.Hour, time.Hour
	for range batches {
		bestA, bestB = min(bestA, timed(rounds, a)), min(bestB, timed(rounds, b))
	}
	return bestA, bestB
}

// timed is the time of one round.
func timed(rounds int, do func()) time.Duration {
	begun := time.Now()
	for range rounds {
		do()
	}
	return time.Since(begun) / time.Duration(rounds)
}

// standing plays all but the last line, and gives the input of the last.
func standing(b *testing.B, flow *flows.Flow, script []string) (flows.Rehearsal, flows.Input) {
	stage := flows.NewRehearsal(flows.Engine{}, flow, noon())
	last := len(script) - 1
	perform(b, stage, script[:last]...)
	before := *stage
	var heard flows.Input
	stage.Watch = func(_ flows.Session, input flows.Input, _ flows.Turn) { heard = input }
	perform(b, stage, script[last])
	if heard.Kind == "" {
		b.Fatalf("%s: nothing happened", script[last])
	}
	return before, heard
}

// BenchmarkLoad reads and checks a project of a hundred flows with a hundred
// states each, one of them translated, to be done within a second. It gives
// that also as a multiple of parsing the same YAML alone.
func BenchmarkLoad(b *testing.B) {
	const count, states = 100, 100
	dir, source := b.TempDir(), hundred(states)
	for i := range count {
		write(b, dir, fmt.Sprintf("flow%d.yaml", i), source)
	}
	write(b, dir, "flow0.en.yaml", "states: {s0: {say: \"Hello, #{name}!\"}}")
	for b.Loop() {
		project, found, err := flows.Loader{Kinds: steps.All()}.Load(dir)
		if err != nil || project == nil || len(project.Flows) != count || len(project.Flows[0].States) != states {
			b.Fatal(err, len(found))
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/10000-states")
	loading, parsing := beside(30, 1, func() {
		if flow, found := (flows.Loader{Kinds: steps.All()}).LoadText("flow.yaml", source); flow == nil {
			b.Fatal(found)
		}
	}, func() {
		var root yaml.Node
		if err := yaml.Unmarshal([]byte(source), &root); err != nil {
			b.Fatal(err)
		}
	})
	b.ReportMetric(loading.Seconds()*count, "best-s/10000-states")
	b.ReportMetric(float64(loading)/float64(parsing), "×yaml")
}

func write(b *testing.B, dir, name, text string) {
	b.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
}

// hundred is a flow of many states: a question, a pause, a payment and a talk
// in turns, as funnels have them.
func hundred(states int) string {
	var text strings.Builder
	text.WriteString("start: s0\nproducts:\n  course: {title: Курс, price: 4900, deliver: {link: \"https://example.ru/c\"}}\n" +
		"anywhere:\n  - {text: [стоп, отписаться], to: s0}\n  - {command: help, do: [{operator: Просит помощи}]}\nstates:\n")
	for i := range states {
		next := (i + 1) % states
		fmt.Fprintf(&text, "  s%d:\n", i)
		switch i % 4 {
		case 0:
			fmt.Fprintf(&text, "    do: [{say: \"Привет, #{name}! Вопрос %d.\", buttons: [[{text: Дальше, to: s%d}, {text: В начало, to: s0}]]}]\n", i, next)
			fmt.Fprintf(&text, "    timers: [{after: 24h, to: s%d, unless: answered}]\n", next)
		case 1:
			fmt.Fprintf(&text, "    do: [{ask: \"Почта %d?\", into: email, as: email, retry: Не похоже}]\n    next: s%d\n", i, next)
		case 2:
			fmt.Fprintf(&text, "    do: [{pay: course, say: \"#{price} ₽\", expires: 30m}]\n"+
				"    on: [{success: s%d}, {fail: s%d}, {different_amounts: s%d}, {expired: s0}]\n", next, i-1, next)
		default:
			fmt.Fprintf(&text, "    do: [{set: {step: %d}}, {say: \"Шаг #{step}\"}, {tag: step%d}]\n"+
				"    on: [{text: [да, \"ага %d\"], to: s%d}, {contains: цен, do: [{say: \"#{course.price} ₽\"}]}]\n", i, i, i, next)
		}
	}
	return text.String()
}
