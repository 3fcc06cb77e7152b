package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"voronka/bot"
	"voronka/flows"
)

// broadcastCommand is `voronka broadcast`: it asks the running bot, which is the
// one that sends.
type broadcastCommand struct {
	Send   broadcastSend   `cmd:"" help:"Начать рассылку или посчитать, кто её получит · begin a broadcast, or count whom it reaches"`
	List   broadcastList   `cmd:"" help:"Рассылки и что с ними стало · the broadcasts and what became of them"`
	Pause  broadcastPause  `cmd:"" help:"Поставить на паузу · pause one"`
	Resume broadcastResume `cmd:"" help:"Продолжить с того же клиента · go on behind the last customer"`
	Stop   broadcastStop   `cmd:"" help:"Остановить совсем · stop one for good"`
}

type broadcastSend struct {
	Text   string `help:"Что сказать; #{name} и другие переменные — у каждого свои · what to say"`
	To     string `help:"Вместо текста: состояние воронки · a state of the flow in place of a text"`
	Flow   string `help:"Чьим клиентам · whose customers"`
	If     string `help:"Условие, как в if: воронки · a condition, as in a flow's if:"`
	Hours  string `help:"В какие часы у клиента, 10:00–21:00 · hours by the customer's clock"`
	Gap    string `help:"Не писать тем, кто получил другую рассылку за этот срок: 24h, 3d · leave out who had another one within this time"`
	At     string `help:"Когда начать: 01.12.2026 10:00 · when to begin"`
	ID     string `help:"Свой номер: с одним номером рассылка одна · a number of your own: one number is one broadcast"`
	DryRun bool   `name:"dry-run" help:"Только посчитать · count alone"`
	JSON   bool   `name:"json" help:"Ответить JSON · answer in JSON"`
}

// Run asks for a broadcast.
func (c broadcastSend) Run(a *app) error {
	settings, err := readSettings(a.env)
	if err != nil {
		return err
	}
	plan := bot.Broadcast{ID: c.ID, Text: c.Text, To: c.To, Flow: c.Flow, If: c.If, Hours: c.Hours, Gap: c.Gap}
	if plan.At, err = settings.moment(c.At); err != nil {
		return &spoken{"broadcast.fault.at", nil, err}
	}
	if c.DryRun {
		var estimate bot.BroadcastEstimate
		if err := a.askBroadcasts(settings, http.MethodPost, "?count", plan, &estimate); err != nil {
			return err
		}
		return c.showEstimate(a, estimate)
	}
	var made bot.Broadcast
	if err := a.askBroadcasts(settings, http.MethodPost, "", plan, &made); err != nil {
		return err
	}
	if c.JSON {
		return a.printJSON(made)
	}
	a.say("broadcast.cli.started", map[string]any{"ID": made.ID})
	return nil
}

func (c broadcastSend) showEstimate(a *app, estimate bot.BroadcastEstimate) error {
	if c.JSON {
		return a.printJSON(estimate)
	}
	a.say("broadcast.estimate", map[string]any{"Many": estimate.Now})
	for _, reach := range []flows.Reach{
		flows.ReachYes, flows.ReachQuiet, flows.ReachOptOut, flows.ReachBlocked, flows.ReachManual, flows.ReachRecent, flows.ReachHad, flows.ReachOthers,
	} {
		if n := estimate.Reaches[reach]; n > 0 {
			fmt.Fprintf(a.out, "  %6d  %s\n", n, a.words.Text(a.language, "broadcast.reach."+string(reach), nil))
		}
	}
	if estimate.Sample != "" {
		a.say("broadcast.sample", nil)
		fmt.Fprintln(a.out, estimate.Sample)
	}
	return nil
}

type broadcastList struct {
	JSON bool `name:"json" help:"Ответить JSON · answer in JSON"`
}

// Run lists the broadcasts.
func (c broadcastList) Run(a *app) error {
	settings, err := readSettings(a.env)
	if err != nil {
		return err
	}
	var all []bot.BroadcastReport
	if err := a.askBroadcasts(settings, http.MethodGet, "", nil, &all); err != nil {
		return err
	}
	if c.JSON {
		return a.printJSON(all)
	}
	if len(all) == 0 {
		a.say("broadcast.none", nil)
	}
	for _, one := range all {
		what := one.Text
		if one.To != "" {
			what = "→ " + one.To
		}
		a.say("broadcast.cli.row", map[string]any{
			"ID": one.ID, "Status": a.words.Text(a.language, "broadcast.status."+string(one.Status), nil), "Told": one.Told,
			"Arrived": one.Outcome.Arrived, "Gone": one.Outcome.Gone, "Unknown": one.Outcome.Unknown, "Failed": one.Outcome.Failed,
			"What": flows.Clip(strings.ReplaceAll(what, "\n", " "), 60),
		})
		if one.Why != "" {
			a.say("broadcast.why."+one.Why, nil)
		}
	}
	return nil
}

type broadcastPause struct {
	ID string `arg:"" help:"Номер рассылки · its number"`
}

type broadcastResume broadcastPause

type broadcastStop broadcastPause

// Run pauses a broadcast.
func (c broadcastPause) Run(a *app) error { return a.steerBroadcast(c.ID, bot.PauseBroadcast) }

// Run lets a broadcast go on.
func (c broadcastResume) Run(a *app) error { return a.steerBroadcast(c.ID, bot.ResumeBroadcast) }

// Run stops a broadcast.
func (c broadcastStop) Run(a *app) error { return a.steerBroadcast(c.ID, bot.StopBroadcast) }

func (a *app) steerBroadcast(id, word string) error {
	settings, err := readSettings(a.env)
	if err != nil {
		return err
	}
	if err := a.askBroadcasts(settings, http.MethodPost, "/"+id+"/"+word, nil, &struct{}{}); err != nil {
		return err
	}
	a.say("broadcast.cli.steered", map[string]any{"ID": id, "Word": a.words.Text(a.language, "broadcast.cli.word."+word, nil)})
	return nil
}

// moment reads a date and a time in the project's zone; an empty text is now.
func (s Settings) moment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	zone, err := time.LoadLocation(s.Timezone)
	if err != nil {
		return time.Time{}, err
	}
	return time.ParseInLocation("02.01.2006 15:04", text, zone)
}

func (a *app) printJSON(value any) error {
	encoder := json.NewEncoder(a.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// askBroadcasts calls the running bot at /console/api/broadcasts.
func (a *app) askBroadcasts(s Settings, method, path string, body, into any) error {
	address := s.own() + "/console/api/broadcasts" + path
	if s.Password == "" {
		return &spoken{"broadcast.cli.no_password", nil, errFault}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(a.ctx, method, address, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	request.SetBasicAuth("broadcast", string(s.Password))
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err != nil {
		return &spoken{"broadcast.cli.bot_silent", map[string]any{"Address": s.own()}, err}
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
		return json.NewDecoder(answer.Body).Decode(into)
	case http.StatusUnprocessableEntity:
		var wrong struct{ Code, Detail string }
		if err := json.NewDecoder(answer.Body).Decode(&wrong); err != nil {
			return err
		}
		return &spoken{"broadcast.fault." + strings.TrimPrefix(wrong.Code, "broadcast_"), map[string]any{"Detail": wrong.Detail}, errFault}
	case http.StatusUnauthorized, http.StatusTooManyRequests:
		return &spoken{"broadcast.cli.wrong_password", map[string]any{"Address": s.own()}, errFault}
	}
	return &spoken{"broadcast.cli.bot_refused", map[string]any{"Address": s.own(), "Status": answer.StatusCode}, errFault}
}
