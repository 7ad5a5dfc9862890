package sql

import (
	"strconv"
	"strings"

	"trailscribe/internal/sql/ast"
	"trailscribe/internal/sql/scalar"
)

// This file writes what keeps a statement of DuckDB from making more than it may, see limits.go and guards. A guard hands a value on
// after looking at how much is to be made of it; the value is then used, so that the guard cannot be left out or come too late.

// plain reports whether an expression of DuckDB is a name or a literal: it may stand twice and costs nothing.
func plain(s string) bool { return !strings.ContainsAny(s, "(") && !strings.HasPrefix(s, "CASE ") }

// unless writes an expression that is worked out when the guard has let the size of what it makes pass. size is NULL where the
// expression is.
func unless(guard, size, expression string) string {
	return "CASE WHEN " + guard + "(" + size + ") IS NOT NULL THEN " + expression + " END"
}

// join writes texts behind each other. A result of known size that is allowed needs no guard, and one that only literals make longer
// is looked at when it is there. In others the texts' lengths are looked at before, by Go where the texts are computed.
func (e *emitter) join(xs []ast.Expr, t *Type) string {
	parts := make([]string, 0, len(xs))
	var lengths []string
	known, unknown, computed := int64(0), 0, 0
	for _, x := range xs {
		s := e.reference(x, t)
		parts = append(parts, s)
		if n, ok := e.most(x); ok {
			known += n
			continue
		}
		unknown++
		if plain(s) {
			lengths = append(lengths, "strlen("+s+")")
		} else {
			computed++
		}
	}
	together := "(" + strings.Join(parts, " || ") + ")"
	switch {
	case unknown == 0 && known <= scalar.MaxText:
		return together
	case computed == 0 && unknown > 0:
		return unless("tr_room", strings.Join(lengths, " + ")+" + "+strconv.FormatInt(known, 10), together)
	case unknown == 1:
		return "tr_fit(" + together + ")"
	}
	return "tr_concat(" + strings.Join(parts, ", ") + ")"
}

// operands are the texts of a || b || c.
func operands(x ast.Expr) []ast.Expr {
	if b, ok := x.(*ast.Binary); ok && b.Op == ast.OpConcat {
		return append(operands(b.Left), operands(b.Right)...)
	}
	return []ast.Expr{x}
}

// most is how many bytes a text has at most, where its expression alone says that.
func (e *emitter) most(x ast.Expr) (bytes int64, known bool) {
	t := e.c.types[x]
	switch x := x.(type) {
	case *ast.NullLit:
		return 0, true
	case *ast.StringLit:
		return int64(len(x.Value)), true
	case *ast.Param:
		if s, ok := e.text(x); ok {
			return int64(len(s)), true
		}
	case *ast.Cast:
		if from := e.c.types[x.X]; from != nil && from.scalar() && !from.text() && from.Kind != JSONType && from.Kind != VarbinaryType {
			return 64, true
		}
	case *ast.Case:
		most := int64(0)
		for _, w := range x.Whens {
			n, ok := e.most(w.Then)
			if !ok {
				return 0, false
			}
			most = max(most, n)
		}
		if x.Else != nil {
			n, ok := e.most(x.Else)
			return max(most, n), ok
		}
		return most, true
	}
	if t != nil && t.Kind == VarcharType && t.P != unbounded {
		return 4 * int64(t.P), true
	}
	return 0, false
}

// weight writes how many bytes a value of a type takes, of an expression that may stand twice; "" for a value of fixed size. It is
// not NULL for a value that is not.
func weight(s string, t *Type, depth int) string {
	switch t.Kind {
	case VarcharType:
		return "strlen(" + s + ")"
	case JSONType:
		return "strlen(CAST(" + s + " AS VARCHAR))"
	case VarbinaryType:
		return "octet_length(" + s + ")"
	case ArrayType:
		return "(" + strconv.Itoa(scalar.EntryBytes) + " * len(" + s + ")" + inside(s, t.Elem, depth) + ")"
	case MapType:
		return "(" + strconv.Itoa(2*scalar.EntryBytes) + " * CAST(cardinality(" + s + ") AS BIGINT)" + inside("map_keys("+s+")", t.Key, depth) +
			inside("map_values("+s+")", t.Elem, depth) + ")"
	case RowType:
		sum := "CASE WHEN " + s + " IS NOT NULL THEN 0 END"
		some := false
		for i, f := range t.Fields {
			if w := weight("("+s+")."+duckName(duckField(t, i)), f.Type, depth); w != "" {
				sum += " + coalesce(" + w + ", 0)"
				some = true
			}
		}
		if some {
			return "(" + sum + ")"
		}
	}
	return ""
}

// inside writes what is added to the weight of an array for what its elements take.
func inside(array string, elem *Type, depth int) string {
	v := "x_b" + strconv.Itoa(depth)
	w := weight(v, elem, depth+1)
	if w == "" {
		return ""
	}
	return " + coalesce(CAST(list_sum(list_transform(" + array + ", lambda " + v + ": " + w + ")) AS BIGINT), 0)"
}

// guardedLambda writes the body of a lambda. DuckDB looks for no interrupt while it works on a batch of arrays, so the body asks
// whether the statement still runs; and what the body hands on is copied for each element, so its size is looked at.
func guardedLambda(body string, t *Type, param string) string {
	if plain(body) {
		if body == param || strings.HasPrefix(body, param+".") {
			return body // a part of the element, which is there already
		}
		if w := weight(body, t, 0); w != "" {
			// The parameter is in it, or the size of a literal would be looked at once.
			return unless("tr_load", "coalesce("+w+", 0) + CAST("+param+" IS NULL AS BIGINT)", body)
		}
		return body
	}
	if t.Kind == VarcharType {
		return "tr_hold(" + body + ")"
	}
	return unless("tr_go", param+" IS NULL", body)
}

// built writes an array or a row of its parts, after looking at the size of those that are names: each is copied.
func (e *emitter) built(parts []string, xs []ast.Expr, types func(int) *Type, expression string) string {
	var sizes []string
	for i, s := range parts {
		if _, known := e.most(xs[i]); known || !plain(s) {
			continue
		}
		if w := weight(s, types(i), 0); w != "" {
			sizes = append(sizes, "coalesce("+w+", 0)")
		}
	}
	if len(sizes) == 0 {
		return expression
	}
	sum := strings.Join(sizes, " + ")
	if len(sizes) > 16 { // DuckDB takes expressions of a limited depth
		sum = "CAST(list_sum([" + strings.Join(sizes, ", ") + "]) AS BIGINT)"
	}
	return unless("tr_load", sum, expression)
}

// once writes an expression of which more than its value is needed: body is given a name for it.
func once(s string, body func(name string) string) string {
	if plain(s) {
		return body(s)
	}
	return "list_transform([" + s + "], lambda x_o: " + body("x_o") + ")[1]"
}

// entries writes how many entries, and of how many bytes, an array will have that is made of these; bytes are known of names only.
func entries(count, made string, t *Type, of ...string) string {
	bytes := "0"
	for _, s := range of {
		if w := weight(s, t, 0); plain(s) && w != "" {
			bytes += " + coalesce(" + w + ", 0)"
		}
	}
	return "CASE WHEN tr_entries(" + count + ", " + bytes + ") IS NOT NULL THEN " + made + " END"
}
