package awsfake

import (
	"slices"
	"strings"

	"trailscribe/internal/sql"
	"trailscribe/internal/sql/ast"
)

// scan is one reading of a table by a statement, with the conditions that hold on its partition columns there. A table that
// a WITH names is read as often as it is referred to: Trino puts the query in place of its name.
type scan struct {
	table      string
	place      int // where the statement names it: a query that a WITH names is read at one place, as often as it is referred to
	conditions []condition
}

// condition is a condition as text with holes for the columns it is about.
type condition struct {
	texts []string // one more than refs
	refs  []reference
}

// reference is a column; relation is "" where it is not qualified.
type reference struct{ relation, column string }

func (c condition) text() string {
	var b strings.Builder
	for i, t := range c.texts {
		b.WriteString(t)
		if i < len(c.refs) {
			b.WriteString(sql.Name(c.refs[i].column))
		}
	}
	return b.String()
}

// injected reports whether the condition is a static equality on a column, as an injected column needs.
func (c condition) injected(column string) bool {
	if len(c.refs) != 1 || c.refs[0].column != column || c.texts[0] != "" {
		return false
	}
	rest := strings.ToUpper(strings.TrimSpace(c.texts[1]))
	return strings.HasPrefix(rest, "=") || strings.HasPrefix(rest, "IN ") || strings.HasPrefix(rest, "IN(")
}

// pruner finds the scans of a statement. It carries conditions down through subqueries, as Trino's planner does, as long as
// they are about columns that are handed up unchanged and the subquery neither groups, numbers nor limits its rows.
type pruner struct {
	text  []rune
	scans []scan
}

func scansOf(text string, q *ast.Query) []scan {
	p := &pruner{text: []rune(text)}
	p.query(q, map[string]*ast.NamedQuery{}, nil, 0)
	return p.scans
}

const deepest = 60 // a WITH that names itself would never end

func (p *pruner) query(q *ast.Query, named map[string]*ast.NamedQuery, above []condition, depth int) {
	if depth > deepest {
		return
	}
	if q.With != nil {
		inner := map[string]*ast.NamedQuery{}
		for k, v := range named {
			inner[k] = v
		}
		for _, n := range q.With.Queries {
			inner[n.Name.Key()] = n
		}
		named = inner
	}
	if q.Limit != nil || q.Offset != nil {
		above = nil
	}
	p.body(q.Body, named, above, depth)
	for _, o := range q.OrderBy {
		p.subqueries(o, named, depth)
	}
}

func (p *pruner) body(b ast.Body, named map[string]*ast.NamedQuery, above []condition, depth int) {
	switch b := b.(type) {
	case *ast.Query:
		p.query(b, named, above, depth)
	case *ast.SetOp:
		p.body(b.Left, named, nil, depth)
		p.body(b.Right, named, nil, depth)
	case *ast.Select:
		p.sel(b, named, above, depth)
	}
}

func (p *pruner) sel(s *ast.Select, named map[string]*ast.NamedQuery, above []condition, depth int) {
	var down []condition
	if s.GroupBy == nil && !windowed(s) {
		for _, c := range above {
			if c, ok := p.through(s, c); ok {
				down = append(down, c)
			}
		}
	}
	relations := map[string]bool{}
	for _, r := range s.From {
		names(r, relations)
	}
	if s.Where != nil {
		for _, x := range conjuncts(s.Where) {
			if c, ok := p.condition(x, relations); ok {
				down = append(down, c)
			}
		}
	}
	for _, r := range s.From {
		p.relation(r, named, down, depth)
	}
	for _, it := range s.Items {
		p.subqueries(it, named, depth)
	}
	if s.Where != nil {
		p.subqueries(s.Where, named, depth)
	}
	if s.Having != nil {
		p.subqueries(s.Having, named, depth)
	}
}

func windowed(s *ast.Select) bool {
	found := false
	for _, it := range s.Items {
		ast.Walk(it, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Query:
				return false
			case *ast.Call:
				found = found || n.Over != nil
			}
			return true
		})
	}
	return found
}

// names are the names that columns of a FROM can be qualified with.
func names(r ast.Relation, into map[string]bool) {
	switch r := r.(type) {
	case *ast.Table:
		into[aliasOf(r.Alias, r.Parts[len(r.Parts)-1].Key())] = true
	case *ast.Subquery:
		into[aliasOf(r.Alias, "")] = true
	case *ast.Unnest:
		into[aliasOf(r.Alias, "")] = true
	case *ast.Join:
		names(r.Left, into)
		names(r.Right, into)
	}
}

