//go:build !linux

package main

import "os/exec"

// measured runs a command; how much memory it holds is looked at on Linux only.
func (t *try) measured(c *exec.Cmd, _ int, codes ...int) (ended, int) {
	t.Helper()
	return t.ends(c, codes...), 0
}
