package flows_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"voronka/flows"
	"voronka/flows/steps"
)

// FuzzAdvance lets bytes be a customer, a bank, a clock and whatever knocks. No
// input may break the engine: the same call gives the same turn, changes none
// of its arguments, and no order is delivered twice.
func FuzzAdvance(f *testing.F) {
	course, err := os.ReadFile("catalog/course.yaml")
	if err != nil {
		f.Fatal(err)
	}
	all := []*flows.Flow{load(f, shop), load(f, counting), load(f, club)}
	if flow, found := (flows.Loader{Kinds: steps.All()}).LoadText("course.yaml", string(course)); flow != nil {
		all = append(all, flow)
	} else {
		f.Fatalf("%+v", found)
	}
	for _, seed := range []string{"\x00ab", "\x01\x02\x00\x02\x01\x05a@b.ru\x00\x04\x00", "\x02\x01\x02\x02\x03\x03\x04\x01\x04\x02\x06\x07\x08\x09", "\x00\x01\x03\xff\x03\xff\x05стоп\x00\x0a\x0b"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) == 0 || len(script) > 400 {
			return
		}
		stage := flows.NewRehearsal(flows.Engine{}, all[int(script[0])%len(all)], noon())
		delivered := map[string]int{}
		stage.Watch = func(before flows.Session, input flows.Input, turn flows.Turn) {
			again, err := stage.Engine.Advance(stage.Flow, stage.Contact, stage.Known, before, input)
			if first, second := asJSON(t, turn), asJSON(t, again); err != nil || first != second {
				t.Fatalf("the same input gives another turn: %v\n%s\n%s", err, first, second)
			}
			for _, effect := range turn.Effects {
				if one, ok := effect.(flows.Deliver); ok && one.Order != "" {
					if delivered[one.Order+one.What()]++; delivered[one.Order+one.What()] > 1 {
						t.Fatalf("order %s is delivered twice", one.Order)
					}
				}
			}
		}
		for rest := script[1:]; len(rest) > 0; {
			rest = play(t, stage, rest)
		}
	})
}

// play takes one move off a script.
func play(t *testing.T, stage *flows.Rehearsal, script []byte) []byte {
	move, rest := script[0], script[1:]
	argument := byte(0)
	if len(rest) > 0 {
		argument = rest[0]
	}
	before := snapshot(t, stage)
	session, contact, known := stage.Session, stage.Contact, stage.Known
	var err error
	switch move % 12 {
	case 0:
		_, err = stage.Send(flows.Input{Kind: flows.Command, Text: "start", Payload: "src-vk"})
	case 1, 2:
		if len(stage.Live) > 0 {
			_, err = stage.Press(stage.Live[int(argument)%len(stage.Live)])
		}
		rest = rest[min(1, len(rest)):]
	case 3:
		_, err = stage.Wait(time.Duration(argument) * time.Hour)
		rest = rest[min(1, len(rest)):]
	case 4:
		if payments := stage.Known.Payments; len(payments) > 0 {
			payment := payments[int(argument)%len(payments)]
			outcome := flows.Outcomes()[int(argument/8)%len(flows.Outcomes())]
			paid := payment.Amount
			if outcome == flows.DifferentAmounts {
				paid--
			}
			_, err = stage.Bank(payment, outcome, paid)
		}
		rest = rest[min(1, len(rest)):]
	case 5:
		text := rest[:min(12, len(rest))]
		rest = rest[len(text):]
		_, err = stage.Send(flows.Input{Kind: flows.Text, Text: string(text)})
	case 6:
		_, err = stage.Send(flows.Input{Kind: flows.Button, Payload: string(rest[:min(8, len(rest))]), Callback: "c"})
	case 7:
		_, err = stage.Send(flows.Input{Kind: flows.Shared, Phone: "79991234567", Own: argument%2 == 0})
	case 8:
		_, err = stage.Send(flows.Input{Kind: flows.Rang, Timer: string(rest[:min(4, len(rest))])})
	case 9:
		_, err = stage.Send(flows.Input{Kind: flows.Operator, Payload: []string{flows.Join, flows.Leave, ""}[argument%3], Text: "ответ"})
	case 10:
		_, err = stage.Send(flows.Input{Kind: flows.Webhook, Text: "news", Payload: string(rest[:min(8, len(rest))])})
	case 11:
		_, err = stage.Send(flows.Input{Kind: []flows.InputKind{flows.Photo, flows.Blocked, flows.Unblocked, flows.Stage, flows.Other}[argument%5], Text: "won"})
	}
	if err != nil {
		t.Fatal(err)
	}
	earlier := *stage
	earlier.Session, earlier.Contact, earlier.Known = session, contact, known
	if after := snapshot(t, &earlier); after != before {
		t.Fatalf("an argument was changed:\n%s\n%s", before, after)
	}
	return rest
}

func asJSON(t *testing.T, turn flows.Turn) string {
	t.Helper()
	data, err := json.Marshal(turn)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
