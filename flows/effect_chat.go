package flows

import "time"

// Typing shows that the bot is typing before it says what follows.
type Typing struct {
	// Seconds until what follows is said.
	Seconds int64 `json:"seconds"`
}

// Edit changes a message of the bot's; where that cannot be done, Say is said anew.
type Edit struct {
	// Message is the channel's id; zero is the bot's last text in the chat.
	Message int64 `json:"message,omitempty"`
	// Say is what stands there from now on: its Text, Buttons and Payments.
	Say Say `json:"say"`
}

func (Typing) effect() {}
func (Edit) effect()   {}

// Typing lets the customer see the bot type for d.
func (r *Run) Typing(d time.Duration) { r.Emit(Typing{Seconds: int64(d / time.Second)}) }

// Edit changes the message whose button was pressed, else the bot's last text.
func (r *Run) Edit(say Say) {
	edit := Edit{Say: say}
	if r.Input.Kind == Button {
		edit.Message = r.Input.Message
	}
	if id := r.Session.Payment; id != "" && say.holds(id) {
		edit.Say.Payments = []string{id}
	}
	var labels []string
	for _, row := range say.Buttons {
		for _, button := range row {
			labels = append(labels, button.Text)
		}
	}
	r.Emit(edit)
	r.line(Line{Who: Bot, Kind: "edit", Text: PlainText(say.Text), Buttons: labels})
}
