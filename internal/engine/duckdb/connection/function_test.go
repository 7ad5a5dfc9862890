package connection

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"trailscribe/internal/sql/scalar"
)

// taught is a database with functions of a test.
func taught(t *testing.T, o Options, functions ...scalar.GoFunction) *Database {
	t.Helper()
	db, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := Teach(t.Context(), c, functions, nil); err != nil {
		t.Fatal(err)
	}
	return db
}

// Values of each type go in and come out, short and long texts, NULL in any place, more rows than fit in one batch.
func TestFunction(t *testing.T) {
	all := scalar.GoFunction{Name: "zz_all", Params: []string{"VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN"}, Result: "VARCHAR",
		Call: func(a []any) (any, error) {
			if a[1].(int64) == 4 {
				return nil, nil
			}
			return fmt.Sprintf("%s|%d|%g|%t", a...), nil
		}}
	db := taught(t, Options{Threads: 2}, all,
		scalar.GoFunction{Name: "zz_half", Params: []string{"BIGINT"}, Result: "DOUBLE",
			Call: func(a []any) (any, error) { return float64(a[0].(int64)) / 2, nil }},
		scalar.GoFunction{Name: "zz_even", Params: []string{"BIGINT"}, Result: "BOOLEAN",
			Call: func(a []any) (any, error) { return a[0].(int64)%2 == 0, nil }},
		scalar.GoFunction{Name: "zz_length", Params: []string{"VARCHAR"}, Result: "BIGINT", Call: func(a []any) (any, error) {
			if a[0] == "none" {
				return nil, nil
			}
			return int64(len(a[0].(string))), nil
		}})
	long := strings.Repeat("ü", 5000)
	for query, want := range map[string]any{
		"SELECT zz_all('', 1, 0.5, true)":                                            "|1|0.5|true",
		"SELECT zz_all('twelve bytes', 2, 0.5, false)":                               "twelve bytes|2|0.5|false",
		"SELECT zz_all('thirteen byte', 3, 0.5, false)":                              "thirteen byte|3|0.5|false",
		"SELECT zz_all(repeat('ü', 5000), -9223372036854775808, 0, true)":            long + "|-9223372036854775808|0|true",
		"SELECT zz_all('a', 4, 0.5, true)":                                           nil,
		"SELECT zz_all(NULL, 1, 0.5, true)":                                          nil,
		"SELECT zz_all('a', 1, 0.5, NULL)":                                           nil,
		"SELECT zz_half(5)":                                                          2.5,
		"SELECT zz_half(NULL)":                                                       nil,
		"SELECT zz_even(5)":                                                          false,
		"SELECT zz_length('none')":                                                   nil,
		"SELECT zz_length('')":                                                       int64(0),
		"SELECT sum(zz_length(repeat('x', i % 30)))::BIGINT FROM range(100000) r(i)": int64(1449900),
		"SELECT count(zz_all(CASE WHEN i % 3 > 0 THEN 'text of row ' || i END, i, i, i % 2 = 0)) FROM range(100000) r(i)": int64(66665),
		"SELECT max(zz_all('row ' || i, i, 0.25, NULL)) FROM range(5000) r(i)":                                            nil,
		"SELECT max(zz_all('a', i, 0.25, true)) FROM range(5000) r(i) WHERE i = 4999":                                     "a|4999|0.25|true",
		"SELECT sum(zz_half(i)) FROM range(5001) r(i)":                                                                    6251250.0,
		"SELECT count(*) FROM range(5001) r(i) WHERE zz_even(i)":                                                          int64(2501),
		"SELECT string_agg(zz_all('text of row ' || i, i, 1, true), ';' ORDER BY i)" +
			" FROM range(9) r(i) WHERE i IN (1, 4, 8)": "text of row 1|1|1|true;text of row 8|8|1|true",
		"SELECT count(*) FROM (SELECT zz_length(s) FROM (SELECT 'x' AS s WHERE false))": int64(0),
	} {
		var got any
		if err := db.QueryRowContext(t.Context(), query).Scan(&got); err != nil || got != want {
			t.Errorf("%s: %v %v, want %v", query, got, err, want)
		}
	}
}

// What a function does wrong is an error of its statement. The database goes on.
func TestFunctionFails(t *testing.T) {
	one := []string{"VARCHAR"}
	db := taught(t, Options{Threads: 2},
		scalar.GoFunction{Name: "zz_error", Params: one, Result: "VARCHAR", Call: func(a []any) (any, error) {
			return nil,
				fmt.Errorf("no value for %v", a[0])
		}},
		scalar.GoFunction{Name: "zz_panic", Params: one, Result: "VARCHAR", Call: func(a []any) (any, error) { return a[1], nil }},
		scalar.GoFunction{Name: "zz_other", Params: one, Result: "VARCHAR", Call: func([]any) (any, error) { return math.Pi, nil }})
	for call, want := range map[string]string{
		"zz_error('a text that is long')": "no value for a text that is long",
		"zz_panic('a')":                   "zz_panic: runtime error: index out of range",
		"zz_other('a')":                   "zz_other: it gave a value of type float64",
	} {
		var got any
		if err := db.QueryRowContext(t.Context(), "SELECT "+call).Scan(&got); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v %v", call, got, err)
		}
	}
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := Teach(t.Context(), c, []scalar.GoFunction{{Name: "zz_type", Params: one, Result: "BLOB"}}, nil); err == nil ||
		!strings.Contains(err.Error(), "no type BLOB") {
		t.Error(err)
	}
	if _, err := ask(t, "SELECT tr_ip('10.0.0.1')"); err != nil {
		t.Error(err)
	}
}

// Asked without the limits of a statement. When the database has no memory left, the texts of a function must not end the process: the
// exception would pass through Go.
func TestFunctionWithoutMemory(t *testing.T) {
	db, err := Open(t.Context(), Options{Threads: 1, Memory: 16 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var n int64
	const query = "WITH t AS MATERIALIZED (SELECT tr_url_encode(repeat('x', 20000) || i) AS a FROM range(%d) r(i)) SELECT " +
		"sum(length(a))::BIGINT FROM t"
	if err := db.DB.QueryRowContext(t.Context(), fmt.Sprintf(query, 2048)).Scan(&n); err == nil ||
		!strings.Contains(err.Error(), "Out of Memory") {
		t.Errorf("40 MB of texts in 16 MiB: %d %v", n, err)
	}
	if err := db.DB.QueryRowContext(t.Context(), fmt.Sprintf(query, 10)).Scan(&n); err != nil || n != 200010 {
		t.Errorf("the next statement: %d %v", n, err)
	}
}
