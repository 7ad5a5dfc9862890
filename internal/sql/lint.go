package sql

import (
	"slices"
	"strings"

	"trailscribe/internal/diag"
)

// uniqueColumns tell the rows of a relation apart by themselves, so that an order ending in one of them is total.
var uniqueColumns = []string{"eventid"}

// Lint finds what would not give the same rows on every engine and in every run, or what no report can show. key are the columns
// that identify a row of the result; without them the rows are taken to be told apart by GROUP BY, DISTINCT, or all columns.
//
//	result-star         SELECT * as the result
//	result-column       a column that is an array, map, row, interval or bytes; two columns of one name
//	key-selected        a key column that is not selected
//	order-total         no ORDER BY, or one that does not cover the key
//	limit-order         LIMIT or OFFSET without a total order
//	volatile            now(), current_date, random() and the like
//	approximate         approx_distinct, approx_percentile
//	aggregate-order     array_agg, listagg, max_by, min_by, arbitrary, map_agg without a total order
//	float-aggregate     sum and avg of doubles, whose last digits depend on the order of the rows; stddev and the like unless rounded
//	window-order        a window function that counts rows without ORDER BY
func (c *Checked) Lint(key []string) diag.Problems {
	l := &linter{checker: &checker{p: c.Parsed, facts: c.facts}, key: key}
	l.result(c.query)
	l.walk(c.query, parents{})
	return l.probs.Sort()
}

type linter struct {
	*checker
	key []string
}

// parents is what surrounds a node.
type parents struct {
	unordered bool // a function whose result does not depend on the order of an array
	rounded   bool // round(…, n)
	grouped   *grouping
}

// result looks at the statement's own columns, key and order.
func (l *linter) result(q *Query) {
	starred := false
	for _, sel := range topSelects(q.Body) {
		for _, it := range sel.Items {
			if it.Star {
				starred = true
				l.problem(it, "SELECT * as the result changes when the relation gets a column", "Name the columns the report shows", "result-star")
			}
		}
	}
	place := func(c *column) Node {
		for _, sel := range topSelects(q.Body) {
			for i, cs := range l.selects[sel].items {
				if slices.Contains(cs, c) {
					return sel.Items[i]
				}
			}
		}
		return q.Body
	}
	seen := map[string]bool{}
	for _, c := range l.out {
		hint := ""
		switch c.typ.Kind {
		case ArrayType:
			hint = "Write array_join(…, ', ')"
		case MapType, RowType:
			hint = "Write CAST(… AS json) and json_format, or select its parts"
			if c.typ.Kind == RowType {
				hint = "Select its fields"
			}
		case VarbinaryType:
			hint = "Write to_hex(…)"
		case IntervalDayType, IntervalMonthType:
			hint = "Write date_diff('second', a, b)"
		case TimeType:
			hint = "Write CAST(… AS varchar)"
		}
		if hint != "" {
			l.problem(place(c), "column "+c.name+" is of type "+c.typ.String()+", which no cell of a report can show", hint, "result-column")
		}
		if seen[c.key] && !starred {
			l.problem(place(c), "two columns are called "+c.name, "Give one of them another alias", "result-column")
		}
		seen[c.key] = true
	}
	for _, k := range l.key {
		if !seen[strings.ToLower(k)] {
			names := make([]string, len(l.out))
			for i, c := range l.out {
				names[i] = c.key
			}
			l.problem(bodyStart(q.Body), "the key column "+k+" is not selected", l.meant(k, names), "key-selected")
		}
	}
	if !l.oneRow(q) {
		switch missing, total := l.total(q, l.key); {
		case total:
		case q.Limit != nil:
			l.problem(q.Limit, limitText, orderHint(missing), "limit-order")
		case q.Offset != nil:
			l.problem(q.Offset, limitText, orderHint(missing), "limit-order")
		case len(q.OrderBy) == 0:
			l.problem(bodyStart(q.Body), "the result has no order, so its rows come in another order each time", orderHint(missing), "order-total")
		default:
			l.problem(q.OrderBy[len(q.OrderBy)-1], "ORDER BY leaves rows in no order where these are equal", orderHint(missing), "order-total")
		}
	}
}

