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

// Membership asks the channel whether the customer is in it. The answer comes
// back as a Responded input whose Body is "true" or "false".
type Membership struct {
	// ID is unguessable and unique.
	ID      string `json:"id"`
	Channel string `json:"channel"`
}

func (Membership) effect() {}

// AskMembership ends the turn; the running step, a Requester, hears the answer
// unless the customer has left the state.
func (r *Run) AskMembership(channel string) {
	id := r.ID("member")
	r.Session.Request = &Requested{ID: id, At: *r.place(), What: "subscribed"}
	r.Emit(Membership{ID: id, Channel: channel})
	r.waits = true
}
