package trino

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/duckdb/duckdb-go/v2"

	"trailscribe/internal/engine/duckdb/connection"
	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/sql"
)

// values are what expressions are made of, by type.
var values = map[string][]string{
	"boolean": {"true", "false", "CAST(NULL AS boolean)"},
	"integer": {"0", "1", "-1", "3", "7", "CAST(NULL AS integer)"},
	"bigint":  {"BIGINT '0'", "BIGINT '1'", "BIGINT '-2'", "BIGINT '5'", "BIGINT '1000'", "9223372036854775807", "CAST(NULL AS bigint)"},
	"double":  {"0e0", "1.5e0", "-2.5e0", "1e10", "0.1e0", "1e-5", "-0.5e0", "CAST(NULL AS double)"},
	"decimal": {"DECIMAL '1.50'", "DECIMAL '-2.55'", "DECIMAL '0.00'", "DECIMAL '99999.99'"},
	"varchar": {"''", "'a'", "'abc'", "'a/b/c'", "' x '", "'é大'", "'10.1.2.3'", "'12'", "'-7'", "'1.5'", "'true'", "'aXbXc'",
		"'2025-10-01'", "'x=1&y=2'", "'https://a.example.com:8080/p/%41?x=1&a=%20#f'", "'http://a_b/c d'", `'{"a":"x","b":[1,2.50,{"k":1e3}]}'`,
		`'[1,"a",{"k":null}]'`, "'YWJj'", "'ff'", "'2025-10-01T12:34:56.5Z'", "'2025-10-01 01:02:03'", "'a=b=c'", "chr(9)",
		"CAST(NULL AS varchar)"},
	"varbinary": {"X''", "X'00ff'", "to_utf8('é')"},
	"date":      {"DATE '2025-01-31'", "DATE '2024-02-29'", "DATE '1969-12-31'", "DATE '2026-10-25'"},
	"timestamp": {"TIMESTAMP '2025-01-31 23:59:59.999'", "TIMESTAMP '2024-02-29 00:00:00.000'", "TIMESTAMP '1969-12-31 12:30:00.250'",
		"TIMESTAMP '2026-10-25 02:30:00.000'"},
	"instant": {"TIMESTAMP '2025-01-31 23:59:59.999 UTC'", "from_iso8601_timestamp('2026-03-29T01:30:00Z')",
		"from_iso8601_timestamp('1969-07-20T20:17:40.5Z')"},
	"day":   {"INTERVAL '1' DAY", "INTERVAL '-3' HOUR", "INTERVAL '90' SECOND", "INTERVAL '400' DAY"},
	"month": {"INTERVAL '1' MONTH", "INTERVAL '-13' MONTH", "INTERVAL '2' YEAR"},
	"json": {`json_parse('{"a":"x","b":[1,2.50,null]}')`, `json_parse('[1,"x",{"k":true}]')`, `json_parse('"s"')`,
		`json_parse('null')`},
	"array(text)": {"ARRAY['a', 'b', 'a']", "ARRAY['x', NULL]", "CAST(ARRAY[] AS array(varchar))", "CAST(NULL AS array(varchar))"},
	"array(int)":  {"ARRAY[BIGINT '3', 1, 2, 3]", "ARRAY[BIGINT '1', NULL]", "CAST(ARRAY[] AS array(bigint))"},
	"map":         {"MAP(ARRAY['a', 'b'], ARRAY[BIGINT '1', 2])", "MAP(ARRAY['a'], ARRAY[CAST(NULL AS bigint)])"},
	"ipaddress":   {"CAST('10.1.2.3' AS ipaddress)", "CAST('2001:db8::1' AS ipaddress)"},
}

