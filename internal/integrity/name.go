package integrity

import (
	"path"
	"regexp"
	"strings"
	"time"

	"trailscribe/internal/cloudtrail"
)

// name is what the name of a digest or log file says. It only orders and groups: what counts is what was signed.
type name struct {
	account, region, trail string
	at                     time.Time // end of a digest's window, or the minute in which a log file was delivered; zero: not told
	digest, backfill       bool
}

// Digest names: account_CloudTrail-Digest_region_trail_homeregion_stamp[_backfill].json.gz; the trail may hold underscores.
// Log names: account_CloudTrail_region_stamp_letters.json.gz.
var (
	digestName = regexp.MustCompile(`^(\d{12})_CloudTrail-Digest_([a-z0-9-]+)_(.+_[a-z0-9-]+)_(\d{8}T\d{6}Z)(_backfill)?\.json(\.gz)?$`)
	looseName  = regexp.MustCompile(`^(\d{12})_CloudTrail-Digest_([a-z0-9-]+)_`)
	logName    = regexp.MustCompile(`^(\d{12})_CloudTrail_([a-z0-9-]+)_(\d{8}T\d{4}Z)_[^_]+\.json(\.gz)?$`)
)

func nameOf(key string) (n name, ok bool) {
	base, k := path.Base(key), cloudtrail.ParseKey(key)
	if m := digestName.FindStringSubmatch(base); m != nil {
		at, err := time.Parse("20060102T150405Z", m[4])
		n = name{account: m[1], region: m[2], trail: m[3], digest: true, backfill: m[5] != ""}
		if err == nil {
			n.at = at
		}
	} else if m := logName.FindStringSubmatch(base); m != nil {
		at, err := time.Parse("20060102T1504Z", m[3])
		n = name{account: m[1], region: m[2]}
		if err == nil {
			n.at = at
		}
	} else if m := looseName.FindStringSubmatch(base); m != nil {
		n = name{account: m[1], region: m[2], digest: true}
	}
	switch k.Folder {
	case cloudtrail.FolderDigest:
		n.digest = true
	case cloudtrail.FolderLogs:
		n.digest = false
	case "":
		return n, n.account != ""
	default:
		return n, false // insight events and other services are in no digest that is known here
	}
	n.account, n.region = k.Account, k.Region
	if n.at.IsZero() {
		n.at = k.Day // the best there is
	}
	return n, true
}

// layout is the part of a key from its last AWSLogs/ on; "" where there is none.
func layout(key string) string {
	for i := strings.LastIndex(key, "AWSLogs/"); i >= 0; i = strings.LastIndex(key[:i], "AWSLogs/") {
		if i == 0 || key[i-1] == '/' {
			return key[i:]
		}
	}
	return ""
}

// isCopy reports whether a file at key of a copy can be the one that was delivered as object: the whole layout of the trail's bucket
// is as it was, below any folder; or the copy begins somewhere below AWSLogs; or the file is loose.
func isCopy(key, object string) bool {
	if key == object || strings.HasSuffix(object, "/"+key) {
		return true
	}
	if l := layout(object); l != "" && (key == l || strings.HasSuffix(key, "/"+l)) {
		return true
	}
	return cloudtrail.ParseKey(key).Loose() && path.Base(key) == path.Base(object)
}

// sibling is the key that an object has in the source, if the digest that names it is at key and was delivered as digestObject.
func sibling(key, digestObject, object string) (string, bool) {
	if rest, ok := strings.CutSuffix(digestObject, key); ok { // the copy is of a folder of the bucket
		return strings.CutPrefix(object, rest)
	}
	if l := layout(digestObject); l != "" && strings.HasSuffix(key, l) && layout(object) != "" {
		return strings.TrimSuffix(key, l) + layout(object), true
	}
	return "", false
}
