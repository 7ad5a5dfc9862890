package parser

import (
	"strings"

	"trailscribe/internal/sql/ast"
)

// call reads a function call, with what may stand behind its parentheses.
func (p *parser) call() ast.Expr {
	t := p.tok()
	switch t.text {
	case "trim":
		return p.trim()
	case "substring":
		return p.substring()
	case "position":
		return p.position()
	case "grouping", "listagg", "coalesce", "nullif", "if", "try":
	default:
		if hint, ok := callHints[t.text]; ok {
			p.fail(t, strings.ToUpper(t.text)+"(…) is not supported", hint)
		}
		if t.kind == tokWord && ast.Reserved.Has(t.text) {
			p.expected("an expression")
		}
	}
	p.i++
	c := p.calls.Put(ast.Call{Name: p.idents.Put(ast.Ident{Span: ast.Span{From: t.from, To: t.to}, Name: t.text,
		Quoted: t.kind == tokQuoted})})
	p.needSymbol("(")
	switch {
	case p.at1("*"):
		p.i++
		c.Star = true
	case p.at1(")"):
	default:
		p.arguments(c)
	}
	p.needSymbol(")")
	p.afterCall(c)
	c.Span = p.span(t.from)
	return c
}

// arguments reads [DISTINCT] a, b [ORDER BY …].
func (p *parser) arguments(c *ast.Call) {
	if c.Distinct = p.eat("distinct"); !c.Distinct && p.atWords("all") && !isSymbol(p.ahead(1), ",") && !isSymbol(p.ahead(1), ")") {
		p.i++
	}
	if p.atWords("order", "by") {
		p.expected("an argument")
	}
	c.Args = p.lists.Make(4)[:0]
	p.list(func() { c.Args = append(c.Args, p.argument()) })
	if p.eat("order", "by") {
		c.OrderBy = p.sortItems()
	}
	switch {
	case p.atWords("ignore", "nulls"), p.atWords("respect", "nulls"):
		p.fail(p.tok(), "found "+strings.ToUpper(p.tok().text)+" NULLS inside the parentheses",
			"write it behind them: lag(x) IGNORE NULLS OVER (…)")
	case p.atWords("on", "overflow"):
		p.fail(p.tok(), "ON OVERFLOW is not supported", "remove it: the whole text is wanted")
	case p.atWords("separator"):
		p.fail(p.tok(), "found SEPARATOR, which Athena does not have", "the separator is the second argument of listagg")
	}
}

// argument is an expression or a lambda.
func (p *parser) argument() ast.Expr {
	if n := p.lambdaParams(); n > 0 {
		return p.lambda()
	}
	return p.expr()
}

// lambdaParams counts the tokens of the parameters if a lambda begins here: x ->, (a, b) -> or () ->.
func (p *parser) lambdaParams() int {
	if isName(p.tok()) && isSymbol(p.ahead(1), "->") {
		return 1
	}
	if !p.at1("(") {
		return 0
	}
	n := 1
	for isName(p.ahead(n)) {
		n++
		if !isSymbol(p.ahead(n), ",") {
			break
		}
		n++
	}
	if isSymbol(p.ahead(n), ")") && isSymbol(p.ahead(n+1), "->") {
		return n + 1
	}
	return 0
}

func (p *parser) lambda() ast.Expr {
	p.enter()
	defer p.leave()
	from := p.tok().from
	l := &ast.Lambda{}
	if p.at1("(") {
		if isSymbol(p.ahead(1), ")") {
			p.i += 2
		} else {
			l.Params = p.names()
		}
	} else {
		l.Params = []*ast.Ident{p.name()}
	}
	p.needSymbol("->")
	l.Body = p.expr()
	l.Span = p.span(from)
	return l
}

// afterCall reads WITHIN GROUP, FILTER, IGNORE NULLS and OVER.
func (p *parser) afterCall(c *ast.Call) {
	if p.atWords("within", "group") {
		p.i += 2
		p.needSymbol("(")
		p.need("order", "by")
		c.WithinGroup = p.sortItems()
		p.needSymbol(")")
	} else if c.Name.Key() == "listagg" {
		p.fail(p.tok(), "found "+p.show(p.tok())+" behind listagg, expected WITHIN GROUP", "write listagg(x, ', ') WITHIN GROUP (ORDER BY x)")
	}
	if p.atWords("filter") && isSymbol(p.ahead(1), "(") {
		p.i += 2
		p.need("where")
		c.Filter = p.expr()
		p.needSymbol(")")
	}
	switch {
	case p.eat("ignore", "nulls"):
		c.Nulls = ast.IgnoreNulls
	case p.eat("respect", "nulls"):
		c.Nulls = ast.RespectNulls
	}
	if p.atWords("over") && (isSymbol(p.ahead(1), "(") || isName(p.ahead(1))) {
		from := p.tok().from
		p.i++
		if p.at1("(") {
			c.Over = p.window()
		} else {
			c.Over = &ast.Window{Name: p.name()}
			c.Over.Span = p.span(from)
		}
	} else if c.Nulls != ast.NullsUnsaid {
		p.expected("OVER")
	}
}

