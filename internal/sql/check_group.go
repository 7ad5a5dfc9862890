package sql

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"trailscribe/internal/sql/ast"
)

// grouping is the GROUP BY of a select.
type grouping struct {
	keys    map[string]bool // the grouped expressions
	sources []*source
	exprs   []ast.Expr
}

// owns reports whether a column belongs to the rows that are grouped. Columns from outside are constants to them.
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

// groupBy notes what the rows are grouped by: expressions, and numbers that stand for selected columns.
func (k *checker) groupBy(sel *ast.Select, f *selectFacts, cols []*column, v env) {
	if sel.GroupBy.Distinct {
		k.problem(sel.GroupBy, "GROUP BY DISTINCT is not supported", "", "not-supported")
	}
	for _, el := range sel.GroupBy.Elems {
		for _, set := range el.Sets {
			for _, x := range set.Exprs {
				if lit, ok := x.(*ast.IntLit); ok {
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
func (k *checker) aggregates(x ast.Expr) (found bool) {
	ast.Walk(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Query:
			return false
		case *ast.Call:
			if f := functions[n.Name.Key()]; f != nil && f.kind == aggregateFunction && n.Over == nil {
				found = true
			}
		}
		return !found
	})
	return found
}

// covered reports columns in x that are neither grouped nor inside an aggregate.
func (k *checker) covered(x ast.Node, g *grouping) {
	if e, ok := x.(ast.Expr); ok {
		if g.keys[k.key(e)] {
			return
		}
		if c := k.cols[e]; c != nil {
			if g.owns(c) {
				k.problem(x, "column "+c.name+" is neither in GROUP BY nor inside an aggregate", "Add it to GROUP BY, or take min or max of it",
					"group-by")
			}
			return
		}
	}
	if c, ok := x.(*ast.Call); ok {
		if f := functions[c.Name.Key()]; f != nil && (f.kind == aggregateFunction && c.Over == nil || f.name == "grouping") {
			return
		}
	}
	ast.EachChild(x, func(child ast.Node) { k.covered(child, g) })
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
		if e, ok := v.Interface().(ast.Expr); ok && v.Kind() == reflect.Pointer {
			if c := f.cols[e]; c != nil {
				b.WriteString(columnKey(c))
				return
			}
		}
		if id, ok := v.Interface().(*ast.Ident); ok {
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
