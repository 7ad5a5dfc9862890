package sql

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"trailscribe/internal/sql/ast"
	"trailscribe/internal/sql/parser"
)

// duckString writes text for DuckDB. A NUL would end the statement's text, so it is put in by chr.
func duckString(s string) string {
	if !strings.Contains(s, "\x00") {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	parts := strings.Split(s, "\x00")
	for i, p := range parts {
		parts[i] = duckString(p)
	}
	return "(" + strings.Join(parts, " || chr(0) || ") + ")"
}

// x writes an expression; it can stand anywhere.
func (e *emitter) x(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.NullLit:
		return "NULL"
	case *ast.BoolLit:
		return strconv.FormatBool(x.Value)
	case *ast.StringLit:
		return duckString(x.Value)
	case *ast.IntLit:
		if x.Value == -1<<63 {
			return "(-9223372036854775807 - 1)"
		}
		if x.Value < 0 {
			return "(" + strconv.FormatInt(x.Value, 10) + ")"
		}
		return strconv.FormatInt(x.Value, 10)
	case *ast.DecimalLit:
		return "CAST('" + strings.ReplaceAll(x.Text, "_", "") + "' AS " + e.c.types[x].duck() + ")"
	case *ast.DoubleLit:
		return "CAST('" + strings.ReplaceAll(x.Text, "_", "") + "' AS DOUBLE)"
	case *ast.BinaryLit:
		return "unhex('" + hex.EncodeToString(x.Value) + "')"
	case *ast.TypedLit:
		return e.typedLit(x)
	case *ast.IntervalLit:
		v, _ := parser.ParseInterval(x)
		return v.DuckDB()
	case *ast.Param:
		return e.param(x)
	case *ast.Ident:
		if c := e.c.cols[x]; c != nil {
			return e.held(e.col(c), e.c.types[x], c, false)
		}
		name := e.c.vars[x]
		if s, ok := e.vars[name]; ok {
			return e.held(s, e.c.types[x], nil, slices.Contains(e.own, name))
		}
		return e.held(duckName(name), e.c.types[x], nil, slices.Contains(e.own, name))
	case *ast.Deref:
		if c := e.c.cols[x]; c != nil {
			return e.held(e.col(c), e.c.types[x], c, false)
		}
		t := e.c.types[x.X]
		i, _ := t.field(x.Field.Name)
		return e.field(x.X, t, i)
	case *ast.Unary:
		if x.Op == ast.OpNot {
			return "(NOT " + e.x(x.X) + ")"
		}
		return "(" + x.Op.String() + " " + e.x(x.X) + ")"
	case *ast.Binary:
		return e.binary(x)
	case *ast.Between:
		t := e.compareType(e.compareType(e.c.types[x.X], e.c.types[x.Low]), e.c.types[x.High])
		return "(" + e.as(x.X, t) + not(x.Not) + " BETWEEN " + e.as(x.Low, t) + " AND " + e.as(x.High, t) + ")"
	case *ast.In:
		if x.Query != nil {
			return "(" + e.x(x.X) + not(x.Not) + " IN (" + e.query(x.Query) + "))"
		}
		t := e.c.types[x.X]
		for _, i := range x.List {
			t = e.compareType(t, e.c.types[i])
		}
		items := make([]string, len(x.List))
		for i, l := range x.List {
			items[i] = e.as(l, t)
		}
		return "(" + e.as(x.X, t) + not(x.Not) + " IN (" + strings.Join(items, ", ") + "))"
	case *ast.Like:
		s := e.as(x.X, tVarchar) + not(x.Not) + " LIKE " + e.as(x.Pattern, tVarchar)
		if x.Escape != nil {
			s += " ESCAPE " + e.x(x.Escape)
		}
		return "(" + s + ")"
	case *ast.IsNull:
		return "(" + e.x(x.X) + " IS" + not(x.Not) + " NULL)"
	case *ast.Exists:
		return "EXISTS (" + e.query(x.Query) + ")"
	case *ast.Quantified:
		word := " ANY ("
		if x.All {
			word = " ALL ("
		}
		return "(" + e.x(x.X) + " " + x.Op.String() + word + e.query(x.Query) + "))"
	case *ast.Case:
		return e.caseOf(x)
	case *ast.Cast:
		return e.castTo(x.X, e.c.casts[x.Type], x.Try)
	case *ast.Array:
		t := e.c.types[x].Elem
		if len(x.Elems) == 0 {
			return "CAST([] AS " + t.duck() + "[])"
		}
		items := make([]string, len(x.Elems))
		for i, el := range x.Elems {
			items[i] = e.reference(el, t)
		}
		return e.built(items, x.Elems, func(int) *Type { return t }, "["+strings.Join(items, ", ")+"]")
	case *ast.Row:
		t := e.c.types[x]
		items, values := make([]string, len(x.Fields)), make([]string, len(x.Fields))
		for i, f := range x.Fields {
			values[i] = e.reference(f, nil)
			items[i] = duckName(duckField(t, i)) + " := " + values[i]
		}
		return e.built(values, x.Fields, func(i int) *Type { return t.Fields[i].Type }, "struct_pack("+strings.Join(items, ", ")+")")
	case *ast.Subscript:
		return e.subscript(x)
	case *ast.AtTimeZone:
		return e.as(x.X, &Type{Kind: TimestampZoneType, P: e.c.types[x].P})
	case *ast.Extract:
		return e.x(e.c.extracts[x])
	case *ast.Trim:
		fn := [...]string{ast.TrimBoth: "trim", ast.TrimLeading: "ltrim", ast.TrimTrailing: "rtrim"}[x.Side]
		chars := duckString(whiteSpace)
		if x.Chars != nil {
			chars = e.x(x.Chars)
		}
		return fn + "(" + e.x(x.X) + ", " + chars + ")"
	case *ast.SubqueryExpr:
		return "(" + e.query(x.Query) + ")"
	case *ast.Call:
		return e.call(x)
	}
	e.refuse(x, "this cannot be written for DuckDB", "")
	return "NULL"
}

