// Package cloudtrail is the record: its columns, categories, S3 layout and the reader of log files.
//
// Everything here is AWS's definition of a log, not ours: names, types and layout follow the CloudTrail user guide and
// the documented Athena table. The reader is a bounded-window scanner that checks the JSON, splits a record into the
// leaves of that table and takes the SHA-256 of the decoded bytes, all in one pass.
package cloudtrail
