package athena

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/sql"
)

// A staged copy is laid in shelves, which are partitions of the staged table. A shelf holds the rows that one of the planned
// statements asks for, so that a statement about a few calls in a million reads a few rows of the wide columns and not all.
//
// Shelves of a relation are filled by the first match: a row lies on the first shelf whose condition it meets, the rarest
// first, else on the shelf rest. So a statement reads its own shelf and those before it, and never one after it. A row on
// which a condition fails lies on the shelf odd, which every statement reads.
const (
	shelf = "shelf"
	rest  = "r"
	odd   = "x"
)

// shelvesFrom is the size of log files from which shelves are worth their many files.
const shelvesFrom = 64 << 20

// mostShelves is how many conditions have a shelf. One statement of Athena writes a hundred partitions; the rest, the odd
// and the rows of no relation need some too.
const mostShelves = 90

// longestShelving is the most bytes that the conditions may add to the statement that stages.
const longestShelving = 100_000

// spareText is what that statement may grow by later: names of files that are left out, the list of columns.
const spareText = 30_000

// worthwhile is what a shelf must spare all statements together: so many thousandths of a copy with all columns.
const worthwhile = 10

// dear are columns that no condition of a shelf may name: they are long, or not the same in the copy as in a statement.
var dear = []string{"requestparameters", "responseelements", "additionaleventdata", "serviceeventdetails", "resources", "errormessage", "useragent", "log_file"}

// tray is a shelf with its condition.
type tray struct {
	name      string
	condition string
	share     float64             // guessed share of the relation's rows that meet it
	only      map[string][]string // values that a column has in all its rows, for the columns of told
}

// told are the columns by which two conditions can be seen to exclude each other.
var told = []string{"eventsource", "eventname"}

// shelving is the shelves of each relation, in the order in which rows are put on them. A nil one has none.
type shelving struct {
	trays map[string][]tray
}

// initial is the first letter of the names of a relation's shelves: rows of no relation lie on "n".
func initial(name string) string { return name[:1] }

// layOut gives each condition of the planned statements a shelf, where that spares enough. room is how many bytes the
// conditions may take.
func (e *Engine) layOut(s engine.Scope, room int) *shelving {
	l := &shelving{trays: map[string][]tray{}}
	type wish struct {
		relation string
		tray
		spares float64
	}
	wishes := map[string]*wish{}
	var all []*wish
	whole := weight(names(relation.Columns()))
	for _, st := range s.Planned {
		if st.Query == nil {
			continue
		}
		for _, name := range []string{relation.Events, relation.History} {
			condition, ok := st.Query.Sieve(name, dear...)
			if !ok || name == relation.History && s.HistoryDays == 0 {
				continue
			}
			w := wishes[name+" "+condition]
			if w == nil {
				t, ok := e.tray(name, condition)
				if !ok {
					continue
				}
				w = &wish{relation: name, tray: t}
				wishes[name+" "+condition] = w
				all = append(all, w)
			}
			w.spares += (1 - w.share) * float64(1000*weight(st.Query.Uses(name))) / float64(whole)
		}
	}
	all = slices.DeleteFunc(all, func(w *wish) bool { return w.spares < worthwhile || w.share > 0.4 })
	// Where there is not room for all, those go that spare least.
	slices.SortFunc(all, func(a, b *wish) int {
		return cmp.Or(cmp.Compare(b.spares, a.spares), strings.Compare(a.relation+a.condition, b.relation+b.condition))
	})
	n := 0
	for _, w := range all {
		if room -= len(w.condition) + len("  WHEN () THEN '00'\n"); room < 0 || n == mostShelves {
			break
		}
		n++
		l.trays[w.relation] = append(l.trays[w.relation], w.tray)
	}
	for name, trays := range l.trays {
		slices.SortFunc(trays, func(a, b tray) int {
			return cmp.Or(cmp.Compare(a.share, b.share), strings.Compare(a.condition, b.condition))
		})
		for i := range trays {
			trays[i].name = fmt.Sprintf("%s%02d", initial(name), i)
		}
	}
	return l
}

