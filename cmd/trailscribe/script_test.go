package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/csv"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"golang.org/x/crypto/ssh"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"

	"trailscribe/internal/manifest"
	"trailscribe/internal/run"
	"trailscribe/internal/run/runtest"
)

var update = flag.Bool("update", false, "rewrite what scripts and documents expect")

// TestMain lets the test binary play the program: a script's trailscribe is this binary, with the real main.
func TestMain(m *testing.M) {
	programs := map[string]func(){"trailscribe": main}
	maps.Copy(programs, morePrograms)
	testscript.Main(attacking{m}, programs)
}

// morePrograms are others that tests of some systems need.
var morePrograms = map[string]func(){}

// TestScripts runs the command line end to end. Each script is named by the behaviour it holds and reads like a bug report.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		Setup:               ownFolders,
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":     exits,
			"gz":        gz,
			"flip":      flip,
			"pdftext":   pdfText,
			"sheet":     sheet,
			"controls":  controlStates,
			"held":      held,
			"aged":      aged,
			"records":   records,
			"same":      same,
			"json":      jsonOut,
			"jsonlines": jsonLines,
			"csv":       csvOut,
			"formulas":  formulas,
			"cut":       cut,
			"sign":      sign,
			"newkey":    newKey,
		},
	})
}

// ownFolders keeps a script's cache and home inside its own folder, whatever the system.
func ownFolders(e *testscript.Env) error {
	home := filepath.Join(e.WorkDir, ".home")
	fonts, err := filepath.Abs("../../templates/fonts")
	if err != nil {
		return err
	}
	e.Setenv("FONTS", fonts)
	e.Setenv("HOME", home)
	e.Setenv("USERPROFILE", home)
	e.Setenv("XDG_CACHE_HOME", filepath.Join(home, ".cache"))
	e.Setenv("LocalAppData", filepath.Join(home, "AppData"))
	return os.MkdirAll(home, 0o755)
}

// exits CODE PROGRAM ARGS… runs a program and holds its exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	for _, name := range []string{"stdout", "stderr"} {
		if text := ts.ReadFile(name); strings.Contains(text, "panic:") || strings.Contains(text, "goroutine ") {
			ts.Fatalf("a panic reached the user:\n%s", text)
		}
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// gz FILE… replaces each file by FILE.gz.
func gz(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		data, err := os.ReadFile(ts.MkAbs(name))
		ts.Check(err)
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, err = w.Write(data)
		ts.Check(errors.Join(err, w.Close()))
		ts.Check(os.WriteFile(ts.MkAbs(name)+".gz", b.Bytes(), 0o644))
		ts.Check(os.Remove(ts.MkAbs(name)))
	}
}

// flip FILE changes one bit in the middle of a file.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		data, err := os.ReadFile(ts.MkAbs(name))
		ts.Check(err)
		data[len(data)/2] ^= 1
		ts.Check(os.WriteFile(ts.MkAbs(name), data, 0o644))
	}
}

// pdfText FILE prints the text of a PDF, a line for each tagged element, pages apart by a form feed.
func pdfText(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: pdftext FILE")
	}
	data, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	text, err := textOfPDF(data)
	ts.Check(err)
	_, err = ts.Stdout().Write([]byte(text))
	ts.Check(err)
}

// aged DAYS PATH... gives files and folders, with all in them, an age.
func aged(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: aged DAYS PATH...")
	}
	days, err := strconv.Atoi(args[0])
	ts.Check(err)
	at := time.Now().AddDate(0, 0, -days)
	for _, path := range args[1:] {
		ts.Check(filepath.WalkDir(ts.MkAbs(path), func(name string, _ os.DirEntry, err error) error {
			return errors.Join(err, os.Chtimes(name, at, at))
		}))
	}
}

// controlStates prints the controls of a record: id, state, and how many rows.
func controlStates(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: controls RECORD")
	}
	var r run.Record
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &r))
	for _, k := range r.Controls {
		fmt.Fprintln(ts.Stdout(), k.ID, k.State, k.Exceptions)
	}
}

// sheet FILE [SHEET] prints the sheets of a workbook, or the cells of one: a line for each row, cells joined by " | ", formulas with =.
func sheet(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: sheet FILE [SHEET]")
	}
	book, err := excelize.OpenFile(ts.MkAbs(args[0]))
	ts.Check(err)
	defer book.Close()
	if len(args) == 1 {
		for _, name := range book.GetSheetList() {
			fmt.Fprintln(ts.Stdout(), name)
		}
		return
	}
	rows, err := book.GetRows(args[1])
	ts.Check(err)
	for r, cells := range rows {
		for c, shown := range cells {
			name, err := excelize.CoordinatesToCellName(c+1, r+1)
			ts.Check(err)
			if formula, err := book.GetCellFormula(args[1], name); err == nil && formula != "" {
				shown = "=" + formula
			}
			if c > 0 {
				fmt.Fprint(ts.Stdout(), " | ")
			}
			fmt.Fprint(ts.Stdout(), shown)
		}
		fmt.Fprintln(ts.Stdout())
	}
}

