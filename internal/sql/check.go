package sql

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"trailscribe/internal/diag"
	"trailscribe/internal/result"
)

// facts are what Check found out about a statement: a side table, so that the tree itself stays as it was written.
type facts struct {
	types      map[Expr]*Type
	cols       map[Expr]*column    // an Ident or Deref that is a column
	vars       map[Expr]string     // an Ident that is a lambda's parameter: its name in DuckDB
	calls      map[*Call]*resolved // the overload chosen
	casts      map[*TypeName]*Type
	lambdas    map[*Lambda][]string // names of the parameters in DuckDB
	extracts   map[*Extract]*Call   // EXTRACT(hour FROM x) as hour(x)
	queries    map[*Query]*queryFacts
	selects    map[*Select]*selectFacts
	sources    map[Relation]*source
	joins      map[*Join][]*column // columns of USING
	ctes       map[*NamedQuery]*named
	paramTypes map[string]*Type
	tables     map[string][]*column // every column object of a relation of the catalog
	columns    int32                // how many columns were made: each has a number
	out        []*column
}

type queryFacts struct {
	cols  []*column // the result
	order []*column // for each ORDER BY item the result column it names, nil where it is another expression
}

type selectFacts struct {
	items   [][]*column // the result columns each item makes: one, or all of a star
	grouped *grouping   // nil: rows are not aggregated
}

// grouping is the GROUP BY of a select.
type grouping struct {
	keys    map[string]bool // the grouped expressions
	sources []*source
	exprs   []Expr
}

// checker finds the meaning of every name and the type of every expression.
type checker struct {
	*facts
	p       *Parsed
	catalog Catalog
	probs   diag.Problems
	labels  map[string]int
	taken   map[string]bool // labels of the columns of the select being checked
	pieces  float64         // what the expressions grow to that were checked beside each other, see grow

	nested   []Node // what correlated looks into
	doubtful []Expr // what sayable looks into

	columnSlab slab[column]
	fromSlab   slab[*column]
	typeSlab   slab[*Type]
	callSlab   slab[resolved]
}

// Check finds what every name means and what type every expression has, by Trino's rules: no implicit casts between text and
// numbers or dates, aliases of SELECT in ORDER BY only, GROUP BY complete. Problems carry their place and what may have been meant.
// There may be warnings beside a Checked; with an error it is nil.
func (p *Parsed) Check(c Catalog, t Types) (*Checked, diag.Problems) {
	k, checked := p.resolve(c, t)
	if k.probs.Err() == nil {
		k.sayable(checked)
	}
	probs := dropDoubles(k.probs.Sort())
	if probs.Err() != nil {
		return nil, probs
	}
	return checked, probs
}

// resolve is Check but for what only the printer knows.
func (p *Parsed) resolve(c Catalog, t Types) (*checker, *Checked) {
	k := &checker{p: p, catalog: c, labels: map[string]int{}, taken: map[string]bool{}, facts: &facts{
		types: make(map[Expr]*Type, p.exprs), cols: make(map[Expr]*column, p.exprs/2), vars: map[Expr]string{}, calls: make(map[*Call]*resolved, p.exprs/8),
		casts: map[*TypeName]*Type{}, lambdas: map[*Lambda][]string{}, queries: map[*Query]*queryFacts{},
		selects: map[*Select]*selectFacts{}, sources: map[Relation]*source{}, joins: map[*Join][]*column{},
		ctes: map[*NamedQuery]*named{}, extracts: map[*Extract]*Call{}, paramTypes: map[string]*Type{}, tables: map[string][]*column{},
	}}
	for name, text := range t {
		typ, err := ParseType(ParamType(text))
		if err != nil {
			k.problem(p.query, "parameter :"+name+" has the "+err.Error(), "", "parameter-type")
			typ = tBad
		}
		k.paramTypes[name] = typ
	}
	k.out = k.query(p.query, nil)
	for _, c := range k.out {
		c.use()
	}
	k.correlated()
	return k, &Checked{Parsed: p, facts: k.facts, declared: t}
}