// literals are arguments that stand as literals, by function and place.
var literals = map[string]map[int][]string{
	"date_trunc":  {0: {"'second'", "'minute'", "'hour'", "'day'", "'week'", "'month'", "'quarter'", "'year'"}},
	"date_diff":   {0: {"'second'", "'minute'", "'hour'", "'day'", "'week'", "'month'", "'year'"}},
	"date_add":    {0: {"'second'", "'minute'", "'hour'", "'day'", "'week'", "'month'", "'year'"}, 1: {"1", "-1", "13", "BIGINT '0'"}},
	"date_format": {1: {"'%Y-%m-%d %H:%i:%s'", "'%h:%i %p'", "'%j %a %b %e %c'", "'%W %M %y %T'", "'%x-%v'"}},
	"date_parse":  {1: {"'%Y-%m-%d'", "'%Y-%m-%d %H:%i'"}}, "format_datetime": {1: {"'yyyy-MM-dd HH:mm:ss'", "'yyyy/MM/dd'"}},
	"parse_datetime": {1: {"'yyyy-MM-dd'"}},
	"at_timezone":    {1: {"'UTC'", "'Europe/Berlin'", "'America/New_York'", "'Asia/Kolkata'"}},
	"slice":          {1: {"1", "2", "-1", "-9"}, 2: {"0", "1", "2", "9"}}, "strpos": {2: {"1", "2", "-1", "-2"}},
	"from_iso8601_timestamp": {0: {"'2025-10-01T12:34:56.5Z'", "'2025-10-01'", "'2025-10-01T12:34+02:00'", "'x'", "''", "' 2025-10-01'",
		"'2025-13-01'"}},
	"url_extract_parameter": {1: {"'x'", "'a'"}}, "split": {1: {"'/'", "'X'", "'='"}}, "split_part": {1: {"'/'", "'='"}, 2: {"1", "2", "5"}},
	"array_join": {1: {"','", "''"}, 2: {"'-'"}}, "element_at": {1: {"1", "-1", "'a'", "3"}},
	"json_extract": {1: {"'$.a'", "'$.b[1]'", "'$'", "'$[2].k'"}}, "json_extract_scalar": {1: {"'$.a'", "'$.b[1]'", "'$'", "'$[2].k'"}},
	"json_size":      {1: {"'$'", "'$.b'", "'$.z'"}},
	"regexp_extract": {1: {"'([a-z])(\\d)?'", "'X'", "'^a'"}, 2: {"0", "1"}}, "regexp_extract_all": {1: {"'[a-z]'", "'(X)'"}, 2: {"0"}},
	"regexp_like":    {1: {"'a'", "'^$'", "'(?i)x'", "'\\d+'"}},
	"regexp_replace": {1: {"'X'", "'(a)'", "'[0-9]'", "''"}, 2: {"'-'", "'<$0>'"}}, "regexp_split": {1: {"'X'", "'/'"}},
	"regexp_count": {1: {"'X'", "'[a-z]'"}},
	"contains":     {}, "from_unixtime": {0: {"0", "1.5e9", "-1"}, 1: {"'UTC'"}}, "to_base": {1: {"16", "2", "36"}},
	"from_base": {1: {"16", "10"}},
	"lpad":      {1: {"0", "2", "5"}}, "rpad": {1: {"0", "2", "5"}}, "repeat": {1: {"0", "2"}},
	"sequence": {2: {"2", "INTERVAL '1' DAY", "-1"}},
	"chr":      {0: {"65", "233"}}, "codepoint": {0: {"'a'", "'é'"}}, "round": {1: {"0", "1", "-1"}},
}

// without are functions whose value is another on every run or every engine, or whose arguments are of no common sort.
var without = []string{"now", "current_timestamp", "current_date", "localtimestamp", "rand", "random", "typeof", "grouping", "format",
	"map", "power", "pow", "exp", "sin", "cos", "tan", "asin", "acos", "atan", "ln", "log", "log2", "log10", "sqrt", "degrees", "radians"}

type generator struct {
	r     *rand.Rand
	calls map[string][]generated // by sort of result
}

type generated struct {
	f    sql.Function
	form sql.Form
}

// sortOf is the pool of a type of a signature; "" for those that are not made.
func sortOf(t string) string {
	switch t {
	case "boolean", "integer", "bigint", "double", "varchar", "varbinary", "date", "timestamp", "json", "ipaddress":
		return t
	case "D":
		return "decimal"
	case "timestamp with time zone", "timestamp(3) with time zone":
		return "instant"
	case "timestamp(3)":
		return "timestamp"
	case "interval day to second":
		return "day"
	case "interval year to month":
		return "month"
	case "T", "E":
		return "varchar"
	case "U", "V", "O":
		return "bigint"
	case "K":
		return "varchar"
	case "array(varchar)", "array(T)", "array(E)", "array(K)":
		return "array(text)"
	case "array(bigint)", "array(U)", "array(V)", "array(O)":
		return "array(int)"
	case "map(K, V)":
		return "map"
	}
	return ""
}

