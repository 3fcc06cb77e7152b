package amocrm

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"voronka/sales"
)

const (
	// ahead is how long before its end a token is renewed.
	ahead = 5 * time.Minute
	// weekly is how often a pair is renewed although nothing calls, so that the
	// three months of a refresh token never run out (amocrm-api-php, issue 246).
	weekly = 7 * 24 * time.Hour
	// leaseTime is how long one replica may renew before another takes over: a
	// renewal is at most four calls of renewTime.
	leaseTime = 2 * time.Minute
	renewTime = 20 * time.Second
	// leasePoll is how often the others look whether it is done.
	leasePoll = 200 * time.Millisecond
)

// pass is what one call needs: where to and with which token.
type pass struct{ url, token string }

// pass gives a token that is good for a while yet.
func (a *Access) pass(ctx context.Context) (pass, error) {
	g, err := a.load(ctx)
	switch {
	case err != nil:
		return pass{}, err
	case g.Lost || g.Refresh == "":
		return pass{}, noGrant()
	case a.Now().Add(ahead).Before(g.Ends):
		return pass{g.URL, g.Access}, nil
	}
	return a.renew(ctx, pass{g.URL, g.Access})
}

// KeepAlive renews the pair when nothing did for a week. It is called now and then.
func (a *Access) KeepAlive(ctx context.Context) error {
	g, err := a.load(ctx)
	if err != nil || g.Refresh == "" || g.Lost || a.Now().Sub(g.Renewed) < weekly {
		return err
	}
	_, err = a.renew(ctx, pass{g.URL, g.Access})
	return err
}

// renew gives a pass other than the one that was refused. Of all replicas one
// renews, under a lease in the Safe; the others wait for what it brings.
func (a *Access) renew(ctx context.Context, refused pass) (pass, error) {
	select {
	case a.turn <- struct{}{}:
		defer func() { <-a.turn }()
	case <-ctx.Done():
		return pass{}, &sales.Error{Code: "crm_busy", Action: sales.Retry, Err: fmt.Errorf("wait for a token: %w", ctx.Err())}
	}
	for {
		g, mine, err := a.lease(ctx, refused)
		switch {
		case err != nil:
			return pass{}, err
		case mine:
			return a.rotate(ctx, g)
		case g.Lost || g.Refresh == "":
			return pass{}, noGrant()
		case g.Access != refused.token:
			return pass{g.URL, g.Access}, nil
		}
		if !sleep(ctx, leasePoll) {
			return pass{}, &sales.Error{Code: "crm_busy", Action: sales.Retry, Err: fmt.Errorf("wait for another replica's token: %w", ctx.Err())}
		}
	}
}

// lease takes the right to renew, unless somebody has it or has renewed already.
func (a *Access) lease(ctx context.Context, refused pass) (g grant, mine bool, err error) {
	holder := rand.Text()
	err = a.change(ctx, func(kept *grant) {
		now := a.Now()
		mine = kept.Access == refused.token && !kept.Lost && kept.Refresh != "" && (kept.Holder == "" || !now.Before(kept.Until))
		if mine {
			kept.Holder, kept.Until = holder, now.Add(leaseTime)
		}
		g = *kept
	})
	if err != nil {
		return g, false, fmt.Errorf("take the turn to renew the tokens: %w", err)
	}
	return g, mine, nil
}

// rotate spends the refresh token. Once it is on its way nothing may interrupt:
// the answer is the only copy of the new pair, and is kept before it is used.
func (a *Access) rotate(ctx context.Context, g grant) (pass, error) {
	ctx = context.WithoutCancel(ctx)
	made, err := a.refresh(ctx, g)
	if err == nil {
		return pass{made.URL, made.Access}, a.keep(ctx, made)
	}
	lost := sales.AsError(err).Code == codeGrant
	free := a.change(ctx, func(kept *grant) {
		if kept.Holder == g.Holder {
			kept.Holder, kept.Until, kept.Lost = "", time.Time{}, kept.Lost || lost
		}
	})
	if free != nil {
		return pass{}, fmt.Errorf("give back the turn to renew the tokens: %w", free)
	}
	return pass{}, err
}

// refresh asks for a new pair: once more when no answer came, since the old
// token may or may not be spent, and at the account's new address when it moved.
func (a *Access) refresh(ctx context.Context, g grant) (grant, error) {
	ask := func(address string) (grant, error) {
		ctx, cancel := context.WithTimeout(ctx, renewTime)
		defer cancel()
		return a.exchange(ctx, address, map[string]string{"grant_type": "refresh_token", "refresh_token": g.Refresh})
	}
	made, err := ask(g.URL)
	if sales.AsError(err).Uncertain {
		made, err = ask(g.URL)
	}
	if err == nil || sales.AsError(err).Code != codeGrant {
		return made, err
	}
	there, cancel := context.WithTimeout(ctx, renewTime)
	defer cancel()
	if address := a.moved(there, g); address != "" {
		return ask(address)
	}
	return grant{}, err
}

// sleep waits, and tells whether it was left to end.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
