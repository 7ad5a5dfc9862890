package sql

import (
	"trailscribe/internal/sql/ast"
	"trailscribe/internal/sql/parser"
)

// call writes a function call with what stands behind its parentheses.
func (p *trinoPrinter) call(c *ast.Call) {
	if name := p.columns[c]; name != "" {
		if of, is := c.Args[0].(*ast.Deref); is {
			p.base(of.X)
			p.text(".")
		}
		p.text(ast.NameText(name))
		return
	}
	p.text(callName(c.Name))
	if c.Bare {
		return
	}
	p.arguments(c)
	if len(c.WithinGroup) > 0 {
		p.text(" WITHIN GROUP (")
		p.orderBy(c.WithinGroup)
		p.text(")")
	}
	if c.Filter != nil {
		p.text(" FILTER (WHERE ")
		p.expr(c.Filter, parser.PowOr)
		p.text(")")
	}
	switch c.Nulls {
	case ast.IgnoreNulls:
		p.text(" IGNORE NULLS")
	case ast.RespectNulls:
		p.text(" RESPECT NULLS")
	}
	if c.Over != nil {
		p.text(" OVER ")
		p.window(c.Over)
	}
}

// callName needs fewer quotes than a column: date(x), array and row apart, reads as a call.
func callName(i *ast.Ident) string {
	switch n := i.Key(); {
	case n == "grouping" || n == "listagg" || n == "trim" || parser.BareCalls.Has(n):
		return n
	case ast.QuoteAlways.Has(n) && n != "row" && n != "interval" && !i.Quoted:
		return n
	case ast.SoftKeywords.Has(n) && !i.Quoted:
		return n
	}
	return ast.NameText(i.Name)
}

func (p *trinoPrinter) arguments(c *ast.Call) {
	if c.Star {
		p.text("(*)")
		return
	}
	p.begin()
	p.text("(")
	p.in()
	if len(c.Args) > 0 {
		p.soft()
	}
	if c.Distinct {
		p.text("DISTINCT ")
	}
	for i, a := range c.Args {
		if i > 0 {
			p.text(",")
			p.line()
		}
		p.expr(a, parser.PowOr-1)
	}
	if len(c.OrderBy) > 0 {
		p.line()
		p.orderBy(c.OrderBy)
	}
	p.out()
	if len(c.Args) > 0 {
		p.soft()
	}
	p.text(")")
	p.end()
}

func (p *trinoPrinter) orderBy(items []*ast.SortItem) {
	p.text("ORDER BY ")
	for i, s := range items {
		if i > 0 {
			p.text(", ")
		}
		p.sortItem(s)
	}
}

func (p *trinoPrinter) window(w *ast.Window) {
	if w.Name != nil {
		p.name(w.Name)
		return
	}
	p.begin()
	p.text("(")
	p.in()
	p.soft()
	first := true
	part := func(f func()) {
		if !first {
			p.line()
		}
		first = false
		f()
	}
	if w.Base != nil {
		part(func() { p.name(w.Base) })
	}
	if len(w.PartitionBy) > 0 {
		part(func() {
			p.text("PARTITION BY ")
			for i, x := range w.PartitionBy {
				if i > 0 {
					p.text(", ")
				}
				p.expr(x, parser.PowOr)
			}
		})
	}
	if len(w.OrderBy) > 0 {
		part(func() { p.orderBy(w.OrderBy) })
	}
	if w.Frame != nil {
		part(func() { p.frame(w.Frame) })
	}
	p.out()
	p.soft()
	p.text(")")
	p.end()
}

func (p *trinoPrinter) frame(f *ast.Frame) {
	p.text([...]string{ast.FrameRows: "ROWS ", ast.FrameRange: "RANGE ", ast.FrameGroups: "GROUPS "}[f.Unit])
	if f.Stop == nil {
		p.frameBound(f.Start)
		return
	}
	p.text("BETWEEN ")
	p.frameBound(f.Start)
	p.text(" AND ")
	p.frameBound(f.Stop)
}

func (p *trinoPrinter) frameBound(b *ast.FrameBound) {
	switch b.Kind {
	case ast.UnboundedPreceding:
		p.text("UNBOUNDED PRECEDING")
	case ast.UnboundedFollowing:
		p.text("UNBOUNDED FOLLOWING")
	case ast.CurrentRow:
		p.text("CURRENT ROW")
	case ast.Preceding:
		p.expr(b.X, parser.PowConcat)
		p.text(" PRECEDING")
	case ast.Following:
		p.expr(b.X, parser.PowConcat)
		p.text(" FOLLOWING")
	}
}
