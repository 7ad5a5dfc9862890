package mutation

import (
	"go/parser"
	"go/token"
	"regexp"
	"testing"
)

const root = "../../.."

// Every edit finds its piece of source, once, and leaves source that can be parsed. So the table follows the source.
func TestMutations(t *testing.T) {
	id := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	of := make([]int, len(Traps)+1)
	for _, m := range All() {
		if !id.MatchString(m.ID) || seen[m.ID] {
			t.Errorf("%q is not a name, or there twice", m.ID)
		}
		seen[m.ID] = true
		if m.Rule == "" || m.Trap < 0 || m.Trap > len(Traps) || len(m.Edits) == 0 {
			t.Fatalf("%s has no rule, no edit or no such trap", m.ID)
		}
		of[m.Trap]++
		changed, err := m.Apply(root)
		if err != nil {
			t.Error(err)
		}
		for file, text := range changed {
			if _, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution); err != nil {
				t.Errorf("mutation %s: %v", m.ID, err)
			}
		}
	}
	for i, trap := range Traps {
		if trap.Title == "" || of[i+1] == 0 {
			t.Errorf("trap %d, %s, has no mutation", i+1, trap.Title)
		}
	}
}

// An edit whose piece of source is gone, or there twice, is an error that says so.
func TestStaleEdit(t *testing.T) {
	for _, old := range []string{"no such text anywhere", "package sql"} {
		if _, err := (Mutation{ID: "x", Edits: one(old, "")}).Apply(root); err == nil {
			t.Errorf("%q was taken", old)
		}
	}
}