func dropDoubles(ps diag.Problems) diag.Problems {
	if len(ps) < 2 {
		return ps
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(ps, func(p diag.Problem) bool {
		s := p.Error()
		defer func() { seen[s] = true }()
		return seen[s]
	})
}

// Columns are the result's columns with the kind each has by its type: timestamps with or without zone are Instant,
// because the type does not say whose wall clock a timestamp without zone shows.
func (c *Checked) Columns() []result.Column {
	cols := make([]result.Column, len(c.out))
	for i, o := range c.out {
		cols[i] = result.Column{Name: o.label, Kind: kindOf(o.typ)}
	}
	return cols
}

// Types are the result columns' types as Trino writes them.
func (c *Checked) Types() []string {
	ts := make([]string, len(c.out))
	for i, o := range c.out {
		ts[i] = o.typ.String()
	}
	return ts
}

func kindOf(t *Type) result.Kind {
	switch t.Kind {
	case BooleanType:
		return result.Bool
	case TinyintType, SmallintType, IntegerType, BigintType:
		return result.Int
	case DecimalType:
		return result.Decimal
	case RealType, DoubleType:
		return result.Float
	case DateType:
		return result.Date
	case TimestampType, TimestampZoneType:
		return result.Instant
	}
	return result.Text
}

// Uses are the columns of a relation of the catalog that the statement reads, in the catalog's order: what staging must hold.
// Columns that a star hands on and nobody reads are not among them.
func (c *Checked) Uses(relation string) []string {
	var names []string
	seen := map[string]bool{}
	for _, col := range c.tables[strings.ToLower(relation)] {
		if col.used && !seen[col.key] {
			seen[col.key] = true
		}
	}
	for _, col := range c.tables[strings.ToLower(relation)] {
		if seen[col.key] {
			seen[col.key] = false
			names = append(names, col.name)
		}
	}
	return names
}

var tBad = &Type{} // of an expression a problem was already said about

func (k *checker) problem(n Node, text, hint, rule string) {
	at, width := k.p.place(n.Pos()), n.End()-n.Pos()
	k.probs = append(k.probs, diag.Problem{At: at, Text: text, Hint: hint, Rule: rule, Width: width})
}

// place is where a character of the text stands in its file.
func (p *Parsed) place(char int) diag.Pos {
	if p.at == nil {
		return diag.Pos{}
	}
	return p.at(char)
}

// unique makes a name no other relation of the statement has.
func (k *checker) unique(name string) string {
	if name == "" {
		name = "t"
	}
	for {
		k.labels[name]++
		n := k.labels[name]
		if n == 1 {
			return name
		}
		if s := name + "_" + strconv.Itoa(n); k.labels[s] == 0 {
			k.labels[s] = 1
			return s
		}
	}
}

// query checks a query and returns the columns of its result. outer is what names mean around it.
func (k *checker) query(q *Query, outer *scope) []*column {
	s := &scope{outer: outer}
	if q.With != nil {
		s.with = map[string]*named{}
		for _, n := range q.With.Queries {
			k.with(q.With, n, s)
		}
	}
	cols, inner := k.body(q.Body, s)
	f := &queryFacts{cols: cols, order: make([]*column, len(q.OrderBy))}
	k.queries[q] = f
	if inner == nil { // a set operation or VALUES: only the result's columns can be named
		inner = &scope{outer: s}
	}
	inner.output = cols
	_, isSelect := q.Body.(*Select)
	for i, item := range q.OrderBy {
		if lit, ok := item.X.(*IntLit); ok {
			if lit.Value < 1 || lit.Value > int64(len(cols)) {
				k.problem(item, fmt.Sprintf("ORDER BY %d: the result has %d columns", lit.Value, len(cols)), "", "")
				continue
			}
			f.order[i] = cols[lit.Value-1]
			f.order[i].use()
			continue
		}
		v := env{scope: inner}
		if !isSelect {
			v.noAggregate, v.noWindow = "ORDER BY of a set operation", "ORDER BY of a set operation"
		}
		t := k.expr(item.X, v)
		if id, ok := item.X.(*Ident); ok {
			if c := k.cols[id]; c != nil && slices.Contains(cols, c) {
				f.order[i] = c
			}
		}
		if t.Kind != 0 && !t.orderable() {
			k.problem(item, "rows cannot be ordered by a value of type "+t.String(), "", "")
		}
		if sel, ok := q.Body.(*Select); ok {
			if g := k.selects[sel].grouped; g != nil && f.order[i] == nil {
				k.covered(item.X, g)
			}
			if sel.Distinct && f.order[i] == nil && !k.selected(item.X, sel) {
				k.problem(item, "with SELECT DISTINCT, ORDER BY can only name what is selected", "", "")
			}
		}
	}
	inner.output = nil
	for _, e := range []Expr{q.Offset, q.Limit} {
		if e == nil {
			continue
		}
		if t := k.expr(e, env{scope: &scope{}}); t.Kind != 0 && !t.integral() {
			k.problem(e, "LIMIT and OFFSET take a whole number, not "+t.String(), "", "")
		}
	}
	return cols
}

func (k *checker) selected(x Expr, sel *Select) bool {
	key := k.key(x)
	for _, it := range sel.Items {
		if it.X != nil && k.key(it.X) == key {
			return true
		}
	}
	return false
}

// with checks a query of a WITH and adds it to s.
func (k *checker) with(w *With, n *NamedQuery, s *scope) {
	key := n.Name.Key()
	if s.with[key] != nil {
		k.problem(n.Name, "WITH names "+n.Name.Name+" twice", "", "")
	}
	c := &named{key: key, label: k.unique("with_" + key)}
	k.ctes[n] = c
	if op, ok := n.Query.Body.(*SetOp); ok && w.Recursive && refersTo(n.Query, key) {
		// the first branch decides names and types, the second sees them
		first, _ := k.body(op.Left, &scope{outer: s})
		c.recursive = true
		c.cols = k.renamed(n, first)
		for i, col := range c.cols {
			col.label = fmt.Sprintf("c%d", i+1)
		}
		s.with[key] = c
	}
	cols := k.query(n.Query, s)
	if c.recursive {
		for i := range c.cols {
			c.cols[i].use()
		}
		for _, col := range cols {
			col.use()
		}
		return
	}
	c.cols = k.renamed(n, cols)
	s.with[key] = c
}

// renamed gives the columns of a WITH query their names from name (a, b) AS ….
func (k *checker) renamed(n *NamedQuery, cols []*column) []*column {
	if len(n.Columns) == 0 && !k.ctes[n].recursive {
		return cols
	}
	if len(n.Columns) > 0 && len(n.Columns) != len(cols) {
		k.problem(n.Name, fmt.Sprintf("%s has %d column names for %d columns", n.Name.Name, len(n.Columns), len(cols)), "", "")
	}
	out := k.handedOn(cols)
	for i := range cols {
		if i < len(n.Columns) {
			out[i].name, out[i].key = n.Columns[i].Name, n.Columns[i].Key()
		}
	}
	return out
}

func refersTo(q *Query, key string) (found bool) {
	Walk(q, func(n Node) bool {
		if t, ok := n.(*Table); ok && t.Name() == key {
			found = true
		}
		return !found
	})
	return found
}

// body checks what a query consists of. inner is the scope an ORDER BY may look into, nil if it may not.
func (k *checker) body(b Body, s *scope) (cols []*column, inner *scope) {
	switch b := b.(type) {
	case *Select:
		return k.selectBody(b, s)
	case *Query:
		return k.query(b, s), nil
	case *ValuesBody:
		return k.values(b, s), nil
	case *SetOp:
		left, _ := k.body(b.Left, s)
		right, _ := k.body(b.Right, s)
		cols = make([]*column, 0, len(left))
		if len(left) != len(right) {
			k.problem(b.Right, fmt.Sprintf("the queries of a set operation must have the same number of columns: %d and %d", len(left), len(right)), "", "")
			return left, nil
		}
		for i := range left {
			left[i].use()
			right[i].use()
			t := common(left[i].typ, right[i].typ)
			if t == nil {
				k.problem(b.Right, fmt.Sprintf("column %d of the set operation has type %s on one side and %s on the other", i+1, left[i].typ, right[i].typ), "Use CAST on one side", "")
				t = tBad
			}
			from := k.fromSlab.more(2)
			from[0], from[1] = left[i], right[i]
			cols = append(cols, k.newColumn(column{name: left[i].name, key: left[i].key, label: left[i].label, typ: t, from: from}))
		}
		return cols, nil
	}
	return nil, nil
}

func (k *checker) values(b *ValuesBody, s *scope) (cols []*column) {
	var types []*Type
	for i, r := range b.Rows {
		fields := []Expr{r}
		if row, ok := r.(*Row); ok {
			fields = row.Fields
		}
		for j, f := range fields {
			t := k.expr(f, env{scope: s, noAggregate: "VALUES", noWindow: "VALUES"})
			if f == r && t.Kind == RowType {
				k.problem(r, "VALUES makes a column of each field of a row", "Select the row instead: SELECT … AS r", "not-supported")
			}
			if i == 0 {
				types = append(types, t)
				continue
			}
			if j >= len(types) {
				break
			}
			c := common(types[j], t)
			if c == nil {
				k.problem(f, fmt.Sprintf("column %d of VALUES has type %s above and %s here", j+1, types[j], t), "", "")
				c = tBad
			}
			types[j] = c
		}
		if len(fields) != len(types) {
			k.problem(r, fmt.Sprintf("this row of VALUES has %d columns, the first has %d", len(fields), len(types)), "", "")
		}
	}
	for i, t := range types {
		n := unnamed(i)
		cols = append(cols, k.newColumn(column{name: n, key: n, label: n, typ: t, used: true}))
	}
	return cols
}

func (k *checker) selectBody(sel *Select, outer *scope) ([]*column, *scope) {
	s := &scope{outer: outer}
	for _, r := range sel.From {
		k.relation(r, s)
	}
	if sel.Where != nil {
		k.condition(sel.Where, env{scope: s, noAggregate: "WHERE", noWindow: "WHERE", items: sel.Items}, "WHERE")
	}
	f := &selectFacts{items: make([][]*column, 0, len(sel.Items))}
	k.selects[sel] = f
	if len(sel.Windows) > 0 {
		s.windows = make(map[string]*Window, len(sel.Windows))
	}
	for _, w := range sel.Windows {
		if s.windows[w.Name.Key()] != nil {
			k.problem(w.Name, "WINDOW names "+w.Name.Name+" twice", "", "")
		}
		s.windows[w.Name.Key()] = w.Window
	}
	s.aggregated = sel.GroupBy != nil || sel.Having != nil
	cols := make([]*column, 0, len(sel.Items))
	v := env{scope: s}
	for i, it := range sel.Items {
		if it.Star {
			made := k.star(it, s)
			f.items = append(f.items, made)
			cols = append(cols, made...)
		} else {
			t := k.expr(it.X, v)
			c := k.newColumn(column{expr: it.X, typ: t})
			switch x := it.X.(type) {
			case *Ident:
				c.name = x.Name
			case *Deref:
				c.name = x.Field.Name
			}
			if it.Alias != nil {
				c.name = it.Alias.Name
			}
			if c.name == "" {
				c.name = unnamed(i)
			}
			c.key = strings.ToLower(c.name)
			f.items = append(f.items, k.only(c))
			cols = append(cols, c)
		}
	}
	aggregated := s.aggregated
	if aggregated {
		f.grouped = &grouping{keys: map[string]bool{}, sources: s.sources}
	}
	clear(k.taken)
	for _, c := range cols {
		c.label = c.key
		for n := 2; k.taken[c.label]; n++ {
			c.label = c.key + "_" + strconv.Itoa(n)
		}
		k.taken[c.label] = true
	}
	if sel.Distinct || aggregated {
		for _, c := range cols {
			c.use()
		}
		if sel.Distinct {
			for i, it := range sel.Items {
				for _, c := range f.items[i] {
					if c.typ.Kind == JSONType {
						k.problem(it, "SELECT DISTINCT cannot compare values of type json", "Select json_format(…) instead", "")
					}
				}
			}
		}
	}
	before := len(k.probs)
	if sel.GroupBy != nil {
		k.groupBy(sel, f, cols, env{scope: s, noAggregate: "GROUP BY", noWindow: "GROUP BY", items: sel.Items})
	}
	if sel.Having != nil {
		k.condition(sel.Having, env{scope: s, noWindow: "HAVING", items: sel.Items}, "HAVING")
	}
	for _, w := range sel.Windows {
		k.window(w.Window, v)
	}
	if f.grouped != nil && len(k.probs) > before {
		f.grouped = nil // what is grouped by is not known well enough
	}
	if f.grouped != nil {
		for i, it := range sel.Items {
			if it.Star {
				for _, c := range f.items[i] {
					if !f.grouped.keys[columnKey(c.from[0])] {
						k.problem(it, "column "+c.name+" of * is neither in GROUP BY nor inside an aggregate", "", "group-by")
						break
					}
				}
				continue
			}
			k.covered(it.X, f.grouped)
		}
		if sel.Having != nil {
			k.covered(sel.Having, f.grouped)
		}
	}
	return cols, s
}

// star is the columns * or t.* stands for.
func (k *checker) star(it *SelectItem, s *scope) (cols []*column) {
	from := s.cols
	if it.Table != nil {
		var r *source
		for o := s; o != nil && r == nil; o = o.outer {
			for _, src := range o.sources {
				if src.alias == it.Table.Key() {
					r = src
				}
			}
		}
		if r == nil {
			k.problem(it.Table, "no relation is called "+it.Table.Name+" here", k.meant(it.Table.Name, aliasesOf(s)), "unknown-relation")
			return nil
		}
		from = r.cols
	}
	if len(s.sources) == 0 {
		k.problem(it, "SELECT * needs a FROM", "", "")
	}
	for _, c := range from {
		if c.hidden {
			continue
		}
		cols = append(cols, k.newColumn(column{name: c.name, key: c.key, typ: c.typ, from: k.only(c)}))
	}
	return cols
}

// handedOn makes a column for each that a query hands on to what reads it.
func (k *checker) handedOn(cols []*column) []*column {
	out, from := k.newColumns(len(cols)), k.fromSlab.more(len(cols))
	copy(from, cols)
	for i, c := range cols {
		o := out[i]
		o.name, o.key, o.typ, o.label, o.from = c.name, c.key, c.typ, c.label, from[i:i+1:i+1]
	}
	return out
}

// newColumns makes n columns and gives each its number.
func (k *checker) newColumns(n int) []*column {
	made, out := k.columnSlab.more(n), make([]*column, n)
	for i := range made {
		k.columns++
		made[i].number = k.columns
		out[i] = &made[i]
	}
	return out
}

// newColumn gives a column its place and its number.
func (k *checker) newColumn(c column) *column {
	k.columns++
	c.number = k.columns
	return k.columnSlab.put(c)
}

// only is a list of one column.
func (k *checker) only(c *column) []*column {
	l := k.fromSlab.more(1)
	l[0] = c
	return l
}

// unnamed is what Trino calls a column that has no name of its own.
func unnamed(i int) string { return "_col" + strconv.Itoa(i) }

func (k *checker) groupBy(sel *Select, f *selectFacts, cols []*column, v env) {
	if sel.GroupBy.Distinct {
		k.problem(sel.GroupBy, "GROUP BY DISTINCT is not supported", "", "not-supported")
	}
	for _, el := range sel.GroupBy.Elems {
		for _, set := range el.Sets {
			for _, x := range set.Exprs {
				if lit, ok := x.(*IntLit); ok {
					k.types[x] = tInteger
					if lit.Value < 1 || lit.Value > int64(len(cols)) {
						k.problem(x, fmt.Sprintf("GROUP BY %d: %d columns are selected", lit.Value, len(cols)), "", "")
						continue
					}
					c := cols[lit.Value-1]
					if c.expr == nil {
						f.grouped.keys[columnKey(c.from[0])] = true
						continue
					}
					if k.aggregates(c.expr) {
						k.problem(x, fmt.Sprintf("GROUP BY %d is an aggregate", lit.Value), "", "group-by")
					}
					f.grouped.keys[k.key(c.expr)] = true
					f.grouped.exprs = append(f.grouped.exprs, c.expr)
					continue
				}
				t := k.expr(x, v)
				if t.Kind == JSONType {
					k.problem(x, "GROUP BY cannot compare values of type json", "Group by json_format(…) instead", "")
				}
				f.grouped.keys[k.key(x)] = true
				f.grouped.exprs = append(f.grouped.exprs, x)
			}
		}
	}
}

// aggregates says whether x holds an aggregate of its own query (not of a subquery, not with OVER).
func (k *checker) aggregates(x Expr) (found bool) {
	Walk(x, func(n Node) bool {
		switch n := n.(type) {
		case *Query:
			return false
		case *Call:
			if f := functions[n.Name.Key()]; f != nil && f.kind == aggregateFunction && n.Over == nil {
				found = true
			}
		}
		return !found
	})
	return found
}

// covered reports columns in x that are neither grouped nor inside an aggregate.
func (k *checker) covered(x Node, g *grouping) {
	if e, ok := x.(Expr); ok {
		if g.keys[k.key(e)] {
			return
		}
		if c := k.cols[e]; c != nil {
			if g.owns(c) {
				k.problem(x, "column "+c.name+" is neither in GROUP BY nor inside an aggregate", "Add it to GROUP BY, or take min or max of it", "group-by")
			}
			return
		}
	}
	if c, ok := x.(*Call); ok {
		if f := functions[c.Name.Key()]; f != nil && (f.kind == aggregateFunction && c.Over == nil || f.name == "grouping") {
			return
		}
	}
	eachChild(x, func(child Node) { k.covered(child, g) })
}

func (g *grouping) owns(c *column) bool {
	if c.rel != nil && slices.Contains(g.sources, c.rel) {
		return true
	}
	for _, m := range c.merged {
		if g.owns(m) {
			return true
		}
	}
	return false
}

func columnKey(c *column) string { return "#" + strconv.Itoa(int(c.number)) }

// key is a text that is the same for expressions that mean the same: columns by identity, not by spelling.
func (f *facts) key(n any) string {
	var b strings.Builder
	f.writeKey(&b, reflect.ValueOf(n))
	return b.String()
}

func (f *facts) writeKey(b *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			b.WriteString("~")
			return
		}
		if e, ok := v.Interface().(Expr); ok && v.Kind() == reflect.Pointer {
			if c := f.cols[e]; c != nil {
				b.WriteString(columnKey(c))
				return
			}
		}
		if id, ok := v.Interface().(*Ident); ok {
			b.WriteString(id.Key())
			return
		}
		f.writeKey(b, v.Elem())
	case reflect.Struct:
		b.WriteString(v.Type().Name() + "{")
		for i := range v.NumField() {
			if n := v.Type().Field(i).Name; n != "Span" && n != "OpAt" {
				f.writeKey(b, v.Field(i))
				b.WriteByte(';')
			}
		}
		b.WriteByte('}')
	case reflect.Slice:
		b.WriteByte('[')
		for i := range v.Len() {
			f.writeKey(b, v.Index(i))
			b.WriteByte(',')
		}
		b.WriteByte(']')
	default:
		fmt.Fprintf(b, "%q", fmt.Sprint(v.Interface()))
	}
}

