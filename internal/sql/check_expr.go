package sql

import (
	"fmt"
	"slices"
	"strings"
)

// env is where an expression stands.
type env struct {
	scope       *scope
	noAggregate string        // the clause that takes no aggregates, "" where they are allowed
	noWindow    string        // the clause that takes no window functions
	items       []*SelectItem // whose aliases mean nothing here: for a better message
}

// alias says whether a name is an alias of SELECT, which means nothing here.
func (v env) alias(key string) bool {
	return slices.ContainsFunc(v.items, func(it *SelectItem) bool { return it.Alias != nil && it.Alias.Key() == key })
}

// condition checks an expression that must be boolean.
func (k *checker) condition(x Expr, v env, where string) {
	t := k.expr(x, v)
	if t.Kind != 0 && t.Kind != BooleanType && t.Kind != UnknownType {
		k.problem(x, where+" takes a condition, not a value of type "+t.String(), "", "")
	}
}

// expr finds the type of x and of everything in it. tBad: a problem was said.
func (k *checker) expr(x Expr, v env) *Type {
	around := k.pieces
	k.pieces = 0
	t := k.typeOf(x, v)
	k.types[x] = t
	k.pieces = around + k.grow(x, k.pieces)
	return t
}

func (k *checker) typeOf(x Expr, v env) *Type {
	switch x := x.(type) {
	case *NullLit:
		return tUnknown
	case *BoolLit:
		return tBoolean
	case *StringLit:
		return varcharOf(runes(x.Value))
	case *IntLit:
		if x.Value < -1<<31 || x.Value > 1<<31-1 {
			return tBigint
		}
		return tInteger
	case *DecimalLit:
		return k.decimalLit(x)
	case *DoubleLit:
		return tDouble
	case *BinaryLit:
		return tVarbinary
	case *TypedLit:
		return k.typedLit(x)
	case *IntervalLit:
		if _, err := parseInterval(x); err != nil {
			k.problem(x, err.Error(), "", "")
		}
		if x.Unit == "year" || x.Unit == "month" {
			return tMonth
		}
		return tDay
	case *Param:
		t, ok := k.paramTypes[x.Name]
		if !ok {
			names := make([]string, 0, len(k.paramTypes))
			for n := range k.paramTypes {
				names = append(names, n)
			}
			k.problem(x, "there is no parameter :"+x.Name, k.meant(x.Name, names), "unknown-parameter")
			return tBad
		}
		return t
	case *Ident:
		return k.ident(x, v)
	case *Deref:
		return k.deref(x, v)
	case *Unary:
		return k.unary(x, v)
	case *Binary:
		return k.binary(x, v)
	case *Between:
		t := k.expr(x.X, v)
		for _, b := range []Expr{x.Low, x.High} {
			if u := k.expr(b, v); k.compared(b, t, u, OpLe) == nil {
				return tBoolean
			}
		}
		return tBoolean
	case *In:
		return k.in(x, v)
	case *Like:
		for _, e := range []Expr{x.X, x.Pattern, x.Escape} {
			if e == nil {
				continue
			}
			if t := k.expr(e, v); t.Kind != 0 && !t.text() && t.Kind != UnknownType {
				k.problem(e, "LIKE takes text, not "+t.String(), castHint(t), "types")
			}
		}
		if lit, ok := x.Escape.(*StringLit); ok && runes(lit.Value) != 1 {
			k.problem(x.Escape, "ESCAPE takes a single character", "", "")
		}
		return tBoolean
	case *IsNull:
		k.expr(x.X, v)
		return tBoolean
	case *Exists:
		k.nested = append(k.nested, x)
		k.query(x.Query, v.scope)
		return tBoolean
	case *Quantified:
		k.nested = append(k.nested, x)
		t := k.expr(x.X, v)
		cols := k.query(x.Query, v.scope)
		for _, c := range cols {
			c.use()
		}
		if len(cols) != 1 {
			k.problem(x.Query, fmt.Sprintf("ALL and ANY take a query of one column, this one has %d", len(cols)), "", "")
			return tBoolean
		}
		k.compared(x, t, cols[0].typ, x.Op)
		return tBoolean
	case *Case:
		return k.caseOf(x, v)
	case *Cast:
		return k.cast(x, v)
	case *Lambda:
		k.problem(x, "a lambda can only be an argument of a function that takes one", "", "")
		return tBad
	case *Array:
		elem := tUnknown
		for _, e := range x.Elems {
			t := k.expr(e, v)
			c := common(elem, t)
			if c == nil {
				k.problem(e, "the elements of an array have one type: "+elem.String()+" before, "+t.String()+" here", "", "types")
				return tBad
			}
			elem = c
		}
		return arrayOf(elem)
	case *Row:
		t := &Type{Kind: RowType}
		for _, f := range x.Fields {
			t.Fields = append(t.Fields, Field{Type: k.expr(f, v)})
		}
		return t
	case *Subscript:
		return k.subscript(x, v)
	case *AtTimeZone:
		return k.atTimeZone(x, v)
	case *Extract:
		return k.extract(x, v)
	case *Trim:
		for _, e := range []Expr{x.Chars, x.X} {
			if e == nil {
				continue
			}
			if t := k.expr(e, v); t.Kind != 0 && !t.text() && t.Kind != UnknownType {
				k.problem(e, "TRIM takes text, not "+t.String(), castHint(t), "types")
			}
		}
		return tVarchar
	case *SubqueryExpr:
		k.nested = append(k.nested, x)
		cols := k.query(x.Query, v.scope)
		for _, c := range cols {
			c.use()
		}
		if len(cols) != 1 {
			k.problem(x, fmt.Sprintf("a query used as a value has one column, this one has %d", len(cols)), "", "")
			return tBad
		}
		return cols[0].typ
	case *Call:
		return k.call(x, v)
	}
	k.problem(x, fmt.Sprintf("%T cannot be checked", x), "", "not-supported")
	return tBad
}

