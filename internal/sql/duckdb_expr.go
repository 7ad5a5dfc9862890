package sql

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
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
func (e *emitter) x(x Expr) string {
	switch x := x.(type) {
	case *NullLit:
		return "NULL"
	case *BoolLit:
		return strconv.FormatBool(x.Value)
	case *StringLit:
		return duckString(x.Value)
	case *IntLit:
		if x.Value == -1<<63 {
			return "(-9223372036854775807 - 1)"
		}
		if x.Value < 0 {
			return "(" + strconv.FormatInt(x.Value, 10) + ")"
		}
		return strconv.FormatInt(x.Value, 10)
	case *DecimalLit:
		return "CAST('" + strings.ReplaceAll(x.Text, "_", "") + "' AS " + e.c.types[x].duck() + ")"
	case *DoubleLit:
		return "CAST('" + strings.ReplaceAll(x.Text, "_", "") + "' AS DOUBLE)"
	case *BinaryLit:
		return "unhex('" + hex.EncodeToString(x.Value) + "')"
	case *TypedLit:
		return e.typedLit(x)
	case *IntervalLit:
		v, _ := parseInterval(x)
		return v.sql()
	case *Param:
		return e.param(x)
	case *Ident:
		if c := e.c.cols[x]; c != nil {
			return e.col(c)
		}
		name := e.c.vars[x]
		if s, ok := e.vars[name]; ok {
			return s
		}
		return duckName(name)
	case *Deref:
		if c := e.c.cols[x]; c != nil {
			return e.col(c)
		}
		t := e.c.types[x.X]
		i, _ := t.field(x.Field.Name)
		return e.field(x.X, t, i)
	case *Unary:
		if x.Op == OpNot {
			return "(NOT " + e.x(x.X) + ")"
		}
		return "(" + x.Op.String() + " " + e.x(x.X) + ")"
	case *Binary:
		return e.binary(x)
	case *Between:
		t := e.compareType(e.compareType(e.c.types[x.X], e.c.types[x.Low]), e.c.types[x.High])
		return "(" + e.as(x.X, t) + not(x.Not) + " BETWEEN " + e.as(x.Low, t) + " AND " + e.as(x.High, t) + ")"
	case *In:
		if x.Query != nil {
			return "(" + e.x(x.X) + not(x.Not) + " IN (" + e.query(x.Query, false) + "))"
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
	case *Like:
		s := e.as(x.X, tVarchar) + not(x.Not) + " LIKE " + e.as(x.Pattern, tVarchar)
		if x.Escape != nil {
			s += " ESCAPE " + e.x(x.Escape)
		}
		return "(" + s + ")"
	case *IsNull:
		return "(" + e.x(x.X) + " IS" + not(x.Not) + " NULL)"
	case *Exists:
		return "EXISTS (" + e.query(x.Query, false) + ")"
	case *Quantified:
		word := " ANY ("
		if x.All {
			word = " ALL ("
		}
		return "(" + e.x(x.X) + " " + x.Op.String() + word + e.query(x.Query, false) + "))"
	case *Case:
		return e.caseOf(x)
	case *Cast:
		return e.castTo(x.X, e.c.casts[x.Type], x.Try)
	case *Array:
		t := e.c.types[x].Elem
		if len(x.Elems) == 0 {
			return "CAST([] AS " + t.duck() + "[])"
		}
		items := make([]string, len(x.Elems))
		for i, el := range x.Elems {
			items[i] = e.as(el, t)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case *Row:
		t := e.c.types[x]
		items := make([]string, len(x.Fields))
		for i, f := range x.Fields {
			items[i] = duckName(duckField(t, i)) + " := " + e.x(f)
		}
		return "struct_pack(" + strings.Join(items, ", ") + ")"
	case *Subscript:
		return e.subscript(x)
	case *AtTimeZone:
		return e.as(x.X, &Type{Kind: TimestampZoneType, P: e.c.types[x].P})
	case *Extract:
		return e.x(e.c.extracts[x])
	case *Trim:
		fn := [...]string{TrimBoth: "trim", TrimLeading: "ltrim", TrimTrailing: "rtrim"}[x.Side]
		chars := duckString(whiteSpace)
		if x.Chars != nil {
			chars = e.x(x.Chars)
		}
		return fn + "(" + e.x(x.X) + ", " + chars + ")"
	case *SubqueryExpr:
		return "(" + e.query(x.Query, false) + ")"
	case *Call:
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
func (e *emitter) field(x Expr, t *Type, i int) string {
	s := e.x(x)
	switch x.(type) {
	case *Ident, *Deref:
	default:
		s = "(" + s + ")"
	}
	return s + "." + duckName(duckField(t, i))
}

// compareType is what two values are compared as; Check has seen that there is one.
func (e *emitter) compareType(a, b *Type) *Type {
	if c := common(a, b); c != nil {
		return c
	}
	return a
}

// as writes x turned into type t by Trino's implicit rules.
func (e *emitter) as(x Expr, t *Type) string {
	if t == nil {
		return e.x(x)
	}
	return coerceSQL(e.x(x), e.c.types[x], t)
}

// coerceSQL turns a value into a type it coerces to, where DuckDB would not do so by itself or would end with another type.
func coerceSQL(s string, from, to *Type) string {
	switch {
	case from == nil || to == nil || to.Kind == UnknownType || to.Kind == 0:
		return s
	case from.Kind == UnknownType:
		return "CAST(NULL AS " + to.duck() + ")"
	case from.duck() == to.duck():
		return s
	case from.Kind == IntegerType && to.Kind == BigintType && wholeText(s):
		return s // DuckDB takes a plain number for any whole type
	case from.Kind == RowType && to.Kind == RowType:
		return castSQL(s, from, to, false)
	}
	return "CAST(" + s + " AS " + to.duck() + ")"
}

// wholeText says whether s is a plain whole number.
func wholeText(s string) bool {
	s = strings.Trim(s, "(-)")
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func (e *emitter) args(c *Call, r *resolved) string {
	parts := make([]string, len(c.Args))
	for i, a := range c.Args {
		parts[i] = e.as(a, r.params[i])
	}
	return strings.Join(parts, ", ")
}

func (e *emitter) binary(x *Binary) string {
	a, b := e.c.types[x.Left], e.c.types[x.Right]
	switch x.Op {
	case OpAnd, OpOr:
		return "(" + e.x(x.Left) + " " + x.Op.String() + " " + e.x(x.Right) + ")"
	case OpEq, OpNe, OpLt, OpLe, OpGt, OpGe, OpDistinct, OpNotDistinct:
		t := e.compareType(a, b)
		l, r := e.as(x.Left, t), e.as(x.Right, t)
		return "(" + l + " " + x.Op.String() + " " + r + ")"
	case OpConcat:
		return e.concat(x, a, b)
	}
	t := e.c.types[x]
	if t.numeric() {
		switch x.Op {
		case OpDiv, OpMod:
			return e.divide(x.Op, x.Left, x.Right, t)
		}
		if t.Kind == DecimalType {
			// the operands stay as they are: DuckDB finds the result's scale as Trino does, the cast sets the precision
			l, r := decimalOperand(e.x(x.Left), a), decimalOperand(e.x(x.Right), b)
			return "CAST(" + l + " " + x.Op.String() + " " + r + " AS " + t.duck() + ")"
		}
		return "(" + e.as(x.Left, t) + " " + x.Op.String() + " " + e.as(x.Right, t) + ")"
	}
	return e.timeArithmetic(x, a, b, t)
}

func decimalOperand(s string, t *Type) string {
	if t.integral() {
		return "CAST(" + s + " AS " + decimalOf(integerDigits(t.Kind), 0).duck() + ")"
	}
	if t.Kind == UnknownType {
		return "CAST(NULL AS DECIMAL(1,0))"
	}
	return s
}

func (e *emitter) concat(x *Binary, a, b *Type) string {
	t := e.c.types[x]
	if t.Kind != ArrayType {
		return "(" + e.as(x.Left, t) + " || " + e.as(x.Right, t) + ")"
	}
	switch {
	case a.Kind == ArrayType && b.Kind == ArrayType:
		return "tr_array_concat(" + e.as(x.Left, t) + ", " + e.as(x.Right, t) + ")"
	case a.Kind == ArrayType:
		return "list_append(" + e.as(x.Left, t) + ", " + e.as(x.Right, t.Elem) + ")"
	}
	return "list_prepend(" + e.as(x.Left, t.Elem) + ", " + e.as(x.Right, t) + ")"
}

// divide writes / and %, which are errors for whole numbers and decimals divided by zero, and Infinity or NaN for doubles.
// DuckDB gives NULL for all of them.
func (e *emitter) divide(op Op, left, right Expr, t *Type) string {
	sym := " // "
	if op == OpMod {
		sym = " % "
	}
	switch {
	case t.float():
		l, r := e.as(left, t), e.as(right, t)
		if op == OpDiv && nonZero(right) {
			return "(" + l + " / " + r + ")"
		}
		if op == OpMod {
			return "CASE WHEN " + r + " = 0 THEN CAST('NaN' AS DOUBLE) ELSE " + l + " % " + r + " END"
		}
		return "tr_double_divide(" + l + ", " + r + ")"
	case t.integral():
		l, r := e.as(left, t), e.as(right, t)
		if !nonZero(right) {
			r = "CASE WHEN " + r + " = 0 THEN CAST('division by zero: ' || " + l + " AS " + t.duck() + ") ELSE " + r + " END"
		}
		return "CAST(" + l + sym + r + " AS " + t.duck() + ")"
	}
	a, b := e.c.types[left], e.c.types[right]
	if a.Kind == UnknownType || b.Kind == UnknownType {
		return "CAST(NULL AS " + t.duck() + ")"
	}
	sa, sb := a.S, b.S
	l, r := unscaled(e.x(left), a), unscaled(e.x(right), b)
	if op == OpMod {
		return "CAST(tr_decimal_mod(" + l + shift(max(sb-sa, 0)) + ", " + r + shift(max(sa-sb, 0)) + ", " + strconv.Itoa(t.S) + ") AS " + t.duck() + ")"
	}
	return "CAST(tr_decimal_divide(" + l + shift(t.S+sb-sa) + ", " + r + ", " + strconv.Itoa(t.S) + ") AS " + t.duck() + ")"
}

// unscaled is a decimal or whole number without its point.
func unscaled(s string, t *Type) string {
	if t.integral() || t.S == 0 {
		return "CAST(" + s + " AS HUGEINT)"
	}
	return "CAST(replace(CAST(" + s + " AS VARCHAR), '.', '') AS HUGEINT)"
}

func shift(n int) string {
	if n <= 0 {
		return ""
	}
	return " * CAST('1" + strings.Repeat("0", n) + "' AS HUGEINT)"
}

// nonZero tells whether an expression is a number that is not zero, so that dividing by it needs no guard.
func nonZero(x Expr) bool {
	text := ""
	switch x := x.(type) {
	case *IntLit:
		return x.Value != 0
	case *DoubleLit:
		text = x.Text
	case *DecimalLit:
		text = x.Text
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	return err == nil && f != 0
}

func (e *emitter) caseOf(x *Case) string {
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

func (e *emitter) subscript(x *Subscript) string {
	t := e.c.types[x.X]
	switch t.Kind {
	case RowType:
		return e.field(x.X, t, int(x.Index.(*IntLit).Value)-1)
	case MapType:
		m, k := e.x(x.X), e.as(x.Index, t.Key)
		if !t.Key.text() && !t.Key.numeric() {
			e.refuse(x, "a map with keys of type "+t.Key.String()+" has no subscript here", "Use element_at(m, k), which gives NULL where there is no such key")
		}
		return "element_at(" + m + ", CASE WHEN map_contains(" + m + ", " + k + ") OR " + m + " IS NULL OR " + k + " IS NULL THEN " + k +
			" ELSE CAST(CAST('key not in the map: ' || CAST(" + k + " AS VARCHAR) AS BIGINT) AS " + t.Key.duck() + ") END)[1]"
	}
	a, i := e.x(x.X), e.x(x.Index)
	return "list_extract(" + a + ", CASE WHEN " + i + " BETWEEN 1 AND len(" + a + ") OR " + a + " IS NULL OR " + i + " IS NULL THEN " + i +
		" ELSE CAST('array subscript out of bounds: ' || " + i + " AS BIGINT) END)"
}

// param writes a parameter's value.
func (e *emitter) param(p *Param) string {
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
func (e *emitter) text(x Expr) (s string, known bool) {
	if p, ok := x.(*Param); ok {
		x = e.lits[p.Name]
	}
	if lit, ok := x.(*StringLit); ok {
		return lit.Value, true
	}
	return "", false
}

// lambda writes lambda x: body.
func (e *emitter) lambda(x Expr) string {
	l := x.(*Lambda)
	names := e.c.lambdas[l]
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = duckName(n)
	}
	return "lambda " + strings.Join(quoted, ", ") + ": " + e.x(l.Body)
}

// substituted writes a lambda's body with something else in place of its parameters.
func (e *emitter) substituted(l *Lambda, with map[string]string) string {
	return e.substitutedAs(l, with, nil)
}

func (e *emitter) substitutedAs(l *Lambda, with map[string]string, t *Type) string {
	for k, v := range with {
		e.vars[k] = v
	}
	s := e.as(l.Body, t)
	if t != nil {
		s = "CAST(" + s + " AS " + t.duck() + ")"
	}
	for k := range with {
		delete(e.vars, k)
	}
	return s
}

// call writes a function call by its row in the table.
func (e *emitter) call(c *Call) string {
	r := e.c.calls[c]
	switch r.fn.kind {
	case aggregateFunction:
		return e.aggregate(c, r)
	case windowFunction:
		return e.windowCall(c, r)
	}
	if r.fn.emit != nil {
		return r.fn.emit(e, c, r)
	}
	return e.fill(r.fn.duck, c, r)
}

// fill puts the arguments into a template of the function table.
func (e *emitter) fill(template string, c *Call, r *resolved) string {
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

// after is what follows an aggregate's parentheses.
func (e *emitter) after(c *Call) string {
	s := ""
	if c.Filter != nil {
		s = " FILTER (WHERE " + e.x(c.Filter) + ")"
	}
	if c.Over != nil {
		if c.Over.Name != nil {
			return s + " OVER " + duckName(c.Over.Name.Key())
		}
		return s + " OVER (" + e.windowSpec(c.Over) + ")"
	}
	return s
}

// aggregate writes an aggregate. An ORDER BY inside a call whose value does not depend on it is left out.
func (e *emitter) aggregate(c *Call, r *resolved) string {
	switch r.fn.name {
	case "count":
		if c.Star || len(c.Args) == 0 {
			return "count(*)" + e.after(c)
		}
		return e.fill("count($D$1)$F", c, r)
	case "avg":
		if r.result.Kind == DecimalType {
			s, n := e.fill("sum($D$1)$F", c, r), e.fill("count($D$1)$F", c, r)
			return "CAST(tr_decimal_divide(" + unscaled(s, r.result) + ", CAST(nullif(" + n + ", 0) AS HUGEINT), " + strconv.Itoa(r.result.S) + ") AS " + r.result.duck() + ")"
		}
		return e.fill("avg($D$1)$F", c, r)
	case "min", "max":
		if len(c.Args) == 2 {
			return e.fill(r.fn.name+"($1, $2)$F", c, r)
		}
		return e.fill(r.fn.name+"($D$1)$F", c, r)
	case "max_by", "min_by":
		fn := "arg_" + strings.TrimSuffix(r.fn.name, "_by")
		if len(c.Args) == 3 {
			return e.fill(fn+"($1, $2, $3)$F", c, r)
		}
		return e.fill(fn+"_null($1, $2)$F", c, r)
	case "listagg":
		sep := "''"
		if len(c.Args) == 2 {
			sep = e.as(c.Args[1], tVarchar)
		}
		s := e.fill("string_agg($D$1, ", c, r) + sep
		if len(c.WithinGroup) > 0 {
			s += " ORDER BY " + e.sortItems(c.WithinGroup)
		}
		return s + ")" + e.after(c)
	case "corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept":
		return e.fill(r.fn.name+"($1, $2)$F", c, r)
	case "approx_distinct":
		return e.fill("count(DISTINCT $1)$F", c, r)
	}
	return e.fill(r.fn.duck, c, r)
}

func (e *emitter) windowCall(c *Call, r *resolved) string {
	s := r.fn.name + "(" + e.args(c, r)
	switch c.Nulls {
	case IgnoreNulls:
		s += " IGNORE NULLS"
	}
	s += ")" + e.after(c)
	return s
}

func emitSame(e *emitter, c *Call, r *resolved) string { return r.fn.name + "(" + e.args(c, r) + ")" }

func emitTypeof(e *emitter, c *Call, r *resolved) string {
	return duckString(e.c.types[c.Args[0]].String())
}

func emitIf(e *emitter, c *Call, r *resolved) string {
	s := "CASE WHEN " + e.x(c.Args[0]) + " THEN " + e.as(c.Args[1], r.params[1])
	if len(c.Args) == 3 {
		s += " ELSE " + e.as(c.Args[2], r.params[2])
	}
	return s + " END"
}

func checkNullif(k *checker, c *Call, r *resolved) {
	k.compared(c, k.types[c.Args[0]], k.types[c.Args[1]], OpEq)
}

func emitNullif(e *emitter, c *Call, r *resolved) string {
	a, b := e.c.types[c.Args[0]], e.c.types[c.Args[1]]
	if a.duck() == b.duck() || b.Kind == UnknownType {
		return "nullif(" + e.x(c.Args[0]) + ", " + e.x(c.Args[1]) + ")"
	}
	t := e.compareType(a, b)
	return "CASE WHEN " + e.as(c.Args[0], t) + " = " + e.as(c.Args[1], t) + " THEN NULL ELSE " + e.x(c.Args[0]) + " END"
}

func emitExtreme(op string) func(*emitter, *Call, *resolved) string {
	return func(e *emitter, c *Call, r *resolved) string {
		args := make([]string, len(c.Args))
		nulls := make([]string, len(c.Args))
		for i, a := range c.Args {
			args[i] = e.as(a, r.params[i])
			nulls[i] = args[i] + " IS NULL"
		}
		return "CASE WHEN " + strings.Join(nulls, " OR ") + " THEN NULL ELSE " + r.fn.name + "(" + strings.Join(args, ", ") + ") END"
	}
}

func emitGrouping(e *emitter, c *Call, r *resolved) string {
	args := make([]string, len(c.Args))
	for i, a := range c.Args {
		args[i] = e.x(a)
	}
	return "CAST(grouping(" + strings.Join(args, ", ") + ") AS INTEGER)"
}

func emitRandom(e *emitter, c *Call, r *resolved) string {
	switch len(c.Args) {
	case 1:
		return "CAST(floor(random() * " + e.x(c.Args[0]) + ") AS BIGINT)"
	case 2:
		return "CAST(" + e.x(c.Args[0]) + " + floor(random() * (" + e.x(c.Args[1]) + " - " + e.x(c.Args[0]) + ")) AS BIGINT)"
	}
	return "random()"
}

// emitTry: DuckDB's TRY takes no subquery, and where the error can only be a failed conversion, TRY_CAST is faster.
func emitTry(e *emitter, c *Call, r *resolved) string {
	switch x := c.Args[0].(type) {
	case *Cast:
		if e.harmless(x.X) {
			return e.castTo(x.X, e.c.casts[x.Type], true)
		}
	case *Call:
		switch x.Name.Key() {
		case "from_iso8601_timestamp", "from_iso8601_date", "date_parse", "json_parse":
			if e.harmless(x.Args[0]) {
				e.try++
				defer func() { e.try-- }()
				return e.x(x)
			}
		}
	}
	Walk(c.Args[0], func(n Node) bool {
		if q, ok := n.(*Query); ok {
			e.refuse(q, "TRY cannot hold a subquery", "Put the subquery into a WITH")
		}
		return true
	})
	return "TRY(" + e.x(c.Args[0]) + ")"
}

// harmless: evaluating x cannot be an error.
func (e *emitter) harmless(x Expr) bool {
	switch x := x.(type) {
	case *Ident, *StringLit, *Param:
		return true
	case *Deref:
		return e.harmless(x.X) || e.c.cols[x] != nil
	case *Call:
		switch x.Name.Key() {
		case "json_extract_scalar", "nullif", "coalesce", "lower", "upper", "trim":
			for _, a := range x.Args {
				if !e.harmless(a) {
					return false
				}
			}
			return true
		}
	}
	return false
}

// convert casts, or tries to inside TRY.
func (e *emitter) convert(s, typ string) string {
	if e.try > 0 {
		return "TRY_CAST(" + s + " AS " + typ + ")"
	}
	return "CAST(" + s + " AS " + typ + ")"
}

func roundsDecimal(k *checker, c *Call, r *resolved) {
	if t := r.result; t.Kind == DecimalType {
		if len(c.Args) == 2 {
			r.result = decimalOf(t.P+1, t.S)
		} else {
			r.result = decimalOf(t.P-t.S+min(t.S, 1), 0)
		}
	}
}

// emitWhole: a whole number stays as it is; DuckDB would go through a double.
func emitWhole(name string) func(*emitter, *Call, *resolved) string {
	return func(e *emitter, c *Call, r *resolved) string {
		if r.result.integral() {
			return e.as(c.Args[0], r.params[0])
		}
		return "CAST(" + name + "(" + e.as(c.Args[0], r.params[0]) + ") AS " + r.result.duck() + ")"
	}
}

// truncatesDecimal: no digit can be carried, so there is none more.
func truncatesDecimal(_ *checker, _ *Call, r *resolved) {
	if t := r.result; t.Kind == DecimalType {
		r.result = decimalOf(max(1, t.P-t.S), 0)
	}
}

// oneCharacter: Trino knows codepoint(varchar(1)) only.
func oneCharacter(k *checker, c *Call, _ *resolved) {
	if t := k.types[c.Args[0]]; t.Kind == VarcharType && t.P != 1 {
		k.problem(c.Args[0], c.Name.Name+" takes a text of one letter", "Write "+c.Name.Key()+"(CAST(… AS varchar(1)))", "types")
	}
}

func emitRound(e *emitter, c *Call, r *resolved) string {
	x := e.as(c.Args[0], r.params[0])
	if len(c.Args) == 2 {
		if r.result.Kind == DecimalType {
			if lit, ok := c.Args[1].(*IntLit); ok {
				return fmt.Sprintf("CAST(round(%s, %d) AS %s)", x, lit.Value, r.result.duck())
			}
			e.refuse(c.Args[1], "the digits to round a decimal to are a literal", "")
		}
		return "CAST(round(" + x + ", CAST(" + e.x(c.Args[1]) + " AS INTEGER)) AS " + r.result.duck() + ")"
	}
	return "CAST(round(" + x + ") AS " + r.result.duck() + ")"
}

func emitLog(e *emitter, c *Call, r *resolved) string {
	x := e.args(c, r)
	return "CASE WHEN " + x + " > 0 THEN " + r.fn.name + "(" + x + ") WHEN " + x + " = 0 THEN CAST('-Infinity' AS DOUBLE) WHEN " + x + " < 0 THEN CAST('NaN' AS DOUBLE) END"
}