func not(b bool) string {
	if b {
		return " NOT"
	}
	return ""
}

// field is field i of a row.
func (e *emitter) field(x ast.Expr, t *Type, i int) string {
	s := e.x(x)
	switch x.(type) {
	case *ast.Ident, *ast.Deref:
	default:
		s = "(" + s + ")"
	}
	return s + "." + duckName(duckField(t, i))
}

func (e *emitter) caseOf(x *ast.Case) string {
	t := e.c.types[x]
	var b strings.Builder
	b.WriteString("CASE")
	ct := tUnknown
	if x.Operand != nil {
		ct = e.c.types[x.Operand]
		for _, w := range x.Whens {
			ct = e.compareType(ct, e.c.types[w.Cond])
		}
		b.WriteString(" " + e.as(x.Operand, ct))
	}
	for _, w := range x.Whens {
		b.WriteString(" WHEN ")
		if x.Operand != nil {
			b.WriteString(e.as(w.Cond, ct))
		} else {
			b.WriteString(e.x(w.Cond))
		}
		b.WriteString(" THEN " + e.as(w.Then, t))
	}
	if x.Else != nil {
		b.WriteString(" ELSE " + e.as(x.Else, t))
	}
	return b.String() + " END"
}

func (e *emitter) subscript(x *ast.Subscript) string {
	t := e.c.types[x.X]
	switch t.Kind {
	case RowType:
		return e.field(x.X, t, int(x.Index.(*ast.IntLit).Value)-1)
	case MapType:
		m, k := e.x(x.X), e.as(x.Index, t.Key)
		if !t.Key.text() && !t.Key.numeric() {
			e.refuse(x, "a map with keys of type "+t.Key.String()+" has no subscript here",
				"Use element_at(m, k), which gives NULL where there is no such key")
		}
		return "element_at(" + m + ", CASE WHEN map_contains(" + m + ", " + k + ") OR " + m + " IS NULL OR " + k + " IS NULL THEN " + k +
			" ELSE CAST(CAST('key not in the map: ' || CAST(" + k + " AS VARCHAR) AS BIGINT) AS " + t.Key.duck() + ") END)[1]"
	}
	a, i := e.x(x.X), e.x(x.Index)
	return "list_extract(" + a + ", CASE WHEN " + i + " BETWEEN 1 AND len(" + a + ") OR " + a + " IS NULL OR " + i + " IS NULL THEN " + i +
		" ELSE CAST('array subscript out of bounds: ' || " + i + " AS BIGINT) END)"
}

// param writes a parameter's value.
func (e *emitter) param(p *ast.Param) string {
	t := e.c.paramTypes[p.Name]
	lit := e.lits[p.Name]
	if lit == nil { // only while Check looks for what cannot be said
		return "CAST(NULL AS " + t.duck() + ")"
	}
	s := literalText(DuckDB, lit)
	switch t.Kind {
	case ArrayType, DecimalType, DoubleType, TimestampType:
		return "CAST(" + s + " AS " + t.duck() + ")"
	}
	return s
}

// text is the text of a literal or of a parameter that has its value; known is false for anything else.
func (e *emitter) text(x ast.Expr) (s string, known bool) {
	if p, ok := x.(*ast.Param); ok {
		x = e.lits[p.Name]
	}
	if lit, ok := x.(*ast.StringLit); ok {
		return lit.Value, true
	}
	return "", false
}
