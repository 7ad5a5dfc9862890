//go:build unix

package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"trailscribe/internal/regular"
)

// oddFiles replace a file by something that could wait, never end, lead elsewhere or need all memory.
func oddFiles(t *testing.T) map[string]func(name string) error {
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	return map[string]func(name string) error{
		"FIFO":             func(name string) error { return syscall.Mkfifo(name, 0o600) },
		"link to a device": func(name string) error { return os.Symlink("/dev/zero", name) },
		"link to itself":   func(name string) error { return os.Symlink(filepath.Base(name), name) },
		"folder":           func(name string) error { return os.Mkdir(name, 0o700) },
		"link to the same": func(name string) error {
			return errors.Join(os.WriteFile(elsewhere, nil, 0o600), os.Symlink(elsewhere, name))
		},
		"terabyte of nothing": func(name string) error { return errors.Join(os.WriteFile(name, nil, 0o600), os.Truncate(name, 1<<40)) },
	}
}

// runProgram runs the program in this process.
func runProgram(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	home := t.TempDir()
	env := func(name string) string { return map[string]string{"HOME": home}[name] }
	code = Main(t.Context(), args, strings.NewReader(""), &o, &e, env)
	return code, o.String(), e.String()
}

// Whatever stands in the place of a file of a run, verify and render end at once and with 7. A FIFO that is waited for, or a device that is
// read, makes this test run into the time limit.
func TestARunWithOddFilesIsAltered(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "r1")
	if err := os.CopyFS(dir, os.DirFS(oldRun)); err != nil {
		t.Fatal(err)
	}
	var names []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			names = append(names, name)
		}
		return err
	})
	if err != nil || len(names) < 10 {
		t.Fatal(names, err)
	}
	for kind, replace := range oddFiles(t) {
		for _, name := range names {
			path, kept := filepath.Join(dir, name), filepath.Join(t.TempDir(), "kept")
			if err := errors.Join(os.Rename(path, kept), replace(path)); err != nil {
				t.Fatal(err)
			}
			code, out, errOut := runProgram(t, "verify", dir)
			if code != exitMismatch || !strings.Contains(out+errOut, filepath.Base(name)) {
				t.Errorf("%s as %s: verify ends with %d\n%s%s", name, kind, code, out, errOut)
			}
			again := filepath.Join(t.TempDir(), "again")
			code, out, errOut = runProgram(t, "report", "render", dir, "--out", again, "--format", "csv")
			remade := strings.HasPrefix(name, "report.") || strings.HasPrefix(name, "data/")
			if want := map[bool]int{true: exitDone, false: exitMismatch}[remade]; code != want && (name != "manifest.json" || code != exitUsage) {
				t.Errorf("%s as %s: render ends with %d\n%s%s", name, kind, code, out, errOut)
			}
			if _, err := os.Stat(again); err == nil && !remade {
				t.Errorf("%s as %s: something was rendered", name, kind)
			}
			if err := errors.Join(os.RemoveAll(path), os.Rename(kept, path)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if code, _, errOut := runProgram(t, "verify", dir); code != exitIncomplete { // the first format does not name all of its files
		t.Error("the run is not as it was", errOut)
	}
}

// A folder of a run that is a link to the same files elsewhere is altered too: what it holds can change without the run.
func TestALinkedFolderOfARunIsAltered(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "r1")
	if err := os.CopyFS(dir, os.DirFS(oldRun)); err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "results")
	if err := errors.Join(os.Rename(filepath.Join(dir, "results"), elsewhere),
		os.Symlink(elsewhere, filepath.Join(dir, "results"))); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := runProgram(t, "verify", dir); code != exitMismatch || !strings.Contains(out, "odd") {
		t.Error(code, out)
	}
	link := filepath.Join(t.TempDir(), "latest") // but the run itself may be named by a link
	if err := errors.Join(os.Remove(filepath.Join(dir, "results")), os.Rename(elsewhere, filepath.Join(dir, "results")),
		os.Symlink(dir, link)); err != nil {
		t.Fatal(err)
	}
	if code, _, errOut := runProgram(t, "verify", link); code != exitIncomplete {
		t.Error(code, errOut)
	}
}

