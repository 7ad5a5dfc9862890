package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/manifest"
	"trailscribe/internal/run/runtest"
)

// leading are names that lead somewhere else than to a file of a run.
var leading = []string{
	"../canary/report.pdf", "../../canary/report.pdf", "../../../canary/report.pdf", "../../canary/etc/passwd", "/etc/passwd", "..", ".", "",
	"/",
	"results/../../../canary/report.pdf", "results/../../canary/report.pdf", "./report.pdf", "report.pdf/", "results//x", "../r1/report.pdf",
	`..\..\canary\report.pdf`, `C:\Windows\win.ini`, `\\host\share\x`, "report.pdf\x00.txt", "report\n.pdf", "\u202efdp.troper",
	"~/x", "$HOME/x", "file:///etc/passwd", "s3://bucket/x", "CON", strings.Repeat("../", 500) + "etc/passwd", strings.Repeat("a", 5000),
	strings.Repeat("a/", 3000) + "a",
}

// Paths in a manifest, and in the fields of a record, lead to no file outside the run, neither to read nor to write.
func TestAttackPathsInRun(t *testing.T) {
	const name = "paths that lead out, in a manifest and in each field of a record"
	attack{name: name, whole: 2 * len(leading), sample: 3, try: func(t *try) {
		folder, _ := copied(t)
		path, where := choose(t, leading), "manifest"
		if (t.number/uint64(len(leading)))%2 == 0 {
			inManifest(t, folder, path)
		} else {
			where = "record: " + inRecord(t, folder, path)
		}
		t.count("in the " + where)
		base := filepath.Dir(folder)
		for _, args := range [][]string{
			{"verify", "r1"}, {"report", "render", "r1", "--out", "again"}, {"report", "render", "r1", "--out", "again", "--format", "json,csv"},
		} {
			e := t.runs(base, args, exitDone, exitError, exitUsage, exitIncomplete, exitMismatch)
			plain(t, e)
			if strings.Contains(e.out+e.err, canaryText) || strings.Contains(e.out+e.err, "root:") {
				t.Errorf("%q in the %s: a file outside was read:\n%s%s", path, where, e.out, e.err)
			}
			if args[0] == "verify" && (e.code == exitDone || e.code == exitIncomplete) {
				t.Errorf("%q in the %s: verify ends with %d\n%s", path, where, e.code, e.out)
			}
		}
		again := filepath.Join(base, "again")
		if _, err := os.Lstat(again); err == nil {
			if found := holdsText(t, again, canaryText); len(found) > 0 {
				t.Errorf("%q in the %s: a file outside is in %v", path, where, found)
			}
		}
		if names, err := os.ReadDir(base); err != nil || slices.ContainsFunc(names, func(d os.DirEntry) bool {
			return d.Name() != "r1" && d.Name() != "again" && d.Name()[0] != '.'
		}) {
			t.Errorf("%q in the %s: written next to the run: %v, %v", path, where, names, err)
		}
	}}.run(t)
}

// inManifest gives a file of the manifest another name, with the digest of what a reader would find there.
func inManifest(t *try, folder, path string) {
	t.Helper()
	m, err := manifest.Read(os.DirFS(folder))
	if err != nil {
		t.Fatal(err)
	}
	i := t.IntN(len(m.Files))
	text := []byte(canaryText + "\n")
	sum := sha256.Sum256(text)
	m.Files[i] = manifest.File{Name: path, Type: m.Files[i].Type, Size: int64(len(text)), SHA256: hex.EncodeToString(sum[:])}
	slices.SortFunc(m.Files, func(a, b manifest.File) int { return strings.Compare(a.Name, b.Name) })
	if err := os.WriteFile(filepath.Join(folder, manifest.Name), m.Canonical(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// inRecord puts a path into one text of the record, and makes the manifest fit.
func inRecord(t *try, folder, path string) (field string) {
	t.Helper()
	name := filepath.Join(folder, manifest.Record)
	var record any
	if err := json.Unmarshal(must(os.ReadFile(name)), &record); err != nil {
		t.Fatal(err)
	}
	type site struct {
		at  string
		put func()
	}
	var sites []site
	var walk func(v any, at string)
	walk = func(v any, at string) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				if _, text := x.(string); text {
					sites = append(sites, site{at + "." + k, func() { v[k] = path }})
				}
				walk(x, at+"."+k)
			}
		case []any:
			for i, x := range v {
				if _, text := x.(string); text {
					sites = append(sites, site{at + "[]", func() { v[i] = path }})
				}
				walk(x, at+"[]")
			}
		}
	}
	walk(record, "record")
	slices.SortStableFunc(sites, func(a, b site) int { return strings.Compare(a.at, b.at) })
	var kinds []string // each field as often as any other, however many elements it has
	for _, s := range sites {
		kinds = append(kinds, s.at)
	}
	kinds = slices.Compact(kinds)
	kind := kinds[t.IntN(len(kinds))]
	sites = slices.DeleteFunc(sites, func(s site) bool { return s.at != kind })
	sites[0].put()
	if err := errors.Join(os.WriteFile(name, must(json.Marshal(record)), 0o600), runtest.Reseal(folder)); err != nil {
		t.Fatal(err)
	}
	return kind
}
