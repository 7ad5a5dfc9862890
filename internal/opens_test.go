package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
)

// directly are calls that a package may not make by itself, and what does it instead.
var directly = map[string]string{
	"os.Open":      "regular.Open: a FIFO waits and a device never ends",
	"os.ReadFile":  "regular.Read, which takes a size: a file may have no end",
	"os.DirFS":     "regular.Folder, or regular.Sealed for what the program made",
	"flock.New":    "regular.NewLock: a lock file may be a link or a FIFO",
	"os.Stdout":    "the program's Terminal: the main function alone knows the streams",
	"os.Stderr":    "the program's Terminal",
	"fmt.Print":    "the program's Terminal",
	"fmt.Printf":   "the program's Terminal",
	"fmt.Println":  "the program's Terminal",
	"os.WriteFile": "regular.Replace, or a file of the run: what has the name may be a link or a FIFO",
}

// exempt may make some of these calls: path of a file or folder, what it calls, why.
var exempt = []struct{ at, call, why string }{
	{"internal/regular/", "", "the home of these calls"},
	{"cmd/trailscribe/main.go", "os.Stdout", "hands the streams to the program"},
	{"cmd/trailscribe/main.go", "os.Stderr", "hands the streams to the program"},
	{"cmd/trailscribe/report_run.go", "os.DirFS", "lists names and opens nothing"},
	{"internal/run/disk.go", "os.Open", "a folder, to flush it to the disk"},
	{"internal/engine/duckdb/machine/", "os.DirFS", "files of the system that say how much of it this process may use"},
	{"internal/sql/mutation/", "", "a check that runs on the project's own files"},
	{"internal/fuzz/", "", "a check that runs on the project's own files"},
	{"internal/engine/enginetest/", "", "a test suite"},
	{"internal/run/runtest/", "", "a test suite"},
	{"internal/run/historytest/", "", "a test suite"},
	{"internal/awsfake/", "", "for tests only"},
}

// Files, locks and streams have one home each: what is safe there would be unsafe in every place that opens them by itself.
func TestFilesAndStreamsHaveOneHome(t *testing.T) {
	used := map[int]bool{}
	checked := 0
	root := os.DirFS("..")
	for _, dir := range []string{"cmd", "internal"} {
		err := fs.WalkDir(root, dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
				return err
			}
			src, err := fs.ReadFile(root, name)
			if err != nil {
				return err
			}
			set := token.NewFileSet()
			f, err := parser.ParseFile(set, name, src, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			checked++
			ast.Inspect(f, func(n ast.Node) bool {
				s, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				x, ok := s.X.(*ast.Ident)
				if !ok {
					return true
				}
				call := x.Name + "." + s.Sel.Name
				instead, found := directly[call]
				if !found {
					return true
				}
				for i, e := range exempt {
					if strings.HasPrefix(name, e.at) && (e.call == "" || e.call == call) {
						used[i] = true
						return true
					}
				}
				t.Errorf("%s: %s: use %s", set.Position(n.Pos()), call, instead)
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, e := range exempt {
		if !used[i] {
			t.Errorf("%s makes no such call (%s) any more: take it off the list", e.at, e.call)
		}
	}
	if checked < 300 {
		t.Errorf("only %d files were read", checked)
	}
}
