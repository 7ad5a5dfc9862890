package sql

import (
	"slices"
	"strings"

	"trailscribe/internal/diag"
	"trailscribe/internal/sql/ast"
)

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
func (l *linter) result(q *ast.Query) {
	starred := false
	for _, sel := range topSelects(q.Body) {
		for _, it := range sel.Items {
			if it.Star {
				starred = true
				l.problem(it, "SELECT * as the result changes when the relation gets a column", "Name the columns the report shows", "result-star")
			}
		}
	}
	place := func(c *column) ast.Node {
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

func (l *linter) walk(n ast.Node, in parents) {
	switch x := n.(type) {
	case *ast.Query:
		if x != l.p.query && (x.Limit != nil || x.Offset != nil) && !l.oneRow(x) {
			if missing, total := l.total(x, nil); !total {
				at := x.Limit
				if at == nil {
					at = x.Offset
				}
				l.problem(at, limitText, orderHint(missing), "limit-order")
			}
		}
	case *ast.Select:
		in = parents{grouped: l.selects[x].grouped}
	case *ast.Call:
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
	ast.EachChild(n, func(c ast.Node) { l.walk(c, in) })
}
