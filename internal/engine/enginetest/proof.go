package enginetest

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"trailscribe/internal/sql"
)

// Ask runs a text of Trino's language at a real Trino and gives its rows with the types Trino says they have. An error of
// Trino has a method Code that gives its name.
type Ask func(t *testing.T, text string) (rows [][]any, types []string, err error)

// Proof asks a real Trino every expression of the contract: as it stands there, and as this program writes it for
// Athena. The values of expressions.txt must be Trino's own; so what Expressions holds an engine to is not an opinion.
// With update the file is rewritten with them.
func Proof(t *testing.T, ask Ask, update bool) {
	cases, err := ReadExpressions()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(expressions, "\n")
	var same, failing, printed, differ int
	for _, x := range cases {
		text := x.Statement()
		got := x.answer(t, ask, text)
		if update && x.Apart == "" {
			lines[x.Line-1] = x.with(got)
		}
		switch {
		case x.Apart != "":
			differ++
			if got != x.Apart {
				t.Errorf("line %d: %s gives %q, the note says it gives %q", x.Line, x.Text, got, x.Apart)
			}
			continue
		case got != x.Want:
			t.Errorf("line %d: %s gives %q at Trino, the case says %q", x.Line, x.Text, got, x.Want)
		case strings.HasPrefix(got, "ERR"):
			failing++
		default:
			same++
		}
		b, err := bindExpression(text)
		if err != nil {
			continue
		}
		printed++
		again := b.Text(sql.Trino, nil)
		if got2 := x.answer(t, ask, again); got2 != got {
			t.Errorf("line %d: %s gives %q; written for Trino it is\n%s\nand gives %q", x.Line, x.Text, got, again, got2)
		}
	}
	t.Logf("%d expressions at Trino: %d values, %d errors, %d that Athena answers differently; %d of them also as this program writes them",
		len(cases), same, failing, differ, printed)
	if update {
		if err := os.WriteFile("../enginetest/testdata/expressions.txt", []byte(strings.Join(lines, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// answer is Trino's answer in the form of the file.
func (x Expression) answer(t *testing.T, ask Ask, text string) string {
	rows, types, err := ask(t, text)
	var f interface{ Code() string }
	switch {
	case errors.As(err, &f):
		return "ERR " + f.Code()
	case err != nil:
		t.Fatalf("line %d: %v", x.Line, err)
	}
	kinds := make([]*sql.Type, len(types))
	for i, s := range types {
		kinds[i], err = sql.ParseType(s)
		if err != nil { // a type that this program does not know: its values are shown as they come
			kinds[i], _ = sql.ParseType("varchar")
		}
	}
	out := make([]string, len(rows))
	for i, r := range rows {
		cells := make([]string, len(r))
		for j, v := range r {
			cells[j] = Render(kinds[j], v)
		}
		out[i] = strings.Join(cells, ", ")
	}
	return strings.Join(out, "; ")
}

// with is the line of the case with another value.
func (x Expression) with(value string) string {
	if value == "" && !strings.HasPrefix(strings.ToLower(x.Text), "select ") {
		value = "''"
	}
	line := x.Text + " ||| " + value
	switch {
	case x.Refusal:
		line += " ||| refused: " + x.Refused
	case x.Comments != "":
		line += " ||| " + x.Comments
	}
	return line
}

func bindExpression(text string) (*sql.Bound, error) {
	p, probs := sql.Parse(text, nil)
	if err := probs.Err(); err != nil {
		return nil, err
	}
	c, probs := p.Check(sql.Catalog{}, nil)
	if c == nil {
		return nil, fmt.Errorf("%w", probs)
	}
	return c.Bind(nil)
}
