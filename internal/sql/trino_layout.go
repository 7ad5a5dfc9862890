package sql

import (
	"strings"
	"unicode/utf8"

	"trailscribe/internal/sql/ast"
)

const (
	lineWidth = 100 // characters a printed line should not pass
	indentBy  = "  "
)

type layoutKind uint8

const (
	layText  layoutKind = iota
	layBreak            // a line break, or text where its group fits on the line
	layOpen             // begins a group: either none of its own breaks are taken, or all
	layClose
	layIn // indents what follows
	layOut
)

// layoutItem is one instruction of a layout. width is of the text; of a group's opening, the width of the whole group.
type layoutItem struct {
	text  string
	width int32
	kind  layoutKind
}

// endless is the width of what must not stand on one line.
const endless int32 = 1 << 29

// layout lays out text in lines of limited width: a group is set on one line if it fits, else broken at each of its own breaks.
type layout struct {
	items []layoutItem
	open  []int // openings whose group is not closed
	bytes int   // of all texts
}

// layoutItems holds the instructions of a layout until it is laid out.
var layoutItems ast.Pool[layoutItem]

func (l *layout) text(s string) {
	w := endless
	if strings.IndexByte(s, '\n') < 0 {
		w = int32(min(utf8.RuneCountInString(s), int(endless)))
	}
	l.bytes += len(s)
	l.items = append(l.items, layoutItem{s, w, layText})
	l.widen(w)
}

// line is a break that is a blank where its group fits.
func (l *layout) line() {
	l.items = append(l.items, layoutItem{" ", 1, layBreak})
	l.widen(1)
}

// soft is a break that is nothing where its group fits.
func (l *layout) soft() { l.items = append(l.items, layoutItem{kind: layBreak}) }

// hard is a break in any case; so the groups around it do not fit.
func (l *layout) hard() {
	l.items = append(l.items, layoutItem{kind: layBreak})
	l.widen(endless)
}

func (l *layout) in()  { l.items = append(l.items, layoutItem{kind: layIn}) }
func (l *layout) out() { l.items = append(l.items, layoutItem{kind: layOut}) }

func (l *layout) begin() {
	l.open = append(l.open, len(l.items))
	l.items = append(l.items, layoutItem{kind: layOpen})
}

func (l *layout) end() {
	n := l.open[len(l.open)-1]
	l.open = l.open[:len(l.open)-1]
	l.items = append(l.items, layoutItem{kind: layClose})
	l.widen(l.items[n].width)
}

// widen adds to the innermost open group; its own end adds that to the next.
func (l *layout) widen(w int32) {
	if n := len(l.open); n > 0 {
		i := &l.items[l.open[n-1]]
		i.width = min(endless, i.width+w)
	}
}

// String is the text laid out.
func (l *layout) String() string {
	var b strings.Builder
	b.Grow(l.bytes + l.bytes/2)
	var flat []bool // for each open group whether it stands on one line
	indent, col := 0, 0
	for _, i := range l.items {
		switch i.kind {
		case layText:
			b.WriteString(i.text)
			if n := strings.LastIndexByte(i.text, '\n'); n >= 0 {
				col = utf8.RuneCountInString(i.text[n+1:])
			} else {
				col += int(i.width)
			}
		case layBreak:
			if len(flat) > 0 && flat[len(flat)-1] {
				b.WriteString(i.text)
				col += int(i.width)
				continue
			}
			b.WriteByte('\n')
			for range indent {
				b.WriteString(indentBy)
			}
			col = indent * len(indentBy)
		case layOpen:
			flat = append(flat, len(flat) > 0 && flat[len(flat)-1] || col+int(i.width) <= lineWidth)
		case layClose:
			flat = flat[:len(flat)-1]
		case layIn:
			indent++
		case layOut:
			indent--
		}
	}
	return b.String()
}