// Files that a user names are regular files, or links to them.
func TestOddUserFilesAreRefused(t *testing.T) {
	t.Parallel()
	for kind, replace := range oddFiles(t) {
		dir := t.TempDir()
		odd := filepath.Join(dir, "odd.yaml")
		library := filepath.Join(dir, "library")
		if err := errors.Join(replace(odd), os.MkdirAll(filepath.Join(library, "queries", "a"), 0o755),
			os.MkdirAll(filepath.Join(library, "reports", "calendars"), 0o755)); err != nil {
			t.Fatal(err)
		}
		if kind == "link to the same" { // which is a good file here
			if err := os.WriteFile(filepath.Join(dir, "linked"), []byte("entity: Linked Corp\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(os.Remove(odd), os.Symlink("linked", odd)); err != nil {
				t.Fatal(err)
			}
			if code, out, errOut := runProgram(t, "config", "show", "--config", odd); code != exitDone || !strings.Contains(out, "Linked Corp") {
				t.Errorf("a link to a configuration: %d %s%s", code, out, errOut)
			}
			continue
		}
		refused := func(what string, args ...string) {
			t.Helper()
			code, out, errOut := runProgram(t, args...)
			if code != exitUsage || !strings.Contains(errOut, "odd") || !strings.Contains(errOut, "hint:") || out != "" {
				t.Errorf("%s as %s ends with %d\n%s%s", kind, what, code, out, errOut)
			}
		}
		refused("configuration", "config", "show", "--config", odd)
		refused("configuration", "query", "list", "--config", odd)
		if kind == "folder" {
			continue // of a library its files are read, whatever the folder is called
		}
		for _, place := range []string{"queries/a/odd.yaml", "queries/a/odd_test.yaml", "reports/odd.yaml", "reports/calendars/odd.yaml"} {
			at := filepath.Join(library, filepath.FromSlash(place))
			if err := replace(at); err != nil {
				t.Fatal(err)
			}
			refused(place, "query", "test", "--library", library, "a")
			if err := os.RemoveAll(at); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := loadPlan(odd); err == nil {
			t.Errorf("%s is taken for a saved plan", kind)
		}
	}
	pipe, _, err := os.Pipe() // as a shell gives for <(command)
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if code, _, errOut := runProgram(t, "config", "show", "--config",
		"/dev/fd/"+strconv.Itoa(int(pipe.Fd()))); code != exitUsage || !strings.Contains(errOut, "it is a pipe, not a regular file") {
		t.Errorf("a pipe as configuration: %d %s", code, errOut)
	}
}

// Init and demo write into folders that others may have filled: not through a link, and without waiting for a FIFO.
func TestFilesOfOthersAreNotWrittenThrough(t *testing.T) {
	t.Parallel()
	elsewhere := filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(elsewhere, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, make := range []func(string) error{
		func(name string) error { return os.Symlink(elsewhere, name) },
		func(name string) error { return os.Symlink(elsewhere+"-new", name) },
		func(name string) error { return syscall.Mkfifo(name, 0o600) },
	} {
		dir := t.TempDir()
		schemas := filepath.Join(dir, ".trailscribe", "schemas")
		if err := errors.Join(os.MkdirAll(schemas, 0o755), make(filepath.Join(schemas, "query.schema.json"))); err != nil {
			t.Fatal(err)
		}
		if code, _, errOut := runProgram(t, "init", dir); code != exitDone {
			t.Error(code, errOut)
		}
		if b, err := regular.ReadPlain(filepath.Join(schemas, "query.schema.json"), 1<<20); err != nil || len(b) < 1000 {
			t.Error(len(b), err)
		}
		demo := t.TempDir()
		if err := make(filepath.Join(demo, demoMark)); err != nil {
			t.Fatal(err)
		}
		if code, _, errOut := runProgram(t, "demo", "--out", demo, "--events", "10", "--logs-only"); code != exitDone {
			t.Error(code, errOut)
		}
	}
	place := t.TempDir()
	if err := os.Symlink(filepath.Dir(elsewhere), filepath.Join(place, ".trailscribe")); err != nil {
		t.Fatal(err)
	}
	if code, _, errOut := runProgram(t, "init", place); code != exitError || !strings.Contains(errOut, ".trailscribe is a symbolic link") {
		t.Error(code, errOut)
	}
	if b, err := os.ReadFile(elsewhere); string(b) != "x" {
		t.Error(string(b), err)
	}
	if left, err := os.ReadDir(filepath.Dir(elsewhere)); err != nil || len(left) != 1 {
		t.Error(left, err)
	}
}
