package internal

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// root is the folder of the module.
const root = ".."

// messageKeys are the keys of English, joined by dots; plural forms are not keys.
func messageKeys(t *testing.T) map[string]bool {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "templates", "lang", "en", "messages.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := yaml.Unmarshal(data, &tree); err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	var walk func(prefix string, v any)
	walk = func(prefix string, v any) {
		m, ok := v.(map[string]any)
		if _, plural := m["other"].(string); !ok || plural {
			keys[prefix] = true
			return
		}
		for k, x := range m {
			walk(strings.TrimPrefix(prefix+"."+k, "."), x)
		}
	}
	walk("", tree)
	return keys
}

// use is a key that Go code asks a language for: a literal, or what stands before and after a part that is computed.
type use struct {
	place, before, after string
	computed             bool
}

// uses finds the calls of Say and say, and every string literal: what a computed part of a key may be.
func uses(t *testing.T) (found []use, literals map[string]bool) {
	t.Helper()
	literals = map[string]bool{}
	files := token.NewFileSet()
	for _, dir := range []string{"internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			composes := strings.Contains(filepath.ToSlash(path), "/workpaper/")
			ast.Inspect(f, func(n ast.Node) bool {
				if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
					if s, err := strconv.Unquote(l.Value); err == nil {
						literals[s] = true
					}
				}
				call, ok := n.(*ast.CallExpr)
				if !ok || len(call.Args) == 0 {
					return true
				}
				s, ok := call.Fun.(*ast.SelectorExpr)
				if !ok || s.Sel.Name != "Say" && !(s.Sel.Name == "say" && composes) {
					return true
				}
				u := use{place: files.Position(call.Pos()).String()}
				u.before, u.after, u.computed = literalEnds(call.Args[0])
				if u.before == "" && u.after == "" {
					if id, ok := call.Args[0].(*ast.Ident); ok && id.Name == "key" && composes { // the one wrapper
						return true
					}
					t.Errorf("%s: the key is computed whole; begin it with a literal, so that a test can find it", u.place)
				}
				found = append(found, u)
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found, literals
}

// literalEnds is how a key begins and ends where its text is literal.
func literalEnds(e ast.Expr) (before, after string, computed bool) {
	var parts []ast.Expr
	var flat func(ast.Expr)
	flat = func(e ast.Expr) {
		if b, ok := e.(*ast.BinaryExpr); ok && b.Op == token.ADD {
			flat(b.X)
			flat(b.Y)
			return
		}
		parts = append(parts, e)
	}
	flat(e)
	text := func(e ast.Expr) string {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			s, _ := strconv.Unquote(l.Value)
			return s
		}
		return ""
	}
	before = text(parts[0])
	if len(parts) == 1 {
		return before, "", before == ""
	}
	return before, text(parts[len(parts)-1]), true
}

// Every key that code asks for is in English, and nothing in English is left over: a message that nothing says is a word nobody reviews.
func TestMessagesAndCodeAgree(t *testing.T) {
	keys := messageKeys(t)
	found, literals := uses(t)
	if len(keys) < 100 || len(found) < 50 {
		t.Fatalf("%d keys and %d uses: this test looks at the wrong place", len(keys), len(found))
	}
	used := map[string]bool{}
	for _, u := range found {
		if !u.computed {
			if !keys[u.before] {
				t.Errorf("%s: English has no message %q", u.place, u.before)
			}
			used[u.before] = true
			continue
		}
		some := false
		for key := range keys {
			middle, ok := strings.CutPrefix(key, u.before)
			if !ok || !strings.HasSuffix(middle, u.after) {
				continue
			}
			some = true
			middle = strings.TrimSuffix(middle, u.after)
			// what is computed is a code of ours: somewhere it is written as it is, with hyphens, or behind = as a reason that is a key
			if literals[middle] || literals[strings.ReplaceAll(middle, "_", "-")] || literals[strings.ReplaceAll(middle, "_", " ")] ||
				literals["="+middle] {
				used[key] = true
			}
		}
		if !some {
			t.Errorf("%s: English has no message %s…%s", u.place, u.before, u.after)
		}
	}
	var left []string
	for key := range keys {
		if !used[key] {
			left = append(left, key)
		}
	}
	slices.Sort(left)
	for _, key := range left {
		t.Errorf("templates/lang/en/messages.yaml: nothing says %q", key)
	}
}

// Nothing in the project names a folder of somebody's machine or a host that packages were fetched from, and nothing is left to be done
// later.
func TestFilesNameNoMachine(t *testing.T) {
	unwanted := regexp.MustCompile(strings.Join([]string{
		`(^|[^\w.~-])/(` + `work|tmp|root|home/\w+|Users/\w+)/`,
		`\b(TO` + `DO|FIX` + `ME|X` + `XX)\b`,
		`proxy\.go` + `lang\.org|go` + `proxy\.|\b(10|192\.168|172\.(1[6-9]|2\d|3[01]))\.\d+\.\d+(\.\d+)?:\d+`,
	}, "|"))
	looked := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator)))
		if d.IsDir() {
			switch rel {
			case ".git", "bin", "demo", ".cache":
				return filepath.SkipDir
			}
			return nil
		}
		switch filepath.Ext(path) {
		case ".ttf", ".png", ".gz", ".parquet", ".pdf", ".xlsx", ".test", ".out":
			return nil
		}
		if rel == "trailscribe" || rel == "go.sum" || rel == ".git" { // .git is a file in a worktree
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		looked++
		for i, line := range strings.Split(string(data), "\n") {
			if m := unwanted.FindString(line); m != "" {
				t.Errorf("%s:%d: %q in %.120q", rel, i+1, strings.TrimSpace(m), line)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if looked < 300 {
		t.Fatalf("%d files: this test looks at the wrong place", looked)
	}
}

// spoken are ways to write that a reader stumbles over, and what is written in their place. internal/sql and the fixtures of old runs
// are left out.
var spoken = []struct {
	wrong *regexp.Regexp
	write string
}{
	{regexp.MustCompile(`\b[Tt]ells whether\b`), "reports whether"},
	{regexp.MustCompile(`\b(is|are|was|were) no [a-zA-Z"'%{]`), "is not a, are not, or there is no"},
	{regexp.MustCompile(`\b1 (files|records|queries|regions|accounts) `), "the number with its noun: count in cmd/trailscribe"},
}

// rightly is what a wrong way to write may be part of: there is no X, and ends of sentences that say how long or how many.
var rightly = regexp.MustCompile(`(?i)\b(there('s| is| are| was| were)|(is|are|was) there) no\b|\b(is|are|was|were) no (longer|more|one|errors?)\b`)

// Comments, messages and pages say things as a reader expects them.
func TestPlainWords(t *testing.T) {
	looked := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator)))
		if d.IsDir() {
			switch rel {
			case ".git", "bin", "demo", "internal/run/testdata", "internal/engine/enginetest/testdata":
				return filepath.SkipDir
			}
			return nil
		}
		switch filepath.Ext(path) {
		case ".go", ".md", ".yaml", ".sql", ".txtar":
		default:
			return nil
		}
		switch rel {
		case "internal/words_test.go", "docs/sql.md": // the rules themselves; the table of functions is written from internal/sql
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		looked++
		for i, line := range strings.Split(string(data), "\n") {
			plain := rightly.ReplaceAllString(line, "")
			for _, s := range spoken {
				if found := s.wrong.FindString(plain); found != "" {
					t.Errorf("%s:%d: %q: write %s\n%.160s", rel, i+1, found, s.write, strings.TrimSpace(line))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if looked < 300 {
		t.Fatalf("%d files: this test looks at the wrong place", looked)
	}
}

// widest is how many characters a line of the product's code may have.
const widest = 140

// A line of three hundred characters is not read. What cannot be cut may be longer: a line that holds a part of a raw string, a string
// without spaces, or a directive of a tool.
func TestLinesAreNotTooLong(t *testing.T) {
	looked := 0
	for _, dir := range []string{"cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			looked++
			rel := filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator)))
			var uncut map[int]bool
			for i, line := range strings.Split(string(data), "\n") {
				n := utf8.RuneCountInString(line)
				if n <= widest {
					continue
				}
				if uncut == nil {
					uncut = linesOfRawText(data)
				}
				if !uncut[i+1] {
					t.Errorf("%s:%d has %d characters, at most %d are read", rel, i+1, n, widest)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if looked < 400 {
		t.Fatalf("%d files: this test looks at the wrong place", looked)
	}
}

// linesOfRawText are the lines of a Go file that hold what cannot be cut.
func linesOfRawText(src []byte) map[int]bool {
	lines := map[int]bool{}
	files := token.NewFileSet()
	file := files.AddFile("", -1, len(src))
	var s scanner.Scanner
	s.Init(file, src, nil, scanner.ScanComments)
	for {
		at, tok, text := s.Scan()
		switch {
		case tok == token.EOF:
			return lines
		case tok == token.STRING && (text[0] == '`' || len(text) > widest/2 && !strings.Contains(text, " ")),
			tok == token.COMMENT && strings.HasPrefix(text, "//nolint"):
			first := file.Line(at)
			for i := range strings.Count(text, "\n") + 1 {
				lines[first+i] = true
			}
		}
	}
}
