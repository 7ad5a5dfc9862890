package awsfake

import (
	"fmt"
	"strings"

	"trailscribe/internal/sql"
)

// trinoType turns a type of the catalog, in Hive's words, into Trino's: struct<a:string> is row(a varchar).
func trinoType(hive string) (string, error) {
	p := &hiveParser{text: strings.ToLower(strings.Join(strings.Fields(hive), ""))}
	t, err := p.read()
	if err == nil && p.text != "" {
		err = fmt.Errorf("%q is left over", p.text)
	}
	if err != nil {
		return "", fmt.Errorf("the type %s: %w", hive, err)
	}
	return t, nil
}

type hiveParser struct{ text string }

func (p *hiveParser) take(s string) bool {
	rest, ok := strings.CutPrefix(p.text, s)
	if ok {
		p.text = rest
	}
	return ok
}

func (p *hiveParser) read() (string, error) {
	switch {
	case p.take("struct<"):
		var fields []string
		for {
			name, rest, ok := strings.Cut(p.text, ":")
			if !ok {
				return "", fmt.Errorf("a struct's field has no type")
			}
			p.text = rest
			t, err := p.read()
			if err != nil {
				return "", err
			}
			fields = append(fields, quoteName(strings.Trim(name, "`"))+" "+t)
			if p.take(">") {
				return "row(" + strings.Join(fields, ", ") + ")", nil
			}
			if !p.take(",") {
				return "", fmt.Errorf("a struct is not closed")
			}
		}
	case p.take("array<"):
		t, err := p.read()
		if err == nil && !p.take(">") {
			err = fmt.Errorf("an array is not closed")
		}
		return "array(" + t + ")", err
	case p.take("map<"):
		k, err := p.read()
		if err == nil && !p.take(",") {
			err = fmt.Errorf("a map has no value type")
		}
		if err != nil {
			return "", err
		}
		v, err := p.read()
		if err == nil && !p.take(">") {
			err = fmt.Errorf("a map is not closed")
		}
		return "map(" + k + ", " + v + ")", err
	}
	end := strings.IndexAny(p.text, "<>,:")
	if p.take("decimal(") {
		n := strings.IndexByte(p.text, ')')
		if n < 0 {
			return "", fmt.Errorf("a decimal is not closed")
		}
		t := "decimal(" + p.text[:n+1]
		p.text = p.text[n+1:]
		return t, nil
	}
	if end < 0 {
		end = len(p.text)
	}
	word := p.text[:end]
	p.text = p.text[end:]
	base, _, _ := strings.Cut(word, "(")
	switch base {
	case "string", "varchar", "char":
		return "varchar", nil
	case "int", "integer":
		return "integer", nil
	case "tinyint", "smallint", "bigint", "double", "boolean", "date":
		return base, nil
	case "float":
		return "real", nil
	case "binary":
		return "varbinary", nil
	case "timestamp":
		return "timestamp(3)", nil
	case "decimal":
		return "decimal(10,0)", nil
	}
	return "", fmt.Errorf("%q is no type of Hive", word)
}

func quoteName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// quoteText is a text for DuckDB, whose parser ends at a NUL.
func quoteText(s string) string {
	q := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(q, "\x00") {
		q = "(" + strings.ReplaceAll(q, "\x00", "' || chr(0) || '") + ")"
	}
	return q
}

// hiveType is the reverse, for tables that CREATE TABLE AS makes; false for types that Hive's files cannot hold.
func hiveType(t *sql.Type) (string, bool) {
	switch t.Kind {
	case sql.VarcharType, sql.CharType:
		return "string", true
	case sql.BigintType:
		return "bigint", true
	case sql.IntegerType:
		return "int", true
	case sql.SmallintType:
		return "smallint", true
	case sql.TinyintType:
		return "tinyint", true
	case sql.DoubleType:
		return "double", true
	case sql.RealType:
		return "float", true
	case sql.BooleanType:
		return "boolean", true
	case sql.DateType:
		return "date", true
	case sql.VarbinaryType:
		return "binary", true
	case sql.TimestampType:
		return "timestamp", true
	case sql.DecimalType:
		return fmt.Sprintf("decimal(%d,%d)", t.P, t.S), true
	case sql.ArrayType:
		e, ok := hiveType(t.Elem)
		return "array<" + e + ">", ok
	case sql.MapType:
		k, ok1 := hiveType(t.Key)
		v, ok2 := hiveType(t.Elem)
		return "map<" + k + "," + v + ">", ok1 && ok2
	case sql.RowType:
		var fields []string
		for _, f := range t.Fields {
			x, ok := hiveType(f.Type)
			if !ok || f.Name == "" {
				return "", false
			}
			fields = append(fields, strings.ToLower(f.Name)+":"+x)
		}
		return "struct<" + strings.Join(fields, ",") + ">", true
	}
	return "", false
}
