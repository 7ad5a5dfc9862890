package sql

import (
	"fmt"
	"strconv"
	"strings"
)

// Type is a type of Trino's language. Types are never changed after they were made, so they may be shared.
type Type struct {
	Kind   TypeKind
	P, S   int     // decimal: precision and scale; varchar and char: length (-1 unbounded); time and timestamp: precision
	Elem   *Type   // array: element; map: value
	Key    *Type   // map: key
	Fields []Field // row

	// zoned marks a timestamp with time zone whose zone is not UTC, as AT TIME ZONE makes it. DuckDB keeps the instant
	// only, so whatever asks such a value for its wall clock must see the AT TIME ZONE itself.
	zoned bool
}

// Field is a field of a row type; Name is "" where the row is anonymous.
type Field struct {
	Name string
	Type *Type
}

// TypeKind is a type without its parameters.
type TypeKind uint8

// The kinds of types. Unknown is the type of NULL.
const (
	UnknownType TypeKind = iota + 1
	BooleanType
	TinyintType
	SmallintType
	IntegerType
	BigintType
	DecimalType
	RealType
	DoubleType
	VarcharType
	CharType
	VarbinaryType
	DateType
	TimeType
	TimestampType
	TimestampZoneType
	IntervalDayType
	IntervalMonthType
	JSONType
	IPAddressType
	ArrayType
	MapType
	RowType
)

var typeNames = map[TypeKind]string{
	UnknownType: "unknown", BooleanType: "boolean", TinyintType: "tinyint", SmallintType: "smallint", IntegerType: "integer",
	BigintType: "bigint", DecimalType: "decimal", RealType: "real", DoubleType: "double", VarcharType: "varchar", CharType: "char",
	VarbinaryType: "varbinary", DateType: "date", TimeType: "time", TimestampType: "timestamp",
	TimestampZoneType: "timestamp with time zone", IntervalDayType: "interval day to second",
	IntervalMonthType: "interval year to month", JSONType: "json", IPAddressType: "ipaddress", ArrayType: "array",
	MapType: "map", RowType: "row",
}

const unbounded = -1

var (
	tUnknown   = &Type{Kind: UnknownType}
	tBoolean   = &Type{Kind: BooleanType}
	tInteger   = &Type{Kind: IntegerType}
	tBigint    = &Type{Kind: BigintType}
	tDouble    = &Type{Kind: DoubleType}
	tReal      = &Type{Kind: RealType}
	tVarchar   = &Type{Kind: VarcharType, P: unbounded}
	tVarbinary = &Type{Kind: VarbinaryType}
	tDate      = &Type{Kind: DateType}
	tDay       = &Type{Kind: IntervalDayType}
	tMonth     = &Type{Kind: IntervalMonthType}
	tJSON      = &Type{Kind: JSONType}
	tIP        = &Type{Kind: IPAddressType}
)

func arrayOf(e *Type) *Type    { return &Type{Kind: ArrayType, Elem: e} }
func mapOf(k, v *Type) *Type   { return &Type{Kind: MapType, Key: k, Elem: v} }
func decimalOf(p, s int) *Type { return &Type{Kind: DecimalType, P: min(p, 38), S: s} }
func timestampOf(p int) *Type  { return &Type{Kind: TimestampType, P: p} }

// shortVarchars are the types of texts up to a length; nearly every text in a statement is one.
var shortVarchars = func() (ts [64]Type) {
	for n := range ts {
		ts[n] = Type{Kind: VarcharType, P: n}
	}
	return ts
}()

func varcharOf(n int) *Type {
	if 0 <= n && n < len(shortVarchars) {
		return &shortVarchars[n]
	}
	return &Type{Kind: VarcharType, P: n}
}

func (t *Type) integral() bool {
	return t.Kind >= TinyintType && t.Kind <= BigintType
}

func (t *Type) numeric() bool { return t.Kind >= TinyintType && t.Kind <= DoubleType }
func (t *Type) float() bool   { return t.Kind == RealType || t.Kind == DoubleType }
func (t *Type) text() bool    { return t.Kind == VarcharType || t.Kind == CharType }

// orderable says whether < is defined.
func (t *Type) orderable() bool {
	switch t.Kind {
	case JSONType, MapType, IPAddressType:
		return false
	case ArrayType:
		return t.Elem.orderable()
	case RowType:
		for _, f := range t.Fields {
			if !f.Type.orderable() {
				return false
			}
		}
	}
	return true
}

