//go:build !linux

package main

import "os/exec"

// onScreen runs a command that is told to use colours as on a screen.
func (t *try) onScreen(c *exec.Cmd, codes ...int) ended {
	t.Helper()
	c.Args = append(c.Args, "--color", "always")
	return t.ends(c, codes...)
}
