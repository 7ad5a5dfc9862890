package cache

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/source"
)

// object is a listed object and what its name says.
type object struct {
	source.Object
	key cloudtrail.Key
}

// asked tells whether the object belongs to the window. Loose files always do: their name does not say when they are from.
func (w *Window) asked(k cloudtrail.Key) bool {
	if k.Day.IsZero() {
		return true
	}
	return w.day(k) &&
		(len(w.Accounts) == 0 || slices.Contains(w.Accounts, k.Account)) &&
		(len(w.Regions) == 0 || slices.Contains(w.Regions, k.Region))
}

func (w *Window) day(k cloudtrail.Key) bool {
	return (w.FromDay.IsZero() || !k.Day.Before(w.FromDay)) && (w.ToDay.IsZero() || !k.Day.After(w.ToDay))
}

// unopened says of objects that are never opened which state they have and why; "" for those to be read.
func unopened(o object) (state, reason string) {
	base := path.Base(o.Key)
	switch {
	case strings.HasSuffix(o.Key, "/"):
		return Skipped, "A folder marker, not a file."
	case o.Not != "" && o.key.Loose(): // in a trail's folder a file is a log file whatever lies beside it
		return Skipped, o.Not
	case hidden(o):
		return Skipped, "A hidden name: Athena does not read names that begin with a dot or an underscore either."
	}
	switch f := o.key.Folder; f {
	case "", cloudtrail.FolderLogs:
	case cloudtrail.FolderDigest:
		return Skipped, "A digest: it proves log files and holds no events."
	case cloudtrail.FolderInsight:
		return Skipped, "Insights events: they are told apart from the events of a trail."
	case cloudtrail.FolderNetwork:
		return Skipped, "Network activity events: they are told apart from the events of a trail."
	case cloudtrail.FolderAggregated:
		return Skipped, "Aggregated events: they are told apart from the events of a trail."
	default:
		return Skipped, fmt.Sprintf("Of another kind than CloudTrail's log files: its folder is %q.", f)
	}
	switch o.Class {
	case "GLACIER", "DEEP_ARCHIVE":
		return Refused, "Archived in " + o.Class + ": restore it and copy it back; until then Athena leaves it out in silence."
	case "LINK":
		if expected(base, o.key) {
			return Refused, "A symbolic link that leads nowhere or out of the folder: it is not followed."
		}
		return Skipped, "A symbolic link that leads nowhere or out of the folder: it is not followed."
	}
	return "", ""
}

// hidden follows Hive: names that begin with a dot or an underscore. In loose folders those below a dotted folder too.
func hidden(o object) bool {
	base := path.Base(o.Key)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	return o.key.Loose() && (strings.HasPrefix(o.Key, ".") || strings.Contains(o.Key, "/."))
}

// expected tells whether a file should be a log file, by its place or by its name. If it cannot be read, something is missing.
func expected(base string, k cloudtrail.Key) bool {
	if k.Folder == cloudtrail.FolderLogs {
		return true
	}
	n := strings.TrimSuffix(strings.ToLower(base), ".gz")
	return strings.HasSuffix(n, ".json") || strings.HasSuffix(n, ".ndjson") || strings.HasSuffix(n, ".jsonl")
}

// verdict is the state of a file that could not be read. A file in a trail's folder should have been a log file, whatever
// is in it. Elsewhere JSON of another kind is none of ours, and so is a file that neither looks nor is named like JSON.
func verdict(k cloudtrail.Key, kind cloudtrail.Kind) string {
	if k.Folder == cloudtrail.FolderLogs {
		return Refused
	}
	switch kind {
	case cloudtrail.Foreign:
		return Skipped
	case cloudtrail.NotJSON, cloudtrail.Empty:
		if !expected(path.Base(k.Name), k) {
			return Skipped
		}
	}
	return Refused
}
