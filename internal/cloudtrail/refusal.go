package cloudtrail

import "trailscribe/internal/unread"

// Kind says in one word why a log file was refused.
type Kind string

// Kinds of a Refusal. Foreign and NotJSON mean that not one record was found; with the others a log file is damaged or
// too large.
const (
	Empty     Kind = "empty"     // no bytes at all
	Truncated Kind = "truncated" // ends in the middle, as gzip or as JSON
	// the gzip stream does not match its checksum or format, or there is something else besides records
	Corrupt        Kind = "corrupt"
	NotJSON        Kind = "not JSON"         // the text is not JSON at the place named
	Foreign        Kind = "foreign"          // JSON, but no CloudTrail records
	Packed         Kind = "packed"           // an archive, or events in a form that is not read: there may be records in it
	TooDeep        Kind = "too deep"         // nested deeper than Limits.Depth
	RecordTooLarge Kind = "record too large" // larger than Limits.Record
	FileTooLarge   Kind = "file too large"   // more decoded bytes than Limits.File
	Bomb           Kind = "bomb"             // decodes to more than Limits.Ratio times its stored size
	Unreadable     Kind = "unreadable"       // the source gave an error while reading
)

// Refusal is why a log file was not read. A file is refused as a whole.
type Refusal struct {
	Kind   Kind
	Record int64 // the record it happened in, from 1; 0: outside a record
	Offset int64 // decoded bytes before the place
	Reason unread.Reason
	Err    error // the cause, if another package gave one
}

// Error names reason and place for the command line; a report has words for them.
func (r *Refusal) Error() string {
	return r.Reason.At(r.Record, r.Offset).String()
}

func (r *Refusal) Unwrap() error { return r.Err }