// meant is the hint that names what was probably meant.
func (k *checker) meant(word string, candidates []string) string {
	if n := nearest(word, candidates); n != "" {
		return "Did you mean " + n
	}
	return ""
}

func aliasesOf(s *scope) (names []string) {
	for ; s != nil; s = s.outer {
		for _, r := range s.sources {
			if r.alias != "" {
				names = append(names, r.alias)
			}
		}
	}
	return names
}

// typeName is the type a CAST names.
func (k *checker) typeName(n *TypeName) *Type {
	t := k.makeType(n)
	k.casts[n] = t
	return t
}

func (k *checker) makeType(n *TypeName) *Type {
	switch n.Name {
	case "array", "map", "row":
		elems := make([]*Type, len(n.Elems))
		for i, e := range n.Elems {
			elems[i] = k.makeType(e)
			if elems[i].Kind == 0 {
				return tBad
			}
		}
		switch {
		case n.Name == "array" && len(elems) == 1:
			return arrayOf(elems[0])
		case n.Name == "map" && len(elems) == 2:
			return mapOf(elems[0], elems[1])
		case n.Name == "row" && len(elems) > 0:
			t := &Type{Kind: RowType}
			for i, e := range elems {
				f := Field{Type: e}
				if i < len(n.Fields) && n.Fields[i] != nil {
					f.Name = n.Fields[i].Key()
				}
				t.Fields = append(t.Fields, f)
			}
			return t
		}
	}
	text := n.Name
	if len(n.Params) > 0 {
		ps := make([]string, len(n.Params))
		for i, p := range n.Params {
			ps[i] = fmt.Sprint(p)
		}
		list := "(" + strings.Join(ps, ", ") + ")"
		if base, ok := strings.CutSuffix(text, " with time zone"); ok {
			text = base + list + " with time zone"
		} else {
			text += list
		}
	}
	t, err := ParseType(text)
	if err != nil || t.Kind == UnknownType {
		k.problem(n, "there is no type "+text, k.meant(text, typeWords()), "unknown-type")
		return tBad
	}
	if t.Kind == CharType {
		k.problem(n, "type char is not supported: it pads with blanks, which no log field does", "Use varchar", "not-supported")
		return tBad
	}
	return t
}

func typeWords() (names []string) {
	for k, n := range typeNames {
		if k != UnknownType && k != CharType {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names
}

func runes(s string) int { return utf8.RuneCountInString(s) }
