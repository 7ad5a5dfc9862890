package parser

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"trailscribe/internal/sql/ast"
)

// corpus are statements that are read; what is made of each is held by the tests of the package above.
func corpus(t testing.TB) (texts []string) {
	t.Helper()
	a, err := txtar.ParseFile("../testdata/accept.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		texts = append(texts, strings.TrimSuffix(string(f.Data), "\n"))
	}
	if len(texts) == 0 {
		t.Fatal("no statements")
	}
	return texts
}

// What the parser counts while it reads is never less than the depth of the tree: shallow relies on it.
func boundsDepth(t *testing.T, text string) (read bool) {
	t.Helper()
	p := &parser{src: text, at: placeIn(text)}
	q := p.statement()
	if q == nil || len(p.problems) > 0 {
		return false
	}
	var depth func(n ast.Node) int
	depth = func(n ast.Node) (d int) {
		ast.EachChild(n, func(c ast.Node) { d = max(d, depth(c)) })
		return d + 1
	}
	if d := depth(q); d > 8*p.deepest+p.chained {
		t.Errorf("%q: the tree is %d deep, the parser counted 8 * %d + %d", text, d, p.deepest, p.chained)
	}
	return true
}

func TestDepthBound(t *testing.T) {
	for _, text := range corpus(t) {
		boundsDepth(t, text)
	}
	for _, text := range []string{
		"SELECT " + strings.Repeat("a[", 30) + "1" + strings.Repeat("]", 30), "SELECT a" + strings.Repeat(".b", 90), "SELECT a" +
			strings.Repeat(" OR a", 90),
		"SELECT 1" + strings.Repeat(" UNION SELECT 1", 40), "SELECT 1 FROM a" + strings.Repeat(" CROSS JOIN a", 40), "SELECT " +
			strings.Repeat("NOT ", 40) + "a",
		"WITH a AS (" + strings.Repeat("WITH a AS (", 20) + "SELECT 1" + strings.Repeat(") SELECT 1", 20) + ") SELECT 1",
		"SELECT " + strings.Repeat("sum(a) OVER (PARTITION BY b ORDER BY ", 20) + "c" + strings.Repeat(")", 20),
		"SELECT " + strings.Repeat("CASE WHEN a THEN b ELSE ", 30) + "c" + strings.Repeat(" END", 30), "SELECT a" +
			strings.Repeat(" AT TIME ZONE 'UTC'", 30),
		"SELECT " + strings.Repeat("array_agg(a ORDER BY ", 30) + "c" + strings.Repeat(")", 30), "SELECT CAST(a AS " +
			strings.Repeat("array(row(x ", 30) + "bigint" + strings.Repeat("))", 30) + ")",
		"SELECT 1 GROUP BY GROUPING SETS ((" + strings.Repeat("(SELECT 1 GROUP BY ROLLUP (", 15) + "a" + strings.Repeat("))", 15) + "))",
	} {
		if !boundsDepth(t, text) {
			t.Errorf("%q cannot be read", text)
		}
	}
}

// FuzzDepth: whatever is read is not deeper than the parser counted.
func FuzzDepth(f *testing.F) {
	for _, text := range corpus(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { boundsDepth(t, text) })
}
