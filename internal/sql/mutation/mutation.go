// Package mutation holds the rules by which a query means the same to DuckDB as to Trino, each with an edit of the source that
// takes it away. `make mutation` makes the edits, one at a time and never in the tree, and fails if one changes no answer: then
// the rule is not tested, or it is not a rule.
package mutation

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Mutation takes one rule away, or turns it round.
type Mutation struct {
	ID    string
	Trap  int    // number in Traps; 0: a rule for a function or a type that would be missing or refused, not silently wrong
	Rule  string // what holds without the edit
	Edits []Edit
	// Tests is a package whose own tests must turn red, for rules that no statement alone can show. "": the expression cases
	// and the statements that are to be accepted or refused decide.
	Tests string
}

// Edit replaces a piece of source that occurs exactly once in the files of a package, however its lines are broken.
type Edit struct {
	Package  string // folder from the module's root
	Old, New string
}

// Trap is a way in which the same text means something else to DuckDB than to Trino.
type Trap struct {
	Title   string
	Without string // what of it no mutation takes away, and why; "" where there is nothing
}

// All are all mutations: those of the traps in their order, then the others.
func All() []Mutation {
	return slices.Concat(valueMutations, languageMutations, mappingMutations)
}

// Apply makes the edits under root and returns the changed files: path from root, text. A piece of source that is not there, or
// there twice, is an error: the table has to follow the source.
func (m Mutation) Apply(root string) (map[string]string, error) {
	changed := map[string]string{}
	for _, e := range m.Edits {
		file, text, at, err := e.find(root, changed)
		if err != nil {
			return nil, fmt.Errorf("mutation %s: %w", m.ID, err)
		}
		changed[file] = text[:at[0]] + e.New + text[at[1]:]
	}
	return changed, nil
}

// find is the file that holds the edit's old text, with what earlier edits made of it, and where the old text begins and ends in it.
// White space between words matches any other white space: where a line of the source is broken makes no difference.
func (e Edit) find(root string, changed map[string]string) (file, text string, at []int, err error) {
	names, err := e.files(root)
	if err != nil {
		return "", "", nil, err
	}
	words := strings.TrimSpace(e.Old)
	before, after, _ := strings.Cut(e.Old, words)
	old, err := regexp.Compile(before + spaces.ReplaceAllLiteralString(regexp.QuoteMeta(words), `\s+`) + after)
	if err != nil {
		return "", "", nil, err
	}
	var found []string
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return "", "", nil, err
		}
		content, ok := changed[rel]
		if !ok {
			b, err := os.ReadFile(name)
			if err != nil {
				return "", "", nil, err
			}
			content = string(b)
		}
		if all := old.FindAllStringIndex(content, -1); len(all) > 0 {
			found = append(found, fmt.Sprintf("%s, %d times", filepath.ToSlash(rel), len(all)))
			file, text, at = rel, content, all[0]
			if len(all) == 1 {
				found[len(found)-1] = filepath.ToSlash(rel)
			}
		}
	}
	if len(found) != 1 || found[0] != filepath.ToSlash(file) {
		where := "nowhere"
		if len(found) > 0 {
			where = "in " + strings.Join(found, " and ")
		}
		return "", "", nil, fmt.Errorf("this must stand once in the files of %s, and stands %s: %s", e.Package, where, e.Old)
	}
	return file, text, at, nil
}

var spaces = regexp.MustCompile(`\s+`)

// rooms are the packages below PrintingPackage that are part of it.
var rooms = []string{"ast", "parser", "scalar"}

// files are the Go files of the edit's package, for PrintingPackage with those of its rooms.
func (e Edit) files(root string) ([]string, error) {
	names, err := filepath.Glob(filepath.Join(root, e.Package, "*.go"))
	if e.Package != PrintingPackage {
		return names, err
	}
	for _, room := range rooms {
		more, err := filepath.Glob(filepath.Join(root, e.Package, room, "*.go"))
		if err != nil {
			return nil, err
		}
		names = append(names, more...)
	}
	return names, err
}

// PrintingPackage is, with the packages below it that translate, the package whose mutations need no DuckDB to be built.
const PrintingPackage = "internal/sql"

const (
	sqlPackage        = PrintingPackage
	connectionPackage = "internal/engine/duckdb/connection"
	recordPackage     = "internal/cloudtrail"
)

// one is the edit of most mutations: a piece of internal/sql.
func one(old, new string) []Edit { return []Edit{{sqlPackage, old, new}} }

// first puts a statement before a piece of internal/sql.
func first(statement, old string) []Edit { return one(old, statement+"\n"+old) }
