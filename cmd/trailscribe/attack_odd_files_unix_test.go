//go:build unix

package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// oddThings stand where a file of a user's is expected.
var oddThings = []struct {
	name string
	make func(name string) error
}{
	{"a FIFO", func(name string) error { return syscall.Mkfifo(name, 0o644) }},
	{"a link to /dev/zero", func(name string) error { return os.Symlink("/dev/zero", name) }},
	{"a link to /dev/urandom", func(name string) error { return os.Symlink("/dev/urandom", name) }},
	{"a link to a terminal", func(name string) error { return os.Symlink("/dev/tty", name) }},
	{"a folder", func(name string) error { return os.Mkdir(name, 0o755) }},
	{"a link to itself", func(name string) error { return os.Symlink(filepath.Base(name), name) }},
	{"a link to nothing", func(name string) error { return os.Symlink("nowhere", name) }},
	{"a link to a FIFO", func(name string) error {
		return errors.Join(syscall.Mkfifo(name+".fifo", 0o644), os.Symlink(name+".fifo", name))
	}},
	{"a file of 4 GB", func(name string) error {
		return errors.Join(os.WriteFile(name, nil, 0o644), os.Truncate(name, 4<<30))
	}},
}

// Something else than a file in the place of a file is told, and nothing waits for it or reads it without an end.
func TestAttackOddUserFiles(t *testing.T) {
	places := []struct {
		file string
		args []string
	}{
		{"trailscribe.yaml", []string{"config", "show"}},
		{"trailscribe.yaml", []string{"report", "run", "cis-aws", "--source", ".", "--dry-run"}},
		{"other.yaml", []string{"query", "list", "--config", "other.yaml"}},
		{"lib/queries/zz/attack.yaml", []string{"query", "lint", "--library", "lib"}},
		{"lib/queries/root/console-login_test.yaml", []string{"query", "test", "--library", "lib", "root/console-login"}},
		{"lib/reports/attack.yaml", []string{"report", "list", "--library", "lib"}},
		{"lib/templates/lang/en/messages.yaml", []string{"report", "run", "cis-aws", "--source", ".", "--library", "lib", "--dry-run"}},
		{"keys.pub", []string{"verify", "RUN", "--allowed-signers", "keys.pub"}},
		{"plan.json", []string{"infra", "apply", "--plan", "plan.json"}},
		{"run/manifest.json", []string{"verify", "run"}},
		{"run/record.json", []string{"report", "render", "run", "--out", "again"}},
	}
	attack{name: "a FIFO, a device, a folder, a loop, 4 GB in the place of a user's file", whole: 5 * len(oddThings), sample: 2,
		try: func(t *try) {
			folder, thing, x := t.TempDir(), choose(t, oddThings), places[t.IntN(len(places))]
			at := filepath.Join(folder, filepath.FromSlash(x.file))
			if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), thing.make(at)); err != nil {
				t.Fatal(err)
			}
			args := t.reading(readsYAML{x.file, x.args})
			// Zero where a file of another library is not looked at.
			e, peak := t.measured(command(t.Context(), folder, args...), 2<<10, exitDone, exitError, exitUsage, exitMismatch)
			t.most("MiB", peak)
			plain(t, e)
			if peak > refusing {
				t.Errorf("%s as %s: %d MiB", thing.name, x.file, peak)
			}
			if e.code == exitDone {
				t.count("not looked at: " + x.file + " as " + thing.name)
			}
		}}.run(t)
}
