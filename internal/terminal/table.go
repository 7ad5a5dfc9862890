package terminal

import (
	"bufio"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/mattn/go-runewidth"

	"trailscribe/internal/result"
)

// Bounds of a table on a screen. Nothing is unbounded: values come from logs, and one may have a megabyte.
const (
	ahead  = 1000 // rows that are looked at to find the widths of the columns; those after them are written as they come
	widest = 256  // columns of the screen that one cell may take in one line; a longer value is cut
	gap    = "  " // between two columns
)

// table writes rows as a table. cut is how many values were longer than widest.
func (t *Terminal) table(w *bufio.Writer, s result.Set) (cut int64, err error) {
	l := layout{cols: s.Columns(), width: t.width}
	for _, c := range l.cols {
		name, _ := short(c.Name)
		l.head = append(l.head, name)
	}
	l.measure(l.head)
	var first [][]string
	placed := false
	place := func() error {
		placed = true
		l.place()
		if err := l.write(w, l.head, func(s string) string { return t.paint(t.outColor, bold, s) }); err != nil {
			return err
		}
		if err := l.rule(w); err != nil {
			return err
		}
		for _, row := range first {
			if err := l.write(w, row, nil); err != nil {
				return err
			}
		}
		first = nil
		return nil
	}
	for row, err := range s.All() {
		if err != nil {
			return cut, err
		}
		cells := make([]string, len(l.cols))
		for i, c := range l.cols {
			if i >= len(row) {
				continue
			}
			shown, shortened := short(cell(c.Kind, row[i]))
			if cells[i] = shown; shortened {
				cut++
			}
		}
		if placed {
			if err := l.write(w, cells, nil); err != nil {
				return cut, err
			}
			continue
		}
		l.measure(cells)
		if first = append(first, cells); len(first) == ahead {
			if err := place(); err != nil {
				return cut, err
			}
		}
	}
	if !placed {
		return cut, place()
	}
	return cut, nil
}

// short is a value as a cell shows it: in one line and at most widest columns wide.
func short(value string) (shown string, cut bool) {
	const enough = 16 * widest // bytes; no more is made safe, and marks without a width cannot fill a cell either
	if len(value) > enough {
		end := enough
		for end > 0 && !utf8.RuneStart(value[end]) {
			end--
		}
		value, cut = value[:end], true
	}
	shown = oneLine(value)
	if cut || runewidth.StringWidth(shown) > widest {
		return strings.Clone(runewidth.Truncate(shown+strings.Repeat(" ", widest), widest, "…")), true
	}
	return shown, false
}

// layout is where the columns of a table are.
type layout struct {
	cols  []result.Column
	head  []string
	width int   // of the screen, 0: no limit
	wide  []int // of each column the widest cell, and the widest word
	word  []int
	limit []int // columns of the screen for each
}

func (l *layout) measure(cells []string) {
	if l.wide == nil {
		l.wide, l.word = make([]int, len(l.cols)), make([]int, len(l.cols))
	}
	for i, v := range cells {
		l.wide[i] = max(l.wide[i], text.StringWidthWithoutEscSequences(v))
		for w := range strings.FieldsSeq(v) {
			l.word[i] = max(l.word[i], text.StringWidthWithoutEscSequences(w))
		}
	}
}

func (l *layout) place() { l.limit = fit(l.wide, l.word, l.width) }

// rule is the line below the header.
func (l *layout) rule(w *bufio.Writer) error {
	total := 0
	for i, n := range l.limit {
		if total += n; i > 0 {
			total += len(gap)
		}
	}
	_, err := fmt.Fprintln(w, strings.Repeat("─", total))
	return err
}

// write writes a row: on a screen, a cell that is wider than its column takes several lines; elsewhere it pushes those behind it.
func (l *layout) write(w *bufio.Writer, cells []string, paint func(string) string) error {
	lines := make([][]string, len(cells))
	height := 1
	for i, v := range cells {
		lines[i] = []string{v}
		if l.width > 0 && l.limit[i] > 0 {
			lines[i] = strings.Split(wrap(v, l.limit[i]), "\n")
		}
		height = max(height, len(lines[i]))
	}
	var b strings.Builder
	for n := range height {
		b.Reset()
		for i := range cells {
			v := ""
			if n < len(lines[i]) {
				v = lines[i][n]
			}
			pad := strings.Repeat(" ", max(0, l.limit[i]-text.StringWidthWithoutEscSequences(v)))
			if i > 0 {
				b.WriteString(gap)
			}
			if numeric(l.cols[i].Kind) {
				b.WriteString(pad)
				pad = ""
			}
			if paint != nil {
				v = paint(v)
			}
			b.WriteString(v + pad)
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(b.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}

// wrap breaks at spaces where it can and anywhere else where not; nothing is cut off.
func wrap(s string, width int) string { return text.WrapSoft(s, width) }

// fit makes columns narrower until the row fits: first those that can be broken between words, the widest before the others, then all,
// but none below a readable width.
func fit(widest, word []int, screen int) []int {
	const least = 12
	out := append([]int(nil), widest...)
	if screen == 0 {
		return out
	}
	total := len(gap) * (len(out) - 1)
	for _, w := range out {
		total += w
	}
	for _, whole := range []bool{true, false} {
		for total > screen {
			big := -1
			for i := range out {
				low := least
				if whole {
					low = max(least, word[i])
				}
				if out[i] > low && (big < 0 || out[i] > out[big]) {
					big = i
				}
			}
			if big < 0 {
				break
			}
			out[big]--
			total--
		}
	}
	return out
}
