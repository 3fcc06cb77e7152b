package telegram

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	core "voronka/bot"
	"voronka/flows"
)

// Receiver hands updates to the bot. It returns from handling an update only
// when its turn is committed, or when the update was put aside for an operator.
type Receiver struct {
	// Bot is set where the updates are of another bot than the one the database
	// began with: each counts its updates by itself (Bot API, Update), so that its
	// name is part of theirs. Empty: the first one.
	Bot string
	// Handle commits the turn of one input; an error means nothing was committed.
	// One that is core.StoreFailed is no fault of the input's.
	Handle func(ctx context.Context, input flows.Input) error
	// HandleAll is Handle for several at once, in their order; it gives the error
	// of each, or nil where it cannot. It may be nil.
	HandleAll func(ctx context.Context, inputs []flows.Input) []error
	// PutAside keeps an update that cannot be understood, or whose turn fails each
	// time, as it came; an error means that it is not kept.
	PutAside func(ctx context.Context, aside core.Aside) error
	// Parallel bounds how many customers of one batch are served side by side.
	Parallel int
	Now      func() time.Time
	Log      *slog.Logger
	// Wait pauses before a turn that failed is tried again; the default honours
	// ctx. Tests replace it.
	Wait func(ctx context.Context, d time.Duration)
}

// receive commits a batch: one customer's updates in order, customers side by
// side. A failure ends its customer's turn alone and is reported; the whole
// batch is then to be repeated, and what was committed already is recognised
// by its id.
func (r *Receiver) receive(ctx context.Context, updates []Update) error {
	for i := range updates {
		updates[i] = updates[i].of(r.Bot)
	}
	updates = r.together(ctx, updates)
	lanes := map[string][]Update{}
	var order []string
	for _, update := range updates {
		if _, known := lanes[update.Contact]; !known {
			order = append(order, update.Contact)
		}
		lanes[update.Contact] = append(lanes[update.Contact], update)
	}
	var group errgroup.Group
	group.SetLimit(max(r.Parallel, 1))
	for _, contact := range order {
		group.Go(func() error {
			for _, update := range lanes[contact] {
				if err := r.one(ctx, update); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// together handles what it can of a batch in one go: a goroutine for each
// update of a poll, and its stack, cost as much as a third of the turn. It gives
// those that are left, all of a contact from the first that failed on.
func (r *Receiver) together(ctx context.Context, updates []Update) (left []Update) {
	if r.HandleAll == nil || len(updates) < 2 {
		return updates
	}
	inputs := make([]flows.Input, 0, len(updates))
	for _, update := range updates {
		if update.handled() {
			inputs = append(inputs, update.Input)
		}
	}
	errs := r.HandleAll(ctx, inputs)
	if errs == nil {
		return updates
	}
	for _, update := range updates {
		if !update.handled() {
			left = append(left, update)
			continue
		}
		if errs[0] != nil {
			left = append(left, update)
		}
		errs = errs[1:]
	}
	return left
}

// handled tells whether an update is an input for the bot.
func (u Update) handled() bool { return u.Err == nil && u.Contact != "" }

// turnTries is how often a turn is tried before its update is put aside.
const turnTries = 3

func (r *Receiver) one(ctx context.Context, update Update) error {
	switch {
	case update.Err != nil:
		return r.putAside(ctx, update, update.Err)
	case update.Contact == "":
		return nil
	}
	err := r.Handle(ctx, update.Input)
	for try := 1; err != nil && !core.StoreFailed(err) && try < turnTries && ctx.Err() == nil; try++ {
		r.pause(ctx, time.Duration(try)*50*time.Millisecond)
		err = r.Handle(ctx, update.Input)
	}
	if err == nil || ctx.Err() != nil || core.StoreFailed(err) {
		return err // a full disk says nothing about the update: Telegram keeps it until there is room
	}
	// One that fails each time must not keep those behind it.
	if aside := r.putAside(ctx, update, err); aside != nil {
		return err
	}
	return nil
}

func (r *Receiver) putAside(ctx context.Context, update Update, cause error) error {
	aside := core.Aside{Key: "telegram/" + r.key(update.name()), Contact: update.Contact, Bot: r.Bot, Raw: update.Raw, At: r.Now(), Why: cause.Error()}
	if err := r.PutAside(ctx, aside); err != nil {
		return err
	}
	r.Log.Error("telegram update put aside", "update", update.ID, "error", cause)
	return nil
}

func (r *Receiver) pause(ctx context.Context, d time.Duration) {
	if r.Wait != nil {
		r.Wait(ctx, d)
		return
	}
	sleep(ctx, d)
}

// key names what is one bot's own.
func (r *Receiver) key(name string) string {
	if r.Bot == "" {
		return name
	}
	return r.Bot + "/" + name
}

// Reread reads an update of a bot that was put aside; see [core.Config].
func Reread(raw []byte, at time.Time, bot string) ([]flows.Input, error) {
	update := Read(raw, at).of(bot)
	if update.Err != nil || update.Contact == "" {
		return nil, update.Err
	}
	return []flows.Input{update.Input}, nil
}

// of is an update of the bot with this id, empty for the database's first one.
func (u Update) of(bot string) Update {
	if bot != "" && u.Input.ID != "" {
		u.Input.ID = "tg:" + bot + ":" + strconv.FormatInt(u.ID, 10)
	}
	return u
}

// name is an update's id, or a digest of one that has none that can be read.
func (u Update) name() string {
	if u.ID != 0 {
		return strconv.FormatInt(u.ID, 10)
	}
	sum := sha256.Sum256(u.Raw)
	return hex.EncodeToString(sum[:16])
}
