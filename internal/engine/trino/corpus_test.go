package trino

import (
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// corpus is the statements of a file next to the parser.
func corpus(t *testing.T, name string) []txtar.File {
	t.Helper()
	a, err := txtar.ParseFile("../../sql/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return a.Files
}

var parameter = regexp.MustCompile(`:[a-z_]+`)

// bare puts something in the place of each parameter, which are this program's own.
func bare(text string) string {
	return parameter.ReplaceAllStringFunc(text, func(p string) string {
		switch p {
		case ":zone":
			return "'UTC'"
		case ":n":
			return "1"
		}
		return "xx"
	})
}

// verdict is Trino's error for a text; "" where it has none.
func verdict(t *testing.T, c *client, text string) string {
	t.Helper()
	_, _, err := c.exec(t.Context(), "EXPLAIN (TYPE VALIDATE) "+text)
	var f *Failure
	if errors.As(err, &f) {
		return f.ErrorName
	}
	if err != nil {
		t.Fatal(err)
	}
	return ""
}

// What the parser accepts is not a syntax error at Trino, neither as it was written nor as it is printed. The statements name
// relations that are nowhere, so other errors say nothing.
func TestAccepted(t *testing.T) {
	c := server(t)
	n := 0
	for _, file := range []string{"accept.txtar", "print.golden"} {
		for _, f := range corpus(t, file) {
			n++
			if got := verdict(t, c, bare(string(f.Data))); got == "SYNTAX_ERROR" {
				_, _, err := c.exec(t.Context(), "EXPLAIN (TYPE VALIDATE) "+bare(string(f.Data)))
				t.Errorf("%s: %s is refused by Trino: %v\n%s", file, f.Name, err, f.Data)
			}
		}
	}
	t.Logf("%d statements are not syntax errors", n)
}

// What the parser refuses is refused by Trino too, or listed with the reason why this program does not take it.
func TestRefused(t *testing.T) {
	c := server(t)
	reasons := policy(t)
	var open []string
	same := 0
	for _, f := range corpus(t, "refuse.txtar") {
		got := verdict(t, c, bare(strings.TrimSuffix(string(f.Data), "\n")))
		names := slices.Contains([]string{"", "TABLE_NOT_FOUND", "COLUMN_NOT_FOUND", "FUNCTION_NOT_FOUND", "SCHEMA_NOT_FOUND"}, got)
		why, listed := reasons[f.Name]
		delete(reasons, f.Name)
		switch {
		case names && !listed:
			t.Errorf("%s is refused here and not by Trino (%q): list it in policy.txt\n%s", f.Name, got, f.Data)
		case !names && listed:
			t.Errorf("%s is listed as policy (%s), and Trino refuses it too: %s", f.Name, why, got)
		case listed:
			open = append(open, f.Name)
		default:
			same++
		}
	}
	for name := range reasons {
		t.Errorf("policy.txt lists %s, which is not a statement of the corpus", name)
	}
	t.Logf("%d statements are refused by both, %d here only, by policy", same, len(open))
}

// policy is what this program refuses although Trino takes it: name ||| reason.
func policy(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("testdata/policy.txt")
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if strings.HasPrefix(line, "# ") {
			continue
		}
		name, why, ok := strings.Cut(line, " ||| ")
		if !ok {
			t.Fatalf("policy.txt: %q is not a name ||| reason", line)
		}
		m[name] = why
	}
	return m
}
