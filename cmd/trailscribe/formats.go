package main

import (
	"io/fs"
	"slices"
	"strings"

	"trailscribe/internal/document"
	"trailscribe/internal/export"
	"trailscribe/internal/run"
	"trailscribe/internal/style"
	"trailscribe/internal/yaml"
	"trailscribe/templates"
)

// format is a format that a run can be written in: of a document, with its look, or of a run, for other programs.
type format struct {
	name     string
	usual    bool // written where nothing says which
	document func(t *style.Theme, fonts fs.FS) document.Writer
	export   func() export.Writer
}

// formats are those of a program. Flags, configuration, reports and schemas take their names from here.
type formats []format

// names are the names of all of them, in their order.
func (all formats) names() (out []string) {
	for _, f := range all {
		out = append(out, f.name)
	}
	return out
}

// choice is the names as files may hold them.
func (all formats) choice() yaml.Choice {
	c := yaml.Choice{Names: all.names()}
	for _, f := range all {
		if f.usual {
			c.Usual = append(c.Usual, f.name)
		}
	}
	return c
}

// help is the text of --format. otherwise says which are written without it.
func (all formats) help(otherwise string) string {
	return "formats: " + strings.Join(all.names(), ", ") + " (default: " + otherwise + ")"
}

// writers are the parts for the formats that were asked for.
func (all formats) writers(s *setup, want []string, theme string) ([]document.Writer, []export.Writer, error) {
	t, problems := style.LoadTheme(s.library, theme)
	if err := problems.Err(); err != nil {
		return nil, nil, err
	}
	builtIn, err := fs.Sub(templates.FS, "fonts")
	if err != nil {
		return nil, nil, err
	}
	fonts := s.library.Over("templates/fonts", builtIn)
	var documents []document.Writer
	var exports []export.Writer
	for _, name := range want {
		i := slices.IndexFunc(all, func(f format) bool { return f.name == name })
		switch {
		case i < 0:
			return nil, nil, usage("", "there is no format %q; there are %s", name, strings.Join(all.names(), ", "))
		case all[i].document != nil:
			documents = append(documents, all[i].document(t, fonts))
		default:
			exports = append(exports, all[i].export())
		}
	}
	return documents, exports, nil
}

// of are the formats whose files are among these files of a run.
func (all formats) of(s *run.Saved, files []string) (want []string) {
	for _, f := range all {
		var names []string
		if f.document != nil {
			names = f.document(nil, nil).Files()
		} else {
			names = f.export().Files(s)
		}
		if slices.ContainsFunc(names, func(n string) bool { return slices.Contains(files, n) }) {
			want = append(want, f.name)
		}
	}
	return want
}
