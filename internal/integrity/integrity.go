// Package integrity verifies CloudTrail's log file integrity chain: digest files that CloudTrail signs about once an hour, each of
// which lists the log files delivered in its window and names the digest before it.
//
// Whatever a digest or a log holds may come from an attacker. What is said about a file rests on a signature by a key of AWS, or it
// is said that it could not be checked.
package integrity

import (
	"time"

	"trailscribe/internal/source"
)

// Range is what is asked for, by time of delivery. Zero times ask for what there is: then nothing can be said of digests that were
// cut off at either end.
type Range struct {
	From, To          time.Time // To excluded
	Until             time.Time // deliveries from To on, up to here, are checked too where digests are there; zero: none
	Now               time.Time // a digest may be two hours old before it is missing; zero: long after To
	Accounts, Regions []string  // empty: all
}

// grace is how long after its window a digest may come.
const grace = 2 * time.Hour

// Known is a source of hashes that were taken when the files were read for something else.
type Known interface {
	SHA256(key string) ([32]byte, bool) // of the decoded bytes
}

// Options say what is verified with what.
type Options struct {
	Source source.Source
	Keys   Keys
	Known  Known // nil: every log file is read
	// Bucket and Prefix are where the source is, if it is the bucket that CloudTrail delivers to: then each file must be where its
	// digest says, and metadata and times are those of S3. "": a copy, which may be in any folder.
	Bucket, Prefix string
	Copied         []string // buckets that Bucket may hold copies of
	// Permanent reports of an error that trying again is useless, such as a permission that is missing. nil: of none.
	Permanent func(error) bool
	Parallel  int              // files read at a time; 0: 64
	Limits    Limits           // zero fields: defaults
	Wait      []time.Duration  // before each further attempt to read a file; nil: 0.2, 1 and 4 seconds
	Progress  func(done int64) // files checked so far; nil: not told. May be called by several goroutines
}

// Limits bound what one file may cost.
type Limits struct {
	Digest, Log int64 // decoded bytes; default 16 MiB and 1 GiB
}

// Kind is what a finding is about.
type Kind string

// Kinds.
const (
	KindDigest Kind = "digest"
	KindLog    Kind = "log"
	KindTime   Kind = "time"
)

// Finding is something to know about a file or a time.
type Finding struct {
	Class           Class
	Kind            Kind
	Key             string // in the source, or as the digest names it where it is not there
	Says            string
	Expected, Found string    // hashes or places; "": none
	From, To        time.Time // of a digest's window, or the time itself
	Logs            int64     // log files that are concerned
	Events          []Event   // of KindTime: what was done to the trail around then
}

// Event is a call that starts, stops, changes or deletes a trail, as a verified log file tells.
type Event struct {
	Time                    time.Time
	Name, Actor, Trail, Key string
}

// Window is a time of delivery.
type Window struct{ From, To time.Time }

// Count is how many files came to what.
type Count struct {
	Valid, Failed, Unverifiable, Pending int64
}

func (c *Count) add(x Count) {
	c.Valid += x.Valid
	c.Failed += x.Failed
	c.Unverifiable += x.Unverifiable
	c.Pending += x.Pending
}

// count notes a file of a class.
func (c *Count) count(class Class) {
	switch {
	case class == Pending:
		c.Pending++
	case class == Unverifiable:
		c.Unverifiable++
	case class.Result() == Verified:
		c.Valid++
	default:
		c.Failed++
	}
}

// Place is an account and region of one folder AWSLogs, with what was found there.
type Place struct {
	Account, Region string
	Root            string   // folder of the account in the source, with its slash; "": loose files
	Trails          []string // by whose digests, sorted
	CopyOf          []string // buckets that the digests name, where that is not the bucket of the source, sorted
	Digests, Logs   Count
	Covered         []Window  // by valid digests, in order
	Findings        []Finding // in a fixed order
}

// Result is the worst of its findings.
func (p *Place) Result() Result {
	r := Verified
	for i := range p.Findings {
		r = worse(r, p.Findings[i].Class.Result())
	}
	return r
}

// Report is what verification came to.
type Report struct {
	Source   string
	From, To time.Time // as asked for
	Places   []Place   // sorted by account, region and root
	Findings []Finding // about no place: accounts or regions that were asked for and have none
}

// Result is the worst of all findings.
func (r *Report) Result() Result {
	out := Verified
	for i := range r.Findings {
		out = worse(out, r.Findings[i].Class.Result())
	}
	for i := range r.Places {
		out = worse(out, r.Places[i].Result())
	}
	return out
}

// Totals are the files of all places.
func (r *Report) Totals() (digests, logs Count) {
	for i := range r.Places {
		digests.add(r.Places[i].Digests)
		logs.add(r.Places[i].Logs)
	}
	return digests, logs
}
