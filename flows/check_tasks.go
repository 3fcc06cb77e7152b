package flows

import "slices"

// tasks warns of a task to be closed that no flow of the folder ever hangs on a
// deal: its name or text is misspelt.
func (w *loading) tasks() {
	var known []string
	for _, c := range w.drafts {
		for _, uses := range c.uses {
			known = append(known, uses.Tasks...)
		}
	}
	for _, c := range w.drafts {
		for _, uses := range c.uses {
			for _, one := range uses.Closes {
				if !slices.Contains(known, one.Name) {
					w.diags.Add(Warning, one.Pos, "unknown_task", "Task", one.Name, "Suggest", Nearest(one.Name, known))
				}
			}
		}
	}
}
