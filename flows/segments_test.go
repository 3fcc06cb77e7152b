package flows_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"voronka/flows"
	"voronka/sales"
)

// TestAudienceOfAProject asks for segments outside of any dialog, as a broadcast does.
func TestAudienceOfAProject(t *testing.T) {
	t.Parallel()
	project := linked(t, map[string]string{
		"a.yaml": "start: hi\nproducts: {course: {title: К, price: 10, deliver: {link: 'https://e.ru'}}}\nsegments:\n  buyers: {title: Покупатели, if: bought.course}\n  asleep: days_silent >= 30 and segment.kazan\nstates: {hi: {do: [{tag: vip}], end: true}}\n",
		"b.yaml": "start: hi\nsegments: {kazan: city == \"Казань\", here: state == \"hi\"}\nvars: {city: {type: text, default: Казань}}\nstates: {hi: {end: true}}\n",
	})
	now := time.Date(2026, 12, 31, 12, 0, 0, 0, time.UTC)
	order := sales.Order{ID: "1", Flow: "a", Product: "course", Amount: 1000, PaidAt: now, PaidBy: "p"}
	for name, c := range map[string]struct {
		contact sales.Contact
		session flows.Session
		known   flows.Known
		want    []string
	}{
		"nobody yet":  {sales.Contact{}, flows.Session{}, flows.Known{}, []string{"kazan"}},
		"bought":      {sales.Contact{ActiveAt: now}, flows.Session{Flow: "a", State: "hi"}, flows.Known{Orders: []sales.Order{order}}, []string{"buyers", "here", "kazan"}},
		"moved":       {sales.Contact{}, flows.Session{Vars: map[string]string{"city": "Уфа"}}, flows.Known{}, nil},
		"long silent": {sales.Contact{ActiveAt: now.AddDate(0, 0, -40)}, flows.Session{Customer: map[string]string{"city": "Казань"}}, flows.Known{}, []string{"asleep", "kazan"}},
		"given back": {sales.Contact{ActiveAt: now}, flows.Session{Vars: map[string]string{"city": "Уфа"}}, flows.Known{
			Orders: []sales.Order{order}, Payments: []sales.Payment{{ID: "p", Status: sales.PaymentRefunded}}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var in []string
			for _, segment := range project.Segments() {
				if (flows.Engine{}).Belongs(segment, c.contact, c.known, c.session, now) {
					in = append(in, segment.Name)
				}
			}
			if diff := cmp.Diff(c.want, in); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSegmentsAndHooksHaveOneNameInAProject(t *testing.T) {
	t.Parallel()
	text := "start: hi\nsegments: {all: 1 > 0}\nhooks: {done: {phone: phone}}\nstates: {hi: {end: true}}\n"
	project, found, err := loader().LoadFS(fstest.MapFS{"a.yaml": {Data: []byte(text)}, "b.yaml": {Data: []byte(text)}}, "")
	if err != nil || project != nil || len(found) != 2 || found[0].Code != "repeated_segment" || found[1].Code != "repeated_hook" || found[0].Pos.File != "b.yaml" {
		t.Errorf("%v %+v", err, found)
	}
}
