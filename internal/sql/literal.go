package sql

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"trailscribe/internal/sql/ast"
	"trailscribe/internal/sql/parser"
)

type (
	// Date is a day of the calendar, without time or zone. Only its year, month and day count.
	Date time.Time
	// Zoned is an instant as a timestamp with time zone, in UTC. A plain time.Time becomes a timestamp without zone that shows UTC.
	Zoned time.Time
	// Decimal is an exact number as text: an optional minus sign, digits, and a point with digits on both sides; at most 38 digits.
	Decimal string
)

// Literal is a value as a dialect writes it. It and Bind, which uses the same code, are the only place where a value becomes SQL.
//
//	nil                          NULL
//	string                       'text'; valid UTF-8 without NUL, which DuckDB would take for the end of the statement
//	bool                         TRUE, FALSE
//	int, int64                   BIGINT '5': as a plain 5 it would be an integer, whose sums overflow sooner
//	float64                      1.5E0; finite
//	Decimal                      1.50
//	Date                         DATE '2026-10-01'; years 1 to 9999
//	time.Time                    TIMESTAMP '2026-10-01 00:00:00.000', the clock of UTC; not finer than a millisecond
//	Zoned                        TIMESTAMP '2026-10-01 00:00:00.000 UTC'
//	time.Duration                its whole seconds as a bigint
//	[]string []int64 []float64 []bool []Date []time.Time
//	                             ARRAY[…]; an empty one has its type: CAST(ARRAY[] AS array(varchar))
//
// Other types, and values that cannot be written, are an error.
func Literal(d Dialect, v any) (string, error) {
	x, err := literalNode(v)
	if err != nil {
		return "", err
	}
	switch d {
	case Trino, DuckDB:
		return literalText(d, x), nil
	}
	return "", fmt.Errorf("writing a value as SQL: there is no dialect %d", d)
}

// literalNode is a value as a piece of a statement: a literal, an *Array of them, or a *Cast of the empty *Array.
func literalNode(v any) (ast.Expr, error) {
	switch v := v.(type) {
	case nil:
		return &ast.NullLit{}, nil
	case string:
		if err := writable(v); err != nil {
			return nil, err
		}
		return &ast.StringLit{Value: v}, nil
	case bool:
		return &ast.BoolLit{Value: v}, nil
	case int:
		return bigint(int64(v)), nil
	case int64:
		return bigint(v), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v is not a finite number", v)
		}
		return &ast.DoubleLit{Text: doubleText(v)}, nil
	case Decimal:
		return decimal(v)
	case Date:
		y, m, d := time.Time(v).Date()
		if y < 1 || y > 9999 {
			return nil, fmt.Errorf("the year %d is not between 1 and 9999", y)
		}
		return &ast.TypedLit{Type: "date", Value: fmt.Sprintf("%04d-%02d-%02d", y, m, d)}, nil
	case time.Time:
		return timestamp(v, "")
	case Zoned:
		return timestamp(time.Time(v), " UTC")
	case time.Duration:
		if v%time.Second != 0 {
			return nil, fmt.Errorf("the duration %v is not a whole number of seconds", v)
		}
		return bigint(int64(v / time.Second)), nil
	case []string:
		return array(v, "varchar")
	case []int64:
		return array(v, "bigint")
	case []float64:
		return array(v, "double")
	case []bool:
		return array(v, "boolean")
	case []Date:
		return array(v, "date")
	case []time.Time:
		return array(v, "timestamp(3)")
	}
	return nil, fmt.Errorf("a value of the Go type %T cannot be written as SQL", v)
}

func array[T any](vs []T, elem string) (ast.Expr, error) {
	a := &ast.Array{}
	for i, v := range vs {
		x, err := literalNode(v)
		if err != nil {
			return nil, fmt.Errorf("item %d: %w", i+1, err)
		}
		a.Elems = append(a.Elems, x)
	}
	if len(vs) > 0 {
		return a, nil
	}
	t := &ast.TypeName{Name: elem}
	if elem == "timestamp(3)" {
		t = &ast.TypeName{Name: "timestamp", Params: []int{3}}
	}
	return &ast.Cast{X: a, Type: &ast.TypeName{Name: "array", Elems: []*ast.TypeName{t}}}, nil
}

func bigint(n int64) ast.Expr { return &ast.TypedLit{Type: "bigint", Value: strconv.FormatInt(n, 10)} }

// wholeNumber is the number of a literal that is one.
func wholeNumber(x ast.Expr) (int64, bool) {
	switch x := x.(type) {
	case *ast.IntLit:
		return x.Value, true
	case *ast.TypedLit:
		n, err := strconv.ParseInt(x.Value, 10, 64)
		return n, err == nil && x.Type == "bigint"
	}
	return 0, false
}

