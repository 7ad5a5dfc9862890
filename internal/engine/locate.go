package engine

import "context"

// Location is a record of an event and where it is.
type Location struct {
	EventID string
	File    string   // key of the log file in the source
	SHA256  [32]byte // of the file's decoded bytes, as CloudTrail's digests have it
	Number  int64    // of the record in the file, from 1
	Raw     []byte   // the JSON object as it stands in the file
}

// Located is what a search for events found.
type Located struct {
	Records []Location // by event id, file and number
	Files   int64      // log files that were searched
	Refused int64      // log files that could not be read, so that a record may be in them
}

// Locator is an engine that finds the records of events in the log files of a scope, by their event ids, and reads them as they stand
// there. Copies of an event are a record each.
type Locator interface {
	Locate(ctx context.Context, s Scope, ids []string) (Located, error)
}
