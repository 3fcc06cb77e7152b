package flows

// Kick takes the customer out of a channel or a group. They may come back by a
// new invitation.
type Kick struct {
	Channel string `json:"channel"`
}

func (Kick) effect() {}

// Invite sends a personal link into a channel, without any order.
func (r *Run) Invite(channel string, text Template) {
	invitation := Deliver{Invite: channel, Text: r.Render(text, MaxText)}
	r.Emit(invitation)
	r.line(Line{Who: Bot, Kind: "invite", Text: invitation.words()})
}

// Kick takes the customer out of a channel.
func (r *Run) Kick(channel string) {
	r.Emit(Kick{Channel: channel})
	r.Event("kick", channel)
}
