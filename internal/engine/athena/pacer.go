package athena

import (
	"context"
	"sync"
	"time"
)

// slot waits for one of the engine's own places; free gives it back.
func (e *Engine) slot(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case e.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Engine) free() { <-e.slots }

// pacer keeps starts apart: AWS counts them for the whole account, not for us alone.
type pacer struct {
	gap  time.Duration
	mu   sync.Mutex
	next time.Time
}

func (p *pacer) wait(ctx context.Context) {
	p.mu.Lock()
	now := time.Now()
	at := p.next
	if at.Before(now) {
		at = now
	}
	p.next = at.Add(p.gap)
	p.mu.Unlock()
	if d := at.Sub(now); d > 0 {
		_ = sleep(ctx, d) // the caller sees that ctx has ended
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