const limitText = "LIMIT and OFFSET take other rows each time, because the order of the rows is not total"

func orderHint(missing []string) string {
	if len(missing) == 0 {
		return "End it in the columns that tell rows apart"
	}
	return "End ORDER BY in " + strings.Join(missing, ", ")
}

// bodyStart is the SELECT word of a body, as a place for what is wrong with the whole.
func bodyStart(b Body) Node { return Span{b.Pos(), b.Pos() + len("SELECT")} }

func topSelects(b Body) []*Select {
	switch b := b.(type) {
	case *Select:
		return []*Select{b}
	case *SetOp:
		return append(topSelects(b.Left), topSelects(b.Right)...)
	case *Query:
		return topSelects(b.Body)
	}
	return nil
}

// oneRow: an aggregate without GROUP BY, or a SELECT without FROM.
func (l *linter) oneRow(q *Query) bool {
	sel, ok := q.Body.(*Select)
	if !ok {
		return false
	}
	return len(sel.From) == 0 || sel.GroupBy == nil && l.selects[sel].grouped != nil
}

// total says whether ORDER BY puts the rows of q into one order only, and if not, what is missing.
func (l *linter) total(q *Query, key []string) (missing []string, total bool) {
	f := l.queries[q]
	ordered := map[string]bool{}
	exprs := map[string]bool{}
	unique := false
	note := func(x Expr) {
		exprs[l.same(x)] = true
		if c := l.cols[x]; c != nil && slices.Contains(uniqueColumns, c.key) && (c.rel != nil && c.rel.table != "" || len(c.from) > 0) && len(key) == 0 {
			unique = true
		}
	}
	for i, item := range q.OrderBy {
		if c := f.order[i]; c != nil {
			ordered[c.key] = true
			if c.expr != nil {
				note(c.expr)
			}
			continue
		}
		note(item.X)
	}
	for _, c := range f.cols {
		if c.expr != nil && exprs[l.same(c.expr)] {
			ordered[c.key] = true
		}
	}
	cover := func(names []string) (missing []string) {
		for _, n := range names {
			if !ordered[strings.ToLower(n)] {
				missing = append(missing, n)
			}
		}
		return missing
	}
	if len(key) > 0 {
		missing = cover(key)
		return missing, len(missing) == 0
	}
	if unique {
		return nil, true
	}
	all := make([]string, len(f.cols))
	for i, c := range f.cols {
		all[i] = c.name
	}
	if sel, ok := q.Body.(*Select); ok && sel.GroupBy != nil {
		g := l.selects[sel].grouped
		missing = nil
		for _, x := range g.exprs {
			if !exprs[l.same(x)] {
				name := ""
				for _, c := range f.cols {
					if c.expr != nil && l.same(c.expr) == l.same(x) {
						name = c.name
					}
				}
				if ordered[strings.ToLower(name)] {
					continue
				}
				if name == "" {
					name = "what is grouped by"
				}
				missing = append(missing, name)
			}
		}
		if len(missing) == 0 {
			return nil, true
		}
	} else {
		missing = all
	}
	if rest := cover(all); len(rest) == 0 {
		return nil, true
	} else if len(missing) == len(all) {
		missing = rest
	}
	return missing, false
}

// same is equal for expressions that mean the same.
func (l *linter) same(x Expr) string { return l.facts.key(x) }

// orderFree are functions whose result does not depend on the order of an array's elements; orderKept hand the question on.
var (
	orderFree = []string{"array_sort", "cardinality", "contains", "array_max", "array_min", "any_match", "all_match", "none_match", "arrays_overlap"}
	orderKept = []string{"array_distinct", "filter", "transform", "array_union", "array_intersect", "array_except", "array_remove", "concat", "coalesce"}
)

func (l *linter) walk(n Node, in parents) {
	switch x := n.(type) {
	case *Query:
		if x != l.p.query && (x.Limit != nil || x.Offset != nil) && !l.oneRow(x) {
			if missing, total := l.total(x, nil); !total {
				at := x.Limit
				if at == nil {
					at = x.Offset
				}
				l.problem(at, limitText, orderHint(missing), "limit-order")
			}
		}
	case *Select:
		in = parents{grouped: l.selects[x].grouped}
	case *Call:
		l.call(x, in)
		name := x.Name.Key()
		switch {
		case slices.Contains(orderFree, name):
			in.unordered = true
		case !slices.Contains(orderKept, name):
			in.unordered = false
		}
		in.rounded = in.rounded || name == "round" && len(x.Args) == 2
	}
	eachChild(n, func(c Node) { l.walk(c, in) })
}

