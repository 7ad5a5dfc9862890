package cloudtrail

import (
	"strings"
	"time"
)

// Key is what an object's name says. A loose file has no folder; it has account, region and day where it still has the name that
// CloudTrail gave it, as in a copy of all log files in one folder.
type Key struct {
	Name                         string
	Account, Region, Org, Folder string // Folder: CloudTrail, CloudTrail-Digest, CloudTrail-Insight ...
	Day                          time.Time
}

// Folders next to the log files of a trail. Their content differs from log files and is never mixed with them.
const (
	FolderLogs       = "CloudTrail"
	FolderDigest     = "CloudTrail-Digest"
	FolderInsight    = "CloudTrail-Insight"
	FolderNetwork    = "CloudTrail-NetworkActivity"
	FolderAggregated = "CloudTrail-Aggregated"
)

// FolderKeys is the folder of a copy of a trail's bucket that holds CloudTrail's public keys, a file REGION.json for each region. It is
// next to AWSLogs; CloudTrail itself keeps no such folder.
const FolderKeys = "cloudtrail-keys"

// KeysRegion is the region whose public keys a file holds, by its name; "" where it is not such a file.
func KeysRegion(name string) string {
	rest, ok := strings.CutPrefix(name, FolderKeys+"/")
	region, json := strings.CutSuffix(rest, ".json")
	if !ok || !json || !isRegion(region) {
		return ""
	}
	return region
}

// Loose reports whether the file lies outside the layout of a trail's bucket.
func (k Key) Loose() bool { return k.Folder == "" }

// IsLog reports whether the file is one of a trail's log files by its place or by its name.
func (k Key) IsLog() bool { return k.Folder == FolderLogs || k.Folder == "" && !k.Day.IsZero() }

// ParseKey reads the S3 layout of a trail:
//
//	[prefix/]AWSLogs/[o-organisation/]account/CloudTrail[-Kind]/region/yyyy/mm/dd/file
//
// The prefix may hold anything, even another AWSLogs. The day is the day of delivery, not of the events in the file.
// Below AWSLogs/account other services keep their own folders; there Folder is their name and nothing else is known.
// Outside this layout the name of a log file is read: account_CloudTrail_region_yyyymmddThhmmZ_letters.json.gz.
func ParseKey(name string) Key {
	k := parseKey(name)
	if k.Loose() {
		k.Account, k.Region, k.Day = parseName(name[strings.LastIndexByte(name, '/')+1:])
	}
	return k
}

// parseName reads the name of a log file; the day is zero where it is another one.
func parseName(base string) (account, region string, day time.Time) {
	parts := strings.Split(base, "_")
	if len(parts) != 5 || parts[1] != FolderLogs || !isAccount(parts[0]) || !isRegion(parts[2]) || parts[4] == "" {
		return "", "", time.Time{}
	}
	_, suffix, _ := strings.Cut(parts[4], ".")
	delivered, err := time.Parse("20060102T1504Z", parts[3])
	if err != nil || suffix != "json.gz" && suffix != "json" {
		return "", "", time.Time{}
	}
	return parts[0], parts[2], delivered.Truncate(24 * time.Hour)
}

func parseKey(name string) Key {
	k := Key{Name: name}
	parts := strings.Split(name, "/")
	// From the right: the last eight or nine parts count, whatever stands before them.
	n := len(parts)
	if n < 7 {
		return otherService(k, parts)
	}
	year, month, day := parts[n-4], parts[n-3], parts[n-2]
	region, folder, account := parts[n-5], parts[n-6], parts[n-7]
	if !isFolder(folder) || !isAccount(account) || !isRegion(region) || parts[n-1] == "" {
		return otherService(k, parts)
	}
	d, ok := parseDay(year, month, day)
	if !ok {
		return otherService(k, parts)
	}
	org := ""
	if n >= 8 && isOrganization(parts[n-8]) {
		org = parts[n-8]
	}
	k.Account, k.Region, k.Org, k.Folder, k.Day = account, region, org, folder, d
	return k
}

// otherService names the folder of another service that writes into AWSLogs: Config, vpcflowlogs, elasticloadbalancing.
// Such a key has an account and no day.
func otherService(k Key, parts []string) Key {
	for i := len(parts) - 4; i >= 0; i-- {
		if parts[i] != "AWSLogs" {
			continue
		}
		org, rest := "", parts[i+1:]
		if isOrganization(rest[0]) {
			org, rest = rest[0], rest[1:]
		}
		if len(rest) < 3 || !isAccount(rest[0]) || rest[1] == "" || isFolder(rest[1]) {
			return k
		}
		k.Org, k.Account, k.Folder = org, rest[0], rest[1]
		return k
	}
	return k
}

func isFolder(s string) bool {
	rest, ok := strings.CutPrefix(s, FolderLogs)
	return ok && (rest == "" || len(rest) > 1 && rest[0] == '-')
}

// isAccount: an account id is twelve digits.
func isAccount(s string) bool { return len(s) == 12 && digits(s) }

// isOrganization: o- and 10 to 32 lower-case letters or digits; shorter ones occur in published samples.
func isOrganization(s string) bool {
	rest, ok := strings.CutPrefix(s, "o-")
	if !ok || rest == "" || len(rest) > 32 {
		return false
	}
	for i := range len(rest) {
		if c := rest[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// isRegion accepts any code of letters, digits and dashes: new regions appear every year.
func isRegion(s string) bool {
	if len(s) < 3 || len(s) > 40 || !strings.Contains(s, "-") {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func parseDay(year, month, day string) (time.Time, bool) {
	if len(year) != 4 || len(month) != 2 || len(day) != 2 || !digits(year+month+day) {
		return time.Time{}, false
	}
	t, err := time.Parse("2006/01/02", year+"/"+month+"/"+day)
	return t, err == nil
}
