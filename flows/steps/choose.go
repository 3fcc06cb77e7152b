package steps

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"voronka/flows"
)

// choose lets the customer pick one of many, page by page:
//
//	choose: Из какого вы города?
//	into: city
//	options: [Москва, {text: Санкт-Петербург, value: spb}]
//	from: "#{cities}"          # more options: a JSON list, lines, or commas
//	page: 8                    # how many at once
//	retry: Выберите кнопкой
type choose struct {
	pos         flows.Pos
	text, retry flows.Template
	into        flows.Ref
	options     []choice
	from        flows.Template
	page        int
}

// Bounds of a menu: Telegram shows a hundred buttons at most, people read fewer.
const (
	defaultPage = 8
	maxPage     = 30
	maxOptions  = 1000
)

// turnPage is what the buttons ‹ and › set; no variable can be called so.
const turnPage = "‹›"

func readChoose(n flows.Node) flows.Step {
	n.Only("choose", "into", "options", "from", "page", "retry")
	step := &choose{
		pos: n.Pos(), text: flows.ReadTemplate(n.Field("choose")), retry: flows.ReadTemplate(n.Field("retry")),
		into: n.Field("into").Ref(), options: readChoices(n.Field("options")), from: flows.ReadTemplate(n.Field("from")),
		page: defaultPage,
	}
	if page := n.Field("page"); !page.Zero() {
		var err error
		if step.page, err = strconv.Atoi(page.Text()); err != nil || step.page < 1 || step.page > maxPage {
			page.Error("choose_page", "Max", maxPage)
			step.page = defaultPage
		}
	}
	switch {
	case step.text.Zero():
		n.Field("choose").Error("empty_say")
	case step.into.Name == "":
		n.Error("ask_without_into")
	case len(step.options) == 0 && step.from.Zero():
		n.Error("choose_without_options")
	case len(step.options) > maxOptions:
		n.Error("choose_too_many", "Max", maxOptions)
	}
	return step
}

// Run implements flows.Step. With nothing to choose from the next step follows.
func (c *choose) Run(r *flows.Run) {
	if len(c.all(r)) == 0 {
		r.Event("error", "choose: no options")
		r.Set(c.into.Name, "")
		return
	}
	r.Wait()
	r.Say(c.menu(r, c.text, 0))
}

// all are the options that are written down and those that come from a variable.
func (c *choose) all(r *flows.Run) []choice {
	all := slices.Clip(c.options)
	for _, text := range listed(r.Fill(c.from)) {
		if len(all) == maxOptions {
			break
		}
		all = append(all, choice{text: flows.Literal(text), value: text})
	}
	return all
}

// listed reads a JSON list, lines, or what stands between commas.
func listed(text string) []string {
	text = strings.TrimSpace(text)
	var list []string
	if json.Unmarshal([]byte(text), &list) != nil {
		separator := ","
		if strings.Contains(text, "\n") {
			separator = "\n"
		}
		list = strings.Split(text, separator)
	}
	for i, one := range list {
		list[i] = strings.TrimSpace(one)
	}
	return slices.DeleteFunc(list, func(one string) bool { return one == "" })
}

// menu is one page of the options with the buttons that turn it.
func (c *choose) menu(r *flows.Run, text flows.Template, page int) flows.Say {
	all := c.all(r)
	pages := (len(all) + c.page - 1) / c.page
	page = min(max(page, 0), max(pages-1, 0))
	say := flows.Say{Text: r.Render(text, flows.MaxText)}
	for _, one := range all[page*c.page : min(len(all), (page+1)*c.page)] {
		label := flows.Clip(r.Fill(one.text), flows.MaxButton)
		say.Buttons = append(say.Buttons, []flows.InlineButton{r.AnswerButton(label, c.into.Name, one.value)})
	}
	var turns []flows.InlineButton
	if page > 0 {
		turns = append(turns, r.AnswerButton("‹", turnPage, strconv.Itoa(page-1)))
	}
	if page < pages-1 {
		turns = append(turns, r.AnswerButton("›", turnPage, strconv.Itoa(page+1)))
	}
	if len(turns) > 0 {
		say.Buttons = append(say.Buttons, turns)
	}
	return say
}

// Retry implements flows.Asker.
func (c *choose) Retry(r *flows.Run) { r.Say(c.menu(r, otherwise(r, c.retry, "retry.choice"), 0)) }

// Answer implements flows.Asker. A typed label counts like a pressed one.
func (c *choose) Answer(r *flows.Run) flows.Answer {
	if page, turned := r.Pressed(turnPage); turned {
		number, err := strconv.Atoi(page)
		if err != nil {
			return flows.NotMine
		}
		r.Edit(c.menu(r, c.text, number))
		return flows.Refused
	}
	if value, pressed := r.Pressed(c.into.Name); pressed {
		r.Set(c.into.Name, value)
		return flows.Taken
	}
	if r.Input.Kind != flows.Text {
		return flows.NotMine
	}
	for _, one := range c.all(r) {
		if strings.EqualFold(strings.TrimSpace(r.Input.Text), strings.TrimSpace(r.Fill(one.text))) {
			r.Set(c.into.Name, one.value)
			return flows.Taken
		}
	}
	return flows.NotMine
}

// Uses implements flows.Step.
func (c *choose) Uses() flows.Uses {
	uses := flows.Uses{
		Pos: c.pos, Waits: true, Sets: []flows.Ref{c.into},
		Reads: slices.Concat(c.text.Reads(), c.retry.Reads(), c.from.Reads()),
		Texts: []flows.Bounded{bounded(c.text, flows.MaxText, "text"), bounded(c.retry, flows.MaxText, "text")},
	}
	for _, one := range c.options {
		uses.Texts = append(uses.Texts, bounded(one.text, flows.MaxButton, "button"))
		uses.Reads = append(uses.Reads, one.text.Reads()...)
	}
	return uses
}
