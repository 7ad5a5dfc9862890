package trino

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/sql"
)

// A second parser of Trino's language, by other people and from another grammar, has nothing against what this program
// accepts: the corpus, as written and as printed, and the library.
func TestSecondParser(t *testing.T) {
	command := os.Getenv("SECOND_PARSER")
	if command == "" {
		t.Skip("needs dt-sql-parser: make conformance")
	}
	statements := map[string]string{}
	for _, file := range []string{"accept.txtar", "print.golden"} {
		for _, f := range corpus(t, file) {
			statements[file+" "+f.Name] = bare(strings.TrimSuffix(string(f.Data), "\n"))
		}
	}
	set, d := shipped(t)
	scope := engine.Scope{Scope: relation.Scope{From: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC),
		To: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}}
	for _, q := range set.Queries {
		checked, bad := q.Compile(d.Catalog())
		if err := bad.Err(); err != nil {
			t.Fatal(err)
		}
		b, err := checked.Bind(parameters(t, q, scope))
		if err != nil {
			t.Fatal(err)
		}
		statements[q.ID] = b.Text(sql.Trino, nil)
	}
	const broken = "a statement that is none"
	statements[broken] = "SELECT a::int FROM t"
	in, err := json.Marshal(statements)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "node", command)
	c.Stdin, c.Stderr = bytes.NewReader(in), os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	verdicts := map[string]string{}
	if err := json.Unmarshal(out, &verdicts); err != nil {
		t.Fatal(err)
	}
	if verdicts[broken] == "" {
		t.Error("the second parser takes everything")
	}
	accepted := 0
	for name, text := range statements {
		switch why, known := verdicts[name]; {
		case name == broken:
		case !known:
			t.Errorf("%s: the second parser says nothing of it", name)
		case why != "":
			t.Errorf("%s: %s\n%s", name, why, text)
		case why == "":
			accepted++
		}
	}
	t.Logf("%d statements accepted by the second parser", accepted)
}
