package run

import (
	"bytes"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"github.com/klauspost/compress/gzip"

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
		if partOfRun(f.Name) {
			sizes[f.Name] = f.Size
		}
	}
	return func(name string, size int64) bool {
		if name == manifest.Name || name == manifest.Signature {
			return true
		}
		want, listed := sizes[name]
		return listed && want == size && !hasRecords(folder, name)
	}, m.Run
}

// logKeys are keys that log files of CloudTrail have and files of a run do not: the columns of rows are written in small letters.
var logKeys = regexp.MustCompile(`(?:^|[^\\])"(?:Records|eventTime|eventSource|CloudTrailEvent)"\s*:`)

// mostLooked is how much of a file, decoded, is looked at for records.
const mostLooked = 1 << 20

// hasRecords reports whether a file of the folder begins as a log file does. Then it is one, whatever a manifest says: anybody could have
// written that manifest, and the folder of a run has no log files.
func hasRecords(folder fs.FS, name string) bool {
	f, err := folder.Open(name)
	if err != nil {
		return false // so does whoever reads the logs find
	}
	defer f.Close()
	head := make([]byte, 2)
	n, _ := io.ReadFull(f, head)
	in := io.MultiReader(bytes.NewReader(head[:n]), f)
	if n == 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(in)
		if err != nil {
			return false
		}
		in = z
	}
	text, _ := io.ReadAll(io.LimitReader(in, mostLooked)) // what was decoded before damage counts
	return logKeys.Match(text)
}

// ownFiles are the files and folders that a run consists of, besides those of its formats. Whoever writes a manifest over files of other
// names makes no run of them.
var ownFiles = map[string]bool{
	recordName: true, manifest.Sums: true, journalName: true, inputsName: true, "integrity.json": true,
	"results": true, "exceptions": true, "library": true, "sql": true, "data": true,
}

// partOfRun reports whether a run can have a file of that path.
func partOfRun(name string) bool {
	top, _, _ := strings.Cut(name, "/")
	return ownFiles[top] || top == name && (strings.HasPrefix(name, "report.") || strings.HasPrefix(name, "appendix."))
}
