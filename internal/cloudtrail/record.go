package cloudtrail

import (
	"bytes"
	"time"

	"trailscribe/internal/unread"
)

// Record is one CloudTrail event as logged, split into the leaves of the table. The record of a Log is valid until
// the next step of its loop; Clone keeps it.
type Record struct {
	Raw []byte // the JSON object as it stood in the log; for LookupEvents and EventBridge the event inside

	cells              [leafCount][]byte
	has                uint32 // rows that are not NULL
	resources, space   []Resource
	pairs              []Pair
	misfit             []byte
	repaired, repeated bool
}

// Resource is an element of resources; a nil cell is NULL.
type Resource struct {
	cells [3][]byte
	Null  bool // the element itself is null
}

// ARN is the name of the resource.
func (r *Resource) ARN() []byte { return r.cells[0] }

// AccountID is the account that owns it.
func (r *Resource) AccountID() []byte { return r.cells[1] }

// Type is what it is: AWS::S3::Object.
func (r *Resource) Type() []byte { return r.cells[2] }

// Pair is an entry of a map; a nil Value is NULL.
type Pair struct{ Key, Value []byte }

// Cell is the value of a leaf of Tree; nil is NULL, an empty text is not nil.
func (r *Record) Cell(leaf int) []byte { return r.cells[leaf] }

// Has reports whether a row of Tree is there, be it without fields.
func (r *Record) Has(row int) bool { return r.has&(1<<row) != 0 }

// Resources is the column of that name; nil is NULL.
func (r *Record) Resources() []Resource { return r.resources }

// Pairs is the map column, useridentity.sessioncontext.webidfederationdata.attributes; nil is NULL.
func (r *Record) Pairs() []Pair { return r.pairs }

// Misfit is a JSON object of the values that have no place in the table because of their type, by path; nil mostly.
func (r *Record) Misfit() []byte { return r.misfit }

// Text is the value of a leaf by its path in the table, such as "useridentity.arn"; false for NULL and unknown paths.
func (r *Record) Text(path string) (string, bool) {
	if i, ok := leafByPath[path]; ok && r.cells[i] != nil {
		return string(r.cells[i]), true
	}
	return "", false
}

var leafByPath = paths(fields, map[string]int{})

func paths(f *field, m map[string]int) map[string]int {
	if f.shape == text {
		m[f.path] = f.lo
	}
	if f.shape == row {
		for _, k := range f.kids {
			paths(k, m)
		}
	}
	return m
}

// leaves the package itself asks for.
var (
	leafEventVersion    = leafByPath["eventversion"]
	leafEventTime       = leafByPath["eventtime"]
	leafEventSource     = leafByPath["eventsource"]
	leafEventName       = leafByPath["eventname"]
	leafEventID         = leafByPath["eventid"]
	leafEventType       = leafByPath["eventtype"]
	leafEventCategory   = leafByPath["eventcategory"]
	leafRegion          = leafByPath["awsregion"]
	leafManagementEvent = leafByPath["managementevent"]
)

// isEvent tells an event from other JSON: at least two of the fields every event has. Notifications of S3 and other
// event sources look alike, but their eventSource is "aws:s3" and the like.
func (r *Record) isEvent() bool {
	n := 0
	for _, l := range [...]int{leafEventVersion, leafEventTime, leafEventSource, leafEventName, leafEventID, leafEventType,
		leafEventCategory, leafRegion} {
		if r.cells[l] != nil {
			n++
		}
	}
	if r.has&1 != 0 { // userIdentity
		n++
	}
	return n >= 2 && !bytes.HasPrefix(r.cells[leafEventSource], []byte("aws:"))
}

// Dated reports whether eventTime reads as YYYY-MM-DDThh:mm:ss[.fraction]Z, the only form CloudTrail writes. A record
// without it is in no period.
func (r *Record) Dated() bool {
	_, ok := r.Time()
	return ok
}

// Time is the event time, UTC; false if the record is not dated.
func (r *Record) Time() (time.Time, bool) {
	b := r.cells[leafEventTime]
	if len(b) < 20 || b[len(b)-1] != 'Z' {
		return time.Time{}, false
	}
	num := func(from, to int) (n int) {
		for _, c := range b[from:to] {
			if c < '0' || c > '9' {
				return -1
			}
			n = n*10 + int(c-'0')
		}
		return n
	}
	if b[4] != '-' || b[7] != '-' || b[10] != 'T' || b[13] != ':' || b[16] != ':' {
		return time.Time{}, false
	}
	y, mo, d, h, mi, s := num(0, 4), num(5, 7), num(8, 10), num(11, 13), num(14, 16), num(17, 19)
	if y < 0 || mo < 1 || mo > 12 || d < 1 || d > 31 || h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 59 {
		return time.Time{}, false
	}
	nano := 0
	if f := b[19 : len(b)-1]; len(f) > 0 {
		if f[0] != '.' || len(f) < 2 {
			return time.Time{}, false
		}
		scale := 100_000_000
		for _, c := range f[1:] {
			if c < '0' || c > '9' {
				return time.Time{}, false
			}
			nano += int(c-'0') * scale
			scale /= 10
		}
	}
	t := time.Date(y, time.Month(mo), d, h, mi, s, nano, time.UTC)
	if t.Day() != d {
		return time.Time{}, false
	}
	return t, true
}

// ParseRecord reads one event. It accepts what Read accepts as a record: the event itself, an EventBridge envelope or an
// entry of LookupEvents. The record keeps slices of json. The error is a *Refusal.
func ParseRecord(json []byte) (Record, error) {
	p := newParser(Limits{}.orDefault())
	p.b = json
	i := p.space(0)
	if i >= len(json) {
		return Record{}, &Refusal{Kind: Empty, Reason: unread.Because(unread.EventEmpty)}
	}
	if json[i] != '{' {
		return Record{}, &Refusal{Kind: NotJSON, Reason: unread.Because(unread.EventNotObject)}
	}
	end, _ := p.parse(i, false)
	if end < 0 {
		r := p.refusal(0, 1)
		if r.Kind == Truncated {
			r.Reason = unread.Because(unread.EventCutOff)
		}
		return Record{}, r
	}
	if rest := p.space(end); rest < len(json) {
		return Record{}, &Refusal{Kind: NotJSON, Offset: int64(rest), Reason: unread.Because(unread.EventMore)}
	}
	if _, refusal := p.unwrap(); refusal != nil {
		return Record{}, refusal
	}
	return p.rec, nil
}

// Clone copies the record, so that it outlives the loop it came from.
func (r *Record) Clone() Record {
	c := *r
	c.Raw = bytes.Clone(r.Raw)
	for i, v := range c.cells {
		c.cells[i] = bytes.Clone(v)
	}
	c.space, c.resources = nil, nil
	if r.resources != nil {
		c.resources = make([]Resource, len(r.resources))
		for i, x := range r.resources {
			for j, v := range x.cells {
				x.cells[j] = bytes.Clone(v)
			}
			c.resources[i] = x
		}
	}
	if r.pairs != nil {
		c.pairs = make([]Pair, len(r.pairs))
		for i, x := range r.pairs {
			c.pairs[i] = Pair{bytes.Clone(x.Key), bytes.Clone(x.Value)}
		}
	}
	c.misfit = bytes.Clone(r.misfit)
	return c
}