func aliasOf(a *ast.Alias, name string) string {
	if a != nil {
		return a.Name.Key()
	}
	return name
}

func conjuncts(x ast.Expr) []ast.Expr {
	if b, ok := x.(*ast.Binary); ok && b.Op == ast.OpAnd {
		return append(conjuncts(b.Left), conjuncts(b.Right)...)
	}
	return []ast.Expr{x}
}

// condition makes the holes; not ok where the expression holds a query.
func (p *pruner) condition(x ast.Expr, relations map[string]bool) (condition, bool) {
	c, ok := condition{}, true
	at := x.Pos()
	hole := func(n ast.Node, r reference) {
		c.texts = append(c.texts, string(p.text[at:n.Pos()]))
		c.refs = append(c.refs, r)
		at = n.End()
	}
	var visit func(n ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Query:
			ok = false
			return false
		case *ast.Lambda:
			ok = false
			return false
		case *ast.Call:
			for _, a := range n.Args {
				ast.Walk(a, visit)
			}
			return false
		case *ast.Cast:
			ast.Walk(n.X, visit)
			return false
		case *ast.Deref:
			if of, is := n.X.(*ast.Ident); is && relations[of.Key()] {
				hole(n, reference{of.Key(), n.Field.Key()})
			} else {
				ast.Walk(n.X, visit)
			}
			return false
		case *ast.Ident:
			hole(n, reference{"", n.Key()})
		}
		return true
	}
	ast.Walk(x, visit)
	c.texts = append(c.texts, string(p.text[at:x.End()]))
	return c, ok && len(c.refs) > 0
}

// through carries a condition on a select's result to its sources: each column must be handed up as it is.
func (p *pruner) through(s *ast.Select, c condition) (condition, bool) {
	out := condition{texts: c.texts, refs: slices.Clone(c.refs)}
	for i, r := range c.refs {
		found := false
		for _, it := range s.Items {
			if it.Star {
				if !found && it.Table == nil {
					out.refs[i], found = reference{"", r.column}, true // an item of that name goes before
				}
				continue
			}
			name, from := "", reference{}
			switch x := it.X.(type) {
			case *ast.Ident:
				name, from = x.Key(), reference{"", x.Key()}
			case *ast.Deref:
				if of, is := x.X.(*ast.Ident); is {
					name, from = x.Field.Key(), reference{of.Key(), x.Field.Key()}
				}
			}
			if it.Alias != nil {
				name = it.Alias.Key()
			}
			if name == r.column {
				if from.column == "" {
					return out, false // computed
				}
				out.refs[i], found = from, true
				break
			}
		}
		if !found {
			return out, false
		}
	}
	return out, true
}

func (p *pruner) relation(r ast.Relation, named map[string]*ast.NamedQuery, down []condition, depth int) {
	mine := func(name string) []condition {
		var out []condition
		for _, c := range down {
			c := condition{c.texts, slices.Clone(c.refs)}
			ok := true
			for i := range c.refs {
				ok = ok && (c.refs[i].relation == "" || c.refs[i].relation == name)
				c.refs[i].relation = ""
			}
			if ok {
				out = append(out, c)
			}
		}
		return out
	}
	switch r := r.(type) {
	case *ast.Table:
		own := mine(aliasOf(r.Alias, r.Parts[len(r.Parts)-1].Key()))
		if n := named[r.Name()]; n != nil && len(r.Parts) == 1 {
			if len(n.Columns) > 0 || r.Alias != nil && len(r.Alias.Columns) > 0 {
				own = nil
			}
			p.query(n.Query, named, own, depth+1)
			return
		}
		p.scans = append(p.scans, scan{r.Name(), r.Pos(), own})
	case *ast.Subquery:
		own := mine(aliasOf(r.Alias, ""))
		if r.Alias != nil && len(r.Alias.Columns) > 0 {
			own = nil
		}
		p.query(r.Query, named, own, depth+1)
	case *ast.Join:
		left, right := down, down
		switch r.Kind {
		case ast.LeftJoin:
			right = nil
		case ast.RightJoin:
			left = nil
		case ast.FullJoin:
			left, right = nil, nil
		}
		p.relation(r.Left, named, left, depth)
		p.relation(r.Right, named, right, depth)
	}
}

// subqueries finds the scans of queries inside an expression.
func (p *pruner) subqueries(n ast.Node, named map[string]*ast.NamedQuery, depth int) {
	ast.Walk(n, func(n ast.Node) bool {
		if q, ok := n.(*ast.Query); ok {
			p.query(q, named, nil, depth+1)
			return false
		}
		return true
	})
}