func newGenerator(seed uint64) *generator {
	g := &generator{r: rand.New(rand.NewPCG(seed, 1)), calls: map[string][]generated{}}
	for _, f := range sql.Reference() {
		if f.Kind != "scalar" || slices.Contains(without, f.Name) {
			continue
		}
		for _, form := range f.Forms {
			possible := sortOf(form.Result) != ""
			for _, p := range form.Params {
				possible = possible && (sortOf(p) != "" || strings.Contains(p, "->"))
			}
			if possible {
				g.calls[sortOf(form.Result)] = append(g.calls[sortOf(form.Result)], generated{f, form})
			}
		}
	}
	return g
}

func pick[T any](r *rand.Rand, s []T) T { return s[r.IntN(len(s))] }

func (g *generator) expr(sort string, depth int) string {
	if depth <= 0 || g.r.IntN(4) == 0 {
		return pick(g.r, values[sort])
	}
	switch g.r.IntN(6) {
	case 0:
		if s := g.operator(sort, depth-1); s != "" {
			return s
		}
	case 1:
		return "CASE WHEN " + g.expr("boolean", depth-1) + " THEN " + g.expr(sort, depth-1) + " ELSE " + pick(g.r, values[sort]) + " END"
	}
	if calls := g.calls[sort]; len(calls) > 0 {
		return g.call(pick(g.r, calls), depth-1)
	}
	return pick(g.r, values[sort])
}

func (g *generator) operator(sort string, depth int) string {
	two := func(sort, op string) string {
		return "(" + g.expr(sort, depth) + " " + op + " " + g.expr(sort, depth) + ")"
	}
	switch sort {
	case "boolean":
		kind := pick(g.r, []string{"integer", "bigint", "double", "decimal", "varchar", "date", "timestamp", "instant", "boolean", "array(int)"})
		switch g.r.IntN(5) {
		case 0:
			return "(" + g.expr(kind, depth) + " IS NULL)"
		case 1:
			return "(NOT " + g.expr("boolean", depth) + ")"
		case 2:
			return two("boolean", pick(g.r, []string{"AND", "OR"}))
		case 3:
			return "(" + g.expr("varchar", depth) + " LIKE " + pick(g.r, []string{"'a%'", "'%X%'", "'_'", "''"}) + ")"
		}
		return two(kind, pick(g.r, []string{"=", "<>", "<", ">=", "IS DISTINCT FROM"}))
	case "integer", "bigint", "double", "decimal":
		return two(sort, pick(g.r, []string{"+", "-", "*", "/", "%"}))
	case "varchar":
		switch g.r.IntN(3) {
		case 0:
			return "CAST(" + g.expr(pick(g.r, []string{"integer", "bigint", "double", "decimal", "boolean", "date", "timestamp", "ipaddress"}),
				depth) + " AS varchar)"
		case 1:
			return "element_at(" + g.expr("array(text)", depth) + ", " + pick(g.r, []string{"1", "2", "-1"}) + ")"
		}
		return two("varchar", "||")
	case "date":
		return "CAST(" + g.expr("timestamp", depth) + " AS date)"
	case "timestamp":
		return "(" + g.expr("timestamp", depth) + pick(g.r, []string{" + ", " - "}) + g.expr(pick(g.r, []string{"day", "month"}), depth) + ")"
	case "array(text)":
		return two("array(text)", "||")
	}
	return ""
}

func (g *generator) call(c generated, depth int) string {
	var args []string
	params := slices.Clone(c.form.Params)
	if c.form.Variadic && g.r.IntN(2) == 0 {
		params = append(params, params[len(params)-1])
	}
	for i, p := range params {
		if lit := literals[c.f.Name][i]; lit != nil {
			args = append(args, pick(g.r, lit))
			continue
		}
		if in, out, ok := strings.Cut(p, " -> "); ok {
			names := []string{"p", "q"}[:strings.Count(in, ",")+1]
			args = append(args, "("+strings.Join(names, ", ")+") -> "+g.body(strings.Split(strings.Trim(in, "()"), ", "), sortOf(out)))
			continue
		}
		if c.f.Name == "nullif" {
			p = "T"
		}
		args = append(args, g.expr(sortOf(p), depth))
	}
	return c.f.Name + "(" + strings.Join(args, ", ") + ")"
}

// body is a lambda's: of its first parameter where the types allow it.
func (g *generator) body(in []string, out string) string {
	first := sortOf(in[0])
	switch {
	case out == "boolean" && first == "varchar":
		return pick(g.r, []string{"p = 'a'", "p IS NULL", "length(p) > 1"})
	case out == "boolean":
		return pick(g.r, []string{"p > 1", "p IS NULL", "p = 3"})
	case out == first:
		return "p"
	}
	return pick(g.r, values[out])
}

