package unread

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestReason(t *testing.T) {
	inner := Because(OtherKeys, `"a<b", "ü"`)
	r := Because(AfterRecords, int64(2), inner).At(3, 57)
	if want := `{"n":2,"found":{"kind":"other-keys","args":{"keys":"\"a<b\", \"ü\""}},"record":3,"byte":57}`; r.Args != want {
		t.Errorf("%s", r.Args)
	}
	args, err := r.Arguments()
	if err != nil || len(args) != 4 || *args[0].Number != 2 || *args[1].Found != inner {
		t.Fatalf("%+v %v", args, err)
	}
	rest, record, offset, ok := Place(args)
	if len(rest) != 2 || record != 3 || offset != 57 || !ok {
		t.Error(rest, record, offset, ok)
	}
	if got, want := r.String(), `after-records (n 2, found other-keys (keys "a<b", "ü"), record 3, byte 57)`; got != want {
		t.Errorf("%s", got)
	}
	word := Because(NotJSON, Colon, 12)
	if args, err := word.Arguments(); err != nil || args[0].Word != Colon || *args[1].Number != 12 {
		t.Errorf("%+v %v", args, err)
	}
	if got := Because(Empty).At(1, 2); got.String() != "empty (record 1, byte 2)" {
		t.Error(got)
	}
	if got := Because(Empty).At(0, 2); got != (Reason{Kind: Empty}) {
		t.Error(got)
	}
	if Because(BeforeRecords, Because(NoKeys)).String() != "before-records (found no-keys)" {
		t.Error(Because(BeforeRecords, Because(NoKeys)))
	}
}

type coded struct{ error }

func (coded) ErrorCode() string { return "AccessDenied" }

// The text of an error names a place of one machine; its name does not.
func TestFailed(t *testing.T) {
	in := func(err error) error {
		return fmt.Errorf("opening: %w", &fs.PathError{Op: "open", Path: "logs/a.json", Err: err})
	}
	for want, err := range map[string]error{
		"cannot-read (error EACCES)": in(syscall.EACCES), "cannot-read (error EIO)": in(syscall.EIO), "vanished": in(syscall.ENOENT),
		"cannot-read (error AccessDenied)": fmt.Errorf("get: %w", coded{errors.New("no")}), "cannot-read (error unknown)": errors.New("x"),
		"cannot-read (error ETIMEDOUT)": os.ErrDeadlineExceeded, "cannot-read (error EOF)": fmt.Errorf("get: %w", io.ErrUnexpectedEOF),
	} {
		if got := Failed(err).String(); got != want {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
}

// Every call has as many arguments as its kind, and every kind is given somewhere.
func TestCallsHaveTheArgumentsOfTheirKind(t *testing.T) {
	source, err := os.ReadFile("kinds.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]Kind{}
	file, err := parser.ParseFile(token.NewFileSet(), "kinds.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 {
			if id, ok := v.Type.(*ast.Ident); ok && id.Name == "Kind" {
				kinds[v.Names[0].Name] = Kind(strings.Trim(v.Values[0].(*ast.BasicLit).Value, `"`))
			}
		}
		return true
	})
	if len(kinds) != len(Kinds) {
		t.Errorf("%d kinds, %d in the table", len(kinds), len(Kinds))
	}
	given := map[string]bool{}
	for _, top := range []string{"..", "../../cmd"} {
		err := filepath.WalkDir(top, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			files := token.NewFileSet()
			f, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok && kinds[s.Sel.Name] != "" {
					given[s.Sel.Name] = true
				}
				call, ok := n.(*ast.CallExpr)
				if !ok || called(call.Fun) != "Because" || len(call.Args) == 0 {
					return true
				}
				kind := called(call.Args[0])
				given[kind] = true
				want, known := Kinds[kinds[kind]]
				if known && len(call.Args)-1 != len(want) {
					t.Errorf("%s: %s has the arguments %v, %d are given", files.Position(call.Pos()), kind, want, len(call.Args)-1)
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for name := range kinds {
		if !given[name] {
			t.Errorf("no file is ever not read because of %s", name)
		}
	}
}

func called(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	}
	return ""
}

func FuzzArguments(f *testing.F) {
	for _, r := range []Reason{Because(Empty), Because(NotJSON, Colon, 12).At(1, 2), Because(AfterRecords, 2, Because(OtherKeys, "a")),
		{Kind: "x", Args: `{"a":{"kind":"b","args":null}}`}, {Kind: "x", Args: `{"a":1} 2`}, {Kind: "x", Args: `{"a":[1]}`}} {
		f.Add(string(r.Kind), r.Args)
	}
	f.Fuzz(func(t *testing.T, kind, args string) {
		r := Reason{Kind(kind), args}
		all, err := r.Arguments()
		if err != nil && all != nil {
			t.Errorf("arguments with an error: %v", all)
		}
		_ = r.String()
		for _, a := range all {
			if a.Found != nil {
				_ = a.Found.String()
			}
		}
	})
}
