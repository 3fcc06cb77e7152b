package main

import "time"

// pace lets idle customers speak at an even rate, whatever the bot does.
func (c *crowd) pace(idle <-chan *customer, rate float64, stop <-chan struct{}) {
	gap := time.Duration(float64(time.Second) / rate)
	for next := time.Now(); ; next = next.Add(gap) {
		time.Sleep(time.Until(next))
		select {
		case one := <-idle:
			c.say(one)
		case <-stop:
			return
		default: // nobody is free: the bot is slower than the rate
		}
	}
}

// finishIdle takes the customers who have nothing to wait for off the list of
// the open ones.
func (c *crowd) finishIdle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closing = true
	for {
		select {
		case <-c.idle:
			c.open--
		default:
			c.idle = nil
			return
		}
	}
}

// giveUp lets customers go who wait for too long; others come in their place.
func (c *crowd) giveUp(after time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	late := 0
	for _, one := range c.talks {
		if !one.gone && !one.offered.IsZero() && time.Since(one.offered) > after {
			one.gone = true
			late++
		}
	}
	c.count.Lost += late
	c.open -= late
	for range late {
		c.begin()
	}
}

// reached tells whether so many dialogs are done, or nothing moves any more.
func (c *crowd) reached(dialogs int, quiet time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count.Dialogs+c.count.Lost >= dialogs || !c.lastTime.IsZero() && time.Since(c.lastTime) > quiet
}
