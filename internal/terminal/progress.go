package terminal

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"
)

// Between two pictures of a moving bar: what comes faster no one can read.
const between = 50 * time.Millisecond

// Progress says how far a step is: done of so many, of 0 where the whole is not known. On a screen one line is updated in place; elsewhere
// each step is one line when it begins. Nothing is written when quiet.
func (t *Terminal) Progress(step string, done, of int64) {
	if t.quiet {
		return
	}
	step = oneLine(step)
	if t.logJSON {
		t.mu.Lock()
		begins := step != t.step
		t.step = step
		t.mu.Unlock()
		if begins {
			t.object(slog.LevelInfo, step)
		}
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.errLive {
		if step != t.step {
			t.step = step
			fmt.Fprintln(t.Err, step)
		}
		return
	}
	now := t.now()
	if step == t.step && t.bar != "" && (of == 0 || done < of) && now.Sub(t.drawn) < between {
		return
	}
	t.step, t.drawn = step, now
	var line string
	switch {
	case of > 0:
		const cells = 24
		full := int(min(max(done, 0), of) * cells / of)
		count := fmt.Sprintf(" %d/%d ", done, of)
		line = t.paint(t.errColor, cyan, strings.Repeat("█", full)) + t.paint(t.errColor, faint, strings.Repeat("░", cells-full)) + count +
			runewidth.Truncate(step, max(4, t.errWidth-cells-len(count)-1), "…")
	case done > 0:
		line = fmt.Sprintf("%s %d", runewidth.Truncate(step, max(4, t.errWidth-22), "…"), done)
	default:
		line = runewidth.Truncate(step, max(4, t.errWidth-1), "…")
	}
	if line == t.bar {
		return
	}
	t.bar = line
	fmt.Fprint(t.Err, "\r"+line+"\x1b[K")
}

// Done takes the progress line away.
func (t *Terminal) Done() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
	t.step = ""
}

// clear needs the lock.
func (t *Terminal) clear() {
	if t.bar != "" {
		fmt.Fprint(t.Err, "\r\x1b[K")
		t.bar = ""
	}
}