// writable says what keeps a text from being written as a literal.
func writable(s string) error {
	if !utf8.ValidString(s) {
		return errors.New("the text is not valid UTF-8")
	}
	if strings.IndexByte(s, 0) >= 0 {
		return errors.New("the text contains the character U+0000")
	}
	return nil
}

// doubleText always has an exponent: without one Trino reads a decimal.
func doubleText(f float64) string {
	if a := math.Abs(f); a == 0 || 1e-4 <= a && a < 1e15 {
		return strconv.FormatFloat(f, 'f', -1, 64) + "E0"
	}
	mantissa, exp, _ := strings.Cut(strconv.FormatFloat(f, 'E', -1, 64), "E")
	n, _ := strconv.Atoi(exp)
	return mantissa + "E" + strconv.Itoa(n)
}

var decimalForm = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

func decimal(d Decimal) (ast.Expr, error) {
	s := string(d)
	if !decimalForm.MatchString(s) {
		return nil, fmt.Errorf("%q is not a decimal number", s)
	}
	if p, _ := parser.DecimalSize(s); p > 38 {
		return nil, fmt.Errorf("%q has more than 38 digits", s)
	}
	if strings.Contains(s, ".") {
		return &ast.DecimalLit{Text: s}, nil
	}
	return &ast.TypedLit{Type: "decimal", Value: s}, nil
}

func timestamp(t time.Time, zone string) (ast.Expr, error) {
	t = t.UTC()
	if y := t.Year(); y < 1 || y > 9999 {
		return nil, fmt.Errorf("the year %d is not between 1 and 9999", y)
	}
	if t.Nanosecond()%int(time.Millisecond) != 0 {
		return nil, fmt.Errorf("the time %s is finer than a millisecond", t.Format(time.RFC3339Nano))
	}
	return &ast.TypedLit{Type: "timestamp", Value: t.Format("2006-01-02 15:04:05.000") + zone}, nil
}

// literalText writes what literalNode makes, and every literal of a statement for Trino.
func literalText(d Dialect, x ast.Expr) string {
	switch x := x.(type) {
	case *ast.NullLit:
		return "NULL"
	case *ast.BoolLit:
		if x.Value {
			return "TRUE"
		}
		return "FALSE"
	case *ast.StringLit:
		return ast.StringText(x.Value)
	case *ast.IntLit:
		return strconv.FormatInt(x.Value, 10)
	case *ast.DecimalLit:
		if d == DuckDB {
			return duckTyped(&ast.TypedLit{Type: "decimal", Value: x.Text}) // DuckDB counts the 0 of 0.05 as a digit
		}
		return x.Text
	case *ast.DoubleLit:
		return x.Text
	case *ast.BinaryLit:
		return "X'" + strings.ToUpper(hex.EncodeToString(x.Value)) + "'"
	case *ast.TypedLit:
		if d == DuckDB {
			return duckTyped(x)
		}
		return strings.ToUpper(x.Type) + " " + ast.StringText(x.Value)
	case *ast.IntervalLit:
		return intervalText(x)
	case *ast.Array:
		texts := make([]string, len(x.Elems))
		for i, e := range x.Elems {
			texts[i] = literalText(d, e)
		}
		list := "[" + strings.Join(texts, ", ") + "]"
		if d == DuckDB {
			return list
		}
		return "ARRAY" + list
	case *ast.Cast:
		if d == DuckDB {
			return "CAST([] AS " + duckElem[x.Type.Elems[0].Name] + "[])"
		}
		return "CAST(" + literalText(d, x.X) + " AS " + x.Type.String() + ")"
	}
	return ""
}

var duckElem = map[string]string{"varchar": "VARCHAR", "bigint": "BIGINT", "double": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE",
	"timestamp": "TIMESTAMP_MS"}

// duckTyped is a typed literal of literalNode for DuckDB. There a timestamp with a zone is a type of its own, and a plain
// number in front of which no type stands would be as small as it can.
func duckTyped(x *ast.TypedLit) string {
	switch x.Type {
	case "bigint":
		return "CAST(" + x.Value + " AS BIGINT)"
	case "decimal":
		p, s := parser.DecimalSize(x.Value)
		return fmt.Sprintf("CAST('%s' AS DECIMAL(%d,%d))", x.Value, p, s)
	case "date":
		return "DATE " + ast.StringText(x.Value)
	}
	if t, ok := strings.CutSuffix(x.Value, " UTC"); ok {
		return "TIMESTAMPTZ " + ast.StringText(t+"+00")
	}
	return "TIMESTAMP " + ast.StringText(x.Value)
}

func intervalText(i *ast.IntervalLit) string {
	sign := ""
	if i.Negative {
		sign = "-"
	}
	s := "INTERVAL " + sign + ast.StringText(i.Value) + " " + strings.ToUpper(i.Unit)
	if i.To != "" {
		s += " TO " + strings.ToUpper(i.To)
	}
	return s
}
