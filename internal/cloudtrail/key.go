package cloudtrail

import (
	"strings"
	"time"
)

// Key is what an object's name says; a loose file has only Name.
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

// Loose tells that the name says nothing: the file does not be in the layout of a trail's bucket.
func (k Key) Loose() bool { return k.Folder == "" }

// ParseKey reads the S3 layout of a trail:
//
//	[prefix/]AWSLogs/[o-organisation/]account/CloudTrail[-Kind]/region/yyyy/mm/dd/file
//
// The prefix may hold anything, even another AWSLogs. The day is the day of delivery, not of the events in the file.
// Below AWSLogs/account other services keep their own folders; there Folder is their name and nothing else is known.
func ParseKey(name string) Key { return parseKey(name) }

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
