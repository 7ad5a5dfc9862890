package lake

import "time"

// The partition columns of the table. Account and region stand in the key; day is the day of delivery, yyyy/MM/dd.
const (
	accountColumn = "account"
	regionColumn  = "region"
	dayColumn     = "day"
	dayFormat     = "2006/01/02"
)

// root is the key under which accounts stand: prefix/AWSLogs/[o-…/]
func (s Settings) root() string {
	key := s.Logs.Key() + "AWSLogs/"
	if s.Organization != "" { // never an empty folder: // in a place finds nothing
		key += s.Organization + "/"
	}
	return key
}

// location is what the table names as its place.
func (s Settings) location() string { return "s3://" + s.Logs.Bucket + "/" + s.root() }

// template is the place of a partition. It holds every partition column and ends with a slash ("Setting up partition
// projection", Athena user guide); it names the folder CloudTrail, so that digests and Insights next to it are not read.
func (s Settings) template() string {
	return s.location() + "${" + accountColumn + "}/CloudTrail/${" + regionColumn + "}/${" + dayColumn + "}/"
}

// partition is the key of one partition.
func (s Settings) partition(account, region string, day time.Time) string {
	return s.root() + account + "/CloudTrail/" + region + "/" + day.Format(dayFormat) + "/"
}
