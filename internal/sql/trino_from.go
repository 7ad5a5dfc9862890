package sql

import (
	"slices"

	"trailscribe/internal/sql/ast"
	"trailscribe/internal/sql/parser"
)

// from is FROM and what it reads: joins line by line below each other, relations with commas between them indented.
func (p *trinoPrinter) from(rs []ast.Relation) {
	if len(rs) == 1 {
		p.text("FROM ")
		p.relation(rs[0])
		return
	}
	p.text("FROM")
	p.in()
	for i, r := range rs {
		if i > 0 {
			p.text(",")
		}
		p.hard()
		p.relation(r)
	}
	p.out()
}

func (p *trinoPrinter) relation(r ast.Relation) {
	switch r := r.(type) {
	case *ast.Table:
		p.table(r)
	case *ast.Subquery:
		if r.Lateral {
			p.text("LATERAL ")
		}
		p.nested(r.Query)
		p.alias(r.Alias)
	case *ast.Unnest:
		p.text("UNNEST")
		p.parentheses(len(r.Args), func(i int) { p.expr(r.Args[i], parser.PowOr) })
		if r.Ordinality {
			p.text(" WITH ORDINALITY")
		}
		p.alias(r.Alias)
	case *ast.Join:
		p.join(r)
	}
}

// table is the name, or what stands for it at the engine under the name it had.
func (p *trinoPrinter) table(t *ast.Table) {
	if len(t.Parts) == 1 && !slices.Contains(p.ctes, t.Parts[0].Key()) {
		if s, ok := p.stands[t.Parts[0].Key()]; ok {
			p.text(s)
			if t.Alias == nil {
				p.text(" AS ")
				p.name(t.Parts[0])
			}
			p.alias(t.Alias)
			return
		}
	}
	for i, part := range t.Parts {
		if i > 0 {
			p.text(".")
		}
		p.name(part)
	}
	p.alias(t.Alias)
}

func (p *trinoPrinter) alias(a *ast.Alias) {
	if a == nil {
		return
	}
	p.text(" AS ")
	p.name(a.Name)
	if a.Columns != nil {
		p.text(" ")
		p.names(a.Columns)
	}
}

func (p *trinoPrinter) join(j *ast.Join) {
	p.relation(j.Left)
	p.hard()
	if j.Natural {
		p.text("NATURAL ")
	}
	p.text([...]string{ast.InnerJoin: "JOIN ", ast.LeftJoin: "LEFT JOIN ", ast.RightJoin: "RIGHT JOIN ", ast.FullJoin: "FULL JOIN ",
		ast.CrossJoin: "CROSS JOIN "}[j.Kind])
	if right, ok := j.Right.(*ast.Join); ok {
		p.text("(")
		p.in()
		p.hard()
		p.join(right)
		p.out()
		p.hard()
		p.text(")")
	} else {
		p.relation(j.Right)
	}
	if j.On != nil {
		p.begin()
		p.in()
		p.line()
		p.text("ON ")
		p.logic(j.On)
		p.out()
		p.end()
	}
	if j.Using != nil {
		p.text(" USING ")
		p.names(j.Using)
	}
}
