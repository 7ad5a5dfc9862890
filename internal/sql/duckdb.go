package sql

import (
	"fmt"
	"strconv"
	"strings"
)

// emitter writes a checked statement for DuckDB. Every column is written with its relation, every relation and lambda
// parameter under a name unique in the statement, so that DuckDB's own rules for names never matter.
type emitter struct {
	c      *Checked
	lits   map[string]Expr   // of the parameters
	stands map[string]string // what stands for a relation of the catalog

	refused []refusal
	at      map[*column]string // where a column is found, if not at its own relation
	vars    map[string]string  // what stands for a lambda's parameter
	try     int
}

// duckdb writes the statement for DuckDB.
func (b *Bound) duckdb(stands map[string]string) string {
	return newEmitter(b.c, b.lits, stands).statement()
}

func newEmitter(c *Checked, lits map[string]Expr, stands map[string]string) *emitter {
	return &emitter{c: c, lits: lits, stands: stands, at: map[*column]string{}, vars: map[string]string{}}
}

func (e *emitter) statement() string { return e.query(e.c.query, true) }

// query writes a query. top: its columns are the statement's result and are turned into what can be fetched.
func (e *emitter) query(q *Query, top bool) string {
	var b strings.Builder
	if q.With != nil {
		b.WriteString("WITH ")
		if q.With.Recursive {
			b.WriteString("RECURSIVE ")
		}
		for i, n := range q.With.Queries {
			if i > 0 {
				b.WriteString(", ")
			}
			c := e.c.ctes[n]
			b.WriteString(duckName(c.label))
			switch {
			case c.recursive:
				names := make([]string, len(c.cols))
				for i, col := range c.cols {
					names[i] = duckName(col.label)
				}
				b.WriteString("(" + strings.Join(names, ", ") + ") AS (")
			case c.refs > 1:
				b.WriteString(" AS MATERIALIZED (")
			default:
				b.WriteString(" AS NOT MATERIALIZED (")
			}
			b.WriteString(e.query(n.Query, false) + ")")
		}
		b.WriteString(" ")
	}
	b.WriteString(e.body(q.Body, top))
	f := e.c.queries[q]
	if len(q.OrderBy) > 0 {
		keys := make([]string, len(q.OrderBy))
		for i, item := range q.OrderBy {
			c := f.order[i]
			switch {
			case c == nil:
				keys[i] = e.x(item.X)
			case top && fetched(c.typ) != "" && (c.expr != nil || len(c.from) == 1 && c.from[0].rel != nil):
				keys[i] = e.col(c)
			default:
				keys[i] = duckName(c.label)
			}
			keys[i] += order(item)
		}
		b.WriteString(" ORDER BY " + strings.Join(keys, ", "))
	}
	if q.Limit != nil {
		b.WriteString(" LIMIT " + e.x(q.Limit))
	}
	if q.Offset != nil {
		b.WriteString(" OFFSET " + e.x(q.Offset))
	}
	return b.String()
}

// order is the direction of a sort key, with the place of NULL said: it must not hang on a setting.
func order(s *SortItem) string {
	d := " ASC"
	if s.Desc {
		d = " DESC"
	}
	if s.Nulls == NullsFirst {
		return d + " NULLS FIRST"
	}
	return d + " NULLS LAST"
}

func (e *emitter) body(b Body, top bool) string {
	switch b := b.(type) {
	case *Select:
		return e.selectBody(b, top)
	case *Query:
		return "(" + e.query(b, top) + ")"
	case *SetOp:
		op := [...]string{Union: "UNION", Intersect: "INTERSECT", Except: "EXCEPT"}[b.Kind]
		if b.All {
			op += " ALL"
		}
		side := func(x Body) string {
			s := e.body(x, top)
			if _, ok := x.(*SetOp); ok {
				return "(" + s + ")"
			}
			return s
		}
		return side(b.Left) + " " + op + " " + side(b.Right)
	case *ValuesBody:
		return e.valuesBody(b, top)
	}
	return ""
}

