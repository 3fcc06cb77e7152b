package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"voronka/internal/outbox"
	"voronka/storage"
)

// leftover is a kind of refs that outlive what they are kept for. docs/ru/clock.md
// tells owners the same.
type leftover struct {
	prefix string
	// of reads what is to be known beforehand, and tells of each ref, by its key
	// without the prefix and its value, whether it is of no more use.
	of func(storage.Tx) (func(key, value string) (bool, error), error)
}

// leftovers are all kinds that are swept.
func (b *Bot) leftovers() []leftover {
	each := func(over func(tx storage.Tx, key, value string) (bool, error)) func(storage.Tx) (func(string, string) (bool, error), error) {
		return func(tx storage.Tx) (func(string, string) (bool, error), error) {
			return func(key, value string) (bool, error) { return over(tx, key, value) }, nil
		}
	}
	return []leftover{
		{"invite/", each(jobGone)},
		{"unsure/", each(jobGone)},
		{"charged/", each(func(_ storage.Tx, _, value string) (bool, error) {
			day, _, _ := strings.Cut(value, " ")
			return day < b.today().Format(time.DateOnly), nil
		})},
		{"download/", each(func(_ storage.Tx, _, value string) (bool, error) {
			at, err := time.Parse(time.RFC3339, value)
			return err != nil || b.Now().After(at.Add(renewEvery)), nil
		})},
		{"broadcast/", unlisted},
	}
}

// jobGone tells whether the job that a ref is named after is done, or given up.
func jobGone(tx storage.Tx, key, _ string) (bool, error) {
	id, err := strconv.ParseInt(key, 10, 64)
	if err != nil {
		return false, nil //nolint:nilerr // none of ours
	}
	_, err = tx.Find(id)
	if errors.Is(err, outbox.ErrUnknownJob) {
		return true, nil
	}
	return false, err
}

// unlisted are broadcasts that newer ones have pushed from the list.
func unlisted(tx storage.Tx) (func(key, value string) (bool, error), error) {
	list, err := listBroadcasts(tx)
	if err != nil {
		return nil, err
	}
	return func(key, _ string) (bool, error) {
		id, _, _ := strings.Cut(key, "/")
		return !slices.ContainsFunc(list, func(one listed) bool { return one.ID == id }), nil
	}, nil
}

// broom remembers how far the refs of each kind were looked at.
type broom struct {
	mu     sync.Mutex
	behind map[string]string
}

// sweepPage is how many refs of a kind are looked at in a minute: updates wait for
// the look.
const sweepPage = 100

// sweepLeftovers looks at the next refs of each kind and removes those of no more
// use; it goes round for ever.
func (b *Bot) sweepLeftovers(ctx context.Context) error {
	b.broom.mu.Lock()
	defer b.broom.mu.Unlock()
	var failures []error
	for _, kind := range b.leftovers() {
		if err := b.sweepKind(ctx, kind); err != nil {
			failures = append(failures, fmt.Errorf("sweep %s: %w", kind.prefix, err))
		}
	}
	return errors.Join(failures...)
}

func (b *Bot) sweepKind(ctx context.Context, kind leftover) error {
	var page, gone []string
	err := b.peek(ctx, func(tx storage.Tx) (err error) {
		if page, err = tx.RefKeys(kind.prefix, b.broom.behind[kind.prefix], sweepPage); err == nil {
			gone, err = kind.among(tx, page)
		}
		return err
	})
	if err == nil && len(gone) > 0 {
		err = b.Store.Update(ctx, func(tx storage.Tx) error {
			still, err := kind.among(tx, gone) // much may have happened since the look
			for _, key := range still {
				err = errors.Join(err, tx.PutRef(key, ""))
			}
			return err
		})
	}
	if err != nil {
		return err
	}
	if b.broom.behind == nil {
		b.broom.behind = map[string]string{}
	}
	delete(b.broom.behind, kind.prefix)
	if len(page) == sweepPage {
		b.broom.behind[kind.prefix] = page[len(page)-1]
	}
	return nil
}

// among are those of the keys that are of no more use.
func (l leftover) among(tx storage.Tx, keys []string) (over []string, err error) {
	judge, err := l.of(tx)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		value, err := tx.Ref(key)
		if err != nil {
			return nil, err
		}
		is, err := judge(strings.TrimPrefix(key, l.prefix), value)
		if err != nil {
			return nil, err
		}
		if is && value != "" {
			over = append(over, key)
		}
	}
	return over, nil
}
