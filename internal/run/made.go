package run

import (
	"io/fs"

	"trailscribe/internal/manifest"
	"trailscribe/internal/regular"
)

// Made says of a folder that is a finished run which files below it are the run's, by name and size, and what the run calls
// itself; nil of any other folder, and of a run whose record is not the one that its manifest names.
func Made(folder fs.FS) (has func(name string, size int64) bool, name string) {
	m, err := manifest.Read(folder)
	if err != nil {
		return nil, ""
	}
	record, err := regular.ReadFile(folder, recordName, maxRecord)
	if err != nil || digest(record) != m.Evidence {
		return nil, ""
	}
	sizes := map[string]int64{}
	for _, f := range m.Files {
		sizes[f.Name] = f.Size
	}
	return func(name string, size int64) bool {
		want, listed := sizes[name]
		return listed && want == size || name == manifest.Name || name == manifest.Signature
	}, m.Run
}
