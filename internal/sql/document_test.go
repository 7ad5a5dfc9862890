package sql

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/sql/scalar"
)

// docs/sql.md lists the limits, the functions as they are in the table, what is refused and what differs.
func TestDocumentedFunctions(t *testing.T) {
	const file = "../../docs/sql.md"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, part := range []struct{ name, body string }{
		{"limits", limitList()}, {"functions", functionList()}, {"refused", refusedList()}, {"differences", differences(t)},
	} {
		before, rest, ok := strings.Cut(text, "<!-- "+part.name)
		head, rest, ok2 := strings.Cut(rest, "-->\n")
		_, after, ok3 := strings.Cut(rest, "<!-- /"+part.name+" -->")
		if !ok || !ok2 || !ok3 {
			t.Fatalf("%s has no place for the %s", file, part.name)
		}
		text = before + "<!-- " + part.name + head + "-->\n" + part.body + "<!-- /" + part.name + " -->" + after
	}
	golden(t, file, []byte(text))
}

// inTable is text inside a cell of a table.
func inTable(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

func functionList() string {
	var b strings.Builder
	for _, kind := range []string{"scalar", "aggregate", "window"} {
		fmt.Fprintf(&b, "\n### %s functions\n\n| function | takes and gives | to know |\n|---|---|---|\n", strings.ToUpper(kind[:1])+kind[1:])
		for _, f := range Reference() {
			if f.Kind != kind {
				continue
			}
			var forms []string
			for _, x := range f.Forms {
				forms = append(forms, "`"+x.String()+"`")
			}
			note := f.Note
			if f.Changes {
				note = strings.TrimPrefix(note+"; another value on every run: lint refuses it in a query", "; ")
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Name, inTable(strings.Join(forms, "<br>")), inTable(note))
		}
	}
	return b.String() + "\n"
}

// limitList are the limits of statements. What Trino does was asked of Trino 435.
func limitList() string {
	var b strings.Builder
	b.WriteString("\n| what | at most | Trino 435 and Athena |\n|---|---|---|\n")
	for _, x := range []struct {
		what, most, other string
	}{
		{"a text made by `||`, `concat`, `concat_ws`, `listagg`", grouped(scalar.MaxText) + " bytes", "the same; `TRY` gives NULL"},
		{"a text made by another function: `replace`, `regexp_replace`, `lpad`, `rpad`, `array_join`, `format`, `to_hex`, `to_base64`, " +
			"`url_encode`, `from_utf8`, `json_parse`, a cast to `json`",
			grouped(scalar.MaxText) + " bytes", "no limit of its own, up to the memory of a node"},
		{"an array made by `split`, `regexp_split`, `regexp_extract_all`, `flatten`, `||`, `concat`, `array_union`; a map made by `map_concat`",
			grouped(scalar.MaxArray) + " entries", "no limit of its own"},
		{"`sequence`", grouped(scalar.MaxEntries) + " entries", "the same"},
		{"`repeat`", grouped(scalar.MaxEntries) + " entries and " + grouped(scalar.MaxRepeat) + " bytes", "the same"},
		{"`levenshtein_distance`", grouped(scalar.MaxEdits) + " for the length of one text times that of the other less one", "the same"},
		{"`WITH RECURSIVE`", fmt.Sprint(maxRecursion) + " steps", "the same"},
		{"the values of 2,048 rows, or of 2,048 elements in a lambda, of one expression", "half of `--memory`", "the memory of a node"},
		{"a statement as a whole", "`--memory`, then the disk; the process: see below", "the memory of a cluster"},
		{"time", "`--query-timeout`, 10 minutes", "`--query-timeout`; Athena 30 minutes"},
	} {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", inTable(x.what), x.most, inTable(x.other))
	}
	return b.String() + "\n"
}

// grouped is a whole number with a comma between thousands.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func refusedList() string {
	var b strings.Builder
	b.WriteString("\n| function | why |\n|---|---|\n")
	refused := Refused()
	for _, n := range slices.Sorted(maps.Keys(refused)) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", n, inTable(refused[n]))
	}
	return b.String() + "\n"
}

// differences are the cases of the expression contract that are noted to differ.
func differences(t *testing.T) string {
	cases, err := os.ReadFile("../engine/enginetest/testdata/expressions.txt")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("\n| expression | Athena | note |\n|---|---|---|\n")
	for _, line := range strings.Split(string(cases), "\n") {
		p := strings.Split(line, " ||| ")
		if len(p) == 3 && (strings.HasPrefix(p[2], "DuckDB gives ") || strings.HasPrefix(p[2], "Trino gives ")) {
			fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", inTable(p[0]), inTable(p[1]), inTable(p[2]))
		}
	}
	return b.String() + "\n"
}
