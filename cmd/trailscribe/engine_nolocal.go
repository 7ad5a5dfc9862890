//go:build nolocal

package main

import (
	"errors"
	"io/fs"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/source"
)

func openLocal(*relation.Definition, source.Source, string, int64, time.Duration, func(done, of int64)) (engine.Engine, error) {
	return nil, &codedError{code: exitUsage, err: errors.New("this build has no local engine"), hint: "use a build without the tag nolocal"}
}

func madeByCache(fs.FS) func(name string) bool { return nil }
