package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"voronka/flows"
	"voronka/storage/bolt"
)

func (d *doctor) lookAtSettings() {
	found := d.faults()
	for _, f := range found {
		d.wrong[f.Variable] = true
		d.seen = append(d.seen, observation{Area: "settings", Health: faulty, Code: f.Key, Message: f.Variable, Fix: d.text("settings."+f.Key, map[string]any{"Meant": f.Meant})})
	}
	if len(found) == 0 {
		d.note("settings", well, "settings_right", nil)
	}
	if d.Password == "" {
		d.note("settings", doubt, "password_random", nil)
	}
}

// sound tells that none of these variables is wrong.
func (d *doctor) sound(variables ...string) bool {
	for _, name := range variables {
		if d.wrong[name] {
			return false
		}
	}
	return true
}

// lookAtFlows gives the project, nil when it does not load.
func (d *doctor) lookAtFlows() *flows.Project {
	if !d.sound("VORONKA_FLOWS") {
		return nil
	}
	project, found, err := d.loader().Load(d.Flows)
	faults := 0
	for _, one := range found {
		if one.Severity == flows.Error {
			faults++
		}
	}
	args := map[string]any{"Dir": d.Flows, "Number": faults}
	switch {
	case err != nil:
		d.note("flows", faulty, "flows_unread", map[string]any{"Dir": d.Flows, "Reason": err.Error()})
	case faults > 0 || project == nil:
		d.note("flows", faulty, "flows_faults", args)
	case len(found) > 0:
		args["Number"] = len(found)
		d.note("flows", doubt, "flows_warnings", args)
	default:
		args["Count"] = len(project.Flows)
		d.note("flows", well, "flows_right", args)
	}
	if project != nil && d.TBankTerminal == "" && sells(project) {
		d.note("flows", doubt, "flows_unpaid", nil)
	}
	if err := d.cardsKept(project); err != nil {
		d.note("flows", faulty, "flows_no_key", nil)
	}
	if err := d.filesServed(project); err != nil {
		d.note("flows", faulty, "flows_no_links", nil)
	}
	return project
}

func sells(project *flows.Project) bool {
	for _, flow := range project.Flows {
		if len(flow.Products)+len(flow.Plans) > 0 {
			return true
		}
	}
	return false
}

func (d *doctor) lookAtDatabase() {
	if !d.sound("VORONKA_DATABASE") {
		return
	}
	if shared(d.Database) {
		d.lookAtPostgres()
		return
	}
	info, err := bolt.Check(d.Database)
	args := map[string]any{"Path": d.Database, "Size": megabytes(info.Size), "Contacts": info.Contacts, "Layout": info.Layout}
	switch {
	case err == nil:
		d.note("database", well, "database_right", args)
	case errors.Is(err, bolt.ErrLocked):
		d.running = true
		d.note("database", well, "database_running", args)
	case errors.Is(err, fs.ErrNotExist):
		d.note("database", well, "database_new", args)
	case errors.Is(err, bolt.ErrNewer):
		d.note("database", faulty, "database_newer", args)
	case errors.Is(err, bolt.ErrDamaged):
		d.note("database", faulty, "database_damaged", args)
	default:
		args["Reason"] = err.Error()
		d.note("database", faulty, "database_closed", args)
	}
}

// Less space than this is a fault; a warning comes where a copy of the database
// would no longer fit several times.
const leastSpace = 50 << 20

func (d *doctor) lookAtDisk() {
	if !d.sound("VORONKA_DATABASE") || shared(d.Database) {
		return
	}
	dir := filepath.Dir(d.Database)
	args := map[string]any{"Dir": dir}
	if err := writable(dir, d.Database); err != nil {
		args["Reason"] = err.Error()
		d.note("disk", faulty, "disk_read_only", args)
		return
	}
	space, known := d.free(dir)
	if !known {
		d.note("disk", well, "disk_writable", args)
		return
	}
	size := int64(0)
	if file, err := os.Stat(d.Database); err == nil {
		size = file.Size()
	}
	args["Free"] = megabytes(space)
	switch {
	case space < leastSpace:
		d.note("disk", faulty, "disk_full", args)
	case space < max(10*leastSpace, 3*size):
		d.note("disk", doubt, "disk_tight", args)
	default:
		d.note("disk", well, "disk_right", args)
	}
}

// writable tries to make a file in the folder and to open the database for
// writing, and leaves both as they were.
func writable(dir, database string) error {
	file, err := os.CreateTemp(dir, partial)
	if err != nil {
		return err
	}
	if err := errors.Join(file.Close(), os.Remove(file.Name())); err != nil {
		return err
	}
	file, err = os.OpenFile(database, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return file.Close()
}

func (d *doctor) lookAtBackups() {
	if !d.sound("VORONKA_BACKUPS", "VORONKA_BACKUPS_KEEP") {
		return
	}
	if d.Backups == "" {
		d.note("backups", doubt, "backups_off", nil)
		return
	}
	args := map[string]any{"Dir": d.Backups}
	if _, err := os.Stat(d.Backups); errors.Is(err, fs.ErrNotExist) && !d.running {
		d.note("backups", well, "backups_none", args)
		return
	}
	taken, err := listSnapshots(d.Backups)
	switch {
	case err != nil:
		args["Reason"] = err.Error()
		d.note("backups", faulty, "backups_unread", args)
		return
	case len(taken) == 0 && d.running:
		d.note("backups", faulty, "backups_missing", args)
		return
	case len(taken) == 0:
		d.note("backups", well, "backups_none", args)
		return
	}
	last, found := newest(taken, d.now())
	if !found {
		last = taken[len(taken)-1]
	}
	args["Number"], args["File"] = len(taken), last.path
	switch _, err := bolt.Check(last.path); {
	case err != nil:
		d.note("backups", faulty, "backups_damaged", args)
	case d.running && d.now().Sub(last.at) > snapshotEvery+2*snapshotRetry:
		args["Age"] = d.span(d.now().Sub(last.at))
		d.note("backups", faulty, "backups_old", args)
	default:
		d.note("backups", well, "backups_right", args)
	}
}
