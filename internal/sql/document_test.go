package sql

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// docs/sql.md lists the functions as they are in the table, what is refused and what differs.
func TestDocumentedFunctions(t *testing.T) {
	const file = "../../docs/sql.md"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, part := range []struct{ name, body string }{
		{"functions", functionList()}, {"refused", refusedList()}, {"differences", differences(t)},
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
