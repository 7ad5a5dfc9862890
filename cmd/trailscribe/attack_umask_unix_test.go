//go:build unix

package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What is written about people and machines is for nobody but the owner and the group, and less where the umask says so.
func TestAttackUmask(t *testing.T) {
	masks := []string{"000", "002", "022", "027", "077"}
	attack{name: "umask 000, 002, 022, 027, 077", whole: len(masks), sample: 1, try: func(t *try) {
		g, folder, mask := attackGround(t), t.TempDir(), choose(t, masks)
		var bits fs.FileMode
		for _, digit := range mask {
			bits = bits<<3 | fs.FileMode(digit-'0')
		}
		masked := func(args ...string) {
			t.Helper()
			c := exec.CommandContext(t.Context(), "sh", append([]string{"-c", "umask " + mask + `; exec trailscribe "$@"`, "sh"}, args...)...)
			c.Dir, c.Env = folder, environment(folder)
			t.ends(c, exitDone)
		}
		j := job{"quick", attackPeriod}
		masked(append(g.runs(j, "out", "cache"), "--format", "pdf,xlsx,json,csv")...)
		run := t.verified(filepath.Join(folder, "out"))[0]
		masked("report", "render", run, "--out", "again")
		for _, x := range []struct {
			below        string
			file, folder fs.FileMode // most that is given
		}{{"out", 0o640, 0o750}, {"cache", 0o600, 0o700}, {"again", 0o640, 0o750}} {
			below := filepath.Join(folder, x.below)
			err := filepath.WalkDir(below, func(name string, d fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				info, err := d.Info()
				if err != nil {
					return err
				}
				most := x.file
				if d.IsDir() {
					most = x.folder
				}
				t.count("files and folders")
				if got := info.Mode().Perm(); got&^(most&^bits) != 0 {
					t.Errorf("umask %s: %s is %v, more than %v", mask, strings.TrimPrefix(name, folder), got, most&^bits)
				}
				if info.Mode()&(os.ModeSetuid|os.ModeSetgid|os.ModeSticky) != 0 {
					t.Errorf("umask %s: %s is %v", mask, name, info.Mode())
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}}.run(t)
}
