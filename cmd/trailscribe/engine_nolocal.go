//go:build nolocal

package main

import (
	"errors"
	"io/fs"

	"trailscribe/internal/engine"
)

const leastMemory = 0

func openLocal(localOptions) (engine.Engine, error) {
	return nil, &codedError{code: exitUsage, err: errors.New("this build has no local engine"), hint: "use a build without the tag nolocal"}
}

func madeByCache(fs.FS) func(name string) bool { return nil }
