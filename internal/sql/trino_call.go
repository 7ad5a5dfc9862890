package sql

// call writes a function call with what stands behind its parentheses.
func (p *trinoPrinter) call(c *Call) {
	if name := p.columns[c]; name != "" {
		if of, is := c.Args[0].(*Deref); is {
			p.base(of.X)
			p.text(".")
		}
		p.text(nameText(name))
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
		p.expr(c.Filter, powOr)
		p.text(")")
	}
	switch c.Nulls {
	case IgnoreNulls:
		p.text(" IGNORE NULLS")
	case RespectNulls:
		p.text(" RESPECT NULLS")
	}
	if c.Over != nil {
		p.text(" OVER ")
		p.window(c.Over)
	}
}

// callName needs fewer quotes than a column: date(x), array and row apart, reads as a call.
func callName(i *Ident) string {
	switch n := i.Key(); {
	case n == "grouping" || n == "listagg" || n == "trim" || bareCalls.has(n):
		return n
	case quoteAlways.has(n) && n != "row" && n != "interval" && !i.Quoted:
		return n
	case hushed.has(n) && !i.Quoted:
		return n
	}
	return nameText(i.Name)
}

func (p *trinoPrinter) arguments(c *Call) {
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
		p.expr(a, powOr-1)
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

func (p *trinoPrinter) orderBy(items []*SortItem) {
	p.text("ORDER BY ")
	for i, s := range items {
		if i > 0 {
			p.text(", ")
		}
		p.sortItem(s)
	}
}

func (p *trinoPrinter) window(w *Window) {
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
				p.expr(x, powOr)
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

func (p *trinoPrinter) frame(f *Frame) {
	p.text([...]string{FrameRows: "ROWS ", FrameRange: "RANGE ", FrameGroups: "GROUPS "}[f.Unit])
	if f.Stop == nil {
		p.frameBound(f.Start)
		return
	}
	p.text("BETWEEN ")
	p.frameBound(f.Start)
	p.text(" AND ")
	p.frameBound(f.Stop)
}

func (p *trinoPrinter) frameBound(b *FrameBound) {
	switch b.Kind {
	case UnboundedPreceding:
		p.text("UNBOUNDED PRECEDING")
	case UnboundedFollowing:
		p.text("UNBOUNDED FOLLOWING")
	case CurrentRow:
		p.text("CURRENT ROW")
	case Preceding:
		p.expr(b.X, powConcat)
		p.text(" PRECEDING")
	case Following:
		p.expr(b.X, powConcat)
		p.text(" FOLLOWING")
	}
}
