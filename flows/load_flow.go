package flows

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// draft is a flow in the making, with the places that only the checker needs.
type draft struct {
	flow     *Flow
	root     Node
	data     []byte // of the file
	start    Ref
	files    []Ref             // of products
	products map[string]Node   // by id
	moved    map[string][2]Ref // from and to
	stages   []Ref             // the states named there
	shops    []string          // of the settings, nil where nobody knows them
}

// name is what flows, states and products are called: letters, digits, _ and -.
var name = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_-]{0,39}$`)

func (w *loading) compile(root Node, data []byte) *draft {
	sum := sha256.Sum256(data)
	flow := &Flow{
		File:    root.source.Name,
		Version: hex.EncodeToString(sum[:8]),
		Source:  root.source,
		Written: map[string]string{filepath.Base(root.source.Name): string(data)},
		states:  map[string]*State{},
	}
	d := &draft{flow: flow, root: root, data: data, shops: w.shops}
	root.Only("flow", "title", "start", "products", "plans", "receipt", "anywhere", "fallback", "otherwise",
		"states", "moved", "stages", "texts", "vars", "segments", "hooks", "crm")
	d.readShared(w)
	flow.ID = strings.TrimSuffix(filepath.Base(flow.File), ".yaml")
	if id := root.Field("flow"); !id.Zero() {
		flow.ID = id.identifier()
	}
	if flow.Title = root.Field("title").Text(); flow.Title == "" {
		flow.Title = flow.ID
	}
	d.start = root.Field("start").Ref()
	flow.Start = d.start.Name
	d.readVariables(root.Field("vars"))
	d.readSegments(root.Field("segments"))
	d.readHooks(root.Field("hooks"))
	flow.Taxation = root.Field("receipt").Field("taxation").Text()
	d.readProducts(root.Field("products"), root.Field("receipt"))
	d.readPlans(root.Field("plans"), root.Field("receipt"))
	flow.Anywhere = onceIn("anywhere", root.Field("anywhere").rules())
	flow.Fallback = onceIn("fallback", root.Field("fallback").rules())
	flow.Otherwise = root.Field("otherwise").Steps()
	d.readStates(root.Field("states"))
	d.readMoved(root.Field("moved"))
	d.readStages(root.Field("stages"))
	flow.Texts = readTexts(root.Field("texts"))
	return d
}

// readShared takes what the project says for all flows, and what this one says
// otherwise. The project's file is a part of the flow's version.
func (d *draft) readShared(w *loading) {
	flow, project := d.flow, Node{}
	root, data := w.project(filepath.Dir(flow.File))
	if data != nil {
		sum := sha256.Sum256(slices.Concat(d.data, []byte("\x00project\x00"), data))
		d.data = slices.Concat(d.data, []byte("\x00project\x00"), data)
		flow.Version, flow.Written[ProjectFile] = hex.EncodeToString(sum[:8]), string(data)
		project = root.Field("crm").mute()
	}
	flow.Mirroring = readMirroring(d.root.Field("crm"), project)
}

// identifier reads a name that others refer to.
func (n Node) identifier() string {
	text := n.Text()
	if n.IsScalar() && !name.MatchString(text) {
		n.Error("bad_name", "Name", text)
	}
	return text
}

func (d *draft) readMoved(n Node) {
	d.flow.Moved, d.moved = map[string]string{}, map[string][2]Ref{}
	for _, entry := range n.Entries() {
		to := entry.Value.Ref()
		d.flow.Moved[entry.Name] = to.Name
		d.moved[entry.Name] = [2]Ref{{Name: entry.Name, Pos: entry.Key.Pos()}, to}
	}
}

func (d *draft) readStages(n Node) {
	d.flow.Stages = map[string]string{}
	for _, entry := range n.Entries() {
		if entry.Value.Text() == "" {
			entry.Value.Error("empty_value", "Key", entry.Name)
		}
		d.flow.Stages[entry.Name] = entry.Value.Text()
		d.stages = append(d.stages, Ref{Name: entry.Name, Pos: entry.Key.Pos()})
	}
}

// readTexts reads the flow's own words for what the engine says by itself.
func readTexts(n Node) map[string]string {
	texts := map[string]string{}
	n.Only(TextKeys()...)
	for _, entry := range n.Entries() {
		texts[entry.Name] = ReadTemplate(entry.Value).Source
	}
	return texts
}
