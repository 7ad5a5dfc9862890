// Package terminal prints: tables, progress, problems with caret; the only writer of untrusted text to a screen.
//
// Values of logs are chosen by whoever made the calls. Every text printed here has its control characters, escape sequences, bidi and
// invisible characters shown as codes (result.Visible), so that a value can neither move the cursor nor look like something else.
package terminal

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-isatty"

	"trailscribe/internal/result"
)

// Options say how to print. The zero value prints plainly to nowhere.
type Options struct {
	Out, Err  io.Writer           // data; everything else
	Env       func(string) string // NO_COLOR, TERM, COLUMNS; nil: none is set
	Color     string              // auto (also ""), always, never
	Quiet     bool                // no messages and no progress; warnings, errors and data stay
	Verbose   bool                // log lines of level debug and info
	LogFormat string              // text (also "") or json: how log lines are written
	Width     int                 // columns of the screen; 0: COLUMNS, else those of the screen, else no limit
}

// Terminal prints data to Out and everything else to Err. It may be used from several goroutines.
type Terminal struct {
	Out, Err io.Writer

	outColor, errColor bool
	outLive, errLive   bool // a person looks at it
	width              int  // of Out, 0: no limit
	errWidth           int
	quiet, verbose     bool
	logJSON            bool

	now func() time.Time

	mu    sync.Mutex
	bar   string    // what stands on the last line of Err, "" nothing
	drawn time.Time // when
	step  string    // the last step shown
}

// New makes a terminal. Colour is used where Color says always, or where it says auto, the stream is a screen, NO_COLOR is not set and
// TERM is not dumb.
func New(o Options) *Terminal {
	env := o.Env
	if env == nil {
		env = func(string) string { return "" }
	}
	out, err := o.Out, o.Err
	if out == nil {
		out = io.Discard
	}
	if err == nil {
		err = io.Discard
	}
	dumb := env("TERM") == "dumb"
	t := &Terminal{Out: out, Err: err, outLive: isScreen(out), errLive: isScreen(err) && !dumb, quiet: o.Quiet, verbose: o.Verbose,
		logJSON: o.LogFormat == "json", now: time.Now}
	color := func(screen bool) bool {
		switch o.Color {
		case "always":
			return true
		case "never":
			return false
		}
		return screen && !dumb && env("NO_COLOR") == ""
	}
	t.outColor, t.errColor = color(t.outLive), color(t.errLive)
	if t.logJSON { // lines for a machine: no bar is drawn over them and no colour is in them
		t.errLive, t.errColor = false, false
	}
	t.width = o.Width
	if n, e := strconv.Atoi(env("COLUMNS")); e == nil && n > 0 && t.width == 0 {
		t.width = n
	}
	t.errWidth = t.width
	if t.width == 0 && t.outLive {
		t.width = screenWidth(out)
	}
	if t.errWidth == 0 && t.errLive {
		t.errWidth = screenWidth(err)
	}
	if t.errWidth == 0 {
		t.errWidth = 100
	}
	return t
}

func isScreen(w io.Writer) bool {
	f := file(w)
	return f != nil && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()))
}

// Print writes a line of data to Out.
func (t *Terminal) Print(text string) { t.line(t.Out, text) }

// Message writes a line for the reader to Err, unless quiet.
func (t *Terminal) Message(text string) {
	switch {
	case t.quiet:
	case t.logJSON:
		t.object(slog.LevelInfo, text)
	default:
		t.line(t.Err, text)
	}
}

// Warn writes a warning to Err.
func (t *Terminal) Warn(text string) {
	if t.logJSON {
		t.object(slog.LevelWarn, text)
		return
	}
	t.line(t.Err, t.paint(t.errColor, yellow, "warning: ")+indented(text), raw)
}

// Error writes an error and what to do next ("" nothing) to Err.
func (t *Terminal) Error(err error, hint string) {
	if t.logJSON {
		t.object(slog.LevelError, err.Error(), said("hint", hint)...)
		return
	}
	text := t.paint(t.errColor, red, "error: ") + indented(err.Error())
	if hint != "" {
		text += "\n" + t.paint(t.errColor, cyan, "hint: ") + indented(hint)
	}
	t.line(t.Err, text, raw)
}

type mode bool

// raw marks a text that was made safe already and holds colours of our own.
const raw mode = true

// line writes text and a line break, taking the progress bar away first.
func (t *Terminal) line(w io.Writer, text string, m ...mode) {
	if len(m) == 0 {
		text = safe(text)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
	fmt.Fprintln(w, strings.TrimRight(text, "\n"))
}

// safe shows what a screen would obey or hide. Line feeds stay.
func safe(s string) string {
	shown, _ := result.Visible(s)
	return shown
}

// indented is safe text whose further lines stand to the right of the first, so that none of them can be taken for a message of its own.
func indented(s string) string {
	return strings.ReplaceAll(strings.TrimRight(safe(s), "\n"), "\n", "\n  ")
}

// Line is a text in one line, whatever it holds: for a name or a value inside of a message that may have several.
func Line(s string) string { return oneLine(s) }

// oneLine is safe text in one line.
func oneLine(s string) string {
	return strings.NewReplacer("\n", "⏎", "\t", " ").Replace(safe(s))
}

// Colours of ECMA-48 that every screen with colours has.
const (
	bold   = "1"
	red    = "31;1"
	yellow = "33"
	cyan   = "36"
	faint  = "2"
)

func (t *Terminal) paint(on bool, code, text string) string {
	if !on || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