func castHint(t *Type) string {
	if t.scalar() && t.Kind != JSONType {
		return "Write CAST(… AS varchar)"
	}
	return ""
}

func (k *checker) decimalLit(x *DecimalLit) *Type {
	whole, frac, _ := strings.Cut(strings.TrimPrefix(x.Text, "-"), ".")
	whole = strings.TrimLeft(strings.ReplaceAll(whole, "_", ""), "0")
	frac = strings.ReplaceAll(frac, "_", "")
	p := max(1, len(whole)+len(frac))
	if p > 38 {
		k.problem(x, "a decimal has at most 38 digits", "", "")
		return tBad
	}
	return decimalOf(p, len(frac))
}

func (k *checker) ident(x *Ident, v env) *Type {
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

func (k *checker) column(x Expr, c *column) *Type {
	k.cols[x] = c
	c.use()
	return c.typ
}

func (k *checker) deref(x *Deref, v env) *Type {
	if id, ok := x.X.(*Ident); ok {
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

func (k *checker) unary(x *Unary, v env) *Type {
	t := k.expr(x.X, v)
	if x.Op == OpNot {
		if t.Kind != 0 && t.Kind != BooleanType && t.Kind != UnknownType {
			k.problem(x.X, "NOT takes a condition, not a value of type "+t.String(), "", "types")
		}
		return tBoolean
	}
	if t.Kind != 0 && !t.numeric() && t.Kind != IntervalDayType && t.Kind != IntervalMonthType {
		k.problem(x, "there is no "+x.Op.String()+" for a value of type "+t.String(), "", "types")
		return tBad
	}
	return t
}

// compared checks that two values can be compared and returns the type they are compared as, nil if they cannot.
func (k *checker) compared(at Node, a, b *Type, op Op) *Type {
	if a.Kind == 0 || b.Kind == 0 {
		return tBad
	}
	c := common(a, b)
	if c == nil {
		hint := ""
		switch {
		case a.text() && b.integral(), b.text() && a.integral():
			hint = "Put the number in quotes, or CAST the text AS bigint"
		case a.text() && (b.Kind == TimestampZoneType || b.Kind == TimestampType) || b.text() && (a.Kind == TimestampZoneType || a.Kind == TimestampType):
			hint = "Write TIMESTAMP '…', or from_iso8601_timestamp(…) for text like 2026-10-01T12:00:00Z"
		case a.text() && b.Kind == DateType || b.text() && a.Kind == DateType:
			hint = "Write DATE '…'"
		case a.Kind == BooleanType && b.text() || b.Kind == BooleanType && a.text():
			hint = "A boolean is compared with true or false without quotes; or leave the comparison out"
		}
		k.problem(at, "cannot compare "+a.String()+" with "+b.String(), hint, "types")
		return nil
	}
	if c.Kind == JSONType {
		k.problem(at, "values of type json are not compared", "Use json_extract_scalar(…), or json_format(…) on both sides", "types")
		return nil
	}
	if op != OpEq && op != OpNe && op != OpDistinct && op != OpNotDistinct && !c.orderable() {
		k.problem(at, "values of type "+c.String()+" have no order", "", "types")
		return nil
	}
	return c
}

func (k *checker) binary(x *Binary, v env) *Type {
	a, b := k.expr(x.Left, v), k.expr(x.Right, v)
	at := opNode{x}
	switch x.Op {
	case OpAnd, OpOr:
		for i, e := range []Expr{x.Left, x.Right} {
			if t := []*Type{a, b}[i]; t.Kind != 0 && t.Kind != BooleanType && t.Kind != UnknownType {
				k.problem(e, x.Op.String()+" takes conditions, not a value of type "+t.String(), "", "types")
			}
		}
		return tBoolean
	case OpEq, OpNe, OpLt, OpLe, OpGt, OpGe, OpDistinct, OpNotDistinct:
		k.compared(at, a, b, x.Op)
		return tBoolean
	}
	if a.Kind == 0 || b.Kind == 0 {
		return tBad
	}
	if x.Op == OpConcat && (a.Kind == UnknownType || b.Kind == UnknownType) {
		// 'a' || NULL is an array in Trino
		k.problem(at, "the type of NULL is not known here, and || takes several", "Write CAST(NULL AS varchar), or the type that is meant", "types")
		return tBad
	}
	t := arithmetic(x.Op, a, b)
	if t == nil {
		hint := ""
		if x.Op == OpConcat {
			if a.text() {
				hint = castHint(b)
			} else if b.text() {
				hint = castHint(a)
			}
		}
		k.problem(at, "there is no "+x.Op.String()+" of "+a.String()+" and "+b.String(), hint, "types")
		return tBad
	}
	if x.Op != OpConcat && !t.numeric() {
		k.doubt(x)
	}
	return t
}

// opNode is the operator of a binary expression, for a problem's place.
type opNode struct{ x *Binary }

func (o opNode) Pos() int { return o.x.OpAt }
func (o opNode) End() int { return o.x.OpAt + len(o.x.Op.String()) }

// arithmetic is the type of a op b, nil where Trino has no such operator.
// Decimal results: Trino documentation, "Decimal functions and operators".
func arithmetic(op Op, a, b *Type) *Type {
	if op == OpConcat {
		switch {
		case (a.text() || a.Kind == UnknownType) && (b.text() || b.Kind == UnknownType):
			return tVarchar
		case a.Kind == ArrayType && b.Kind == ArrayType:
			return common(a, b)
		case a.Kind == ArrayType:
			if e := common(a.Elem, b); e != nil {
				return arrayOf(e)
			}
		case b.Kind == ArrayType:
			if e := common(b.Elem, a); e != nil {
				return arrayOf(e)
			}
		case a.Kind == VarbinaryType && b.Kind == VarbinaryType:
			return tVarbinary
		}
		return nil
	}
	if a.Kind == UnknownType {
		a = b
	}
	if b.Kind == UnknownType {
		b = a
	}
	if a.numeric() && b.numeric() {
		if a.float() || b.float() {
			return common(a, b)
		}
		if a.integral() && b.integral() {
			return common(a, b)
		}
		if a.integral() {
			a = decimalOf(integerDigits(a.Kind), 0)
		}
		if b.integral() {
			b = decimalOf(integerDigits(b.Kind), 0)
		}
		s := max(a.S, b.S)
		switch op {
		case OpAdd, OpSub:
			return decimalOf(max(a.P-a.S, b.P-b.S)+s+1, s)
		case OpMul:
			if a.S+b.S > 38 {
				return nil
			}
			return decimalOf(a.P+b.P, a.S+b.S)
		case OpDiv:
			return decimalOf(a.P+b.S+max(b.S-a.S, 0), s)
		case OpMod:
			return decimalOf(min(a.P-a.S, b.P-b.S)+s, s)
		}
		return nil
	}
	clock := func(t *Type) bool { return t.Kind == TimestampType || t.Kind == TimestampZoneType }
	interval := func(t *Type) bool { return t.Kind == IntervalDayType || t.Kind == IntervalMonthType }
	switch op {
	case OpAdd:
		if interval(a) && !interval(b) {
			a, b = b, a
		}
		if interval(b) && (clock(a) || a.Kind == DateType || a.Kind == b.Kind) {
			return a
		}
	case OpSub:
		switch {
		case interval(b) && (clock(a) || a.Kind == DateType || a.Kind == b.Kind):
			return a
		case a.Kind == DateType && b.Kind == DateType, clock(a) && clock(b), clock(a) && b.Kind == DateType, a.Kind == DateType && clock(b):
			return tDay
		}
	case OpMul:
		if interval(b) {
			a, b = b, a
		}
		if interval(a) && (b.integral() || b.Kind == DoubleType) {
			return a
		}
	case OpDiv:
		if interval(a) && (b.integral() || b.Kind == DoubleType) {
			return a
		}
	}
	return nil
}

func (k *checker) in(x *In, v env) *Type {
	t := k.expr(x.X, v)
	if x.Query != nil {
		k.nested = append(k.nested, x)
		cols := k.query(x.Query, v.scope)
		for _, c := range cols {
			c.use()
		}
		if len(cols) != 1 {
			k.problem(x.Query, fmt.Sprintf("IN takes a query of one column, this one has %d", len(cols)), "", "")
			return tBoolean
		}
		k.compared(x.Query, t, cols[0].typ, OpEq)
		return tBoolean
	}
	for _, e := range x.List {
		u := k.expr(e, v)
		if p, ok := e.(*Param); ok && u.Kind == ArrayType {
			k.problem(e, "parameter :"+p.Name+" is a list, which IN does not take", "Write contains(:"+p.Name+", …)", "types")
			continue
		}
		c := k.compared(e, t, u, OpEq)
		if c == nil {
			return tBoolean
		}
		t = c
	}
	return tBoolean
}

func (k *checker) caseOf(x *Case, v env) *Type {
	var operand *Type
	if x.Operand != nil {
		operand = k.expr(x.Operand, v)
	}
	t := tUnknown
	join := func(e Expr) {
		u := k.expr(e, v)
		c := common(t, u)
		if c == nil {
			k.problem(e, "the branches of CASE have one type: "+t.String()+" before, "+u.String()+" here", castHint(u), "types")
			c = tBad
		}
		t = c
	}
	for _, w := range x.Whens {
		if operand == nil {
			k.condition(w.Cond, v, "WHEN")
		} else {
			k.compared(w.Cond, operand, k.expr(w.Cond, v), OpEq)
		}
		join(w.Then)
	}
	if x.Else != nil {
		join(x.Else)
	}
	return t
}

func (k *checker) cast(x *Cast, v env) *Type {
	from, to := k.expr(x.X, v), k.typeName(x.Type)
	if from.zoned {
		k.doubt(x)
	}
	if from.Kind == 0 || to.Kind == 0 {
		return to
	}
	if !castable(from, to) {
		hint := ""
		if from.text() && (to.Kind == ArrayType || to.Kind == MapType || to.Kind == RowType) {
			hint = "Text is read as JSON first: CAST(json_parse(…) AS …)"
		}
		k.problem(x, "there is no cast from "+from.String()+" to "+to.String(), hint, "types")
	}
	return to
}

func (k *checker) subscript(x *Subscript, v env) *Type {
	t, i := k.expr(x.X, v), k.expr(x.Index, v)
	switch {
	case t.Kind == 0 || i.Kind == 0:
		return tBad
	case t.Kind == ArrayType:
		if !i.integral() {
			k.problem(x.Index, "the index of an array is a whole number, not "+i.String(), "", "types")
		}
		return t.Elem
	case t.Kind == MapType:
		k.doubt(x)
		if !coerces(i, t.Key) {
			k.problem(x.Index, "the keys of this map are "+t.Key.String()+", not "+i.String(), "", "types")
		}
		return t.Elem
	case t.Kind == RowType:
		lit, ok := x.Index.(*IntLit)
		if !ok || lit.Value < 1 || lit.Value > int64(len(t.Fields)) {
			k.problem(x.Index, fmt.Sprintf("a field of this row is a number from 1 to %d", len(t.Fields)), "", "types")
			return tBad
		}
		return t.Fields[lit.Value-1].Type
	}
	k.problem(x, "a value of type "+t.String()+" has no elements", "", "types")
	return tBad
}

func (k *checker) atTimeZone(x *AtTimeZone, v env) *Type {
	t, z := k.expr(x.X, v), k.expr(x.Zone, v)
	if z.Kind != 0 && !z.text() {
		k.problem(x.Zone, "a time zone is text like 'Europe/Berlin', not "+z.String(), "", "types")
	}
	k.zone(x.Zone)
	switch t.Kind {
	case 0:
		return tBad
	case TimestampType, TimestampZoneType:
		return zonedAt(x.Zone, t.P)
	}
	k.problem(x, "AT TIME ZONE takes a timestamp, not "+t.String(), "", "types")
	return tBad
}

// zonedAt is the type of a timestamp moved to a zone.
func zonedAt(zone Expr, p int) *Type {
	t := &Type{Kind: TimestampZoneType, P: p, zoned: true}
	if lit, ok := zone.(*StringLit); ok && isUTC(lit.Value) {
		t.zoned = false
	}
	return t
}

func (k *checker) extract(x *Extract, v env) *Type {
	name, ok := extractFields[x.Field]
	if !ok {
		names := make([]string, 0, len(extractFields))
		for n := range extractFields {
			names = append(names, n)
		}
		k.problem(x, "EXTRACT has no field "+x.Field, k.meant(x.Field, names), "")
		return tBad
	}
	// EXTRACT(hour FROM x) is hour(x)
	c := &Call{Span: x.Span, Name: &Ident{Span: x.Span, Name: name}, Args: []Expr{x.X}}
	t := k.call(c, v)
	if r := k.calls[c]; r != nil {
		k.extracts[x] = c
	}
	return t
}

var extractFields = map[string]string{"year": "year", "quarter": "quarter", "month": "month", "week": "week", "day": "day",
	"day_of_month": "day_of_month", "day_of_week": "day_of_week", "dow": "day_of_week", "day_of_year": "day_of_year", "doy": "day_of_year",
	"year_of_week": "year_of_week", "yow": "year_of_week", "hour": "hour", "minute": "minute", "second": "second"}

// window checks what stands behind OVER.
func (k *checker) window(w *Window, v env) {
	for _, id := range []*Ident{w.Name, w.Base} {
		if id == nil {
			continue
		}
		if v.scope.window(id.Key()) == nil {
			k.problem(id, "there is no window "+id.Name, "Name it in a WINDOW clause", "")
		}
	}
	v.noWindow = "a window"
	for _, p := range w.PartitionBy {
		k.expr(p, v)
	}
	for _, o := range w.OrderBy {
		if t := k.expr(o.X, v); t.Kind != 0 && !t.orderable() {
			k.problem(o, "rows cannot be ordered by a value of type "+t.String(), "", "")
		}
	}
	if w.Frame != nil {
		for _, b := range []*FrameBound{w.Frame.Start, w.Frame.Stop} {
			if b != nil && b.X != nil {
				k.expr(b.X, v)
			}
		}
	}
}

func (s *scope) window(key string) *Window {
	for ; s != nil; s = s.outer {
		if w := s.windows[key]; w != nil {
			return w
		}
	}
	return nil
}
