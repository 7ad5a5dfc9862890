package dir

import (
	"io/fs"
	"slices"
	"strings"
)

// sortEntries puts the entries of a folder into the order of their keys, where a folder's name ends in a slash.
func sortEntries(entries []fs.DirEntry) {
	name := func(e fs.DirEntry) string {
		if e.IsDir() {
			return e.Name() + "/"
		}
		return e.Name()
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(name(a), name(b)) })
}
