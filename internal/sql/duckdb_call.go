package sql

import (
	"strings"

	"trailscribe/internal/sql/ast"
)

// call writes a function call by its row in the table.
func (e *emitter) call(c *ast.Call) string {
	r := e.c.calls[c]
	switch r.fn.kind {
	case aggregateFunction:
		return e.aggregate(c, r)
	case windowFunction:
		return e.windowCall(c, r)
	}
	if r.fn.name != "grouping" { // its arguments are names of columns
		e.calls++
		defer func() { e.calls-- }()
	}
	if r.fn.emit != nil {
		return r.fn.emit(e, c, r)
	}
	return e.fill(r.fn.duck, c, r)
}

// fill puts the arguments into a template of the function table.
func (e *emitter) fill(template string, c *ast.Call, r *resolved) string {
	var b strings.Builder
	for i := 0; i < len(template); i++ {
		if template[i] != '$' || i+1 == len(template) {
			b.WriteByte(template[i])
			continue
		}
		i++
		switch n := template[i]; {
		case n == '*':
			b.WriteString(e.args(c, r))
		case n == 'R':
			b.WriteString(r.result.duck())
		case n == 'L':
			i++
			b.WriteString(e.local(c.Args[template[i]-'1']))
		case n == 'D':
			if c.Distinct {
				b.WriteString("DISTINCT ")
			}
		case n == 'O':
			if len(c.OrderBy) > 0 {
				b.WriteString(" ORDER BY " + e.sortItems(c.OrderBy))
			}
		case n == 'F':
			b.WriteString(e.after(c))
		case n >= '1' && n <= '9':
			b.WriteString(e.as(c.Args[n-'1'], r.params[n-'1']))
		default:
			b.WriteByte('$')
			b.WriteByte(n)
		}
	}
	return b.String()
}

func (e *emitter) args(c *ast.Call, r *resolved) string {
	parts := make([]string, len(c.Args))
	for i, a := range c.Args {
		parts[i] = e.as(a, r.params[i])
	}
	return strings.Join(parts, ", ")
}

func emitSame(e *emitter, c *ast.Call, r *resolved) string {
	return r.fn.name + "(" + e.args(c, r) + ")"
}

// lambda writes lambda x: body.
func (e *emitter) lambda(x ast.Expr) string {
	l := x.(*ast.Lambda)
	names := e.c.lambdas[l]
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = duckName(n)
	}
	body := e.within(names, quoted[0], func() string { return e.x(l.Body) })
	return "lambda " + strings.Join(quoted, ", ") + ": " + guardedLambda(body, e.c.types[l], quoted[0])
}

// within writes the body of a lambda whose parameters have these names; param is what stands for one of them.
func (e *emitter) within(names []string, param string, body func() string) string {
	own, outer := e.own, e.element
	e.own, e.element = names, param
	defer func() { e.own, e.element = own, outer }()
	return body()
}

// substituted writes a lambda's body with something else in place of its parameters; param is one of these.
func (e *emitter) substituted(l *ast.Lambda, with map[string]string, param string) string {
	return e.substitutedAs(l, with, nil, param)
}

func (e *emitter) substitutedAs(l *ast.Lambda, with map[string]string, t *Type, param string) string {
	for k, v := range with {
		e.vars[k] = v
	}
	s := e.within(e.c.lambdas[l], param, func() string { return e.as(l.Body, t) })
	if t != nil {
		s = "CAST(" + s + " AS " + t.duck() + ")"
	}
	for k := range with {
		delete(e.vars, k)
	}
	return s
}
