package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// target is a fuzz target of the module.
type target struct {
	name string
	pkg  string // import path
	path string // of the package below the module's root, for people
	dir  string
}

// String is the package and the name, as -only matches it.
func (t target) String() string { return t.path + " " + t.name }

// listed is what go list says of a package.
type listed struct {
	Dir, ImportPath           string
	TestGoFiles, XTestGoFiles []string
	Module                    struct{ Path string }
}

// find gives the fuzz targets of the module in the order of packages and names. It reads the test files that are built here.
func find(ctx context.Context) ([]target, error) {
	module, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return nil, fmt.Errorf("find the module: %w", err)
	}
	c := exec.CommandContext(ctx, "go", "list", "-json=Dir,ImportPath,TestGoFiles,XTestGoFiles,Module", "./...")
	c.Dir = strings.TrimSpace(string(module))
	text, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("list the packages: %w", err)
	}
	var out []target
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("list the packages: %w", err)
		}
		for _, file := range slices.Concat(p.TestGoFiles, p.XTestGoFiles) {
			names, err := fuzzFunctions(filepath.Join(p.Dir, file), nil)
			if err != nil {
				return nil, err
			}
			for _, name := range names {
				path := strings.TrimPrefix(p.ImportPath, p.Module.Path+"/")
				out = append(out, target{name: name, pkg: p.ImportPath, path: path, dir: p.Dir})
			}
		}
	}
	slices.SortFunc(out, func(a, b target) int { return strings.Compare(a.String(), b.String()) })
	if len(out) == 0 {
		return nil, errors.New("the module has no fuzz target")
	}
	return out, nil
}

// fuzzFunctions are the names of the fuzz targets of a file: func FuzzX(f *testing.F).
func fuzzFunctions(name string, src any) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Fuzz") || len(f.Type.Params.List) != 1 {
			continue
		}
		if star, ok := f.Type.Params.List[0].Type.(*ast.StarExpr); ok {
			if x, ok := star.X.(*ast.SelectorExpr); ok && x.Sel.Name == "F" {
				names = append(names, f.Name.Name)
			}
		}
	}
	return names, nil
}
