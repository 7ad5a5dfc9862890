//go:build unix

package main

import (
	"fmt"
	"syscall"
)

// leastFiles is how many files a process must be allowed to have open. With fewer than some twenty, the runtime of the language ends the
// program with a trace of its own before anything here can say why.
const leastFiles = 64

// checkLimits says that the system gives the process too little to work with.
func checkLimits() error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil || uint64(l.Cur) >= leastFiles { //nolint:unconvert // signed on FreeBSD
		return nil // where the limit is not known, the error itself says so
	}
	return &codedError{code: exitError, err: fmt.Errorf("the process may have only %d files open at once, and needs at least %d: %w",
		l.Cur, leastFiles, syscall.EMFILE)}
}