func (e *emitter) valuesBody(b *ValuesBody, top bool) string {
	rows := make([]string, len(b.Rows))
	var types []*Type
	fieldsOf := func(r Expr) []Expr {
		if row, ok := r.(*Row); ok {
			return row.Fields
		}
		return []Expr{r}
	}
	for i, r := range b.Rows {
		for j, f := range fieldsOf(r) {
			t := e.c.types[f]
			if i == 0 {
				types = append(types, t)
			} else if c := common(types[j], t); c != nil {
				types[j] = c
			}
		}
	}
	for i, r := range b.Rows {
		var cells []string
		for j, f := range fieldsOf(r) {
			cells = append(cells, e.as(f, types[j]))
		}
		rows[i] = "(" + strings.Join(cells, ", ") + ")"
	}
	names, outer := make([]string, len(types)), make([]string, len(types))
	for i, t := range types {
		names[i] = duckName("_col" + strconv.Itoa(i))
		outer[i] = names[i]
		if top {
			outer[i] = fetch(names[i], t) + " AS " + names[i]
		}
	}
	return "SELECT " + strings.Join(outer, ", ") + " FROM (VALUES " + strings.Join(rows, ", ") + ") AS v(" + strings.Join(names, ", ") + ")"
}

func (e *emitter) selectBody(sel *Select, top bool) string {
	f := e.c.selects[sel]
	from := e.fromList(sel.From) // first: it decides where columns are found
	var items []string
	for i, it := range sel.Items {
		for _, c := range f.items[i] {
			if it.Star && !c.used {
				continue
			}
			s := ""
			if it.Star {
				s = e.col(c.from[0])
			} else {
				s = e.x(it.X)
			}
			if top {
				s = fetch(s, c.typ)
			} else if c.typ.Kind == UnknownType {
				s = "NULL"
			}
			items = append(items, s+" AS "+duckName(c.label))
		}
	}
	if len(items) == 0 {
		items = []string{"1 AS " + duckName("nothing")}
	}
	var b strings.Builder
	b.WriteString("SELECT ")
	if sel.Distinct {
		b.WriteString("DISTINCT ")
	}
	b.WriteString(strings.Join(items, ", "))
	if from != "" {
		b.WriteString(" FROM " + from)
	}
	if sel.Where != nil {
		b.WriteString(" WHERE " + e.x(sel.Where))
	}
	if sel.GroupBy != nil {
		b.WriteString(" GROUP BY " + e.groupBy(sel, f))
	}
	if sel.Having != nil {
		b.WriteString(" HAVING " + e.x(sel.Having))
	}
	if len(sel.Windows) > 0 {
		ws := make([]string, len(sel.Windows))
		for i, w := range sel.Windows {
			ws[i] = duckName(w.Name.Key()) + " AS (" + e.windowSpec(w.Window) + ")"
		}
		b.WriteString(" WINDOW " + strings.Join(ws, ", "))
	}
	return b.String()
}

func (e *emitter) groupBy(sel *Select, f *selectFacts) string {
	var flat []*column
	for _, cs := range f.items {
		flat = append(flat, cs...)
	}
	one := func(x Expr) string {
		lit, ok := x.(*IntLit)
		if !ok {
			return e.x(x)
		}
		c := flat[lit.Value-1]
		if c.expr == nil {
			return e.col(c.from[0])
		}
		if constant(c.expr) {
			return strconv.FormatInt(lit.Value, 10)
		}
		return e.x(c.expr)
	}
	var elems []string
	for _, el := range sel.GroupBy.Elems {
		var sets []string
		for _, set := range el.Sets {
			var xs []string
			for _, x := range set.Exprs {
				xs = append(xs, one(x))
			}
			s := strings.Join(xs, ", ")
			if el.Kind == GroupSets || len(xs) != 1 && el.Kind != GroupSimple || len(xs) == 0 {
				s = "(" + s + ")"
			}
			sets = append(sets, s)
		}
		s := strings.Join(sets, ", ")
		switch el.Kind {
		case GroupRollup:
			s = "ROLLUP (" + s + ")"
		case GroupCube:
			s = "CUBE (" + s + ")"
		case GroupSets:
			s = "GROUPING SETS (" + s + ")"
		}
		elems = append(elems, s)
	}
	return strings.Join(elems, ", ")
}

