// Package cloudtrail is the record: columns, categories, S3 layout, log file reader.
package cloudtrail

import (
	"io"
	"iter"
	"time"
)

type Column struct{ Name, Type, Since string } // Type in Trino's words

type Schema []Column

func Columns() Schema { return nil }

// Key is what an object's name says; a loose file has only Name.
type Key struct {
	Name                         string
	Account, Region, Org, Folder string // Folder: CloudTrail, CloudTrail-Digest, CloudTrail-Insight ...
	Day                          time.Time
}

func ParseKey(name string) Key { return Key{Name: name} }

type Record struct{ Raw []byte }

type Limits struct{ File, Record int64 }

// Read yields the records of one log file in every accepted shape; sum is the SHA-256 of the decoded bytes, complete after the loop.
func Read(r io.Reader, l Limits) (records iter.Seq2[Record, error], sum func() [32]byte) {
	return nil, nil
}