// tray is what can be said of a condition. What it excludes is read from its own text, not from the statement it came from.
func (e *Engine) tray(name, condition string) (tray, bool) {
	t := tray{condition: condition, only: map[string][]string{}}
	p, bad := sql.Parse("SELECT 1 AS one FROM "+name+" WHERE "+condition, nil)
	if bad.Err() != nil {
		return t, false
	}
	c, bad := p.Check(e.o.Definition.Catalog(), nil)
	if bad.Err() != nil {
		return t, false
	}
	b, err := c.Bind(nil)
	if err != nil {
		return t, false
	}
	for _, column := range told {
		if values, ok := b.Only(name, column); ok {
			t.only[column] = values
		}
	}
	if sel, ok := p.Query().Body.(*sql.Select); ok && sel.Where != nil {
		t.share = share(sel.Where)
		return t, true
	}
	return t, false
}

// sql is the shelf of a row, over the columns of the staged relation.
func (l *shelving) sql(value *sql.Literals) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CASE %s\n", relation.Part)
	for _, name := range []string{relation.Events, relation.History} {
		fmt.Fprintf(&b, "WHEN %s THEN %s || ", value.Of(name), value.Of(initial(name)))
		trays := l.trays[name]
		if len(trays) == 0 {
			fmt.Fprintf(&b, "%s\n", value.Of(rest))
			continue
		}
		b.WriteString("coalesce(TRY(CASE\n")
		for _, t := range trays {
			fmt.Fprintf(&b, "  WHEN (%s) THEN %s\n", t.condition, value.Of(strings.TrimPrefix(t.name, initial(name))))
		}
		fmt.Fprintf(&b, "  ELSE %s END), %s)\n", value.Of(rest), value.Of(odd))
	}
	fmt.Fprintf(&b, "ELSE %s END", value.Of("n"))
	return b.String()
}

// of is the shelves that can hold rows of a relation that matter to a statement, planned or not.
func (l *shelving) of(q *sql.Bound, name string) []string {
	out := []string{initial(name) + odd}
	last := true // also the rest
	condition, sifts := q.Sieve(name, dear...)
	only := map[string][]string{}
	for _, column := range told {
		if values, ok := q.Only(name, column); ok {
			only[column] = values
		}
	}
	for _, t := range l.trays[name] {
		if !exclude(only, t.only) {
			out = append(out, t.name)
		}
		if sifts && t.condition == condition {
			last = false
			break
		}
	}
	if last {
		out = append(out, initial(name)+rest)
	}
	return out
}

// share is the guessed share of a relation's rows that lie on the shelves a statement reads.
func (l *shelving) share(q *sql.Bound, name string) float64 {
	if l == nil {
		return 1
	}
	read, sum := l.of(q, name), 0.0
	for _, t := range l.trays[name] {
		if slices.Contains(read, t.name) {
			sum += t.share
		}
	}
	if slices.Contains(read, initial(name)+rest) {
		return 1
	}
	return min(1, max(sum, leastShare))
}

// leastShare is the least share of rows that an estimate goes by: guesses that are multiplied come out too small, and each
// file costs a little however few rows it has.
const leastShare = 0.002

// exclude tells whether no row can have values of both.
func exclude(a, b map[string][]string) bool {
	for column, values := range a {
		others, ok := b[column]
		if ok && !slices.ContainsFunc(values, func(v string) bool { return slices.Contains(others, v) }) {
			return true
		}
	}
	return false
}

// shelved tells whether the staged copy is laid in shelves.
func (e *Engine) shelved(found *scan) bool {
	least := e.o.ShelvesFrom
	if least <= 0 {
		least = shelvesFrom
	}
	return found.bytes >= least
}
