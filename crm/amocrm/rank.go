package amocrm

import (
	"context"
	"time"

	"voronka/crm"
)

// rank is how urgent a call is. Who is more urgent gets a head start, not the
// right of way for ever: under any load everything is sent in the end.
type rank int

const (
	ofNotes rank = iota
	ofStages
	ofMoney
)

func (r rank) headStart() time.Duration {
	switch r {
	case ofMoney:
		return 2 * time.Minute
	case ofStages:
		return 10 * time.Second
	}
	return 0
}

type rankKey struct{}

func withRank(ctx context.Context, r rank) context.Context {
	return context.WithValue(ctx, rankKey{}, r)
}

// rankOf is the rank of the calls made in a context; those of a buyer who waits
// for a page, or of a check, have none and come with the stages.
func rankOf(ctx context.Context) rank {
	if r, given := ctx.Value(rankKey{}).(rank); given {
		return r
	}
	return ofStages
}

func rankOfChange(change crm.Change) rank {
	switch {
	case change.Money:
		return ofMoney
	case change.Stage != "" || change.Price != 0 || change.Person || len(change.Fields) > 0 || len(change.Tags) > 0:
		return ofStages
	}
	return ofNotes
}