func constant(x Expr) bool {
	switch x.(type) {
	case *IntLit, *StringLit, *BoolLit, *NullLit, *DecimalLit, *DoubleLit, *TypedLit, *Param:
		return true
	}
	return false
}

// fetch turns a result column into what the driver can fetch without loss: JSON and intervals as Trino's text.
func fetch(s string, t *Type) string {
	if f := fetched(t); f != "" {
		return fmt.Sprintf(f, s)
	}
	return s
}

// fetched is the conversion fetch applies, "" where there is none.
func fetched(t *Type) string {
	switch t.Kind {
	case JSONType:
		return "CAST(%s AS VARCHAR)"
	case UnknownType:
		return "CAST(%s AS VARCHAR)"
	case IntervalDayType:
		return "tr_interval_text(%s)"
	case IntervalMonthType:
		return "tr_months_text(%s)"
	}
	return ""
}

// fromList writes what stands behind FROM; commas are cross joins from left to right.
func (e *emitter) fromList(rs []Relation) string {
	s := ""
	var left []Relation
	for _, r := range rs {
		switch u, ok := r.(*Unnest); {
		case ok:
			s = e.unnest(s, left, u, false)
		case s == "":
			s = e.from(r)
		default:
			s += ", " + e.from(r)
		}
		left = append(left, r)
	}
	return s
}

func (e *emitter) from(r Relation) string {
	switch r := r.(type) {
	case *Table:
		src := e.c.sources[r]
		name := r.Name()
		stands := duckTable(name)
		if src.cte != nil {
			stands = duckName(src.cte.label)
		} else if s, ok := e.stands[name]; ok {
			stands = s
		}
		return stands + " AS " + duckName(src.label)
	case *Subquery:
		s := "(" + e.query(r.Query, false) + ") AS " + duckName(e.c.sources[r].label)
		if r.Lateral {
			return "LATERAL " + s
		}
		return s
	case *Unnest:
		return e.unnest("", nil, r, false)
	case *Join:
		left := e.from(r.Left)
		if u, ok := r.Right.(*Unnest); ok {
			return e.unnest(left, []Relation{r.Left}, u, r.Kind == LeftJoin)
		}
		right := e.from(r.Right)
		if _, ok := r.Right.(*Join); ok {
			right = "(" + right + ")"
		}
		word := [...]string{InnerJoin: " JOIN ", LeftJoin: " LEFT JOIN ", RightJoin: " RIGHT JOIN ", FullJoin: " FULL JOIN ", CrossJoin: " CROSS JOIN "}[r.Kind]
		s := left + word + right
		switch {
		case r.On != nil:
			s += " ON " + e.x(r.On)
		case len(r.Using) > 0:
			var eqs []string
			for _, c := range e.c.joins[r] {
				eqs = append(eqs, coerceSQL(e.col(c.merged[0]), c.merged[0].typ, c.typ)+" = "+coerceSQL(e.col(c.merged[1]), c.merged[1].typ, c.typ))
			}
			s += " ON " + strings.Join(eqs, " AND ")
		}
		return s
	}
	return ""
}

func duckTable(name string) string {
	parts := strings.Split(name, ".")
	for i, p := range parts {
		parts[i] = duckName(p)
	}
	return strings.Join(parts, ".")
}

// sourcesOf are the relations in a FROM, in order.
func (e *emitter) sourcesOf(r Relation) []*source {
	if j, ok := r.(*Join); ok {
		return append(e.sourcesOf(j.Left), e.sourcesOf(j.Right)...)
	}
	return []*source{e.c.sources[r]}
}

