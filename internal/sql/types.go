package sql

import (
	"fmt"
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
