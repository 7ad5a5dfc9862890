package sql

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestHiveTypes(t *testing.T) {
	for _, c := range []struct{ hive, trino, back string }{
		{"string", "varchar", "string"},
		{"STRING", "varchar", "string"},
		{"struct< A : string , b: array < string > >", "row(a varchar, b array(varchar))", "struct<a:string,b:array<string>>"},
		{"map<string,struct<x-y:int,`z`:float>>", `map(varchar, row("x-y" integer, z real))`, "map<string,struct<x-y:int,z:float>>"},
		{"decimal", "decimal(10,0)", "decimal(10,0)"},
		{"decimal(12)", "decimal(12,0)", "decimal(12,0)"},
		{"decimal(10,2)", "decimal(10,2)", "decimal(10,2)"},
		{"varchar(20)", "varchar(20)", "varchar(20)"},
		{"char(3)", "char(3)", "char(3)"},
		{"array<tinyint>", "array(tinyint)", "array<tinyint>"},
		{"timestamp", "timestamp(3)", "timestamp"},
		{"struct<binary:binary,date:date>", "row(binary varbinary, date date)", "struct<binary:binary,date:date>"},
	} {
		typ, err := ParseHiveType(c.hive)
		if err != nil {
			t.Errorf("%s: %v", c.hive, err)
			continue
		}
		want, err := ParseType(c.trino)
		if err != nil {
			t.Fatal(err)
		}
		if typ.String() != want.String() {
			t.Errorf("%s is %s, want %s", c.hive, typ, want)
		}
		if back, ok := typ.Hive(); !ok || back != c.back {
			t.Errorf("%s is written as %q, %t; want %q", c.hive, back, ok, c.back)
		}
	}
	for text, why := range map[string]string{
		"": "a type name is missing", "struct<>": "a field without a name", "array<string": "a comma or > is missing",
		"map<string>": "another number",
		"struct<a>":   "a field without a name or type", "string>": `">" follows`, "uniontype<int>": `unknown type "uniontype"`,
		"array":       "< is missing",
		"decimal(99)": "precision from 1 to 38", "decimal(a)": "is not a length", "varchar(1,2)": "takes one length",
		"decimal(10":     ") is missing",
		"row(a varchar)": `unknown type "row"`, strings.Repeat("array<", 99) + "string" + strings.Repeat(">", 99): "nested too deeply",
	} {
		if typ, err := ParseHiveType(text); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%.40q is %v: %v, want %q", text, typ, err, why)
		}
	}
	for _, text := range []string{"json", "ipaddress", "timestamp(3) with time zone", "array(json)", "row(varchar)", "map(varchar, json)"} {
		typ, err := ParseType(text)
		if err != nil {
			t.Fatal(err)
		}
		if hive, ok := typ.Hive(); ok {
			t.Errorf("%s is written as %s, which no file of Hive holds", text, hive)
		}
	}
}

// FuzzHiveType: a type that is read is written so that it is read as the same.
func FuzzHiveType(f *testing.F) {
	for _, s := range []string{"string", "struct<a:string,b:map<string,array<int>>>", "decimal(10,2)", "struct<>", "array<", "row(a varchar)",
		"map<a,b>>", "struct<`x y`:date>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseHiveType(text)
		if err != nil || !utf8.ValidString(text) {
			return
		}
		written, ok := a.Hive()
		if !ok {
			t.Fatalf("%q is read and cannot be written", text)
		}
		b, err := ParseHiveType(written)
		if err != nil {
			t.Fatalf("%q is written as %q, which is not read: %v", text, written, err)
		}
		if a.String() != b.String() {
			t.Fatalf("%q is %s, and after writing %s", text, a, b)
		}
	})
}
