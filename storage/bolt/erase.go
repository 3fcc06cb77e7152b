package bolt

import (
	"bytes"
	"encoding/json"
	"fmt"

	"voronka/flows"
)

func (t *tx) Erase(contact string) error {
	type entry struct {
		key  []byte
		line flows.Line
	}
	var said []entry
	for key, raw := range t.scan(bucketJournal, text(contact)) {
		var line flows.Line
		if err := json.Unmarshal(raw, &line); err != nil {
			return fmt.Errorf("read journal: %w", err)
		}
		if line.Text == "" && len(line.Buttons) == 0 && len(line.Trace) == 0 && line.Heard == nil {
			continue
		}
		line.Text, line.Buttons, line.Trace, line.Heard = "", nil, nil, nil
		said = append(said, entry{bytes.Clone(key), line})
	}
	for _, one := range said {
		if err := t.save(bucketJournal, one.key, one.line); err != nil {
			return err
		}
	}
	return nil
}