func (l *linter) call(c *Call, in parents) {
	r := l.calls[c]
	if r == nil {
		return
	}
	f := r.fn
	switch {
	case f.flags&volatileFunction != 0:
		hint := "Use :period_from and :period_to"
		if f.name == "random" || f.name == "rand" {
			hint = ""
		}
		l.problem(c, f.name+" has another value on every run", hint, "volatile")
	case f.flags&approximateFunction != 0:
		hint := "Write count(DISTINCT …)"
		if f.name == "approx_percentile" {
			hint = "Rank the rows with percent_rank() and filter"
		}
		l.problem(c, f.name+" is an estimate that differs between engines", hint, "approximate")
	case f.flags&orderFunction != 0 && c.Over == nil:
		l.orderOf(c, r, in)
	}
	switch f.name {
	case "sum", "avg":
		if len(r.params) == 1 && r.params[0].float() && !l.types[c.Args[0]].integral() {
			l.problem(c, f.name+" of doubles depends on the order of the rows in its last digits", "CAST the values AS decimal(18, 6)", "float-aggregate")
		}
	case "stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop", "corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept", "geometric_mean":
		if !in.rounded {
			l.problem(c, f.name+" depends on the order of the rows in its last digits", "Write round("+f.name+"(…), 6)", "float-aggregate")
		}
	case "row_number", "ntile", "lag", "lead", "first_value", "last_value", "nth_value":
		if c.Over != nil && c.Over.Name == nil && c.Over.Base == nil && len(c.Over.OrderBy) == 0 {
			l.problem(c, f.name+" without ORDER BY counts rows in another order each time", "Write OVER (ORDER BY …), ending in the columns that tell rows apart", "window-order")
		}
	}
}

// orderOf looks at an aggregate whose value depends on the order of the rows.
func (l *linter) orderOf(c *Call, r *resolved, in parents) {
	name := r.fn.name
	total := func(items []Expr) bool {
		for _, x := range items {
			if l.same(x) == l.same(c.Args[0]) {
				return true // rows that are equal give the same value
			}
			if row, ok := x.(*Row); ok {
				for _, f := range row.Fields {
					if l.same(f) == l.same(c.Args[0]) || l.unique(f) {
						return true
					}
				}
			}
			if l.unique(x) {
				return true
			}
		}
		return false
	}
	switch {
	case r.fn.flags&orderBySelf != 0:
		var items []Expr
		for _, o := range slices.Concat(c.OrderBy, c.WithinGroup) {
			items = append(items, o.X)
		}
		if total(items) || in.unordered && name == "array_agg" {
			return
		}
		hint := "Write " + name + "(x ORDER BY x)"
		if name == "listagg" {
			hint = "Write listagg(x, ', ') WITHIN GROUP (ORDER BY x)"
		}
		l.problem(c, name+" puts values into another order each time", hint, "aggregate-order")
	case name == "max_by" || name == "min_by":
		if len(c.Args) > 1 && total(c.Args[1:2]) {
			return
		}
		l.problem(c, name+" takes any of the rows where the second argument is the same", "Write "+name+"(x, (y, eventid))", "aggregate-order")
	default: // arbitrary, any_value, map_agg
		if name != "map_agg" && in.grouped != nil && in.grouped.keys[l.same(c.Args[0])] {
			return
		}
		hint := "Write min(x) or max(x)"
		if name == "map_agg" {
			hint = "Write array_agg(DISTINCT … ORDER BY …)"
		}
		l.problem(c, name+" takes any of several values", hint, "aggregate-order")
	}
}

// unique says whether x is a column that tells rows apart.
func (l *linter) unique(x Expr) bool {
	c := l.cols[x]
	return c != nil && slices.Contains(uniqueColumns, c.key)
}
