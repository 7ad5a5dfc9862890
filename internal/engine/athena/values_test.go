package athena

import (
	"io"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/result"
	"trailscribe/internal/sql"
)

func readAll(text string) (rows [][]string, err error) {
	c := newCSV(strings.NewReader(text))
	var cells []*string
	for {
		if cells, err = c.read(cells); err == io.EOF {
			return rows, nil
		} else if err != nil {
			return rows, err
		}
		var row []string
		for _, x := range cells {
			if x == nil {
				row = append(row, "NULL")
			} else {
				row = append(row, "<"+*x+">")
			}
		}
		rows = append(rows, row)
	}
}

func TestCSV(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "",
		"\"a\"\n":                        "<a>;",
		"\"a\",\"\",\n":                  "<a> <> NULL;",
		"\n\n":                           "NULL;NULL;", // a column of one NULL is a row
		"\"a\r\nb\",\"say \"\"x\"\"\"\n": "<a\r\nb> <say \"x\">;",
		"\"\"\"\"\n":                     "<\">;",
		",,\n":                           "NULL NULL NULL;",
		"bare,\"NULL\"\n":                "<bare> <NULL>;",
		"\"" + strings.Repeat("y", 200_000) + "\"\n": "<" + strings.Repeat("y", 200_000) + ">;",
	} {
		rows, err := readAll(text)
		got := ""
		for _, r := range rows {
			got += strings.Join(r, " ") + ";"
		}
		if err != nil || got != want {
			t.Errorf("%.80q: %.80q, %v", text, got, err)
		}
	}
	for _, text := range []string{"\"a", "\"a\"", "\"a\"x\n", "a", "\"a\","} {
		if rows, err := readAll(text); err == nil {
			t.Errorf("%q was taken for %q", text, rows)
		}
	}
}

func FuzzCSV(f *testing.F) {
	f.Add("a", "\"\n", true)
	f.Fuzz(func(t *testing.T, a, b string, null bool) {
		quote := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
		second, want := quote(b), "<"+b+">"
		if null {
			second, want = "", "NULL"
		}
		rows, err := readAll(quote(a) + "," + second + "\n")
		if err != nil || len(rows) != 1 || len(rows[0]) != 2 || rows[0][0] != "<"+a+">" || rows[0][1] != want {
			t.Errorf("%q, %v", rows, err)
		}
		_, _ = readAll(a) // whatever it is, it ends
	})
}

func TestValue(t *testing.T) {
	at := time.Date(2026, 10, 25, 0, 30, 0, 250e6, time.UTC)
	for _, c := range []struct {
		kind result.Kind
		text string
		want any // nil: an error
	}{
		{result.Text, "", ""}, {result.Text, "NULL", "NULL"}, {result.Int, "-7", int64(-7)}, {result.Int, "7.0", nil}, {result.Int, "", nil},
		{result.Decimal, "12345678901234567890.50", "12345678901234567890.50"}, {result.Decimal, "1e5", nil},
		{result.Float, "1.0E10", 1e10}, {result.Float, "NaN", nil}, {result.Float, "Infinity", nil},
		{result.Bool, "true", true}, {result.Bool, "1", nil}, {result.Date, "2026-10-25", time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC)},
		{result.Instant, "2026-10-25 00:30:00.250", at}, {result.Instant, "2026-10-25 00:30:00.250 UTC", at},
		{result.Instant, "2026-10-25 02:30:00.250 +02:00", at},
		{result.Instant, "2026-10-24 20:30:00.250 America/New_York", at}, {result.Instant, "2026-10-25 00:30:00.250 Nowhere/Town", nil},
		{result.Instant, "soon", nil},
		{result.Local, "2026-10-25 00:30:00.250", at},
	} {
		got, err := value(c.kind, &c.text)
		if (err == nil) != (c.want != nil) || c.want != nil && got != c.want {
			t.Errorf("%v %q: %v, %v", c.kind, c.text, got, err)
		}
	}
	if got, err := value(result.Int, nil); got != nil || err != nil {
		t.Error(got, err)
	}
}

func TestBilled(t *testing.T) {
	for n, want := range map[int64]int64{0: 10 << 20, 1: 10 << 20, 10 << 20: 10 << 20, 10<<20 + 1: 11 << 20, 1e12: 953675 << 20} {
		if got := billed(n); got != want {
			t.Errorf("%d: %d, want %d", n, got, want)
		}
	}
	for region, want := range map[string]int64{"us-east-1": 5_000_000, "sa-east-1": 9_000_000, "eu-west-3": 7_000_000, "": 5_000_000} {
		if got := ListPrice(region); got.Micros != want || got.Currency != "USD" {
			t.Errorf("%s costs %v, want %d", region, got, want)
		}
	}
}

// A table of old, or of others, lacks fields and has them in another order.
func TestAdapter(t *testing.T) {
	a := &adapter{}
	from, err := sql.ParseHiveType("struct<type:string, ARN:string,sessionContext:struct<attributes:map<string,string>>>")
	if err != nil {
		t.Fatal(err)
	}
	to, err := sql.ParseType(`row("arn" varchar, "type" varchar, "more" varchar)`)
	if err != nil {
		t.Fatal(err)
	}
	got := a.expr("u", "u", from, to)
	if want := `CASE WHEN u IS NOT NULL THEN CAST(ROW(u."arn", u."type", CAST(NULL AS varchar)) AS ` + to.String() + `) END`; got != want ||
		len(a.lacks) != 1 || a.lacks[0] != "u.more" {
		t.Errorf("%s, lacks %q", got, a.lacks)
	}
}