// Expressions made at random from the whole function table have the same value at Trino and at DuckDB, or an error at both.
// What this program's check refuses is left out. CONFORMANCE_SEED and CONFORMANCE_EXPRESSIONS choose others and more.
func TestDifferential(t *testing.T) {
	c := server(t)
	seed, count := uint64(1), 600
	if s := os.Getenv("CONFORMANCE_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	if s := os.Getenv("CONFORMANCE_EXPRESSIONS"); s != "" {
		count, _ = strconv.Atoi(s)
	}
	db, err := connection.Open(t.Context(), connection.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	g := newGenerator(seed)
	sorts := slices.DeleteFunc(slices.Sorted(func(yield func(string) bool) {
		for s := range values {
			if !yield(s) {
				return
			}
		}
	}), func(s string) bool { return s == "day" || s == "month" })
	asked, refused, same, failing, order := 0, 0, 0, 0, 0
	for asked < count {
		text := "SELECT " + g.expr(pick(g.r, sorts), 1+g.r.IntN(3)) + " AS x"
		p, bad := sql.Parse(text, nil)
		if bad.Err() != nil {
			t.Fatalf("%s: %v", text, bad)
		}
		checked, bad := p.Check(sql.Catalog{}, nil)
		if checked == nil {
			if refused++; testing.Verbose() && os.Getenv("CONFORMANCE_SHOW") != "" {
				t.Logf("refused: %s: %v", text, bad)
			}
			continue
		}
		b, err := checked.Bind(nil)
		if err != nil {
			t.Fatal(err)
		}
		asked++
		want, static := atTrino(t, c, b.Text(sql.Trino, nil))
		got := atDuckDB(t, db, b, checked.Types())
		switch {
		case want == "" && checked.Types()[0] != "varchar" && !strings.HasPrefix(checked.Types()[0], "varchar("):
			continue
		case static:
			t.Errorf("%s\nis refused by Trino: %s", text, want)
		case strings.HasPrefix(want, "ERR") && strings.HasPrefix(got, "ERR"):
			failing++
		case want == got:
			same++
		case strings.Contains(strings.ToUpper(text), "NULL") && (want == "NULL" && strings.HasPrefix(got, "ERR") || got == "NULL" &&
			strings.HasPrefix(want, "ERR")):
			order++ // with a NULL argument a function is NULL, and whether its other arguments are worked out is up to the engine
		default:
			t.Errorf("%s\nTrino  %s\nDuckDB %s", text, want, got)
		}
	}
	t.Logf("seed %d: %d expressions, %d with the same value, %d with an error at both, %d with an error that a NULL hides at one; %d "+
		"more were refused by the check", seed, asked, same, failing, order, refused)
}

// atTrino is the value as text; static: it is the statement that Trino does not take, not a value.
func atTrino(t *testing.T, c *client, text string) (got string, static bool) {
	t.Helper()
	raw, types, err := c.exec(t.Context(), text)
	var f *Failure
	if errors.As(err, &f) {
		return "ERR " + f.Error(), refusals[f.ErrorName] && f.ErrorName != "NOT_SUPPORTED"
	}
	if err != nil {
		t.Fatal(err)
	}
	typ, err := sql.ParseType(types[0])
	if err != nil {
		t.Fatal(err)
	}
	v, err := value(typ, raw[0][0])
	if err != nil { // a year with a sign, which Go does not read
		return "", false
	}
	return enginetest.Render(typ, v), false
}

func atDuckDB(t *testing.T, db *connection.Database, b *sql.Bound, types []string) string {
	t.Helper()
	var v any
	if err := db.QueryRow(b.Text(sql.DuckDB, nil)).Scan(&v); err != nil {
		return "ERR " + err.Error()
	}
	switch x := v.(type) {
	case duckdb.OrderedMap:
		v = &x
	case duckdb.Decimal:
		v = decimal(x)
	}
	typ, err := sql.ParseType(types[0])
	if err != nil {
		t.Fatal(err)
	}
	return enginetest.Render(typ, v)
}

func decimal(d duckdb.Decimal) string {
	s := fmt.Sprintf("%0*s", int(d.Scale)+1, new(big.Int).Abs(d.Value).String())
	if d.Scale > 0 {
		s = s[:len(s)-int(d.Scale)] + "." + s[len(s)-int(d.Scale):]
	}
	if d.Value.Sign() < 0 {
		s = "-" + s
	}
	return s
}
