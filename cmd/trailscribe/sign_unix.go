//go:build unix

package main

import "io/fs"

// readByOthers reports whether more users than its owner may read a file.
func readByOthers(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }
