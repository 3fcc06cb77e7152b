package dialogs_test

import (
	"strings"
	"testing"
	"time"

	"voronka/flows"
	"voronka/flows/dialogs"
	"voronka/flows/steps"
)

func flowOf(text string) (*flows.Flow, []flows.Diagnostic) {
	return flows.Loader{Kinds: steps.All()}.LoadText("shop.yaml", text)
}

// BenchmarkDialogs reads and plays a thousand dialogs of ten lines, to be done
// within a second on one core. It also gives what a line of a test costs as a
// multiple of one bare Advance.
func BenchmarkDialogs(b *testing.B) {
	const one = `
  - name: Отказ, вторая попытка, оплата
    steps: [{customer: /start mini}, {press: Беру за 990 ₽}, {customer: anna@mail.ru}, {press: Отправить мой номер}, {bot: Мини-курс*},
      {bank: declines}, {press: Попробовать ещё раз}, {bank: pays}, {delivered: files/go-za-vecher.pdf}, {state: thanks_mini}]`
	const count = 1000
	text := []byte("flow: course\ndialogs:" + strings.Repeat(one, count))
	flow := course(b)
	advance := advances(b, flow)
	for b.Loop() {
		suite, found := dialogs.Read("bench_test.yaml", text, nil)
		if suite == nil || len(suite.Dialogs) != count {
			b.Fatal(found)
		}
		for i := range suite.Dialogs {
			if failure := suite.Play(&suite.Dialogs[i], engine(), flow, nil); failure != nil {
				b.Fatalf("%+v", *failure)
			}
		}
	}
	line := float64(b.Elapsed().Nanoseconds()) / float64(b.N) / count / 10
	b.ReportMetric(line/advance, "advances/line")
	b.ReportMetric(line*count*10/1e9, "s/1000-dialogs")
}

// advances gives the nanoseconds of one Advance, in the mean of a plain dialog.
func advances(b *testing.B, flow *flows.Flow) float64 {
	const rounds = 2000
	inputs := []flows.Input{{Kind: flows.Command, Text: "start"}, {Kind: flows.Text, Text: "сколько стоит?"}, {Kind: flows.Text, Text: "хм"}}
	begun := time.Now()
	for range rounds {
		stage := flows.NewRehearsal(engine(), flow, begun)
		for _, input := range inputs {
			if _, err := stage.Send(input); err != nil {
				b.Fatal(err)
			}
		}
	}
	return float64(time.Since(begun).Nanoseconds()) / rounds / float64(len(inputs))
}
