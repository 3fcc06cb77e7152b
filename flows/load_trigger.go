package flows

import "slices"

func readTrigger(n Node) Condition {
	var when Condition
	found := 0
	for _, entry := range n.Entries() {
		if slices.Contains([]string{"to", "do", "if"}, entry.Name) {
			continue
		}
		found++
		switch entry.Name {
		case "any":
			when.Any = true
		case "text":
			when.Kind, when.Match, when.Words = Text, Exact, entry.Value.Texts()
		case "contains":
			when.Kind, when.Match, when.Words = Text, Contains, entry.Value.Texts()
		case "regexp":
			when.Kind, when.Match, when.Words = Text, Regexp, entry.Value.Texts()
		case "command":
			when.Kind, when.Words = Command, entry.Value.Texts()
		case "start":
			when.Kind, when.Words, when.Payload = Command, []string{"start"}, entry.Value.Text()
		case "button":
			when.Kind, when.Words = Button, entry.Value.Texts()
		case "photo", "document", "voice", "location", "contact":
			when.Kind = InputKind(entry.Name)
		default:
			if isOutcome(entry.Name) {
				when.Kind, when.Outcome = Paid, Outcome(entry.Name)
			} else {
				entry.Key.Error("unknown_key", "Key", entry.Name, "Suggest", "", "Known", "")
			}
		}
	}
	if found == 0 {
		n.Error("rule_without_trigger")
	}
	return when
}

func readIf(n Node) *Formula { return &Formula{Source: n.Text(), Pos: n.Pos()} }
