package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// canaryName is a folder next to the folders of a try, where a path that leads up and out arrives: no try may touch it.
const canaryName = "canary"

// canaryText is in the files of that folder and nowhere else: what shows it has read outside.
const canaryText = "zz-canary-5e1f"

// watchCanary puts the folder there, and holds at the end of the try that it is as it was and that nothing else came next to it.
func watchCanary(t *testing.T) {
	t.Helper()
	beside := filepath.Dir(t.TempDir())
	folder := filepath.Join(beside, canaryName)
	for _, name := range []string{"etc/passwd", "trailscribe.yaml", "report.pdf", "queries/zz/attack.yaml", "out/quick/r1/manifest.json",
		".hidden"} {
		name = filepath.Join(folder, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(canaryText+"\n"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	before := fingerprinted(t, folder)
	t.Cleanup(func() {
		differs(t, before, fingerprinted(t, folder))
		names, err := os.ReadDir(beside)
		if err != nil {
			t.Error(err)
		}
		for _, x := range names {
			if _, err := strconv.Atoi(x.Name()); err != nil && x.Name() != canaryName {
				t.Errorf("%s was written next to the work folder", x.Name())
			}
		}
	})
}

// fingerprint is what is below a folder, without opening it: kind, mode, size, time, and where links lead.
func fingerprint(folder string) (map[string]string, error) {
	all := map[string]string{}
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		to := ""
		if info.Mode()&fs.ModeSymlink != 0 {
			if to, err = os.Readlink(name); err != nil {
				return err
			}
		}
		all[name] = fmt.Sprint(info.Mode(), info.Size(), info.ModTime().UnixNano(), to)
		return nil
	})
	return all, err
}

func fingerprinted(t testing.TB, folder string) map[string]string {
	t.Helper()
	all, err := fingerprint(folder)
	if err != nil {
		t.Error(err)
	}
	return all
}

func differs(t testing.TB, before, after map[string]string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if before[name] != after[name] {
			t.Errorf("%s was touched: %s, before %s", name, after[name], before[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if _, there := after[name]; !there {
			t.Errorf("%s was removed", name)
		}
	}
}

// groundUntouched holds that no try changed the logs and the library that all of them read.
func groundUntouched(t *testing.T) {
	t.Helper()
	if laid == nil {
		return
	}
	for _, folder := range []string{laid.logs, laid.lib} {
		differs(t, laid.before[folder], fingerprinted(t, folder))
	}
}
