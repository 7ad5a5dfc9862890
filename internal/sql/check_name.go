package sql

import "trailscribe/internal/sql/ast"

// aliasesOf are the names that may stand in front of a column here, for a hint.
func aliasesOf(s *scope) (names []string) {
	for ; s != nil; s = s.outer {
		for _, r := range s.sources {
			if r.alias != "" {
				names = append(names, r.alias)
			}
		}
	}
	return names
}

// ident is what a bare name means: a lambda's parameter or a column, the nearest first. Trino finds names by scope, without
// regard to case, and never guesses between two.
func (k *checker) ident(x *ast.Ident, v env) *Type {
	cols, variable, label := v.scope.lookup(x.Key())
	switch {
	case variable != nil:
		k.vars[x] = label
		return variable
	case len(cols) == 1:
		return k.column(x, cols[0])
	case len(cols) > 1:
		k.problem(x, "column "+x.Name+" is ambiguous", "Put the relation's alias in front of it", "ambiguous")
		return tBad
	}
	if unknownAround(v.scope) {
		return tBad
	}
	hint := k.meant(x.Name, v.scope.visible())
	switch {
	case v.alias(x.Key()):
		hint = x.Name + " is an alias of SELECT; Athena does not know it here, so repeat the expression"
	case x.Quoted && hint == "":
		hint = "Text stands in single quotes: '" + x.Name + "'"
	}
	k.problem(x, "there is no column "+x.Name, hint, "unknown-column")
	return tBad
}

// unknownAround: a relation that is not in the catalog could have had any column.
func unknownAround(s *scope) bool {
	for ; s != nil; s = s.outer {
		for _, r := range s.sources {
			if r.alias == "\x00" {
				return true
			}
		}
	}
	return false
}

func (k *checker) column(x ast.Expr, c *column) *Type {
	k.cols[x] = c
	c.use()
	return c.typ
}

// deref is what a.b means: a column of the relation a, or the field b of the row a. A relation comes first, as in Trino.
func (k *checker) deref(x *ast.Deref, v env) *Type {
	if id, ok := x.X.(*ast.Ident); ok {
		cols, src := v.scope.qualified(id.Key(), x.Field.Key())
		if len(cols) == 1 {
			return k.column(x, cols[0])
		}
		if len(cols) > 1 {
			k.problem(x, "column "+id.Name+"."+x.Field.Name+" is ambiguous", "", "ambiguous")
			return tBad
		}
		if c, variable, _ := v.scope.lookup(id.Key()); src != nil && len(c) == 0 && variable == nil {
			names := make([]string, len(src.cols))
			for i, c := range src.cols {
				names[i] = c.key
			}
			k.problem(x.Field, id.Name+" has no column "+x.Field.Name, k.meant(x.Field.Name, names), "unknown-column")
			return tBad
		}
	}
	t := k.expr(x.X, v)
	switch t.Kind {
	case 0:
		return tBad
	case RowType:
		if i, ok := t.field(x.Field.Name); ok {
			return t.Fields[i].Type
		}
		names := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			names[i] = f.Name
		}
		k.problem(x.Field, "there is no field "+x.Field.Name, k.meant(x.Field.Name, names), "unknown-field")
		if p := &k.probs[len(k.probs)-1]; p.Hint == "" && len(names) <= 12 {
			p.Allowed = names
		}
		return tBad
	}
	hint := ""
	if t.Kind == JSONType || t.text() {
		hint = "Read JSON text with json_extract_scalar(…, '$." + x.Field.Name + "')"
	}
	k.problem(x.Field, "a value of type "+t.String()+" has no fields", hint, "types")
	return tBad
}
