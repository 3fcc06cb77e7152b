package bot

import (
	"context"
	"errors"
	"time"

	"voronka/flows"
	"voronka/internal/outbox"
	"voronka/storage"
)

// mirrorTime is how long one change may take: under load it waits in line for
// each of its few requests.
const mirrorTime = 3 * time.Minute

// fateTries is how often a manager is tried to be told what became of a message.
const fateTries = 10

// sayTime is how long a message may take: as long as the channel's client lets a
// request take.
const sayTime = 30 * time.Second

// newRunner says how each kind of job is run, and what becomes of one whose
// outcome a crash left open, for Telegram knows no idempotency key: a text is
// said again; goods that were paid for are sent again, and the dialog shows it;
// the CRM is looked at first. For lost answers see repeats.
func (b *Bot) newRunner() *outbox.Runner[storage.Tx] {
	return &outbox.Runner[storage.Tx]{
		Update: b.Jobs.Update,
		View:   b.peekJobs,
		Term:   termOf(b.Jobs),
		Now:    b.Now,
		Log:    b.Log,
		// A bank that hangs holds a chat's lane for linkTime; those of other
		// customers must not run out of room meanwhile.
		// Changes of many contacts travel to the CRM together: the more wait side by
		// side, the fuller the requests.
		Room: map[string]int{"chat": 1024, "crm": 512},
		// A customer who was answered does not wait for the next start.
		Last: map[string]bool{"chat": true, "ack": true},
		Handlers: map[string]outbox.Route[storage.Tx]{
			jobSay:      {Handle: handler(b.utter), Timeout: sayTime},
			jobDeliver:  {Handle: handler(b.deliver), Once: true, Settle: handler(b.deliverAgain)},
			jobAck:      {Handle: handler(b.acknowledge)},
			jobLink:     {Handle: handler(b.link), Timeout: linkTime},
			jobEdit:     {Handle: handler(b.edit)},
			jobExport:   {Handle: handler(b.export)},
			jobKick:     {Handle: handler(b.kick)},
			jobHTTP:     {Handle: handler(b.request)},
			jobMember:   {Handle: handler(b.member)},
			jobTyping:   {Handle: handler(b.typing)},
			jobAnnounce: {Handle: handler(b.utterBulk), Once: true, Settle: handler(b.settleBulk), Timeout: sayTime},
			jobUpdate:   {Handle: handler(b.takeUp), MaxAttempts: updateTries},
			jobBillPaid: {Handle: handler(b.billPaid)},
			jobCheck:    {Handle: handler(b.check)},
			jobMirror:   {Handle: handler(b.applyChange), Once: true, Settle: handler(b.applyAgain), Timeout: mirrorTime},
			jobHear:     {Handle: handler(b.look)},
			jobUnlink:   {Handle: handler(b.unlink)},
			jobCharge:   {Handle: handler(b.charge)},
			jobRefund:   {Handle: handler(b.refund)},
			jobBind:     {Handle: handler(b.bind), Timeout: linkTime},
			jobBound:    {Handle: handler(b.bound)},
			jobDiscard:  {Handle: handler(b.discard)},
			jobFindCard: {Handle: handler(b.findCard)},
			jobForget:   {Handle: handler(b.forgetCards)},
			jobSettle:   {Handle: handler(b.settleHold)},
			jobClosing:  {Handle: handler(b.closeReceipt), Once: true},
			jobLine:     {Handle: handler(b.postLine), Timeout: mirrorTime},
			jobAlarm:    {Handle: handler(b.tellOwner), Timeout: sayTime},
			jobFate:     {Handle: handler(b.tellFate), Timeout: mirrorTime, MaxAttempts: fateTries},

			jobCertificate: {Handle: handler(b.certify)},
		},
		OnBuried: b.buried,
		Ended:    b.Ran,
	}
}

// termOf is the term in which a process among others holds its lanes, nil for one
// that is alone.
func termOf(jobs Jobs) func() string {
	if held, ok := jobs.(interface{ Term() string }); ok {
		return held.Term
	}
	return nil
}

// buried tells the operators, in the dialog, that a job waits for them.
func (b *Bot) buried(tx storage.Tx, job outbox.Job) error {
	if job.Kind == jobFate || job.Kind == jobAlarm {
		return nil // of no use to anybody but the manager who sees no tick, or is for the owner alone
	}
	contact, err := jobContact(tx, job)
	if err != nil || contact == "" {
		return errors.Join(err, b.call(tx, ""))
	}
	if err := b.undelivered(tx, contact, job); err != nil {
		return err
	}
	if _, err := tx.Contact(contact); err != nil {
		if errors.Is(err, storage.ErrNotFound) {
			return b.call(tx, "") // nobody's dialog: it is seen among the jobs
		}
		return err
	}
	if job.Code == ChatBlocked {
		if err := b.heardGone(tx, job, contact); err != nil {
			return err
		}
	}
	line := flows.Line{At: b.Now(), Who: flows.Event, Kind: "buried", Text: located(job.Kind+"_failed "+job.Code, settlePlace(job))}
	if err := tx.Append(contact, line); err != nil {
		return err
	}
	return b.raise(tx, contact, job.Kind+"_failed "+job.Code)
}

// Drain does the jobs that are ready at this moment, in place of Run: for tests
// with a clock of their own.
func (b *Bot) Drain(ctx context.Context) error { return b.runner.Drain(ctx) }

// Revive gives a buried job another try.
func (b *Bot) Revive(ctx context.Context, id int64) error {
	err := b.Store.Update(ctx, func(tx storage.Tx) error {
		_, err := tx.Revive(id, b.Now())
		return err
	})
	if err == nil {
		b.runner.Wake()
	}
	return err
}