// scalar says whether a value fits one cell of a report.
func (t *Type) scalar() bool {
	switch t.Kind {
	case ArrayType, MapType, RowType, VarbinaryType:
		return false
	}
	return true
}

// String is the type as Trino writes it.
func (t *Type) String() string {
	n := typeNames[t.Kind]
	switch t.Kind {
	case DecimalType:
		return fmt.Sprintf("decimal(%d,%d)", t.P, t.S)
	case VarcharType:
		if t.P == unbounded {
			return n
		}
		return fmt.Sprintf("varchar(%d)", t.P)
	case CharType, TimeType, TimestampType:
		return fmt.Sprintf("%s(%d)", n, t.P)
	case TimestampZoneType:
		return fmt.Sprintf("timestamp(%d) with time zone", t.P)
	case ArrayType:
		return "array(" + t.Elem.String() + ")"
	case MapType:
		return "map(" + t.Key.String() + ", " + t.Elem.String() + ")"
	case RowType:
		fs := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			fs[i] = f.Type.String()
			if f.Name != "" {
				fs[i] = quoteName(f.Name) + " " + fs[i]
			}
		}
		return "row(" + strings.Join(fs, ", ") + ")"
	}
	return n
}

// quoteName writes a name as it is where it is a plain lower-case word, else in double quotes.
func quoteName(s string) string {
	for i, r := range s {
		if r != '_' && (r < 'a' || r > 'z') && (i == 0 || r < '0' || r > '9') {
			return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		}
	}
	if s == "" {
		return `""`
	}
	return s
}

// duck is the type in DuckDB's spelling. Text lengths are kept apart: DuckDB takes varchar(3) and does not cut.
func (t *Type) duck() string {
	switch t.Kind {
	case UnknownType:
		return "INTEGER"
	case DecimalType:
		return fmt.Sprintf("DECIMAL(%d,%d)", t.P, t.S)
	case RealType:
		return "FLOAT"
	case VarcharType, CharType, IPAddressType:
		return "VARCHAR"
	case VarbinaryType:
		return "BLOB"
	case TimestampType:
		return "TIMESTAMP"
	case TimestampZoneType:
		return "TIMESTAMPTZ"
	case IntervalDayType, IntervalMonthType:
		return "INTERVAL"
	case ArrayType:
		return t.Elem.duck() + "[]"
	case MapType:
		return "MAP(" + t.Key.duck() + ", " + t.Elem.duck() + ")"
	case RowType:
		fs := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			fs[i] = duckName(duckField(t, i)) + " " + f.Type.duck()
		}
		return "STRUCT(" + strings.Join(fs, ", ") + ")"
	}
	return strings.ToUpper(typeNames[t.Kind])
}

// duckField is the name field i of a row has in DuckDB, where a struct's fields always have one.
func duckField(t *Type, i int) string {
	if n := t.Fields[i].Name; n != "" {
		return n
	}
	return "f" + strconv.Itoa(i+1)
}

// duckName quotes an identifier for DuckDB; it always quotes, so that no keyword list is needed.
func duckName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// equal compares types as Trino tells them apart.
func (t *Type) equal(u *Type) bool {
	if t.Kind != u.Kind || t.P != u.P || t.S != u.S || len(t.Fields) != len(u.Fields) {
		return false
	}
	if t.Elem != nil && !t.Elem.equal(u.Elem) || t.Key != nil && !t.Key.equal(u.Key) {
		return false
	}
	for i := range t.Fields {
		if !t.Fields[i].Type.equal(u.Fields[i].Type) {
			return false
		}
	}
	return true
}

// field finds a field of a row by name, without regard to case.
func (t *Type) field(name string) (int, bool) {
	for i, f := range t.Fields {
		if strings.EqualFold(f.Name, name) {
			return i, true
		}
	}
	return 0, false
}

// integerDigits is how many decimal digits an integer type needs as a decimal (Trino's coercion to decimal(p,0)).
func integerDigits(k TypeKind) int {
	switch k {
	case TinyintType:
		return 3
	case SmallintType:
		return 5
	case IntegerType:
		return 10
	}
	return 19
}

