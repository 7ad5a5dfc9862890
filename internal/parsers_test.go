package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// decoders are functions that read text from outside of the program.
var decoders = map[string]bool{
	"json.Unmarshal": true, "json.NewDecoder": true, "xml.Unmarshal": true, "xml.NewDecoder": true, "csv.NewReader": true, "pem.Decode": true,
	"gzip.NewReader":                  true,
	"base64.StdEncoding.DecodeString": true, "yaml.Decode": true, "netip.ParseAddr": true, "netip.ParsePrefix": true, "url.Parse": true,
	"hex.DecodeString": true,
}

// unfuzzed are packages that decode and have no fuzz target, and why they need none.
var unfuzzed = map[string]string{
	"internal/engine/trinotest":  "test support: answers our own client",
	"internal/fuzz":              "reads what the Go command says",
	"internal/engine/enginetest": "test support: reads its own files",
	"internal/run/runtest":       "test support: reads runs that a test made",
	"internal/run/historytest":   "test support: reads what it wrote itself",
	"internal/demo":              "reads a constant of its own",
}

// A package that decodes what comes from outside has a fuzz target, which make fuzz runs.
func TestEveryParserIsFuzzed(t *testing.T) {
	decodes, fuzzed := map[string]string{}, map[string]bool{}
	for _, top := range []string{"internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join("..", top), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") {
				return err
			}
			pkg := path.Dir(strings.TrimPrefix(filepath.ToSlash(name), "../"))
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			if strings.HasSuffix(name, "_test.go") {
				for _, decl := range file.Decls {
					f, ok := decl.(*ast.FuncDecl)
					fuzzed[pkg] = fuzzed[pkg] || ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Fuzz")
				}
				return nil
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && decoders[selected(call.Fun)] {
					decodes[pkg] = selected(call.Fun) + " in " + path.Base(filepath.ToSlash(name))
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(decodes) < 10 {
		t.Fatalf("%d packages decode: they were not found", len(decodes))
	}
	for pkg, what := range decodes {
		if why := unfuzzed[pkg]; fuzzed[pkg] == (why != "") {
			t.Errorf("%s decodes (%s): it has a fuzz target: %t, and a reason to have none: %q", pkg, what, fuzzed[pkg], why)
		}
	}
	for pkg := range unfuzzed {
		if decodes[pkg] == "" {
			t.Errorf("%s decodes nothing any more: take it from the list", pkg)
		}
	}
}

// selected is a selector as it is written: json.Unmarshal; "" for anything else.
func selected(x ast.Expr) string {
	s, ok := x.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if id, ok := s.X.(*ast.Ident); ok {
		return id.Name + "." + s.Sel.Name
	}
	if in := selected(s.X); in != "" {
		return in + "." + s.Sel.Name
	}
	return ""
}
