package internal_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layer is a row of a table of docs/architecture.md: a package and what it may import. A row counts for the folders below its
// package too, unless they have a row of their own.
type layer struct {
	pkg         string
	may         []string
	why         string
	testSupport bool
}

const architecture = "../docs/architecture.md"

var codeSpan = regexp.MustCompile("`([^`]+)`")

// readLayers reads the tables of packages. Their heads are `| package |`, `| driver |` and `| test support |`.
func readLayers(t *testing.T) []layer {
	t.Helper()
	page, err := os.ReadFile(architecture)
	if err != nil {
		t.Fatal(err)
	}
	var all []layer
	in, why := "", ""
	for n, line := range strings.Split(string(page), "\n") {
		cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "| "), " |"), " | ")
		switch {
		case !strings.HasPrefix(line, "|"):
			in, why = "", ""
		case strings.HasPrefix(line, "| package | what it is |"), strings.HasPrefix(line, "| driver | what it is |"),
			strings.HasPrefix(line, "| test support | what it is |"):
			in = cells[0]
		case in != "" && strings.HasPrefix(line, "| `"):
			if len(cells) < 3 || len(cells) > 4 {
				t.Fatalf("%s:%d: a row needs the cells package, what it is, may import, because: %s", architecture, n+1, line)
			}
			l := layer{pkg: strings.Trim(cells[0], "`"), testSupport: in == "test support"}
			for _, m := range codeSpan.FindAllStringSubmatch(cells[2], -1) {
				l.may = append(l.may, m[1])
			}
			if len(cells) == 4 && strings.TrimSpace(cells[3]) != "" {
				why = cells[3]
			}
			l.why = why
			if !slices.IsSorted(l.may) {
				t.Errorf("%s:%d: the imports of %s are not sorted", architecture, n+1, l.pkg)
			}
			all = append(all, l)
		}
	}
	return all
}

// find is the row of a package: its own, else that of the nearest folder above it.
func find(all []layer, pkg string) (layer, bool) {
	for p := pkg; p != "."; p = path.Dir(p) {
		if i := slices.IndexFunc(all, func(l layer) bool { return l.pkg == p }); i >= 0 {
			return all[i], true
		}
	}
	return layer{}, false
}

// allowed reports whether the package of a row may import another one; not, why.
func allowed(all []layer, l layer, imported string) error {
	if imported == l.pkg || strings.HasPrefix(imported, l.pkg+"/") &&
		!slices.ContainsFunc(all, func(x layer) bool { return x.pkg == imported }) {
		return nil // its own folders
	}
	if x, ok := find(all, imported); ok && x.testSupport && !l.testSupport {
		return fmt.Errorf("it is only for tests")
	}
	if slices.Contains([]string{"config", "queries", "reports", "templates"}, imported) && !slices.Contains(l.may, imported) {
		return fmt.Errorf("only cmd may")
	}
	if !slices.Contains(l.may, imported) {
		return fmt.Errorf("%s (%s may import: %s)", l.why, l.pkg, strings.Join(l.may, " "))
	}
	return nil
}

// The files are read in this process, not by `go list`: only then does the test cache notice a change.
func TestLayers(t *testing.T) {
	all := readLayers(t)
	used := map[string]bool{}
	root := os.DirFS(".")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		l, known := find(all, path.Dir(name))
		if !known {
			t.Errorf("%s: the package has no row in %s", path.Dir(name), architecture)
			return nil
		}
		used[l.pkg] = true
		src, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			i, _ := strconv.Unquote(spec.Path.Value)
			i, ours := strings.CutPrefix(i, "trailscribe/")
			if !ours {
				continue
			}
			if err := allowed(all, l, strings.TrimPrefix(i, "internal/")); err != nil {
				t.Errorf("%s imports %s: %v", name, i, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		if !used[l.pkg] {
			t.Errorf("%s has a row for %s, which is not in the tree", architecture, l.pkg)
		}
	}
}

// A test of the test: rules that let everything through would be green for ever.
func TestLayersRefuse(t *testing.T) {
	all := readLayers(t)
	for _, x := range []struct {
		pkg, imported string
		ok            bool
	}{
		{"audit", "run", true},
		{"audit", "engine/duckdb", false},
		{"engine/duckdb", "engine/duckdb/cache", true},
		{"engine/duckdb/cache", "cloudtrail", true},
		{"engine/duckdb", "engine/athena", false},
		{"engine/athena", "engine/duckdb/connection", false},
		{"document/pdf", "document/xlsx", false},
		{"run", "audit", false},
		{"audit", "config", false},
		{"query", "queries", false},
		{"result", "diag", false},
		{"engine", "engine/enginetest", false},
		{"engine", "relation", true},
		{"relation", "engine", false},
		{"engine/enginetest", "templates", true},
	} {
		l, known := find(all, x.pkg)
		if !known {
			t.Fatalf("%s has no row", x.pkg)
		}
		if err := allowed(all, l, x.imported); (err == nil) != x.ok {
			t.Errorf("%s imports %s: allowed is %v, want %v", x.pkg, x.imported, err == nil, x.ok)
		}
	}
}
