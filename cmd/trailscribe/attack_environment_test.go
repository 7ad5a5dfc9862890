package main

import (
	"os"
	"path/filepath"
	"testing"
)

// Where and how the program is started does not change a byte.
func TestAttackEnvironment(t *testing.T) {
	variations := [][]string{
		{"TZ=Asia/Kolkata"}, {"TZ=America/St_Johns", "LANG=de_DE.UTF-8"}, {"TZ=Nowhere/Atall"},
		{"LC_ALL=tr_TR.UTF-8"}, {"LANG=C", "LC_ALL=C"}, {"LANGUAGE=ar", "LC_NUMERIC=de_DE.UTF-8", "LC_TIME=ja_JP.UTF-8"},
		{"GOMAXPROCS=1"}, {"GOMAXPROCS=7"}, {"GODEBUG=madvdontneed=1,gctrace=0"}, {"GOGC=5"},
		{"COLUMNS=20", "LINES=3"}, {"TERM=dumb"}, {"TERM=xterm-256color", "CLICOLOR_FORCE=1"}, {"NO_COLOR=1"},
		{"TMPDIR=tmp", "TMP=tmp", "TEMP=tmp"}, {"HOME=/nowhere", "USER=root"}, {"PATH=", "SHELL=/bin/false"},
		{"--memory", "256MiB"}, {"--memory", "1GiB"}, {"--quiet"}, {"--verbose", "--log-format", "json"},
	}
	const name = "TZ, LANG, LC_*, GOMAXPROCS, COLUMNS, TMPDIR, HOME, PATH, memory varied"
	attack{name: name, whole: len(variations), sample: 1, try: func(t *try) {
		g, folder := attackGround(t), t.TempDir()
		if err := os.Mkdir(filepath.Join(folder, "tmp"), 0o755); err != nil {
			t.Fatal(err)
		}
		j, more := raced[len(raced)-2+t.IntN(2)], choose(t, variations)
		args := g.runs(j, "out", "cache")
		if more[0][0] == '-' {
			args, more = append(args, more...), nil
		}
		c := command(t.Context(), folder, args...)
		c.Env = append(c.Env, more...)
		t.ends(c, exitDone)
		g.holds(t, filepath.Join(folder, "out"), j)
	}}.run(t)
}
