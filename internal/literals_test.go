package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// writers are the folders whose code puts statements together. Of these, internal/sql alone knows how a value is written.
var writers = []string{"engine", "relation", "lake", "awsfake", "testcase"}

// notSQL are quotes of something else: path of a file, why.
var notSQL = map[string]string{
	"engine/trinotest/client.go": "CSV, in which Athena keeps results",
	"awsfake/s3.go":              "an ETag",
	"awsfake/results.go":         "CSV, in which Athena keeps results",
	"awsfake/statement.go":       "messages of Athena",
	"awsfake/create_table_as.go": "messages of Athena",
	"lake/export.go":             "Hive's own language, which knows backslashes",
}

// handQuoted finds what puts quotes around a value by itself: the doubling of quotes, '…' around what is added or formatted.
func handQuoted(f *ast.File, found func(token.Pos, string)) {
	text := func(e ast.Expr) string {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			s, _ := strconv.Unquote(l.Value)
			return s
		}
		return ""
	}
	formatted := regexp.MustCompile(`[=(,\[]\s*'%[a-z]'`)
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			for i, a := range n.Args {
				if i+1 < len(n.Args) && (text(a) == "'" && text(n.Args[i+1]) == "''" || text(a) == `"` && text(n.Args[i+1]) == `""`) {
					found(n.Pos(), "doubles quotes")
				}
			}
		case *ast.BinaryExpr:
			before := n.X
			if x, ok := before.(*ast.BinaryExpr); ok && x.Op == token.ADD {
				before = x.Y
			}
			if n.Op == token.ADD && text(n.Y) == "" && (strings.HasSuffix(text(before), "'") || strings.HasSuffix(text(before), `"`) &&
				!strings.HasSuffix(text(before), `""`)) {
				found(n.Pos(), "puts quotes around what it adds")
			}
		case *ast.BasicLit:
			if formatted.MatchString(text(n)) {
				found(n.Pos(), "puts quotes around what it formats")
			}
		}
		return true
	})
}

// A value becomes SQL in one place, sql.Literal, and a name in sql.Name: what they refuse or escape is refused or escaped everywhere.
func TestLiteralsAreWrittenInOnePlace(t *testing.T) {
	used := map[string]bool{}
	looked := 0
	for _, dir := range writers {
		err := fs.WalkDir(os.DirFS("."), dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
				return err
			}
			set := token.NewFileSet()
			f, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			looked++
			handQuoted(f, func(at token.Pos, what string) {
				if notSQL[name] == "" {
					t.Errorf("%s %s: write values with sql.Literal or sql.Literals and names with sql.Name", set.Position(at), what)
				}
				used[name] = true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if looked < 50 {
		t.Fatalf("%d files: this test looks at the wrong place", looked)
	}
	for name, why := range notSQL {
		if !used[name] {
			t.Errorf("%s (%s) quotes nothing by hand: take it off the list", name, why)
		}
	}
}

// A test of the test.
func TestHandQuotedIsFound(t *testing.T) {
	for code, want := range map[string]int{
		"\"'\" + strings.ReplaceAll(s, \"'\", \"''\") + \"'\"": 2,
		"\"day = '\" + s + \"'\"":                              1,
		"a + \" = '\" + s":                                     1,
		"`\"` + strings.ReplaceAll(s, `\"`, `\"\"`) + `\"`":    2,
		"fmt.Sprintf(\"x = '%s'\", s)":                         1,
		"fmt.Sprintf(\"see '%s --help'\", s)":                  0,
		"\"x = '' AND \" + s":                                  0,
		"\"x = \" + value.Of(s)":                               0,
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "", "package x\nvar x = "+code, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(code, err)
		}
		n := 0
		handQuoted(f, func(token.Pos, string) { n++ })
		if n != want {
			t.Errorf("%s: %d found, want %d", code, n, want)
		}
	}
}
