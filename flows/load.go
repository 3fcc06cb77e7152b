package flows

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Loader reads flows with the words it is given.
type Loader struct {
	// Kinds are the steps of the language.
	Kinds []StepKind
	// Shops are the further shops of the settings, which products may name; nil
	// where nobody knows them, and nothing is checked.
	Shops []string
}

// Load reads and checks all *.yaml files of a folder, except *_test.yaml.
// Loading is all or nothing: with any diagnostic that is an error the project
// is nil. The error is about the folder itself, never about what is written in it.
func (l Loader) Load(dir string) (*Project, []Diagnostic, error) {
	return l.LoadFS(os.DirFS(dir), dir)
}

// LoadFS is Load for any file system; dir stands before file names in
// diagnostics and becomes the project's Dir.
func (l Loader) LoadFS(files fs.FS, dir string) (*Project, []Diagnostic, error) {
	names, others, err := flowFiles(files)
	if err != nil {
		return nil, nil, fmt.Errorf("read flow folder %s: %w", dir, err)
	}
	work := l.start(files)
	for _, name := range others {
		work.diags.Add(Warning, Pos{File: filepath.Join(dir, name), Line: 1, Col: 1}, "yml_ignored", "File", name)
	}
	if len(names) == 0 {
		work.diags.Add(Error, Pos{File: dir, Line: 1, Col: 1}, "no_flows")
	}
	for _, name := range names {
		data, err := readBounded(files, name)
		if err != nil {
			return nil, nil, fmt.Errorf("read flow file: %w", err)
		}
		work.read(filepath.Join(dir, name), data)
	}
	project := &Project{Dir: dir, Flows: work.finish()}
	found := work.diags.sorted(work.sources)
	if work.diags.Failed() {
		return nil, found, nil
	}
	return project, found, nil
}

// LoadFile reads and checks one flow; files it names are looked for beside it.
// One that leads into other flows is read with all flows of its folder.
func (l Loader) LoadFile(file string) (*Flow, []Diagnostic, error) {
	dir, name := filepath.Dir(file), filepath.Base(file)
	files := os.DirFS(dir)
	data, err := readBounded(files, name)
	if err != nil {
		return nil, nil, fmt.Errorf("read flow file: %w", err)
	}
	work := l.start(files)
	if c := work.read(file, data); c == nil || !c.leadsElsewhere() {
		flow, found := work.only()
		return flow, found, nil
	}
	project, found, err := l.LoadFS(files, dir)
	if err != nil || project == nil {
		return nil, found, err
	}
	for _, flow := range project.Flows {
		if filepath.Base(flow.File) == name {
			return flow, found, nil
		}
	}
	return nil, found, nil
}

// LoadText reads and checks one flow from memory; files it names are not looked for.
func (l Loader) LoadText(name, text string) (*Flow, []Diagnostic) {
	return l.loadOne(nil, name, []byte(text))
}

func (l Loader) loadOne(files fs.FS, name string, data []byte) (*Flow, []Diagnostic) {
	work := l.start(files)
	work.read(name, data)
	return work.only()
}

// only is the flow of a load that read one file.
func (w *loading) only() (*Flow, []Diagnostic) {
	flows := w.finish()
	found := w.diags.sorted(w.sources)
	if w.diags.Failed() || len(flows) == 0 {
		return nil, found
	}
	return flows[0], found
}

// loading is the state of one Load.
type loading struct {
	files   fs.FS // nil when files are not looked for
	reading *Reading
	diags   *Diagnostics
	sources []*Source
	drafts  []*checker
	links   links
	shared  *shared
	shops   []string
}

func (l Loader) start(files fs.FS) *loading {
	kinds := make(map[string]StepKind, len(l.Kinds))
	for _, kind := range l.Kinds {
		kinds[kind.Word] = kind
		for _, word := range kind.Also {
			kinds[word] = kind
		}
	}
	return &loading{files: files, reading: &Reading{Kinds: kinds}, diags: &Diagnostics{}, shops: l.Shops}
}

// read compiles one file; nil when it could not be read.
func (w *loading) read(name string, data []byte) *checker {
	source := &Source{Name: name}
	w.sources = append(w.sources, source)
	root := (&reader{source: source, diags: w.diags}).read(data)
	if root == nil {
		return nil
	}
	c := newChecker(w.compile(Node{yaml: root, source: source, diags: w.diags, read: w.reading}, data), w)
	w.drafts = append(w.drafts, c)
	return c
}

// finish checks what was read, each flow by itself and then all together.
func (w *loading) finish() []*Flow {
	w.link()
	var flows []*Flow
	for _, c := range w.drafts {
		c.check(w)
		w.translate(c.flow, c.root.yaml, c.data)
		flows = append(flows, c.flow)
	}
	w.distinct(flows)
	w.audiences()
	w.doors()
	w.circles()
	w.recursion()
	w.tasks()
	return flows
}

// distinct reports flows that share an id.
func (w *loading) distinct(flows []*Flow) {
	first := map[string]string{}
	for _, flow := range flows {
		if other, taken := first[flow.ID]; taken {
			w.diags.Add(Error, Pos{File: flow.File, Line: 1, Col: 1}, "repeated_flow", "Flow", flow.ID, "File", other)
			continue
		}
		first[flow.ID] = flow.File
	}
}

// flowFiles lists the flows of a folder, and the files whose names are all but
// those of flows.
func flowFiles(files fs.FS) (names, others []string, err error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, nil, err
	}
	for _, entry := range entries {
		name := entry.Name()
		switch {
		case name == ProjectFile:
		case entry.IsDir() || strings.HasPrefix(name, ".") || strings.HasSuffix(name, "_test.yaml") || isTranslation(files, name):
		case path.Ext(name) == ".yaml":
			names = append(names, name)
		case path.Ext(name) == ".yml":
			others = append(others, name)
		}
	}
	return names, others, nil
}

// readBounded reads at most a byte more than a flow may have.
func readBounded(files fs.FS, name string) (data []byte, err error) {
	file, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return io.ReadAll(io.LimitReader(file, maxFile+1))
}
