package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"voronka/flows"
	"voronka/sales"
	"voronka/storage"
	"voronka/storage/bolt"
)

// contactsCommand carries the customers into a table and back.
type contactsCommand struct {
	Export contactsExport `cmd:"" help:"Выгрузить клиентов таблицей CSV · write the customers down as a CSV table"`
	Import contactsImport `cmd:"" help:"Внести клиентов из таблицы CSV · take customers in from a CSV table"`
}

// contactsExport writes the table.
type contactsExport struct {
	File     string `arg:"" optional:"" help:"Куда; без имени — на экран · where to; without a name to the screen"`
	Database string `required:"" help:"База или её копия · the database or a copy of it" placeholder:"voronka.db"`
	Excel    bool   `help:"Для русского Excel: точка с запятой · for a Russian Excel: semicolons"`
}

// Run writes all customers, the last active first. The file is for its owner's
// eyes alone.
func (c *contactsExport) Run(a *app) (err error) {
	store, err := openExisting(a.ctx, c.Database)
	if err != nil {
		return err
	}
	defer store.Close()
	out, rows := a.out, 0
	if c.File != "" {
		file, err := os.OpenFile(c.File, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return fmt.Errorf("write the table: %w", err)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		out = file
	}
	err = store.View(a.ctx, func(tx storage.Tx) (err error) {
		rows, err = writeContacts(out, tx, c.Excel)
		return err
	})
	if err == nil && c.File != "" {
		a.say("contacts.exported", map[string]any{"Count": rows, "File": c.File})
	}
	return err
}

// contactsImport reads the table.
type contactsImport struct {
	File     string `arg:"" help:"Таблица · the table"`
	Dir      string `default:"./flows" help:"Папка проекта: с её первой воронки начнут новые · project folder: new ones begin with its first funnel"`
	Database string `required:"" help:"База остановленного бота · the database of a bot that stands" placeholder:"voronka.db"`
	DryRun   bool   `help:"Только проверить · check only"`
}

// Run checks the whole table first: with one wrong line nothing is taken in.
func (c *contactsImport) Run(a *app) error {
	file, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("read the table: %w", err)
	}
	defer file.Close()
	rows, faults := readContacts(file)
	for _, fault := range faults {
		a.say("contacts."+fault.code, map[string]any{"Line": fault.line, "What": fault.what})
	}
	if len(faults) > 0 {
		a.say("contacts.nothing", nil)
		return exit(exitFault)
	}
	project, err := a.loadProject(c.Dir)
	if err != nil {
		return err
	}
	store, err := openExisting(a.ctx, c.Database)
	if errors.Is(err, bolt.ErrLocked) {
		return &spoken{"contacts.busy", map[string]any{"Path": c.Database}, err}
	}
	if err != nil {
		return err
	}
	defer store.Close()
	made, changed, err := c.takeIn(a, store, project, rows)
	if err != nil {
		return err
	}
	key := "contacts.imported"
	if c.DryRun {
		key = "contacts.would_import"
	}
	a.say(key, map[string]any{"Made": made, "Changed": changed})
	return nil
}

// takeIn writes the customers, many in a transaction. Taking the same table in
// again changes nothing more.
func (c *contactsImport) takeIn(a *app, store storage.Store, project *flows.Project, rows []tableRow) (made, changed int, err error) {
	work := store.Update
	if c.DryRun {
		work = store.View
	}
	for batch := range slices.Chunk(rows, 500) {
		var newly, again int
		err := work(a.ctx, func(tx storage.Tx) error {
			newly, again = 0, 0
			for _, row := range batch {
				isNew, err := c.take(a, tx, project, row)
				if err != nil {
					return fmt.Errorf("take in %s: %w", row.contact.ID, err)
				}
				if isNew {
					newly++
				} else {
					again++
				}
			}
			return nil
		})
		if err != nil {
			return made, changed, err
		}
		made, changed = made+newly, changed+again
	}
	return made, changed, nil
}

// take lays one row over what is known; empty cells change nothing.
func (c *contactsImport) take(a *app, tx storage.Tx, project *flows.Project, row tableRow) (isNew bool, err error) {
	contact, err := tx.Contact(row.contact.ID)
	if errors.Is(err, storage.ErrNotFound) {
		isNew, err = true, nil
		contact = sales.Contact{ID: row.contact.ID, ChatID: row.contact.ChatID, CreatedAt: a.now(), ActiveAt: a.now()}
	}
	if err != nil {
		return false, err
	}
	session, err := tx.Session(contact.ID)
	if errors.Is(err, storage.ErrNotFound) {
		session, err = flows.Session{Contact: contact.ID, Flow: project.Flows[0].ID, Seed: rand.Text()}, nil
	}
	if err != nil || c.DryRun {
		return isNew, err
	}
	row.over(&contact, &session)
	return isNew, errors.Join(tx.PutContact(contact), tx.PutSession(session))
}

// over lays the row over a contact and its session.
func (r tableRow) over(contact *sales.Contact, session *flows.Session) {
	for _, cell := range []struct {
		to   *string
		from string
	}{
		{&contact.Name, r.contact.Name}, {&contact.LastName, r.contact.LastName}, {&contact.Username, r.contact.Username},
		{&contact.Phone, r.contact.Phone}, {&contact.Email, r.contact.Email}, {&contact.Language, r.contact.Language},
	} {
		if cell.from != "" {
			*cell.to = cell.from
		}
	}
	contact.Source = laid(contact.Source, r.contact.Source)
	session.Vars, session.Customer = laid(session.Vars, r.vars), laid(session.Customer, r.client)
	for _, tag := range r.tags {
		if !slices.Contains(session.Tags, tag) {
			session.Tags = append(session.Tags, tag)
		}
	}
}

func laid(under, over map[string]string) map[string]string {
	if len(over) == 0 {
		return under
	}
	whole := maps.Clone(under)
	if whole == nil {
		whole = map[string]string{}
	}
	maps.Copy(whole, over)
	return whole
}
