package integrity

import "slices"

// Class is what was found of a digest file, of a log file, or of a time.
type Class string

// Classes. Valid is never a finding of its own; it is counted.
const (
	Valid              Class = "valid"
	Modified           Class = "modified"            // the content is not what was signed
	Missing            Class = "missing"             // a digest names it, and it is not there
	Truncated          Class = "truncated"           // the gzip stream ends early
	TrailingData       Class = "trailing-data"       // something follows the gzip stream; many readers read it
	NotGzip            Class = "not-gzip"            // CloudTrail delivers gzip only
	BadSignature       Class = "bad-signature"       // the signature does not fit the digest
	BadAlgorithm       Class = "bad-algorithm"       // not SHA-256 with RSA, or not SHA-256
	UnknownKey         Class = "unknown-key"         // keys of the region and time are known, and this is none of them
	KeyMismatch        Class = "key-mismatch"        // a key that is not what it says, or not of that time
	Moved              Class = "moved"               // not where its digest says it was delivered
	Malformed          Class = "malformed"           // not a digest as CloudTrail writes them
	ChainMismatch      Class = "chain-mismatch"      // not the predecessor that the next digest was signed over
	DuplicateReference Class = "duplicate-reference" // two digests list one log file
	UnreferencedLog    Class = "unreferenced-log"    // delivered in a time that digests cover, and in none of them
	ChainGap           Class = "chain-gap"           // the chain begins anew, or its windows do not meet
	HeadUncovered      Class = "head-uncovered"      // asked for, and before the first digest
	TailUncovered      Class = "tail-uncovered"      // asked for, and after the last digest
	NoDigests          Class = "no-digests"          // there is nothing to verify with
	Unverifiable       Class = "unverifiable"        // could not be checked: neither valid nor tampered with
	Pending            Class = "pending"             // younger than the newest digest: counted, no fault
	Notice             Class = "notice"              // verified, and still worth knowing
)

// Result is what classes come to.
type Result string

// Results, the better one first.
const (
	Verified   Result = "valid"
	Incomplete Result = "incomplete" // nothing wrong was found, and not everything could be checked
	Failed     Result = "failed"     // something is not as CloudTrail delivered it
)

var incomplete = []Class{ChainGap, HeadUncovered, TailUncovered, NoDigests, Unverifiable}

// Classes are all of them but Valid, in the order in which they are declared.
func Classes() []Class {
	return []Class{Modified, Missing, Truncated, TrailingData, NotGzip, BadSignature, BadAlgorithm, UnknownKey, KeyMismatch, Moved, Malformed,
		ChainMismatch, DuplicateReference, UnreferencedLog, ChainGap, HeadUncovered, TailUncovered, NoDigests, Unverifiable, Pending, Notice}
}

// Result is what one finding of the class comes to.
func (c Class) Result() Result {
	switch {
	case c == Valid || c == Pending || c == Notice:
		return Verified
	case slices.Contains(incomplete, c):
		return Incomplete
	}
	return Failed
}

// worse is the worse of two results.
func worse(a, b Result) Result {
	if a == Failed || b == Failed {
		return Failed
	}
	if a == Incomplete || b == Incomplete {
		return Incomplete
	}
	return Verified
}
