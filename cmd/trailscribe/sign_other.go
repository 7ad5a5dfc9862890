//go:build !unix

package main

import "io/fs"

// readByOthers is not known here: who may read a file is not in its mode.
func readByOthers(fs.FileInfo) bool { return false }
