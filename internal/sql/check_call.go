package sql

import (
	"fmt"
	"slices"
	"strings"

	"trailscribe/internal/sql/ast"
)

// call checks a function call: name, place, overload, modifiers.
func (k *checker) call(c *ast.Call, v env) *Type {
	name := c.Name.Key()
	f := functions[name]
	if f == nil {
		for _, a := range c.Args {
			if _, ok := a.(*ast.Lambda); !ok {
				k.expr(a, v)
			}
		}
		hint := k.meant(name, FunctionNames())
		if why := notSupported[name]; why != "" {
			k.problem(c.Name, "function "+name+" is not supported: "+why, "", "not-supported")
			return tBad
		}
		if why := otherDialects[name]; why != "" {
			hint = why
		}
		k.problem(c.Name, "there is no function "+name, hint, "unknown-function")
		return tBad
	}
	if why := notSupported[name]; why != "" {
		k.problem(c.Name, why, "", "not-supported")
	}
	inner := v
	switch {
	case c.Over != nil && f.kind == scalarFunction:
		k.problem(c, name+" is not a window function", "", "")
	case c.Over == nil && f.kind == windowFunction:
		k.problem(c, name+" needs OVER (…)", "", "")
	case c.Over != nil:
		if v.noWindow != "" {
			k.problem(c, v.noWindow+" takes no window functions", "Compute it in a subquery and filter outside", "")
		}
		inner.noWindow = "a window function"
	case f.kind == aggregateFunction:
		v.scope.aggregated = true
		if v.noAggregate != "" {
			hint := ""
			if v.noAggregate == "WHERE" {
				hint = "Use HAVING"
			}
			k.problem(c, v.noAggregate+" takes no aggregates such as "+name, hint, "aggregate")
		}
		inner.noAggregate, inner.noWindow = "an aggregate", "an aggregate"
	}
	if f.kind == scalarFunction {
		if c.Distinct || len(c.OrderBy) > 0 || c.Filter != nil || c.Star {
			k.problem(c, name+" is not an aggregate: it takes no DISTINCT, ORDER BY, FILTER or *", "", "")
		}
	}
	if c.Nulls == ast.IgnoreNulls && !slices.Contains([]string{"lag", "lead", "first_value", "last_value", "nth_value"}, name) {
		k.problem(c, name+" does not take IGNORE NULLS", "", "")
	}
	if len(c.WithinGroup) > 0 && name != "listagg" {
		k.problem(c, name+" does not take WITHIN GROUP", "", "")
	}
	r := k.overload(f, c, inner)
	for _, o := range slices.Concat(c.OrderBy, c.WithinGroup) {
		if t := k.expr(o.X, inner); t.Kind != 0 && !t.orderable() {
			k.problem(o, "rows cannot be ordered by a value of type "+t.String(), "", "")
		}
		if c.Distinct && len(c.Args) > 0 && r != nil && k.key(o.X) != k.key(c.Args[0]) {
			k.problem(o, "with DISTINCT, an aggregate can only be ordered by what it takes", "", "")
		}
	}
	if c.Filter != nil {
		w := inner
		w.noAggregate = "FILTER"
		k.condition(c.Filter, w, "FILTER")
	}
	if c.Over != nil {
		k.window(c.Over, v)
	}
	if r == nil {
		return tBad
	}
	k.calls[c] = r
	if f.check != nil {
		f.check(k, c, r)
	}
	return r.result
}

// overload chooses the signature that fits the arguments with the fewest coercions, as Trino does.
func (k *checker) overload(f *function, c *ast.Call, v env) *resolved {
	types := k.typeSlab.Make(len(c.Args))
	bad := false
	for i, a := range c.Args {
		if l, ok := a.(*ast.Lambda); ok {
			if !slices.ContainsFunc(f.overloads, func(s signature) bool { return i < len(s.args) && s.args[i].ret != nil }) {
				k.problem(l, f.name+" takes no lambda here", "", "")
				bad = true
			}
			continue
		}
		types[i] = k.expr(a, v)
		bad = bad || types[i].Kind == 0
	}
	if c.Star {
		if f.name != "count" {
			k.problem(c, "only count takes *", "", "")
			return nil
		}
		return k.callSlab.Put(resolved{fn: f, result: tBigint})
	}
	if bad || k.ambiguousNull(f, c, types) {
		return nil
	}
	var best *signature
	var bound binding
	bestCost := -1
	for i := range f.overloads {
		s := &f.overloads[i]
		if len(c.Args) != len(s.args) && !(s.variadic && len(c.Args) >= len(s.args)) {
			continue
		}
		b := binding{}
		cost, fits := 0, true
		for j := range c.Args {
			p := s.arg(j)
			if types[j] == nil {
				l := c.Args[j].(*ast.Lambda)
				fits = fits && p.ret != nil && len(p.args) == len(l.Params)
				continue
			}
			n, ok := b.match(p, types[j])
			cost, fits = cost+n, fits && ok
		}
		if fits && (best == nil || cost < bestCost) {
			best, bound, bestCost = s, b, cost
		}
	}
	if best == nil {
		k.noOverload(f, c, types)
		return nil
	}
	k.mayRefuseCall(c, f, types)
	r := k.callSlab.Put(resolved{fn: f, params: k.typeSlab.Make(len(c.Args))})
	// lambdas see what their parameters were bound to; what they return binds the rest
	for j, a := range c.Args {
		l, ok := a.(*ast.Lambda)
		if !ok {
			continue
		}
		p := best.arg(j)
		t := k.lambda(l, p, &bound, v)
		if t.Kind == 0 {
			return nil
		}
		if _, ok := bound.match(p.ret, t); !ok {
			k.problem(l.Body, "this lambda must give "+bound.fill(p.ret).String()+", not "+t.String(), "", "types")
			return nil
		}
	}
	for j := range c.Args {
		r.params[j] = bound.fill(best.arg(j))
	}
	r.result = bound.fill(&best.ret)
	if r.result.Kind == TimestampZoneType {
		for i, t := range types {
			if t != nil && t.zoned && best.arg(i).any == TimestampZoneType && !r.result.zoned {
				r.result = &Type{Kind: TimestampZoneType, P: r.result.P, zoned: true}
			}
		}
	}
	return r
}

func (s *signature) arg(i int) *pattern { return &s.args[min(i, len(s.args)-1)] }

func (k *checker) lambda(l *ast.Lambda, p *pattern, b *binding, v env) *Type {
	inner := &scope{outer: v.scope, vars: map[string]*Type{}, names: map[string]string{}}
	var labels []string
	for i, id := range l.Params {
		t := b.fill(&p.args[i])
		label := k.unique("x_" + id.Key())
		inner.vars[id.Key()], inner.names[id.Key()] = t, label
		labels = append(labels, label)
	}
	k.lambdas[l] = labels
	k.nested = append(k.nested, l)
	t := k.expr(l.Body, env{scope: inner, noAggregate: "a lambda", noWindow: "a lambda", items: v.items})
	k.types[l] = t
	return t
}

func (k *checker) noOverload(f *function, c *ast.Call, types []*Type) {
	got := make([]string, len(types))
	for i, t := range types {
		got[i] = "lambda"
		if t != nil {
			got[i] = t.String()
		}
	}
	var want []string
	for _, s := range f.overloads {
		if d := s.describe(f.name); !slices.Contains(want, d) {
			want = append(want, d)
		}
	}
	text := fmt.Sprintf("there is no %s(%s)", f.name, strings.Join(got, ", "))
	hint := "It is " + strings.Join(want, ", or ")
	k.problem(c, text, hint, "types")
}
