package sql

import (
	"slices"
	"strings"

	"trailscribe/internal/sql/ast"
	"trailscribe/internal/sql/parser"
)

// Pushdown is a condition on the rows of a relation, in Trino's syntax over the relation's bare column names: a row for which it
// is not TRUE cannot matter to the statement. An engine can leave such rows unread; no result depends on it. ok is false
// where some place of the statement reads all rows, or reads the relation nowhere.
//
// For each place that reads the relation it is what is left of the WHERE next to it after all terms are taken for TRUE that
// name other columns, hold a query, can fail, or change from run to run; the places are joined by OR. Terms that name a
// column of without are taken for TRUE too: those that are expensive to evaluate. In an outer join only the side that keeps all
// its rows has a predicate: a row dropped from the other side would turn up as one without a partner.
func (b *Bound) Pushdown(relation string, without ...string) (condition string, ok bool) {
	relation = strings.ToLower(relation)
	s := &pushdown{b: b, relation: relation, bare: map[*ast.Deref]bool{}, without: map[string]bool{}}
	for _, c := range without {
		s.without[strings.ToLower(c)] = true
	}
	ast.Walk(b.c.query, func(n ast.Node) bool {
		if n, is := n.(*ast.Select); is {
			for _, r := range n.From {
				s.places(r, n.Where, false)
			}
		}
		return true
	})
	if s.all || len(s.found) == 0 {
		return "", false
	}
	if len(s.found) == 1 {
		return s.found[0], true
	}
	return "(" + strings.Join(s.found, ") OR (") + ")", true
}

type pushdown struct {
	b        *Bound
	relation string
	without  map[string]bool
	bare     map[*ast.Deref]bool // alias.column, to be written without its alias
	found    []string            // the conditions of the places, each once
	all      bool                // some place reads all rows
}

// places looks at the tables of a FROM. missing: they are on the side of an outer join whose rows can be missing.
func (s *pushdown) places(r ast.Relation, where ast.Expr, missing bool) {
	switch r := r.(type) {
	case *ast.Join:
		s.places(r.Left, where, missing || r.Kind == ast.RightJoin || r.Kind == ast.FullJoin)
		s.places(r.Right, where, missing || r.Kind == ast.LeftJoin || r.Kind == ast.FullJoin)
	case *ast.Table:
		src := s.b.c.sources[r]
		if r.Name() != s.relation || src != nil && src.cte != nil {
			return
		}
		if src == nil || missing || where == nil || r.Alias != nil && len(r.Alias.Columns) > 0 {
			s.all = true
			return
		}
		x := s.relax(where, src)
		if x == nil {
			s.all = true
			return
		}
		p := &trinoPrinter{lits: s.b.lits, bare: s.bare}
		p.expr(x, parser.PowOr)
		if text := p.String(); !slices.Contains(s.found, text) {
			s.found = append(s.found, text)
		}
	}
}

// weaker is a condition that is TRUE wherever x is, about columns of src only; nil where nothing is left of x.
func (s *pushdown) relax(x ast.Expr, src *source) ast.Expr {
	if b, ok := x.(*ast.Binary); ok && parser.IsLogic(b) {
		left, right := s.relax(b.Left, src), s.relax(b.Right, src)
		switch {
		case left != nil && right != nil:
			return &ast.Binary{Span: b.Span, Op: b.Op, OpAt: b.OpAt, Left: left, Right: right}
		case b.Op == ast.OpOr:
			return nil
		case left != nil:
			return left
		}
		return right
	}
	if !s.usable(x, src) {
		return nil
	}
	return x
}

// pushable are the functions that a pushed-down predicate may call: cheap, and no value of a column makes them fail. A pattern or a
// format that is wrong fails for every row.
var pushable = map[string]bool{
	"coalesce": true, "nullif": true, "if": true, "lower": true, "upper": true, "length": true, "trim": true, "ltrim": true, "rtrim": true,
	"contains": true, "starts_with": true, "strpos": true, "concat": true, "substr": true, "substring": true, "cardinality": true,
	"any_match": true, "all_match": true, "none_match": true, "filter": true, "regexp_like": true, "date_format": true, "date_trunc": true,
	"year": true, "month": true, "day": true, "hour": true, "minute": true, "second": true, "day_of_week": true,
}

// usable reports whether an expression is about one row of src and nothing else.
func (s *pushdown) usable(x ast.Expr, src *source) bool {
	all := func(xs ...ast.Expr) bool {
		for _, x := range xs {
			if x != nil && !s.usable(x, src) {
				return false
			}
		}
		return true
	}
	own := func(x ast.Expr) (is, ok bool) {
		c := s.b.c.cols[x]
		return c != nil, c != nil && slices.Contains(src.cols, c) && !c.hidden && !s.without[c.key]
	}
	switch x := x.(type) {
	case *ast.NullLit, *ast.BoolLit, *ast.StringLit, *ast.IntLit, *ast.DecimalLit, *ast.DoubleLit, *ast.BinaryLit:
		return true
	case *ast.TypedLit:
		return x.Type == "date" || x.Type == "timestamp"
	case *ast.Param:
		return s.b.lits[x.Name] != nil
	case *ast.Ident:
		if is, ok := own(x); is {
			return ok
		}
		return s.b.c.vars[x] != ""
	case *ast.Deref:
		if is, ok := own(x); is {
			s.bare[x] = true
			return ok
		}
		return s.usable(x.X, src)
	case *ast.Unary:
		return x.Op == ast.OpNot && s.usable(x.X, src)
	case *ast.Binary:
		switch x.Op {
		case ast.OpAnd, ast.OpOr, ast.OpEq, ast.OpNe, ast.OpLt, ast.OpLe, ast.OpGt, ast.OpGe, ast.OpDistinct, ast.OpNotDistinct, ast.OpConcat:
			return all(x.Left, x.Right)
		}
	case *ast.Between:
		return all(x.X, x.Low, x.High)
	case *ast.In:
		return x.Query == nil && s.usable(x.X, src) && all(x.List...)
	case *ast.Like:
		return all(x.X, x.Pattern, x.Escape)
	case *ast.IsNull:
		return s.usable(x.X, src)
	case *ast.Array:
		return all(x.Elems...)
	case *ast.Case:
		for _, w := range x.Whens {
			if !all(w.Cond, w.Then) {
				return false
			}
		}
		return all(x.Operand, x.Else)
	case *ast.Cast:
		return x.Try && s.usable(x.X, src)
	case *ast.Lambda:
		for _, p := range x.Params {
			if slices.ContainsFunc(src.cols, func(c *column) bool { return c.key == p.Key() }) {
				return false // without their alias columns of that name would be taken for the parameter
			}
		}
		return s.usable(x.Body, src)
	case *ast.Call:
		f := functions[x.Name.Key()]
		return f != nil && f.kind == scalarFunction && f.flags&volatileFunction == 0 && pushable[x.Name.Key()] && !x.Bare && !x.Star &&
			!x.Distinct &&
			x.Filter == nil && x.Over == nil && len(x.OrderBy) == 0 && len(x.WithinGroup) == 0 && all(x.Args...)
	}
	return false
}
