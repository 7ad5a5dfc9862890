package athena

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/sql"
	"trailscribe/internal/sql/ast"
)

// The staged table is partitioned by what the planned statements ask for: a partition holds the rows that meet the condition of one,
// so that a statement about a few calls in a million reads a few rows of the wide columns and not all.
//
// The conditions of a relation are tried in order, the most selective first: a row is in the partition of the first that it meets,
// else in the default partition. So a statement reads its own partition and those before it, and never one after it. A row on
// which a condition fails is in the catch-all partition, which every statement reads.
const (
	partitionKey     = "partition_key" // the partition column: a letter of the relation, and one of these or a number
	defaultPartition = "r"
	catchAll         = "x"
)

// minPartitioned is the size of log files in bytes from which partitions are worth their many files.
const minPartitioned = 64 << 20

// maxPartitions is how many conditions have a partition. One statement of Athena writes a hundred partitions; the default, the
// catch-all and the rows of no relation need some too.
const maxPartitions = 90

// maxPartitioningText is the most bytes that the conditions may add to the statement that stages.
const maxPartitioningText = 100_000

// reservedText is what that statement may grow by later: names of files that are left out, the list of columns.
const reservedText = 30_000

// minSavings is what a partition must save all statements together, in thousandths of a copy with all columns.
const minSavings = 10

// excludedColumns are columns that no condition of a partition may name: they are long, or not the same in the copy as in a statement.
var excludedColumns = []string{"requestparameters", "responseelements", "additionaleventdata", "serviceeventdetails", "resources",
	"errormessage", "useragent", "log_file"}

// partition is the rows of a relation that meet a condition.
type partition struct {
	name        string
	condition   string
	selectivity float64             // estimated share of the relation's rows that meet it
	only        map[string][]string // values that a column has in all its rows, for each of discriminatingColumns
}

// discriminatingColumns are the columns by which two conditions can be seen to exclude each other.
var discriminatingColumns = []string{"eventsource", "eventname"}

// partitioning is the partitions of each relation, in the order in which their conditions are tried. A nil one has none.
type partitioning struct {
	partitions map[string][]partition
}

// prefixOf is the first letter of the names of a relation's partitions: rows of no relation are in "n".
func prefixOf(name string) string { return name[:1] }

// partitioning gives each condition of the planned statements a partition, where that saves enough. room is how many bytes the
// conditions may take.
func (e *Engine) partitioning(s engine.Scope, room int) *partitioning {
	l := &partitioning{partitions: map[string][]partition{}}
	type candidate struct {
		relation string
		partition
		savings float64
	}
	candidates := map[string]*candidate{}
	var all []*candidate
	whole := weight(names(relation.Columns()))
	for _, st := range s.Planned {
		if st.Query == nil {
			continue
		}
		for _, name := range []string{relation.Events, relation.History} {
			condition, ok := st.Query.Pushdown(name, excludedColumns...)
			if !ok || name == relation.History && s.HistoryDays == 0 {
				continue
			}
			w := candidates[name+" "+condition]
			if w == nil {
				t, ok := e.partition(name, condition)
				if !ok {
					continue
				}
				w = &candidate{relation: name, partition: t}
				candidates[name+" "+condition] = w
				all = append(all, w)
			}
			w.savings += (1 - w.selectivity) * float64(1000*weight(st.Query.Uses(name))) / float64(whole)
		}
	}
	all = slices.DeleteFunc(all, func(w *candidate) bool { return w.savings < minSavings || w.selectivity > 0.4 })
	// Where there is not room for all, those go that save least.
	slices.SortFunc(all, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.savings, a.savings), strings.Compare(a.relation+a.condition, b.relation+b.condition))
	})
	n := 0
	for _, w := range all {
		if room -= len(w.condition) + len("  WHEN () THEN '00'\n"); room < 0 || n == maxPartitions {
			break
		}
		n++
		l.partitions[w.relation] = append(l.partitions[w.relation], w.partition)
	}
	for name, partitions := range l.partitions {
		slices.SortFunc(partitions, func(a, b partition) int {
			return cmp.Or(cmp.Compare(a.selectivity, b.selectivity), strings.Compare(a.condition, b.condition))
		})
		for i := range partitions {
			partitions[i].name = fmt.Sprintf("%s%02d", prefixOf(name), i)
		}
	}
	return l
}