// common is the smallest type both values can be turned into without a CAST, nil where Trino has none.
// Source: Trino's TypeCoercion.getCommonSuperType.
func common(a, b *Type) *Type {
	if a.equal(b) {
		if a.zoned != b.zoned {
			z := *a
			z.zoned = true
			return &z
		}
		for i := range a.Fields {
			if a.Fields[i].Name != b.Fields[i].Name {
				return rowCommon(a, b)
			}
		}
		return a
	}
	if a.Kind == UnknownType {
		return b
	}
	if b.Kind == UnknownType {
		return a
	}
	if a.Kind > b.Kind {
		a, b = b, a
	}
	switch {
	case a.integral() && b.integral(), a.numeric() && b.float():
		return b
	case a.integral() && b.Kind == DecimalType:
		return decimalCommon(decimalOf(integerDigits(a.Kind), 0), b)
	case a.Kind == DecimalType && b.Kind == DecimalType:
		return decimalCommon(a, b)
	case a.Kind == VarcharType && b.Kind == VarcharType:
		if a.P == unbounded || b.P == unbounded {
			return tVarchar
		}
		return varcharOf(max(a.P, b.P))
	case a.Kind == VarcharType && b.Kind == CharType:
		return &Type{Kind: CharType, P: max(a.P, b.P)}
	case a.Kind == CharType && b.Kind == CharType:
		return &Type{Kind: CharType, P: max(a.P, b.P)}
	case a.Kind == DateType && b.Kind == TimestampType:
		return b
	case a.Kind == DateType && b.Kind == TimestampZoneType:
		return b
	case a.Kind == TimestampType && b.Kind == TimestampType:
		return timestampOf(max(a.P, b.P))
	case a.Kind == TimeType && b.Kind == TimeType:
		return &Type{Kind: TimeType, P: max(a.P, b.P)}
	case (a.Kind == TimestampType || a.Kind == TimestampZoneType) && b.Kind == TimestampZoneType:
		return &Type{Kind: TimestampZoneType, P: max(a.P, b.P), zoned: a.zoned || b.zoned}
	case a.Kind == ArrayType && b.Kind == ArrayType:
		if e := common(a.Elem, b.Elem); e != nil {
			return arrayOf(e)
		}
	case a.Kind == MapType && b.Kind == MapType:
		if k, v := common(a.Key, b.Key), common(a.Elem, b.Elem); k != nil && v != nil {
			return mapOf(k, v)
		}
	case a.Kind == RowType && b.Kind == RowType:
		return rowCommon(a, b)
	}
	return nil
}

func rowCommon(a, b *Type) *Type {
	if len(a.Fields) != len(b.Fields) {
		return nil
	}
	t := &Type{Kind: RowType, Fields: make([]Field, len(a.Fields))}
	for i := range a.Fields {
		c := common(a.Fields[i].Type, b.Fields[i].Type)
		if c == nil {
			return nil
		}
		t.Fields[i].Type = c
		if a.Fields[i].Name == b.Fields[i].Name {
			t.Fields[i].Name = a.Fields[i].Name
		}
	}
	return t
}

func decimalCommon(a, b *Type) *Type {
	s := max(a.S, b.S)
	return decimalOf(max(a.P-a.S, b.P-b.S)+s, s)
}

// coerces says whether a value of type a is taken where b is asked, without a CAST.
func coerces(a, b *Type) bool {
	if a.Kind == VarcharType && b.Kind == VarcharType {
		return b.P == unbounded || a.P != unbounded && a.P <= b.P
	}
	c := common(a, b)
	return c != nil && c.equal(b)
}

// castable says whether CAST from a to b exists.
func castable(a, b *Type) bool {
	if coerces(a, b) || a.Kind == UnknownType {
		return true
	}
	switch {
	case a.Kind == ArrayType && b.Kind == ArrayType:
		return castable(a.Elem, b.Elem)
	case a.Kind == MapType && b.Kind == MapType:
		return castable(a.Key, b.Key) && castable(a.Elem, b.Elem)
	case a.Kind == RowType && b.Kind == RowType:
		if len(a.Fields) != len(b.Fields) {
			return false
		}
		for i := range a.Fields {
			if !castable(a.Fields[i].Type, b.Fields[i].Type) {
				return false
			}
		}
		return true
	case a.Kind == JSONType:
		return jsonTarget(b)
	case b.Kind == JSONType:
		return jsonSource(a)
	}
	basic := func(t *Type) bool { return t.numeric() || t.Kind == BooleanType }
	clock := func(t *Type) bool {
		return t.Kind == DateType || t.Kind == TimestampType || t.Kind == TimestampZoneType
	}
	switch {
	case basic(a) && basic(b), a.text() && b.text():
		return true
	case a.text():
		return basic(b) || clock(b) || b.Kind == TimeType || b.Kind == IPAddressType
	case b.text():
		return basic(a) || clock(a) || a.Kind == TimeType || a.Kind == IPAddressType || a.Kind == IntervalDayType || a.Kind == IntervalMonthType
	case clock(a) && (clock(b) || b.Kind == TimeType && a.Kind != DateType):
		return true
	}
	return false
}

