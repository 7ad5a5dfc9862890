package library

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"trailscribe/internal/diag"
)

// patterns are the places of a library whose files are read.
var patterns = []string{"queries/*/*.yaml", "queries/*.yaml", "reports/*.yaml", "reports/calendars/*.yaml", "reports/frameworks/*.yaml",
	"templates/*.yaml", "templates/themes/*.yaml", "templates/fonts/*", "templates/schemas/*", "templates/lang/*/*.yaml",
	"templates/lang/*/*/*.yaml", "templates/lang/*/*/*/*.yaml", "templates/sql/*"}

// Unknown warns of files of the users' own that nothing reads: YAML files elsewhere or with the ending .yml, and folders at the top
// that are not called queries, reports or templates but hold YAML files. Texts such as README.md may be anywhere. A library that
// is the folder of a project, with its trailscribe.yaml, has other things at its top.
func (l *Library) Unknown() (found diag.Problems) {
	for _, layer := range l.layers {
		if layer.Origin == BuiltIn {
			continue
		}
		for name, e := range l.files {
			if e.origin == layer.Origin && isYAML(name) && !slices.ContainsFunc(patterns, func(p string) bool {
				ok, err := path.Match(p, name)
				return err == nil && ok
			}) {
				found = append(found, unknown(layer, name))
			}
		}
		top, err := fs.ReadDir(layer.FS, ".")
		if err != nil || slices.ContainsFunc(top, func(d fs.DirEntry) bool { return d.Name() == "trailscribe.yaml" }) {
			continue // Open has told of what cannot be read
		}
		for _, d := range top {
			switch name := d.Name(); {
			case strings.HasPrefix(name, "."), slices.Contains(folders, name):
			case !d.IsDir():
				if isYAML(name) {
					found = append(found, unknown(layer, name))
				}
			case holdsYAML(layer.FS, name):
				found = append(found, unknown(layer, name))
			}
		}
	}
	return found.Sort()
}

func isYAML(name string) bool { return path.Ext(name) == ".yaml" || path.Ext(name) == ".yml" }

// holdsYAML reports whether a folder, or one in it, has a YAML file.
func holdsYAML(in fs.FS, folder string) bool {
	for _, p := range []string{"/*.yaml", "/*.yml", "/*/*.yaml", "/*/*.yml"} {
		if names, err := fs.Glob(in, folder+p); err == nil && len(names) > 0 {
			return true
		}
	}
	return false
}

func unknown(layer Layer, name string) diag.Problem {
	return diag.Problem{At: diag.Pos{File: File{Path: name, Origin: layer.Origin}.Name()}, Warning: true, Rule: "library-unknown",
		Text: fmt.Sprintf("nothing reads %s", path.Base(name)),
		Hint: "a library has queries/TOPIC/NAME.yaml, reports/NAME.yaml, reports/calendars/, reports/frameworks/, templates/themes/, " +
			"templates/fonts/ and templates/lang/"}
}
