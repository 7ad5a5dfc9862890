package sql

import (
	"fmt"
	"slices"

	"trailscribe/internal/sql/ast"
)

// maxRecursion is how often a query of WITH RECURSIVE may read itself: what Trino and Athena have built in. Source: Trino
// documentation, SELECT, "WITH RECURSIVE clause", max_recursion_depth; Athena user guide, SELECT.
const maxRecursion = 10

// recursive refuses what Trino does not take in a WITH RECURSIVE, and reports whether the query reads itself. The rules are those
// Trino 435 was found to have. DuckDB has fewer.
func (k *checker) recursive(n *ast.NamedQuery) bool {
	q, key := n.Query, n.Name.Key()
	if len(n.Columns) == 0 {
		k.problem(n.Name, "a query of WITH RECURSIVE needs names for its columns", "Write "+n.Name.Name+" (a, b) AS (…)", "recursion")
	}
	ast.Walk(q, func(x ast.Node) bool {
		w, ok := x.(*ast.With)
		if ok && w.Recursive {
			k.problem(w, "WITH RECURSIVE cannot stand inside a query of another WITH RECURSIVE", "Put its queries next to that one", "recursion")
		}
		return !ok
	})
	reads := readings(q, key)
	if len(reads) == 0 {
		return false
	}
	op, ok := q.Body.(*ast.SetOp)
	if !ok || op.Kind != ast.Union {
		k.problem(reads[0], n.Name.Name+" can read itself only behind UNION or UNION ALL",
			"Write a query that begins, UNION ALL, and one that goes on from "+n.Name.Name, "recursion")
		return false
	}
	for _, x := range []struct {
		there bool
		what  string
	}{{q.With != nil, "a WITH"}, {len(q.OrderBy) > 0, "ORDER BY"}, {q.Offset != nil, "OFFSET"}, {q.Limit != nil, "LIMIT"}} {
		if x.there {
			k.problem(n.Name, "a query that reads itself cannot have "+x.what+" of its own", "Put it where "+n.Name.Name+" is read", "recursion")
		}
	}
	if first := readings(op.Left, key); len(first) > 0 {
		k.problem(first[0], n.Name.Name+" cannot be read before UNION: its first rows come from there", "", "recursion")
		return false
	}
	if len(reads) > 1 {
		k.problem(reads[1], n.Name.Name+" can be read once only in the query that goes on from it", "Join it to another relation instead",
			"recursion")
		return false
	}
	allowed := &goingOn{checker: k, key: key}
	allowed.body(op.Right, "")
	if !slices.Contains(allowed.read, reads[0]) {
		k.problem(reads[0], n.Name.Name+" can be read only in FROM of the query that goes on from it", "", "recursion")
	}
	return true
}

// readings are the places where a relation of this name is read, unless a WITH inside gives the name to another.
func readings(n ast.Node, key string) (found []*ast.Table) {
	ast.Walk(n, func(x ast.Node) bool {
		switch x := x.(type) {
		case *ast.Query:
			if x.With != nil && slices.ContainsFunc(x.With.Queries, func(n *ast.NamedQuery) bool { return n.Name.Key() == key }) {
				return false
			}
		case *ast.Table:
			if x.Name() == key {
				found = append(found, x)
			}
		}
		return true
	})
	return found
}

// goingOn finds the tables that stand where the query that goes on may read its beginning, and refuses those that a join or a set
// operation could make come and go.
type goingOn struct {
	*checker
	key  string
	read []*ast.Table
}

// body looks at what a query consists of; why is what forbids it to be read here.
func (g *goingOn) body(b ast.Body, why string) {
	switch b := b.(type) {
	case *ast.Query:
		g.query(b, why)
	case *ast.Select:
		for _, r := range b.From {
			g.relation(r, why)
		}
	case *ast.SetOp:
		left, right := why, why
		switch {
		case b.Kind == ast.Except:
			right = "the right side of EXCEPT"
			if b.All {
				left = "EXCEPT ALL"
			}
		case b.Kind == ast.Intersect && b.All:
			left, right = "INTERSECT ALL", "INTERSECT ALL"
		}
		g.body(b.Left, left)
		g.body(b.Right, right)
	}
}

func (g *goingOn) query(q *ast.Query, why string) {
	if len(readings(q, g.key)) == 0 {
		return
	}
	if q.With != nil {
		for _, n := range q.With.Queries {
			g.query(n.Query, why)
		}
	}
	g.body(q.Body, why)
}

func (g *goingOn) relation(r ast.Relation, why string) {
	switch r := r.(type) {
	case *ast.Table:
		if r.Name() != g.key {
			return
		}
		g.read = append(g.read, r)
		if why != "" {
			g.problem(r, fmt.Sprintf("%s cannot be read in %s of the query that goes on from it", r.Parts[0].Name, why), "", "recursion")
		}
	case *ast.Subquery:
		g.query(r.Query, why)
	case *ast.Join:
		left, right := why, why
		switch r.Kind {
		case ast.LeftJoin:
			right = "the right side of LEFT JOIN"
		case ast.RightJoin:
			left = "the left side of RIGHT JOIN"
		case ast.FullJoin:
			left, right = "a FULL JOIN", "a FULL JOIN"
		}
		g.relation(r.Left, left)
		g.relation(r.Right, right)
	}
}

// recursionTypes refuses columns of the query that goes on whose types are not those of the beginning.
func (k *checker) recursionTypes(n *ast.NamedQuery, first, cols []*column) {
	for i, c := range cols {
		if i >= len(first) || len(c.from) != 2 {
			return
		}
		was, now := first[i].typ, c.from[1].typ
		if was.Kind == 0 || now.Kind == 0 || was.equal(now) || coerces(now, was) {
			continue
		}
		k.problem(n.Query.Body.(*ast.SetOp).Right, fmt.Sprintf("column %d of %s begins as %s and goes on as %s", i+1, n.Name.Name, was, now),
			"Use CAST in the query before UNION", "types")
	}
}
