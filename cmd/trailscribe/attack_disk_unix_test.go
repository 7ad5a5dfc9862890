//go:build unix

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// A disk that is too small for the report ends the run with the name of the file; with more room the same command goes on.
func TestAttackFullDiskOfReports(t *testing.T) {
	attack{name: "OUT on a disk that is too small, then more room", whole: 14, sample: 1, try: func(t *try) {
		fullDisk(t, "out", "out-quick-"+attackPeriod)
	}}.run(t)
}

// The same holds for the disk of the cache.
func TestAttackFullDiskOfTheCache(t *testing.T) {
	attack{name: "the cache on a disk that is too small, then more room", whole: 6, try: func(t *try) {
		fullDisk(t, "cache", "cache")
	}}.run(t)
}

// fullDisk gives one of the folders, whose like is in the ground, too little room: a small file system where this process may
// mount one, else a limit of the size of files.
func fullDisk(t *try, name, like string) {
	d := newDisturbed(t)
	d.job.report = "quick"
	d.args = d.ground.runs(d.job, "out", "cache")
	if err := os.RemoveAll(d.path("cache")); err != nil {
		t.Fatal(err)
	}
	folder := d.path(name)
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	needs := sizeBelow(t, filepath.Join(d.ground.dir, like))
	size := 32<<10 + t.Int64N(needs*6/10)
	said := "no space left"
	disk, err := mountSmall(folder, size)
	if err == nil {
		t.count("a file system of that size")
		defer disk.remove()
		e := d.runs(d.folder, d.args, exitError)
		named(t, e, said)
		if err := disk.grow(64 << 20); err != nil {
			t.Fatal(err)
		}
	} else {
		t.count("ulimit -f, since no file system can be mounted")
		t.Logf("mounting: %v", err)
		largest := largestBelow(t, filepath.Join(d.ground.dir, like))
		e := t.ends(limited(t, d.folder, fmt.Sprintf("ulimit -f %d", largest*(10+t.Int64N(80))/100/1024), d.args), exitError)
		named(t, e, "too large")
	}
	d.verified(d.path("out"))
	d.goesOn()
}

// Few open files, or small ones only, end the run with an error, or not at all.
func TestAttackLimits(t *testing.T) {
	attack{name: "ulimit -f, ulimit -n", whole: 12, try: func(t *try) {
		d := newDisturbed(t)
		limit := choose(t, []string{"ulimit -f 8", "ulimit -f 40", "ulimit -f 120", "ulimit -n 12", "ulimit -n 16", "ulimit -n 24"})
		e := t.ends(limited(t, d.folder, limit, d.args), exitDone, exitError)
		if e.code == exitError && !strings.Contains(e.err, "too large") && !strings.Contains(strings.ToLower(e.err), "too many open files") {
			t.Errorf("%s: the message does not say why:\n%s", limit, e.err)
		}
		t.count(fmt.Sprintf("exit %d", e.code))
		d.verified(d.path("out"))
		d.goesOn()
	}}.run(t)
}

// limited is the program started by a shell that gives up some of its rights first.
func limited(t *try, folder, limit string, args []string) *exec.Cmd {
	c := command(t.Context(), folder)
	c.Path = "/bin/sh"
	c.Args = append([]string{"sh", "-c", limit + ` && exec "$@"`, "sh", "trailscribe"}, args...)
	return c
}

// OUT and the cache where nothing can be written: the run ends with the path.
func TestAttackPlaces(t *testing.T) {
	attack{name: "OUT or cache read-only, of another user, a file, below /proc and /dev/null", whole: 10, sample: 1, try: func(t *try) {
		g := attackGround(t)
		what, which := choose(t, []string{"read-only", "another user's", "a file", "/proc", "/dev/null"}), int(t.number%2)
		folder, err := openFolder(t), error(nil)
		bad := filepath.Join(folder, "bad")
		switch what {
		case "read-only":
			err = os.Mkdir(bad, 0o555)
		case "another user's":
			bad = "/usr/trailscribe-attack"
		case "a file":
			err = os.WriteFile(bad, []byte("text"), 0o644)
		case "/proc":
			bad = "/proc/trailscribe-attack"
		case "/dev/null":
			bad = "/dev/null"
		}
		if err != nil {
			t.Fatal(err)
		}
		places := []string{"out", "cache"}
		places[which] = bad
		c := command(t.Context(), folder, g.runs(job{"quick", attackPeriod}, places[0], places[1])...)
		unprivileged(t, c, folder)
		e := t.ends(c, exitError, exitUsage)
		if !strings.Contains(e.err, bad) {
			t.Errorf("%s is not named:\n%s", bad, e.err)
		}
		t.count(fmt.Sprintf("%s: exit %d", []string{"OUT", "cache"}[which], e.code))
		if which == 0 { // elsewhere nothing was written either
			t.verified(filepath.Join(folder, "out"))
		}
	}}.run(t)
}

// unprivileged lets a command run as a user who may not write everywhere.
func unprivileged(t *try, c *exec.Cmd, folder string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	if runtime.GOOS != "linux" {
		t.Fatal("run this as a user who is not root")
	}
	const nobody = 65534
	// The program is where only root comes; it is handed over opened.
	program, err := os.Open(c.Path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { program.Close() })
	c.Path, c.ExtraFiles = "/proc/self/fd/3", []*os.File{program}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	for _, name := range []string{folder, filepath.Dir(attackGround(t).logs)} {
		if err := os.Chmod(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	err = filepath.WalkDir(folder, func(name string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(name, nobody, nobody))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// named holds that a message says what is wrong, and with which file.
func named(t *try, e ended, what string) {
	t.Helper()
	if !strings.Contains(e.err, what) {
		t.Errorf("the message does not say %q:\n%s", what, e.err)
	}
	t.Logf("%s", strings.TrimSpace(e.err))
}

func sizeBelow(t testing.TB, folder string) (n int64) {
	eachFile(t, folder, func(_ string, info fs.FileInfo) { n += info.Size() })
	return n
}

func largestBelow(t testing.TB, folder string) (n int64) {
	eachFile(t, folder, func(_ string, info fs.FileInfo) { n = max(n, info.Size()) })
	return n
}

// eachFile calls f for each file below a folder, in the order of names.
func eachFile(t testing.TB, folder string, f func(name string, info fs.FileInfo)) {
	t.Helper()
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			f(name, info)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
