package sql

import (
	"strings"
	"testing"
)

func TestParseType(t *testing.T) {
	for text, want := range map[string]string{
		"varchar": "varchar", "VARCHAR(20)": "varchar(20)", "int": "integer", "decimal(10,2)": "decimal(10,2)", "decimal": "decimal(38,0)",
		"double precision": "double", "timestamp": "timestamp(3)", "timestamp(6) with time zone": "timestamp(6) with time zone",
		"timestamp with time zone": "timestamp(3) with time zone", "interval day to second": "interval day to second",
		"array(varchar)": "array(varchar)", "map(varchar, array(bigint))": "map(varchar, array(bigint))",
		"row(arn varchar, accountid varchar)":                  "row(arn varchar, accountid varchar)",
		`row("Key with space" varchar, t timestamp(3))`:        `row("key with space" varchar, t timestamp(3))`,
		"row(varchar, bigint)":                                 "row(varchar, bigint)",
		"row(d double precision, at timestamp with time zone)": "row(d double, at timestamp(3) with time zone)",
		"array(row(a row(b array(varchar))))":                  "array(row(a row(b array(varchar))))",
	} {
		got, err := ParseType(text)
		if err != nil || got.String() != want {
			t.Errorf("%s: %v %v, want %s", text, got, err, want)
			continue
		}
		again, err := ParseType(got.String())
		if err != nil || !again.equal(got) {
			t.Errorf("%s does not read its own spelling: %v", got, err)
		}
	}
	for _, text := range []string{"", "varchr", "array", "array()", "array(varchar", "map(varchar)", "decimal(39)", "decimal(2,3)",
		"varchar(x)", "varchar(1,2)", "row()", "timestamp(13)", "interval day", "varchar x", "time with time zone", strings.Repeat("array(", 50) +
			"varchar"} {
		if got, err := ParseType(text); err == nil {
			t.Errorf("%q was read as %s", text, got)
		}
	}
}

// Rules of Trino: what is turned into what without a CAST, and what CAST there is.
func TestCoercion(t *testing.T) {
	typ := func(s string) *Type {
		p, err := ParseType(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, c := range []struct{ a, b, common string }{
		{"integer", "bigint", "bigint"}, {"integer", "double", "double"}, {"integer", "decimal(5,2)", "decimal(12,2)"},
		{"decimal(5,2)", "decimal(3,3)", "decimal(6,3)"},
		{"decimal(5,2)", "double", "double"}, {"varchar(2)", "varchar(5)", "varchar(5)"}, {"varchar", "varchar(5)", "varchar"},
		{"date", "timestamp(3)", "timestamp(3)"},
		{"date", "timestamp(3) with time zone", "timestamp(3) with time zone"}, {"timestamp(0)", "timestamp(6)", "timestamp(6)"},
		{"unknown", "json", "json"},
		{"array(integer)", "array(bigint)", "array(bigint)"}, {"map(varchar, integer)", "map(varchar, double)", "map(varchar, double)"},
		{"row(a integer)", "row(b bigint)", "row(bigint)"},
		{"varchar", "bigint", ""}, {"varchar", "date", ""}, {"varchar", "timestamp(3)", ""}, {"boolean", "varchar", ""},
		{"boolean", "integer", ""}, {"json", "varchar", ""},
		{"ipaddress", "varchar", ""}, {"array(integer)", "array(varchar)", ""}, {"row(a integer)", "row(a integer, b integer)", ""},
		{"date", "bigint", ""}, {"time", "timestamp(3)", ""},
	} {
		for _, p := range [][2]string{{c.a, c.b}, {c.b, c.a}} {
			got := ""
			if u := common(typ(p[0]), typ(p[1])); u != nil {
				got = u.String()
			}
			if got != c.common {
				t.Errorf("%s and %s: %q, want %q", p[0], p[1], got, c.common)
			}
		}
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"varchar", "bigint", true}, {"varchar", "ipaddress", true}, {"ipaddress", "varchar", true}, {"ipaddress", "bigint", false},
		{"varchar", "array(varchar)", false},
		{"json", "array(varchar)", true}, {"json", "date", false}, {"json", "map(varchar, json)", true}, {"array(bigint)", "json", true},
		{"row(a bigint)", "row(b varchar)", true},
		{"row(a bigint)", "row(b varchar, c varchar)", false}, {"timestamp(3)", "date", true}, {"date", "bigint", false},
		{"bigint", "timestamp(3)", false}, {"boolean", "double", true}, {"varbinary", "varchar", false},
	} {
		if got := castable(typ(c.a), typ(c.b)); got != c.want {
			t.Errorf("CAST from %s to %s: %v", c.a, c.b, got)
		}
	}
}

func FuzzParseType(f *testing.F) {
	for _, s := range []string{"row(a varchar, b array(row(c bigint)))", "timestamp(3) with time zone", "struct<a:int>",
		`row("x" double precision)`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseType(s)
		if err != nil {
			return
		}
		again, err := ParseType(got.String())
		if err != nil || !again.equal(got) {
			t.Errorf("%q is %s, which reads as %v (%v)", s, got, again, err)
		}
	})
}