// held FILE keeps a lock until the script ends, as another run would.
func held(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		lock := flock.New(ts.MkAbs(name))
		got, err := lock.TryLock()
		ts.Check(err)
		if !got {
			ts.Fatalf("%s is locked already", name)
		}
		ts.Defer(func() { _ = lock.Close() })
	}
}

// records FILE TEMPLATE COUNT writes a log file with COUNT records; {n} of the template is the number of each.
func records(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: records FILE TEMPLATE COUNT")
	}
	template := strings.TrimSpace(ts.ReadFile(args[1]))
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	var b strings.Builder
	b.WriteString(`{"Records":[`)
	for i := range n {
		if i > 0 {
			b.WriteString(",\n")
		}
		b.WriteString(strings.ReplaceAll(template, "{n}", fmt.Sprintf("%06d", i+1)))
	}
	b.WriteString("]}\n")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o644))
}

// cut FILE SIZE cuts a file to its first SIZE bytes.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: cut FILE SIZE")
	}
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
}

// sign RUN KEYFILE signs the manifest of a run, as ssh-keygen would, and writes the public key.
func sign(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: sign RUN KEYFILE")
	}
	const key = runtest.Key(7)
	name := filepath.Join(ts.MkAbs(args[0]), manifest.Name)
	text, err := os.ReadFile(name)
	ts.Check(err)
	signature, err := key.Sign(context.Background(), text)
	ts.Check(err)
	ts.Check(errors.Join(os.WriteFile(name+".sig", signature, 0o644), os.WriteFile(ts.MkAbs(args[1]), []byte(key.Public()+"\n"), 0o644)))
}

// newkey FILE [PASSPHRASE] makes a private key and FILE.pub, as ssh-keygen -t ed25519 does.
func newKey(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: newkey FILE [PASSPHRASE]")
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	ts.Check(err)
	block, err := ssh.MarshalPrivateKey(private, "")
	if len(args) == 2 {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(args[1]))
	}
	ts.Check(err)
	key, err := ssh.NewPublicKey(public)
	ts.Check(err)
	name := ts.MkAbs(args[0])
	ts.Check(errors.Join(os.WriteFile(name, pem.EncodeToMemory(block), 0o600),
		os.WriteFile(name+".pub", ssh.MarshalAuthorizedKey(key), 0o644)))
}

// same A B holds two files of any kind to the same bytes.
func same(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: same A B")
	}
	a, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	b, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	if !bytes.Equal(a, b) {
		at := 0
		for at < min(len(a), len(b)) && a[at] == b[at] {
			at++
		}
		ts.Fatalf("%s (%d bytes) and %s (%d bytes) differ from byte %d on", args[0], len(a), args[1], len(b), at)
	}
}

// json FILE holds a file, or stdout, to one JSON value.
func jsonOut(ts *testscript.TestScript, _ bool, args []string) {
	var v any
	d := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	if err := d.Decode(&v); err != nil {
		ts.Fatalf("%s is not JSON: %v", args[0], err)
	}
	if _, err := d.Token(); err != io.EOF {
		ts.Fatalf("%s holds more than one JSON value", args[0])
	}
}

// jsonlines FILE holds each line of a file to a JSON object; at least one is there.
func jsonLines(ts *testscript.TestScript, _ bool, args []string) {
	text := strings.TrimSpace(ts.ReadFile(args[0]))
	for i, line := range strings.Split(text, "\n") {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			ts.Fatalf("line %d of %s is not a JSON object: %v", i+1, args[0], err)
		}
	}
}

// csv FILE holds a file to CSV with as many fields in each line as in the first.
func csvOut(ts *testscript.TestScript, _ bool, args []string) {
	rows, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[0]))).ReadAll()
	if err != nil || len(rows) < 2 {
		ts.Fatalf("%s is not CSV with rows: %d rows, %v", args[0], len(rows), err)
	}
}

// formulas FILE TEXT reports whether any cell of a workbook has a formula with the text.
func formulas(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: formulas FILE TEXT")
	}
	book, err := excelize.OpenFile(ts.MkAbs(args[0]))
	ts.Check(err)
	defer book.Close()
	found, all := "", 0
	for _, name := range book.GetSheetList() {
		rows, err := book.GetRows(name)
		ts.Check(err)
		for r, cells := range rows {
			for c := range cells {
				at, err := excelize.CoordinatesToCellName(c+1, r+1)
				ts.Check(err)
				formula, err := book.GetCellFormula(name, at)
				ts.Check(err)
				if formula != "" {
					all++
				}
				if strings.Contains(formula, args[1]) {
					found = name + "!" + at
				}
			}
		}
	}
	if neg && found != "" {
		ts.Fatalf("%s is a formula", found)
	}
	if !neg && found == "" {
		ts.Fatalf("none of %d formulas has %s", all, args[1])
	}
}
