package workpaper_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"trailscribe/internal/document"
	"trailscribe/internal/document/pdf"
	"trailscribe/internal/document/xlsx"
	"trailscribe/internal/manifest"
	"trailscribe/internal/query"
	"trailscribe/internal/report"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
	"trailscribe/internal/style"
	"trailscribe/internal/workpaper"
	"trailscribe/templates"
)

// forged is what a value of record.json can become, written by somebody who makes a manifest to go with it.
var forged = []any{
	nil, "", "x", "../../x", "a\x00\x1b[2J\u202eb\n", strings.Repeat("中 wide ", 300), true, json.Number("0"), json.Number("-1"),
	json.Number("1.5"),
	json.Number("9223372036854775807"), json.Number("1e400"), "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", []any{}, []any{nil}, []any{"x"},
	map[string]any{}, map[string]any{"x": "y"},
}

// places are all values of a JSON tree, each with what puts another in its place.
func places(v any, path string, set func(any), visit func(path string, old any, set func(any))) {
	visit(path, v, set)
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			places(v[k], path+"."+k, func(x any) { v[k] = x }, visit)
		}
	case []any:
		for i := range v {
			places(v[i], fmt.Sprintf("%s[%d]", path, i), func(x any) { v[i] = x }, visit)
		}
	}
}

// savedFiles are the files of a run that was saved.
func savedFiles(t *testing.T, s *run.Saved) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(s.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(s.FS(), name)
		files[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var everyNth = flag.Int("nth", 2, "try each n-th of the forged records; 1: all, as make fuzz does")

// Whatever a record says that its manifest vouches for: a run that cannot be a report is an error, and none stops the program.
func TestForgedRecords(t *testing.T) {
	r := record()
	r.Checks = append(r.Checks, run.Check{Name: "rows", Query: "root/login", Expected: "3", Observed: "3", State: run.CheckPass})
	r.Notices = append(r.Notices, run.Notice{Key: "only_accounts", Args: []string{"n", "1", "accounts", prod}})
	r.Coverage.Gaps = append(r.Coverage.Gaps, run.AccountDay{Account: dev, Day: "2026-10-03"})
	r.Framework = "cis-5"
	r.Controls = []run.Control{{Framework: "cis-5", ID: "1.6", Name: "Root", Family: "IAM", Strength: "partial", Lacks: "keys",
		State: run.ControlExceptions, Queries: []string{"root/login"}, Exceptions: 2}}
	s, def := save(t, r, test("root/login", query.Critical, 2, 1),
		metric("activity/by-day", result.Date, query.Chart{Type: "column", X: "x", Y: "n"}, result.Row{day(2), "", int64(5)}))
	files := savedFiles(t, s)
	original := files[manifest.Record].Data
	var tree any
	d := json.NewDecoder(bytes.NewReader(original))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	l := english(t)
	tried, opened := 0, 0
	places(tree, "", func(x any) { tree = x }, func(path string, old any, set func(any)) {
		for i, x := range forged {
			h := fnv.New32a()
			fmt.Fprint(h, path, i)
			n := int(h.Sum32() % 1024)
			if n%*everyNth > 0 || strings.Contains(path, "[") && !strings.Contains(path, "[0]") && n%16 > 0 {
				continue // of the further items of a list some are enough
			}
			set(x)
			text, err := json.Marshal(tree)
			set(old)
			if err != nil {
				t.Fatal(err)
			}
			tried++
			if open(t, files, text, fmt.Sprintf("%s is %.40v", path, x), def, l, n%64 == 0) {
				opened++
			}
		}
	})
	t.Logf("%d records, of which %d are a run", tried, opened)
	if tried < 1500 || opened < tried/10 {
		t.Errorf("%d records were tried and %d are a run: the test tries next to nothing", tried, opened)
	}
}

// open opens a run with another record, composes its document and, where asked, writes it. It reports whether the run could be opened.
func open(t *testing.T, files fstest.MapFS, record []byte, what string, def *report.Report, l *style.Language, write bool) (opened bool) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s: panic: %v", what, r)
		}
	}()
	forgery := maps.Clone(files)
	delete(forgery, manifest.Name)
	forgery[manifest.Record] = &fstest.MapFile{Data: record}
	sum := sha256.Sum256(record)
	m, err := manifest.Build(forgery, manifest.Manifest{Evidence: hex.EncodeToString(sum[:])})
	if err != nil {
		t.Fatal(err)
	}
	forgery[manifest.Name] = &fstest.MapFile{Data: m.Canonical()}
	s, err := run.Open(forgery)
	if err != nil {
		return false
	}
	for _, q := range s.Queries {
		s.Had("x")
		if _, err := s.Statement(q.ID); err != nil {
			continue
		}
	}
	workpaper.Brief(s, def, l)
	doc, err := workpaper.Compose(s, def, l)
	if err != nil {
		return true
	}
	if write { // it may be an error: what the writers find must be what the record says
		fonts, err := fs.Sub(templates.FS, "fonts")
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range []document.Writer{xlsx.New(xlsx.Options{}), pdf.New(pdf.Options{Fonts: fonts})} {
			if _, err := w.Write(t.Context(), &memory{}, doc); err == nil {
				continue
			}
		}
	}
	return true
}