// jsonTarget: what CAST(json AS …) can make. Source: Trino, JSON functions, "Cast from JSON".
func jsonTarget(t *Type) bool {
	switch t.Kind {
	case BooleanType, TinyintType, SmallintType, IntegerType, BigintType, RealType, DoubleType, DecimalType, VarcharType, JSONType:
		return true
	case ArrayType:
		return jsonTarget(t.Elem)
	case MapType:
		return t.Key.Kind != JSONType && t.Key.scalar() && jsonTarget(t.Key) && jsonTarget(t.Elem)
	case RowType:
		for _, f := range t.Fields {
			if !jsonTarget(f.Type) {
				return false
			}
		}
		return true
	}
	return false
}

// jsonSource: what CAST(… AS json) takes.
func jsonSource(t *Type) bool {
	switch t.Kind {
	case DateType, TimestampType:
		return true
	}
	return jsonTarget(t)
}

// ParseType reads a type as Trino and Athena's catalogue write it: varchar, decimal(10,2), timestamp(3) with time zone,
// array(row(arn varchar)), map(varchar, bigint); also Hive's array<struct<arn:string>>.
func ParseType(text string) (*Type, error) {
	p := &typeText{s: text}
	t, err := p.parse()
	if err == nil {
		if p.space(); p.i < len(p.s) {
			err = fmt.Errorf("%q follows the type", p.s[p.i:])
		}
	}
	if err != nil {
		return nil, fmt.Errorf("type %q: %w", text, err)
	}
	return t, nil
}

type typeText struct {
	s     string
	i     int
	depth int
}

func (p *typeText) space() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		p.i++
	}
}

func (p *typeText) take(c string) bool {
	p.space()
	if strings.HasPrefix(p.s[p.i:], c) {
		p.i += len(c)
		return true
	}
	return false
}

func (p *typeText) name() string {
	p.space()
	if p.i < len(p.s) && p.s[p.i] == '"' {
		if end := strings.IndexByte(p.s[p.i+1:], '"'); end >= 0 {
			n := p.s[p.i+1 : p.i+1+end]
			p.i += end + 2
			return n
		}
	}
	start := p.i
	for p.i < len(p.s) && (p.s[p.i] == '_' || p.s[p.i] >= '0' && p.s[p.i] <= '9' || p.s[p.i]|0x20 >= 'a' && p.s[p.i]|0x20 <= 'z') {
		p.i++
	}
	return p.s[start:p.i]
}

// words takes the given words if all of them follow.
func (p *typeText) words(ws ...string) bool {
	at := p.i
	for _, w := range ws {
		if !strings.EqualFold(p.name(), w) {
			p.i = at
			return false
		}
	}
	return true
}

func (p *typeText) numbers() (n []int, err error) {
	if !p.take("(") {
		return nil, nil
	}
	for {
		w := p.name()
		v, err := strconv.Atoi(w)
		if err != nil || v < 0 {
			return nil, fmt.Errorf("%q is not a length", w)
		}
		n = append(n, v)
		if p.take(")") {
			return n, nil
		}
		if !p.take(",") {
			return nil, fmt.Errorf("a closing parenthesis is missing")
		}
	}
}

