package sql

import (
	"strconv"
	"strings"

	"trailscribe/internal/sql/ast"
)

// selectFacts are what a SELECT was found to make of its rows.
type selectFacts struct {
	items   [][]*column // the result columns each item makes: one, or all of a star
	grouped *grouping   // nil: rows are not aggregated
}

// selectBody checks one SELECT in the order in which it is evaluated, which decides what a name can mean: FROM makes the columns,
// WHERE sees them row by row, then come the select list, GROUP BY, HAVING and the windows. The scope is what ORDER BY may look into.
func (k *checker) selectBody(sel *ast.Select, outer *scope) ([]*column, *scope) {
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
		s.windows = make(map[string]*ast.Window, len(sel.Windows))
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
	for _, it := range sel.Items {
		if it.Star {
			made := k.star(it, s)
			f.items = append(f.items, made)
			cols = append(cols, made...)
		} else {
			t := k.expr(it.X, v)
			c := k.newColumn(column{expr: it.X, typ: t})
			switch x := it.X.(type) {
			case *ast.Ident:
				c.name = x.Name
			case *ast.Deref:
				if isPath(x.X) {
					c.name = x.Field.Name
				}
			}
			if it.Alias != nil {
				c.name = it.Alias.Name
			}
			if c.name == "" {
				c.name = unnamed(len(cols))
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
		n := max(2, k.taken[c.key]) // the numbers below are given away
		for ; k.taken[c.label] > 0; n++ {
			c.label = c.key + "_" + strconv.Itoa(n)
		}
		k.taken[c.key] = max(n, k.taken[c.key])
		k.taken[c.label] = max(1, k.taken[c.label])
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
func (k *checker) star(it *ast.SelectItem, s *scope) (cols []*column) {
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