// partition is what can be said of a condition. What it excludes is read from its own text, not from the statement it came from.
func (e *Engine) partition(name, condition string) (partition, bool) {
	t := partition{condition: condition, only: map[string][]string{}}
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
	for _, column := range discriminatingColumns {
		if values, ok := b.AllowedValues(name, column); ok {
			t.only[column] = values
		}
	}
	if sel, ok := p.Query().Body.(*ast.Select); ok && sel.Where != nil {
		t.selectivity = selectivity(sel.Where)
		return t, true
	}
	return t, false
}

// sql is the partition of a row, over the columns of the staged relation.
func (l *partitioning) sql(value *sql.Literals) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CASE %s\n", relation.Part)
	for _, name := range []string{relation.Events, relation.History} {
		fmt.Fprintf(&b, "WHEN %s THEN %s || ", value.Of(name), value.Of(prefixOf(name)))
		partitions := l.partitions[name]
		if len(partitions) == 0 {
			fmt.Fprintf(&b, "%s\n", value.Of(defaultPartition))
			continue
		}
		b.WriteString("coalesce(TRY(CASE\n")
		for _, t := range partitions {
			fmt.Fprintf(&b, "  WHEN (%s) THEN %s\n", t.condition, value.Of(strings.TrimPrefix(t.name, prefixOf(name))))
		}
		fmt.Fprintf(&b, "  ELSE %s END), %s)\n", value.Of(defaultPartition), value.Of(catchAll))
	}
	fmt.Fprintf(&b, "ELSE %s END", value.Of("n"))
	return b.String()
}

// of is the partitions that can hold rows of a relation that matter to a statement, planned or not.
func (l *partitioning) of(q *sql.Bound, name string) []string {
	out := []string{prefixOf(name) + catchAll}
	last := true // also the default partition
	condition, sifts := q.Pushdown(name, excludedColumns...)
	only := map[string][]string{}
	for _, column := range discriminatingColumns {
		if values, ok := q.AllowedValues(name, column); ok {
			only[column] = values
		}
	}
	for _, t := range l.partitions[name] {
		if !exclude(only, t.only) {
			out = append(out, t.name)
		}
		if sifts && t.condition == condition {
			last = false
			break
		}
	}
	if last {
		out = append(out, prefixOf(name)+defaultPartition)
	}
	return out
}

// selectivity is the estimated share of a relation's rows that are in the partitions a statement reads.
func (l *partitioning) selectivity(q *sql.Bound, name string) float64 {
	if l == nil {
		return 1
	}
	read, sum := l.of(q, name), 0.0
	for _, t := range l.partitions[name] {
		if slices.Contains(read, t.name) {
			sum += t.selectivity
		}
	}
	if slices.Contains(read, prefixOf(name)+defaultPartition) {
		return 1
	}
	return min(1, max(sum, minSelectivity))
}

// minSelectivity is the least share of rows that an estimate goes by: products of estimates come out too small, and each file costs
// a little however few rows it has.
const minSelectivity = 0.002

// exclude reports whether no row can have values of both.
func exclude(a, b map[string][]string) bool {
	for column, values := range a {
		others, ok := b[column]
		if ok && !slices.ContainsFunc(values, func(v string) bool { return slices.Contains(others, v) }) {
			return true
		}
	}
	return false
}

// partitioned reports whether the staged table is partitioned.
func (e *Engine) partitioned(found *scan) bool {
	from := e.o.PartitionFrom
	if from <= 0 {
		from = minPartitioned
	}
	return found.bytes >= from
}