func (p *typeText) parse() (*Type, error) {
	if p.depth++; p.depth > 40 {
		return nil, fmt.Errorf("nested too deeply")
	}
	defer func() { p.depth-- }()
	name := strings.ToLower(p.name())
	switch name {
	case "":
		return nil, fmt.Errorf("a type name is missing")
	case "array", "map", "row", "struct":
		closing := ")"
		if p.take("<") {
			closing = ">"
		} else if !p.take("(") {
			return nil, fmt.Errorf("%s needs its types in parentheses", name)
		}
		var fs []Field
		for {
			var f Field
			if name == "row" || name == "struct" {
				f = p.field()
			}
			t, err := p.parse()
			if err != nil {
				return nil, err
			}
			f.Type = t
			fs = append(fs, f)
			if p.take(closing) {
				break
			}
			if !p.take(",") {
				return nil, fmt.Errorf("%q is missing", closing)
			}
		}
		switch {
		case name == "array" && len(fs) == 1:
			return arrayOf(fs[0].Type), nil
		case name == "map" && len(fs) == 2:
			return mapOf(fs[0].Type, fs[1].Type), nil
		case name == "row" || name == "struct":
			return &Type{Kind: RowType, Fields: fs}, nil
		}
		return nil, fmt.Errorf("%s takes another number of types", name)
	case "timestamp", "time":
		n, err := p.numbers()
		if err != nil {
			return nil, err
		}
		t := &Type{Kind: TimestampType, P: 3}
		if name == "time" {
			t.Kind = TimeType
		}
		if len(n) == 1 {
			t.P = n[0]
		}
		if len(n) > 1 || t.P > 12 {
			return nil, fmt.Errorf("%s takes one precision from 0 to 12", name)
		}
		if p.words("with", "time", "zone") {
			if name == "time" {
				return nil, fmt.Errorf("time with time zone is not supported")
			}
			t.Kind = TimestampZoneType
		} else {
			p.words("without", "time", "zone")
		}
		return t, nil
	case "interval":
		switch {
		case p.words("day", "to", "second"):
			return tDay, nil
		case p.words("year", "to", "month"):
			return tMonth, nil
		}
		return nil, fmt.Errorf("interval is either day to second or year to month")
	case "double":
		p.words("precision")
		return tDouble, nil
	case "string":
		return tVarchar, nil
	case "int":
		return tInteger, nil
	case "float":
		return tReal, nil
	case "binary":
		return tVarbinary, nil
	case "decimal", "numeric", "dec":
		n, err := p.numbers()
		if err != nil {
			return nil, err
		}
		t := &Type{Kind: DecimalType, P: 38}
		if len(n) > 0 {
			t.P = n[0]
		}
		if len(n) > 1 {
			t.S = n[1]
		}
		if len(n) > 2 || t.P < 1 || t.P > 38 || t.S > t.P {
			return nil, fmt.Errorf("decimal takes a precision from 1 to 38 and a scale up to it")
		}
		return t, nil
	case "varchar", "char":
		n, err := p.numbers()
		if err != nil {
			return nil, err
		}
		t := &Type{Kind: VarcharType, P: unbounded}
		if name == "char" {
			t = &Type{Kind: CharType, P: 1}
		}
		if len(n) > 0 {
			t.P = n[0]
		}
		if len(n) > 1 {
			return nil, fmt.Errorf("%s takes one length", name)
		}
		return t, nil
	}
	if t := plainTypes[name]; t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("unknown type %q", name)
}

// plainTypes are the types that are no more than a name.
var plainTypes = func() map[string]*Type {
	m := map[string]*Type{}
	for k, n := range typeNames {
		m[n] = &Type{Kind: k}
	}
	return m
}()

// field takes a field's name if one stands before the type: "arn varchar", "arn:string", `"x y" varchar`.
func (p *typeText) field() Field {
	at := p.i
	n := p.name()
	p.space()
	if n != "" && p.i < len(p.s) {
		if p.take(":") {
			return Field{Name: strings.ToLower(n)}
		}
		if c := p.s[p.i]; c != '(' && c != ')' && c != ',' && c != '<' && c != '>' {
			// "timestamp with", "double precision" and "interval day" are one type, not a field named so
			rest := &typeText{s: p.s, i: p.i}
			w := strings.ToLower(rest.name())
			l := strings.ToLower(n)
			if !(l == "timestamp" && (w == "with" || w == "without") || l == "double" && w == "precision" || l == "interval" && (w == "day" || w == "year")) {
				return Field{Name: strings.ToLower(n)}
			}
		}
	}
	p.i = at
	return Field{}
}

// DuckType is a type in DuckDB's spelling, for the tables that stand for relations.
func DuckType(t *Type) string { return t.duck() }
