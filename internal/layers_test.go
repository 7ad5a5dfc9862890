package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The table of docs/architecture.md. why is printed when a package imports something it may not.
var layers = []struct{ pkg, may, why string }{
	{"diag", "", "a place in a file knows nothing"},
	{"result", "", "every floor above hands rows on; it can depend on none of them"},
	{"cloudtrail", "", "the record is AWS's, not ours"},
	{"source", "", "a source lists and opens objects; it does not know what is in them"},
	{"archive", "", "an archive stores bytes"},
	{"manifest", "", "a verifier must be small enough to read"},
	{"state", "", "a small store of facts"},
	{"infra", "", "plan and apply know no resource"},
	{"awsconfig", "", "how to reach AWS"},
	{"yaml", "diag", "the only reader of YAML"},
	{"library", "diag", "files, not what they mean"},
	{"sql", "diag result", "the language knows no CloudTrail: relations come in as a catalog"},
	{"terminal", "diag result", "prints what it is given"},
	{"period", "diag yaml", "calendars, no schedules"},
	{"config", "diag yaml period", "only cmd reads it, so that no package depends on a bag of options"},
	{"style", "diag yaml library", "words and looks, no content"},
	{"framework", "diag yaml library", "below query and report, because both refer to controls"},
	{"query", "diag yaml library framework cloudtrail sql result", "a query does not know an engine"},
	{"report", "diag yaml library framework query", "what is asked, not when or where"},
	{"engine", "result sql", "what an engine is, in terms of statements and rows"},
	{"relation", "diag library cloudtrail sql engine", "the one definition of events, for all drivers"},
	{"finding", "query result", "judges rows, wherever they came from"},
	{"integrity", "cloudtrail source", "proves log files, whoever reads them"},
	{"run", "result engine finding integrity library manifest period", "a run on disk; no rendering, no asking"},
	{"document", "result", "blocks and rows; no audit knowledge, no format"},
	{"export", "run", "machine formats come from the record"},
	{"workpaper", "document engine finding integrity query report result run style", "composes from a saved run; cannot ask an engine anything"},
	{"audit", "archive diag document engine export finding framework integrity library manifest period query report result run sql style workpaper", "the trunk: interfaces only, no driver"},
	{"testcase", "cloudtrail engine period query relation result source sql", "runs the cases on whatever engine it is given; a case has a period and settings as a report has"},
	{"schedule", "diag period archive state", "when, not what: the work comes in as a function"},
	{"deliver", "state", "a message and where it went"},
	{"lake", "infra cloudtrail source", "the table, not the engine: its probe comes in as an interface"},
	{"demo", "cloudtrail source", "makes logs"},
	{"awsfake", "cloudtrail sql source engine/duckdb engine/duckdb/connection", "tests only; its Athena runs what internal/sql prints, on the same embedded database"},
	{"waiver", "diag yaml query finding result", "next turn"},
	{"review", "manifest run finding", "next turn"},
	{"doctor", "", "next turn"},
	{"trail", "infra cloudtrail", "next turn"},
	{"alerts", "infra query", "next turn"},
}

// Drivers: one folder below an interface package. They may import these and never each other.
var drivers = map[string]string{
	"engine":   "engine relation result sql cloudtrail source awsconfig",
	"source":   "source awsconfig",
	"archive":  "archive awsconfig",
	"manifest": "manifest awsconfig",
	"state":    "state awsconfig",
	"document": "document result style",
	"export":   "export run result finding",
	"deliver":  "deliver awsconfig",
}

var onlyCmd = []string{"config", "queries", "reports", "templates"}

// The files are read in this process, not by `go list`: only then does the test cache notice a change.
func TestLayers(t *testing.T) {
	root := os.DirFS(".")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		pkg := path.Dir(name)
		may, why, own, known := "", "", "\x00", false
		for _, l := range layers {
			if l.pkg == pkg {
				may, why, known = l.may, l.why, true
			}
		}
		if parent, _, below := strings.Cut(pkg, "/"); below {
			if strings.HasSuffix(pkg, "test") {
				return nil // a contract suite: may import what it tests
			}
			may, why = drivers[parent], "a driver knows its contract and nothing beside it"
			known = may != ""
			own = parent + "/" + strings.Split(pkg, "/")[1] + "/" // a driver's own rooms
		}
		if !known {
			t.Errorf("%s: not in the table", pkg)
			return nil
		}
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
			i = strings.TrimPrefix(i, "internal/")
			if slices.Contains(onlyCmd, i) {
				t.Errorf("%s imports %s: only cmd may", name, i)
			} else if !slices.Contains(strings.Fields(may), i) && !strings.HasPrefix(i, own) {
				t.Errorf("%s imports %s: %s (may import: %s)", name, i, why, may)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
