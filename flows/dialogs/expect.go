package dialogs

import (
	"slices"
	"strings"

	"voronka/flows"
	"voronka/sales"
)

// botSays looks for a message, after the one expected before it.
func botSays(s *scene, step *Step) (bool, []string) {
	var got []string
	from := s.said
	if step.Not {
		from = 0
	}
	for i, message := range s.messages() {
		if i >= from && like(step.Text, message) {
			if !step.Not {
				s.said = i + 1
			}
			return true, []string{message}
		}
		got = append(got, message)
	}
	return false, got
}

// messages are what the bot and the operator said, and what went with goods.
func (s *scene) messages() []string {
	var texts []string
	for _, turn := range s.turns {
		for _, effect := range turn.Effects {
			switch effect := effect.(type) {
			case flows.Say:
				texts = append(texts, flows.PlainText(effect.Text))
			case flows.Edit:
				texts = append(texts, flows.PlainText(effect.Say.Text))
			case flows.Deliver:
				texts = append(texts, flows.PlainText(effect.Text))
			case flows.Acknowledge:
				texts = append(texts, flows.PlainText(effect.Text))
			}
		}
	}
	return slices.DeleteFunc(texts, func(text string) bool { return text == "" })
}

// says are the messages, new and edited.
func (s *scene) says() []flows.Say {
	says := effects[flows.Say](s)
	for _, edit := range effects[flows.Edit](s) {
		says = append(says, edit.Say)
	}
	return says
}

func silent(s *scene, _ *Step) (bool, []string) {
	messages := s.messages()
	return len(messages) == 0, messages
}

// buttons compares all labels of the last message that has any.
func buttons(s *scene, step *Step) (bool, []string) {
	var got []string
	for _, say := range slices.Backward(s.says()) {
		for _, row := range say.Buttons {
			for _, button := range row {
				got = append(got, button.Text)
			}
		}
		for _, row := range say.Keyboard {
			for _, button := range row {
				got = append(got, button.Text)
			}
		}
		if len(got) > 0 {
			break
		}
	}
	return slices.EqualFunc(step.Texts, got, like), got
}

// anyLike tells whether one of the texts is as the pattern says.
func anyLike(pattern string, got []string) (bool, []string) {
	return slices.ContainsFunc(got, func(text string) bool { return like(pattern, text) }), got
}

func attached(s *scene, step *Step) (bool, []string) {
	var got []string
	for _, say := range s.says() {
		for _, one := range say.Sent() {
			got = append(got, one.File)
		}
	}
	return anyLike(step.Text, got)
}

func delivered(s *scene, step *Step) (bool, []string) {
	var got []string
	for _, one := range effects[flows.Deliver](s) {
		got = append(got, one.What())
	}
	return anyLike(step.Text, got)
}

// invoice looks for a payment that was asked for, by its amount.
func invoice(s *scene, step *Step) (bool, []string) {
	var got []string
	want, err := sales.ParseMoney(step.Text)
	found := false
	for _, turn := range s.turns {
		for _, payment := range turn.Payments {
			got = append(got, payment.Amount.String())
			found = found || err == nil && payment.Amount == want
		}
	}
	return found, got
}

func called(s *scene, step *Step) (bool, []string) {
	var got []string
	for _, call := range effects[flows.CallOperator](s) {
		got = append(got, call.Text)
	}
	return anyLike(step.Text, got)
}

func state(s *scene, step *Step) (bool, []string) {
	return s.Session.State == step.Text, []string{s.Session.State}
}

// mirrored wants each pair from some change of the mirror.
func mirrored(s *scene, step *Step) (bool, []string) {
	got := map[string][]string{}
	var all []string
	add := func(key, text string) {
		if text != "" {
			got[key], all = append(got[key], text), append(all, key+": "+text)
		}
	}
	for _, change := range effects[flows.Mirror](s) {
		add("state", change.State)
		add("stage", change.Stage)
		add("note", change.Note)
		if change.Task != nil {
			add("task", change.Task.Text)
		}
		add("close_task", change.CloseTask)
		for _, tag := range change.Tags {
			add("tag", tag)
		}
		if change.Price != 0 {
			add("price", change.Price.String())
		}
	}
	for _, pair := range step.Pairs {
		if ok, _ := anyLike(pair.Text, got[pair.Name]); !ok {
			return false, all
		}
	}
	return true, all
}

// variables are compared with what `#{…}` would show.
func variables(s *scene, step *Step) (bool, []string) {
	var got []string
	ok := true
	for _, pair := range step.Pairs {
		value := s.Lookup(pair.Name)
		got = append(got, strings.TrimSpace(pair.Name+": "+value))
		ok = ok && like(pair.Text, value)
	}
	return ok, got
}
