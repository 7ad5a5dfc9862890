package terminal

import (
	"fmt"
	"log/slog"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"

	"trailscribe/internal/diag"
)

// Problems writes each problem to Err: its place and text, the source line with a caret below, what would be right and what to do next.
// Of a long list of what would be right the first are shown, and of very many problems, too.
func (t *Terminal) Problems(p diag.Problems) {
	if len(p) == 0 {
		return
	}
	more := ""
	if n := len(p) - problemsShown; n > 0 {
		p, more = p[:problemsShown], fmt.Sprintf("%d more problems are not shown", n)
	}
	if t.logJSON {
		for _, x := range p {
			level := slog.LevelError
			if x.Warning {
				level = slog.LevelWarn
			}
			attrs := append(said("at", x.At.String()), said("rule", x.Rule)...)
			attrs = append(attrs, said("allowed", strings.Join(x.Allowed, ", "))...)
			t.object(level, x.Text, append(attrs, said("hint", x.Hint)...)...)
		}
		if more != "" {
			t.object(slog.LevelError, more)
		}
		return
	}
	var b strings.Builder
	for i, x := range p {
		if i > 0 {
			b.WriteByte('\n')
		}
		t.problem(&b, x)
	}
	if more != "" {
		b.WriteString("\n" + more + "\n")
	}
	t.line(t.Err, b.String(), raw)
}

const (
	problemsShown = 1000 // nobody reads more, and a file that was made to have many must not keep the program busy
	allowedShown  = 12
)

func (t *Terminal) problem(b *strings.Builder, p diag.Problem) {
	if at := p.At.String(); at != "" {
		b.WriteString(t.paint(t.errColor, bold, oneLine(at)) + ": ")
	}
	if p.Warning {
		b.WriteString(t.paint(t.errColor, yellow, "warning: "))
	} else {
		b.WriteString(t.paint(t.errColor, red, "error: "))
	}
	b.WriteString(oneLine(p.Text))
	if p.Rule != "" {
		b.WriteString(t.paint(t.errColor, faint, " ["+p.Rule+"]"))
	}
	b.WriteByte('\n')
	if p.At.Line > 0 && strings.TrimSpace(p.At.Text) != "" {
		source, pad, width := underline(p.At.Text, p.At.Col, p.Width, max(40, t.errWidth-12))
		number := fmt.Sprintf("%4d", p.At.Line)
		b.WriteString(t.paint(t.errColor, faint, number+" | ") + source + "\n")
		b.WriteString(t.paint(t.errColor, faint, strings.Repeat(" ", len(number))+" | ") + strings.Repeat(" ", pad) + t.paint(t.errColor, red,
			strings.Repeat("^", width)) + "\n")
	}
	if len(p.Allowed) > 0 {
		list, rest := p.Allowed, ""
		if len(list) > allowedShown+3 {
			list, rest = list[:allowedShown], fmt.Sprintf(" … and %d more", len(p.Allowed)-allowedShown)
		}
		b.WriteString("     " + t.paint(t.errColor, cyan, "allowed: ") + oneLine(strings.Join(list, ", ")) + rest + "\n")
	}
	if p.Hint != "" {
		b.WriteString("     " + t.paint(t.errColor, cyan, "hint: ") + oneLine(p.Hint) + "\n")
	}
}

// underline is the source line as it is shown, and how many cells the caret stands to the right and is wide. Col counts characters from 1.
// A line wider than limit is cut on both sides of the place; what is far from it is not looked at, for a line may be a whole file.
func underline(text string, col, chars, limit int) (source string, pad, width int) {
	from := characters(text, col-1)
	to := from + characters(text[from:], max(1, chars))
	near := from // a character may be shown with no width, or with that of its code
	for n := 0; near > 0 && n < limit; n++ {
		_, size := utf8.DecodeLastRuneInString(text[:near])
		near -= size
	}
	far := to + characters(text[to:], limit)
	before, at, after := oneLine(text[near:from]), oneLine(text[from:min(to, from+characters(text[from:], limit))]), oneLine(text[to:far])
	if w := runewidth.StringWidth(before) + runewidth.StringWidth(at) + runewidth.StringWidth(after); w > limit || near > 0 ||
		far < len(text) {
		at = runewidth.Truncate(at, limit*2/3, "…")
		if room := limit / 3; runewidth.StringWidth(before) > room || near > 0 {
			before = "…" + runewidth.TruncateLeft(before, max(0, runewidth.StringWidth(before)-room+1), "")
		}
		after = runewidth.Truncate(after, max(1, limit-runewidth.StringWidth(before)-runewidth.StringWidth(at)), "…")
	}
	return before + at + after, runewidth.StringWidth(before), max(1, runewidth.StringWidth(at))
}

// characters is how many bytes the first n characters of a text have; all of it, where it has fewer.
func characters(text string, n int) (bytes int) {
	for ; n > 0 && bytes < len(text); n-- {
		_, size := utf8.DecodeRuneInString(text[bytes:])
		bytes += size
	}
	return bytes
}
