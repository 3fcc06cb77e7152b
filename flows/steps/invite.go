package steps

import (
	"slices"

	"voronka/flows"
)

// invite sends a personal link into a channel where the bot is an administrator:
//
//	invite: "@club"            # or its number: -1001234567890
//	text: Ваш личный вход
type invite struct {
	pos           flows.Pos
	channel, text flows.Template
}

func readInvite(n flows.Node) flows.Step {
	n.Only("invite", "text")
	step := &invite{pos: n.Pos(), channel: flows.ReadTemplate(n.Field("invite")), text: flows.ReadTemplate(n.Field("text"))}
	checkChannel(n.Field("invite"), step.channel)
	return step
}

// checkChannel wants @name or a number below zero (Bot API, chat_id of channels).
func checkChannel(n flows.Node, channel flows.Template) {
	text := channel.Source
	if channel.Constant() && (len(text) < 2 || text[0] != '@' && text[0] != '-') {
		n.Error("bad_channel", "Channel", text)
	}
}

// Run implements flows.Step.
func (i *invite) Run(r *flows.Run) { r.Invite(r.Fill(i.channel), i.text) }

// Uses implements flows.Step.
func (i *invite) Uses() flows.Uses {
	return flows.Uses{
		Pos: i.pos, Ends: true, Reads: slices.Concat(i.channel.Reads(), i.text.Reads()),
		Texts: []flows.Bounded{bounded(i.text, flows.MaxText-100, "text")}, // the link takes the rest
	}
}

// kick takes the customer out of a channel:
//
//	kick: "@club"
type kick struct {
	pos     flows.Pos
	channel flows.Template
}

func readKick(n flows.Node) flows.Step {
	n.Only("kick")
	step := &kick{pos: n.Pos(), channel: flows.ReadTemplate(n.Field("kick"))}
	checkChannel(n.Field("kick"), step.channel)
	return step
}

// Run implements flows.Step.
func (k *kick) Run(r *flows.Run) { r.Kick(r.Fill(k.channel)) }

// Uses implements flows.Step.
func (k *kick) Uses() flows.Uses { return flows.Uses{Pos: k.pos, Reads: k.channel.Reads()} }
