// Package cache keeps what log files say as Parquet: few large files for each delivery day, written once, read by DuckDB.
//
// It reads only files that are new or changed since the last time, drops the rows of files that changed or vanished,
// and is safe with several processes at once and after a kill. It knows nothing of DuckDB; the Parquet files are plain.
//
// # Rows
//
// Every Parquet file has the columns of cloudtrail.Columns, in that order, with the same lower-case names and types as
// real nested values (row -> STRUCT, array -> LIST, map -> MAP, all leaves VARCHAR), and then:
//
//	file      VARCHAR  key of the log file, relative to the source, forward slashes
//	seq       BIGINT   number of the record in that file, from 1
//	account   VARCHAR  account folder of the key; NULL for a loose file
//	region    VARCHAR  region folder of the key; NULL for a loose file
//	day       VARCHAR  delivery day of the key, yyyy/MM/dd; NULL for a loose file
//	category  VARCHAR  cloudtrail.Record.Category: management, data:s3, network ...; never NULL
//	misfit    VARCHAR  JSON object of the values that were not objects or arrays where CloudTrail has one
//	                   ("userIdentity":"alice"), so that nothing is lost; nearly always NULL
//	content   UUID     no UUID, 16 bytes of a SHA-256 over the columns of cloudtrail.Columns: equal where all of these are
//	                   equal, and nowhere else. Never NULL
//
// Columns that hold JSON hold valid JSON in one line when the record had an object or array there. Where it had a string,
// they hold that string, which may be anything: ask json_valid before extracting.
package cache

import (
	"iter"
	"time"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/source"
	"trailscribe/internal/unread"
)

// Options say what is cached, where, and with how much memory.
type Options struct {
	Dir     string        // the cache directory, shared by all sources; made if missing
	Source  source.Source // where the log files lie; the cache is kept per source.Identity
	Memory  int64         // bytes all workers together may hold, roughly; 0: 512 MiB. Below 96 MiB nothing is saved
	Workers int           // files read at the same time; 0: the number of CPUs, at most 8
	Limits  cloudtrail.Limits
	// Waiting is told in a sentence, at once and then again and again, while another process fills this cache and Refresh has
	// to wait; may be nil.
	Waiting func(sentence string)
}

// Window is what a refresh shall hold.
type Window struct {
	FromDay, ToDay    time.Time // delivery days, both inclusive, midnight UTC; late days are the caller's to add. Zero: open end
	Accounts, Regions []string  // of the key; empty: all
}

// States of an Entry; the words of engine.InputFile.
const (
	Read    = "read"
	Refused = "refused"
	Skipped = "skipped"
)

// Entry is one file of the window: log files of the chosen days, accounts and regions, and every loose file.
type Entry struct {
	Key                  string
	Size                 int64    // as stored
	SHA256               [32]byte // of the decoded bytes; zero unless State is Read
	Decoded              int64    // bytes after gunzip
	Records              int64
	Undated              int64 // records whose eventTime cannot be read as YYYY-MM-DDThh:mm:ss[.f]Z
	Repaired             int64 // records with invalid UTF-8, raw control characters or lone surrogates, put right with U+FFFD or an escape
	Repeated             int64 // records in which a key stood twice or in two spellings; the first exact spelling counts
	State                string
	Reason               unread.Reason // zero unless State is Refused or Skipped
	Account, Region, Org string        // of the key; "" for a loose file
	Folder               string        // CloudTrail, CloudTrail-Digest ...; "" for a loose file
	Day                  time.Time
	Shape                string // how the records lay in the file: cloudtrail.Shape
}

// Snapshot is the cache at one moment. Its Parquet files stay in place until Release, whatever other processes do.
type Snapshot struct {
	parts   []string
	entries []Entry
	stats   Stats
	release func()
}

// Stats tells what a refresh did.
type Stats struct {
	Listed  int64 // objects the source listed, whatever they are
	Opened  int64 // files opened in this refresh
	Kept    int64 // files answered from the cache
	Bytes   int64 // stored bytes of the files opened
	Decoded int64 // the same after gunzip
	Records int64 // records written in this refresh
	Dropped int64 // files of the cache that had changed or vanished at the source
	Rebuilt int64 // days thrown away because their cache files were damaged
	Merged  int64 // days whose small files were put together
}

// Parquet is the absolute paths that hold the window's rows, sorted; empty when there are no rows.
//
// When the window names accounts or regions, a file may also hold rows of other accounts and regions of its day, left
// by earlier refreshes. The reader must filter: day IS NULL OR (account IN (…) AND region IN (…)).
func (s *Snapshot) Parquet() []string { return s.parts }

// Files is every file of the window in key order, with its state and the reason.
func (s *Snapshot) Files() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for _, e := range s.entries {
			if !yield(e) {
				return
			}
		}
	}
}

// Stats is what the refresh did.
func (s *Snapshot) Stats() Stats { return s.stats }

// Release lets other processes delete the files of this snapshot that are out of date. It may be called twice.
func (s *Snapshot) Release() {
	if s.release != nil {
		s.release()
		s.release = nil
	}
}
