package cache

import (
	"path"
	"slices"
	"strings"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/source"
	"trailscribe/internal/unread"
)

// object is a listed object and what its name says.
type object struct {
	source.Object
	key cloudtrail.Key
}

// asked reports whether the object belongs to the window. Loose files do unless their name says that they are from another day.
func (w *Window) asked(k cloudtrail.Key) bool {
	if k.Day.IsZero() {
		return true
	}
	if k.Loose() { // whose records a name of another account or region hides, nobody knows: copies are renamed
		return w.day(k)
	}
	return w.day(k) &&
		(len(w.Accounts) == 0 || slices.Contains(w.Accounts, k.Account)) &&
		(len(w.Regions) == 0 || slices.Contains(w.Regions, k.Region))
}

func (w *Window) day(k cloudtrail.Key) bool {
	return (w.FromDay.IsZero() || !k.Day.Before(w.FromDay)) && (w.ToDay.IsZero() || !k.Day.After(w.ToDay))
}

// unopened says of objects that are never opened which state they have and why; "" for those to be read.
func unopened(o object) (state string, why unread.Reason) {
	base := path.Base(o.Key)
	switch {
	case strings.HasSuffix(o.Key, "/"):
		return Skipped, unread.Because(unread.FolderMarker)
	case o.Not.Kind != "" && o.key.Loose(): // in a trail's folder a file is a log file whatever is next to it
		return Skipped, o.Not
	case cloudtrail.KeysRegion(o.Key) != "":
		return Skipped, unread.Because(unread.PublicKeys)
	case hidden(o):
		return Skipped, unread.Because(unread.Hidden)
	}
	switch f := o.key.Folder; f {
	case "", cloudtrail.FolderLogs:
	case cloudtrail.FolderDigest:
		return Skipped, unread.Because(unread.DigestPlace)
	case cloudtrail.FolderInsight:
		return Skipped, unread.Because(unread.InsightPlace)
	case cloudtrail.FolderNetwork:
		return Skipped, unread.Because(unread.NetworkPlace)
	case cloudtrail.FolderAggregated:
		return Skipped, unread.Because(unread.Aggregated)
	default:
		return Skipped, unread.Because(unread.OtherPlace, f)
	}
	switch o.Class {
	case "GLACIER", "DEEP_ARCHIVE":
		return Refused, unread.Because(unread.Archived, o.Class)
	case "LINK":
		if expected(base, o.key) {
			return Refused, unread.Because(unread.Link)
		}
		return Skipped, unread.Because(unread.Link)
	}
	return "", unread.Reason{}
}

// hidden follows Hive: names that begin with a dot or an underscore. In loose folders those below a dotted folder too.
func hidden(o object) bool {
	base := path.Base(o.Key)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	return o.key.Loose() && (strings.HasPrefix(o.Key, ".") || strings.Contains(o.Key, "/."))
}

// expected reports whether a file should be a log file, by its place or by its name. If it cannot be read, something is missing.
func expected(base string, k cloudtrail.Key) bool {
	if k.IsLog() {
		return true
	}
	n := strings.TrimSuffix(strings.ToLower(base), ".gz")
	return strings.HasSuffix(n, ".json") || strings.HasSuffix(n, ".ndjson") || strings.HasSuffix(n, ".jsonl")
}

// verdict is the state of a file that could not be read. A file in a trail's folder should have been a log file, whatever
// is in it. Elsewhere JSON of another kind is none of ours, and so is a file that neither looks nor is named like JSON.
func verdict(k cloudtrail.Key, kind cloudtrail.Kind) string {
	if k.IsLog() {
		return Refused
	}
	switch kind {
	case cloudtrail.Packed: // there may be records in it
		return Refused
	case cloudtrail.Foreign:
		return Skipped
	case cloudtrail.NotJSON, cloudtrail.Empty:
		if !expected(path.Base(k.Name), k) {
			return Skipped
		}
	}
	return Refused
}