// unnest writes left CROSS JOIN UNNEST(…) as a sub-select with unnest() in its list, which pads with NULL as Trino does.
// It is never written as a join: a filter on an unnested element is then pushed below DuckDB's own join, 25 times slower.
func (e *emitter) unnest(left string, rels []Relation, u *Unnest, outer bool) string {
	src := e.c.sources[u]
	wrap := src.label + ".w"
	var items, lens []string
	found := map[*column]string{}
	for _, r := range rels {
		for _, s := range e.sourcesOf(r) {
			for _, c := range s.cols {
				if !c.used {
					continue
				}
				name := duckName(s.label + "." + c.label)
				items = append(items, e.col(c)+" AS "+name)
				found[c] = duckName(wrap) + "." + name
			}
		}
	}
	type list struct{ sql, of string }
	var lists []list
	for _, a := range u.Args {
		s := e.x(a)
		if e.c.types[a].Kind == MapType {
			lists = append(lists, list{"map_keys(" + s + ")", s}, list{"map_values(" + s + ")", s})
			lens = append(lens, "cardinality("+s+")")
			continue
		}
		lists = append(lists, list{s, s})
		lens = append(lens, "len("+s+")")
	}
	longest := "coalesce(" + lens[0] + ", 0)"
	if len(lens) > 1 {
		longest = "greatest(" + strings.Join(lens, ", ") + ", 0)"
	}
	if u.Ordinality {
		lists = append(lists, list{"range(1, CAST(" + longest + " AS BIGINT) + 1)", ""})
	}
	for i, l := range lists {
		c := src.cols[i]
		name := duckName(src.label + "." + c.label)
		s := l.sql
		if outer {
			s = "CASE WHEN " + longest + " > 0 THEN " + s + " ELSE [NULL] END"
		}
		items = append(items, "unnest("+s+") AS "+name)
		found[c] = duckName(wrap) + "." + name
	}
	for c, s := range found {
		e.at[c] = s
	}
	if left != "" {
		left = " FROM " + left
	}
	return "(SELECT " + strings.Join(items, ", ") + left + ") AS " + duckName(wrap)
}

// col writes a reference to a column.
func (e *emitter) col(c *column) string {
	if s, ok := e.at[c]; ok {
		return s
	}
	switch {
	case len(c.merged) == 2:
		l, r := c.merged[0], c.merged[1]
		switch c.join {
		case RightJoin:
			return coerceSQL(e.col(r), r.typ, c.typ)
		case FullJoin:
			return "coalesce(" + coerceSQL(e.col(l), l.typ, c.typ) + ", " + coerceSQL(e.col(r), r.typ, c.typ) + ")"
		}
		return coerceSQL(e.col(l), l.typ, c.typ)
	case c.rel != nil:
		return duckName(c.rel.label) + "." + duckName(c.label)
	case c.expr != nil: // a result column inside an ORDER BY expression
		return e.x(c.expr)
	case len(c.from) > 0:
		return e.col(c.from[0])
	}
	return duckName(c.label)
}

func (e *emitter) windowSpec(w *Window) string {
	var parts []string
	if w.Base != nil {
		parts = append(parts, duckName(w.Base.Key()))
	}
	if len(w.PartitionBy) > 0 {
		xs := make([]string, len(w.PartitionBy))
		for i, x := range w.PartitionBy {
			xs[i] = e.x(x)
		}
		parts = append(parts, "PARTITION BY "+strings.Join(xs, ", "))
	}
	if len(w.OrderBy) > 0 {
		parts = append(parts, "ORDER BY "+e.sortItems(w.OrderBy))
	}
	if f := w.Frame; f != nil {
		s := [...]string{FrameRows: "ROWS", FrameRange: "RANGE", FrameGroups: "GROUPS"}[f.Unit]
		if f.Stop != nil {
			s += " BETWEEN " + e.bound(f.Start) + " AND " + e.bound(f.Stop)
		} else {
			s += " " + e.bound(f.Start)
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

func (e *emitter) bound(b *FrameBound) string {
	switch b.Kind {
	case UnboundedPreceding:
		return "UNBOUNDED PRECEDING"
	case Preceding:
		return e.x(b.X) + " PRECEDING"
	case Following:
		return e.x(b.X) + " FOLLOWING"
	case UnboundedFollowing:
		return "UNBOUNDED FOLLOWING"
	}
	return "CURRENT ROW"
}

func (e *emitter) sortItems(items []*SortItem) string {
	keys := make([]string, len(items))
	for i, it := range items {
		keys[i] = e.x(it.X) + order(it)
	}
	return strings.Join(keys, ", ")
}
