package run

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"trailscribe/internal/result"
)

// packedLines is a result file as it is in a run.
func packedLines(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// FuzzSaved: whatever stands in the files of a run, what is read of it is a value or an error.
func FuzzSaved(f *testing.F) {
	const head = `{"columns":[{"name":"event_time","kind":"instant"},{"name":"n","kind":"int"}]}` + "\n"
	record := `{"format":"` + Format +
		`","report":"r","queries":[{"id":"a/b","columns":[{"name":"event_time","kind":"instant"},{"name":"n","kind":"int"}],"rows":1,"sha256":"x","exceptions_sha256":"x"}],` +
		`"coverage":{"days":["2026-10-01"],"rows":[{"account":"1","region":"r","states":["logs"],"files":[1],"events":[1]}]},"files":{"count":1,"sha256":"x"}}`
	f.Add(record, head+"[\"2026-10-01T00:00:00.000Z\",1]\n", `{"kind":"x","at":"2026-10-01T00:00:00Z"}`+"\n{\n", "SELECT 1")
	f.Add(`{"format":"`+Format+`","queries":[{"id":"../x"},null]}`, "", "\n\n[]\n", "")
	f.Add(`{"format":"`+Format+`","coverage":{"days":null,"rows":[{"states":["logs"]}]}}`, "[", "{}", "\x00")
	f.Add(`{"format":"another"}`, head, "", "")
	f.Fuzz(func(t *testing.T, record, lines, journal, statement string) {
		files := fstest.MapFS{journalName: {Data: []byte(journal)}, inputsName: {Data: packedLines(lines)}}
		s, err := parse(files, []byte(record))
		if err != nil {
			return
		}
		rows, sum, err := result.Sum(func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(lines)), nil })
		for i := range s.Queries {
			q := &s.Queries[i]
			files[resultName(q.ID)] = &fstest.MapFile{Data: packedLines(lines)}
			files[exceptionName(q.ID)] = &fstest.MapFile{Data: packedLines(lines)}
			files[statementName(q.ID)] = &fstest.MapFile{Data: []byte(statement)}
			q.SQLSHA256 = digest([]byte(statement))
			if err == nil { // the digests are right: what they vouch for is read
				q.SHA256, q.ExceptionsSHA256, q.Rows = hexed(sum), hexed(sum), rows
			}
		}
		if err == nil {
			s.Files = FileList{Count: rows, SHA256: hexed(sum)}
		}
		for _, q := range s.Queries {
			if set, err := s.Rows(q.ID); err == nil {
				for row, err := range set.All() {
					if err == nil && len(row) != len(q.Columns) {
						t.Fatalf("a row of %d cells for %d columns", len(row), len(q.Columns))
					}
				}
			}
			for range s.Exceptions(q.ID) {
			}
			if text, err := s.Statement(q.ID); err == nil && text != statement {
				t.Fatalf("the statement of %s is %q", q.ID, text)
			}
		}
		for range s.InputFiles() {
		}
		s.Had("x")
		s.Facts()
		s.Library()
	})
}

func hexed(sum [32]byte) string { return hex.EncodeToString(sum[:]) }

// FuzzNote: a note that an interrupted run left is right or of no use, and leads to no file outside of the run.
func FuzzNote(f *testing.F) {
	f.Add(`{"File":"results/a.b.jsonl.gz","Rows":1,"SHA256":"x","Query":{"id":"a/b"}}`, "{\"columns\":[]}\n[]\n")
	f.Add(`{"File":"../../secret","Rows":0,"Query":{"id":"a/b"}}`, "")
	f.Add(`{"File":"results","Query":null,"Inputs":null}`, "x")
	f.Add(`[]`, "")
	dir := f.TempDir()
	folder, _, err := createIn(dir, key)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { folder.Close() })
	if err := os.WriteFile(filepath.Join(dir, "secret"), packedLines("{\"columns\":[]}\n"), 0o600); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, note, lines string) {
		var k kept
		if json.Unmarshal([]byte(note), &k) == nil && k.Rows >= 0 {
			rows, sum, err := result.Sum(func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(lines)), nil })
			if err == nil {
				k.Rows, k.SHA256 = rows, hexed(sum)
				if b, err := json.Marshal(k); err == nil {
					note = string(b)
				}
			}
		}
		path := filepath.Join(folder.dir, filepath.FromSlash(resultName("a/b")))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, packedLines(lines), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{dotted("a/b"), "inputs."} {
			if err := os.WriteFile(folder.notePath(name), []byte(note), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if set, q, ok := folder.Result("a/b"); ok {
			if q.ID != "a/b" || strings.Contains(k.File, "..") {
				t.Fatalf("%q is the result of %q", k.File, q.ID)
			}
			for range set.All() {
			}
		}
		folder.Inputs()
		if err := folder.clean(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(dir, "secret")); err != nil {
			t.Fatal("a file outside of the run is gone")
		}
	})
}
