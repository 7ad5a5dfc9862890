package sql

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseHiveType reads the type of a column as Glue's catalog and Hive's DDL write it, in any case and with blanks anywhere:
// struct<a:string,b:array<struct<c:string>>>. Names of fields become lower case, as Hive has them. Types that Athena cannot
// read, such as uniontype, are an error.
func ParseHiveType(text string) (*Type, error) {
	h := &hiveText{s: strings.ToLower(strings.Join(strings.Fields(text), ""))}
	t, err := h.parse()
	if err == nil && h.at < len(h.s) {
		err = fmt.Errorf("%q follows the type", h.s[h.at:])
	}
	if err != nil {
		return nil, fmt.Errorf("the Hive type %.100q: %w", text, err)
	}
	return t, nil
}

// hiveText is the text of a type while it is read.
type hiveText struct {
	s     string
	at    int
	depth int
}

// hivePlain are Hive's types without arguments.
var hivePlain = map[string]*Type{
	"string": tVarchar, "int": tInteger, "integer": tInteger, "float": tReal, "binary": tVarbinary, "timestamp": {Kind: TimestampType, P: 3},
	"boolean": {Kind: BooleanType}, "tinyint": {Kind: TinyintType}, "smallint": {Kind: SmallintType}, "bigint": {Kind: BigintType},
	"double": tDouble, "date": {Kind: DateType},
}

func (h *hiveText) parse() (*Type, error) {
	if h.depth++; h.depth > 50 {
		return nil, fmt.Errorf("nested too deeply")
	}
	defer func() { h.depth-- }()
	name := h.until("<>(),:")
	switch name {
	case "":
		return nil, fmt.Errorf("a type name is missing at byte %d", h.at)
	case "array", "map", "struct":
		return h.nested(name)
	case "decimal", "varchar", "char":
		return h.sized(name)
	}
	if t := hivePlain[name]; t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("unknown type %q", name)
}

// nested reads the arguments of array, map and struct.
func (h *hiveText) nested(name string) (*Type, error) {
	if !h.skip('<') {
		return nil, fmt.Errorf("%s needs its types in <>: < is missing at byte %d", name, h.at)
	}
	var fields []Field
	for {
		var f Field
		if name == "struct" {
			f.Name = strings.Trim(h.until(":<>(),"), "`")
			if f.Name == "" || !h.skip(':') {
				return nil, fmt.Errorf("a field without a name or type at byte %d", h.at)
			}
		}
		var err error
		if f.Type, err = h.parse(); err != nil {
			return nil, err
		}
		fields = append(fields, f)
		if h.skip('>') {
			break
		}
		if !h.skip(',') {
			return nil, fmt.Errorf("a comma or > is missing at byte %d", h.at)
		}
	}
	switch {
	case name == "struct":
		return &Type{Kind: RowType, Fields: fields}, nil
	case name == "array" && len(fields) == 1:
		return arrayOf(fields[0].Type), nil
	case name == "map" && len(fields) == 2:
		return mapOf(fields[0].Type, fields[1].Type), nil
	}
	return nil, fmt.Errorf("%s takes another number of types", name)
}

// sized reads decimal(p,s), varchar(n) and char(n). A decimal without arguments is decimal(10,0)
// (https://cwiki.apache.org/confluence/display/Hive/LanguageManual+Types), unlike Trino's.
func (h *hiveText) sized(name string) (*Type, error) {
	var n []int
	if h.skip('(') {
		for _, w := range strings.Split(h.until(")"), ",") {
			v, err := strconv.Atoi(w)
			if err != nil || v < 0 {
				return nil, fmt.Errorf("%q is not a length", w)
			}
			n = append(n, v)
		}
		if !h.skip(')') {
			return nil, fmt.Errorf(") is missing at byte %d", h.at)
		}
	}
	if name != "decimal" {
		t := &Type{Kind: VarcharType, P: unbounded}
		if name == "char" {
			t = &Type{Kind: CharType, P: 1}
		}
		if len(n) > 1 {
			return nil, fmt.Errorf("%s takes one length", name)
		}
		if len(n) == 1 {
			t.P = n[0]
		}
		return t, nil
	}
	t := &Type{Kind: DecimalType, P: 10}
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
}

// until is the text up to one of the given signs.
func (h *hiveText) until(signs string) string {
	start := h.at
	for h.at < len(h.s) && strings.IndexByte(signs, h.s[h.at]) < 0 {
		h.at++
	}
	return h.s[start:h.at]
}

func (h *hiveText) skip(c byte) bool {
	if h.at < len(h.s) && h.s[h.at] == c {
		h.at++
		return true
	}
	return false
}

// hiveNames are the types that Hive's files can hold and that have no arguments.
var hiveNames = map[TypeKind]string{
	BigintType: "bigint", IntegerType: "int", SmallintType: "smallint", TinyintType: "tinyint", DoubleType: "double", RealType: "float",
	BooleanType: "boolean", DateType: "date", VarbinaryType: "binary", TimestampType: "timestamp",
}

// Hive is the type as Glue's catalog and Hive's DDL write it; false for types that Hive's files cannot hold.
func (t *Type) Hive() (string, bool) {
	if name := hiveNames[t.Kind]; name != "" {
		return name, true
	}
	switch t.Kind {
	case VarcharType:
		if t.P != unbounded {
			return fmt.Sprintf("varchar(%d)", t.P), true
		}
		return "string", true
	case CharType:
		return fmt.Sprintf("char(%d)", t.P), true
	case DecimalType:
		return fmt.Sprintf("decimal(%d,%d)", t.P, t.S), true
	case ArrayType:
		e, ok := t.Elem.Hive()
		return "array<" + e + ">", ok
	case MapType:
		k, ok1 := t.Key.Hive()
		v, ok2 := t.Elem.Hive()
		return "map<" + k + "," + v + ">", ok1 && ok2
	case RowType:
		fields := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			x, ok := f.Type.Hive()
			if !ok || f.Name == "" {
				return "", false
			}
			fields[i] = strings.ToLower(f.Name) + ":" + x
		}
		return "struct<" + strings.Join(fields, ",") + ">", true
	}
	return "", false
}