// window reads ( [base] [PARTITION BY …] [ORDER BY …] [frame] ).
func (p *parser) window() *ast.Window {
	p.enter()
	defer p.leave()
	w := &ast.Window{}
	from := p.tok().from
	p.needSymbol("(")
	if isName(p.tok()) && !p.atWords("partition", "by") && !p.atFrame() {
		w.Base = p.name()
	}
	if p.eat("partition", "by") {
		p.list(func() { w.PartitionBy = append(w.PartitionBy, p.expr()) })
	}
	if p.eat("order", "by") {
		w.OrderBy = p.sortItems()
	}
	if p.atFrame() {
		w.Frame = p.frame()
	}
	p.needSymbol(")")
	w.Span = p.span(from)
	return w
}

func (p *parser) atFrame() bool {
	return isWord(p.tok(), "rows", "range", "groups") && !isSymbol(p.ahead(1), ")")
}

// frame reads ROWS|RANGE|GROUPS start, or BETWEEN start AND stop.
func (p *parser) frame() *ast.Frame {
	f := &ast.Frame{}
	t := p.tok()
	switch t.text {
	case "rows":
		f.Unit = ast.FrameRows
	case "range":
		f.Unit = ast.FrameRange
	case "groups":
		f.Unit = ast.FrameGroups
	}
	p.i++
	if p.eat("between") {
		f.Start = p.frameBound()
		p.need("and")
		f.Stop = p.frameBound()
	} else {
		f.Start = p.frameBound()
	}
	if f.Start.Kind == ast.UnboundedFollowing {
		p.failAt(f.Start, "a frame cannot begin at UNBOUNDED FOLLOWING", "")
	}
	if f.Stop != nil && f.Stop.Kind == ast.UnboundedPreceding {
		p.failAt(f.Stop, "a frame cannot end at UNBOUNDED PRECEDING", "")
	}
	if p.atWords("exclude") {
		p.fail(p.tok(), "found EXCLUDE in a window frame, which Athena does not have", "remove it")
	}
	f.Span = p.span(t.from)
	return f
}

func (p *parser) frameBound() *ast.FrameBound {
	b := &ast.FrameBound{}
	from := p.tok().from
	switch {
	case p.eat("unbounded", "preceding"):
		b.Kind = ast.UnboundedPreceding
	case p.eat("unbounded", "following"):
		b.Kind = ast.UnboundedFollowing
	case p.eat("current", "row"):
		b.Kind = ast.CurrentRow
	default:
		b.X = p.value()
		switch {
		case p.eat("preceding"):
			b.Kind = ast.Preceding
		case p.eat("following"):
			b.Kind = ast.Following
		default:
			p.expected("PRECEDING or FOLLOWING")
		}
	}
	b.Span = p.span(from)
	return b
}

// trim reads trim(x), trim(x, chars) and TRIM([side] [chars] FROM x).
func (p *parser) trim() ast.Expr {
	name := p.tok()
	p.i++
	p.needSymbol("(")
	t := &ast.Trim{}
	sided := true
	switch {
	case p.eat("leading"):
		t.Side = ast.TrimLeading
	case p.eat("trailing"):
		t.Side = ast.TrimTrailing
	case p.eat("both"):
	default:
		sided = false
	}
	var x ast.Expr
	if !p.atWords("from") {
		x = p.value()
	}
	if sided || p.atWords("from") {
		p.need("from")
		t.Chars, t.X = x, p.value()
		p.needSymbol(")")
		t.Span = p.span(name.from)
		return t
	}
	c := &ast.Call{Name: &ast.Ident{Span: ast.Span{From: name.from, To: name.to}, Name: "trim", Quoted: false}, Args: []ast.Expr{x}}
	if p.eatSymbol(",") {
		c.Args = append(c.Args, p.value())
	}
	p.needSymbol(")")
	c.Span = p.span(name.from)
	return c
}

// substring reads substring(s, a, n) and SUBSTRING(s FROM a [FOR n]).
func (p *parser) substring() ast.Expr {
	name := p.tok()
	p.i++
	c := &ast.Call{Name: &ast.Ident{Span: ast.Span{From: name.from, To: name.to}, Name: "substring", Quoted: false}}
	p.needSymbol("(")
	c.Args = append(c.Args, p.expr())
	if p.eat("from") {
		c.Args = append(c.Args, p.value())
		if p.eat("for") {
			c.Args = append(c.Args, p.value())
		}
	} else {
		for p.eatSymbol(",") {
			p.noTrailing()
			c.Args = append(c.Args, p.expr())
		}
	}
	p.needSymbol(")")
	c.Span = p.span(name.from)
	return c
}

// position reads POSITION(a IN b), which is strpos(b, a).
func (p *parser) position() ast.Expr {
	name := p.tok()
	p.i++
	p.needSymbol("(")
	what := p.value()
	p.need("in")
	c := &ast.Call{Name: &ast.Ident{Span: ast.Span{From: name.from, To: name.to}, Name: "strpos", Quoted: false},
		Args: []ast.Expr{p.value(), what}}
	p.needSymbol(")")
	c.Span = p.span(name.from)
	return c
}
