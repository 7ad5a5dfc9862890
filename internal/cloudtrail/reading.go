package cloudtrail

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"trailscribe/internal/unread"
)

// errStopped: the caller left the loop.
var errStopped = errors.New("stopped")

// reading is one pass over a file.
//
// A file that holds a record is a CloudTrail log file, and whatever else it holds where a record should stand is damage.
// What is not a record is therefore passed over until the first record comes: only a file without any is foreign.
type reading struct {
	*window
	log     *Log
	p       *parser
	yield   func(*Record, error) bool
	shape   Shape    // of the container around the records
	strange *Refusal // the first thing that is not a record, met before any record; nil: none
}

// file reads the whole text.
func (d *reading) file() error {
	err := d.values()
	var r *Refusal
	switch {
	case err != nil && !errors.As(err, &r):
		return err
	case r != nil && r.Kind == Unreadable:
		return r
	case d.strange != nil && d.log.stat.Records == 0:
		return d.strange // whatever comes behind it
	case r == nil:
		return nil
	}
	return d.damage(r)
}

// damage is a refusal after records were read: what makes any other file foreign is damage in a log file.
func (d *reading) damage(r *Refusal) *Refusal {
	if d.log.stat.Records == 0 {
		return r
	}
	switch r.Kind {
	case Foreign, Packed:
		r.Kind, r.Reason = Corrupt, unread.Because(unread.AfterRecords, d.log.stat.Records, r.Reason)
	case NotJSON:
		r.Kind = Corrupt
	}
	return r
}

// notRecord notes something that is not a record; an error where records were read before it.
func (d *reading) notRecord(r *Refusal) error {
	if d.log.stat.Records > 0 {
		return r
	}
	if d.strange == nil {
		d.strange = r
	}
	return nil
}

// values reads top-level values until the end.
func (d *reading) values() error {
	for values := 0; ; values++ {
		c, err := d.next()
		if err == io.EOF { //nolint:errorlint // the end of a text is io.EOF itself; a wrapped one is a transfer that broke off
			if d.decoded() == 0 {
				return &Refusal{Kind: Empty, Reason: unread.Because(unread.Empty)}
			}
			if values == 0 {
				return &Refusal{Kind: Empty, Reason: unread.Because(unread.Blank)}
			}
			if d.log.stat.Shape == "" {
				d.log.stat.Shape = d.shape
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch c {
		case '{':
			err = d.object()
		case '[':
			d.shape = Array
			err = d.elements(true)
		default:
			err = d.foreignText(values)
		}
		if err != nil {
			return err
		}
	}
}

// object reads a top-level object: a record, or the container of records.
func (d *reading) object() error {
	list, err := d.parse(true)
	if err != nil {
		return err
	}
	if list < 0 {
		d.shape = Lines
		return d.emit()
	}
	return d.container(list)
}

// container reads an object with a list of records, which begins at list.
func (d *reading) container(list int) error {
	d.shape = Records
	d.pos = list
	if err := d.elements(false); err != nil {
		return err
	}
	// The rest of the container: NextToken and the like, or another list.
	for {
		c, err := d.must()
		if err != nil {
			return err
		}
		d.pos++
		if c == '}' {
			return nil
		}
		if c != ',' {
			return d.notJSON(unread.CommaOrBrace)
		}
		if _, err = d.must(); err != nil {
			return err
		}
		key, err := d.skipKey()
		if err != nil {
			return err
		}
		if c, err = d.must(); err != nil {
			return err
		}
		if c == '[' && (isMark(key, markRecords) || isMark(key, markEvents)) {
			err = d.elements(false)
		} else {
			err = d.skipValue()
		}
		if err != nil {
			return err
		}
	}
}

// isMark reports whether a key is that of a mark, in any spelling, as the parser of the first object finds them.
func isMark(key string, mark int) bool { return strings.EqualFold(key, markKeys[mark]) }

// elements reads the array at pos, each element a record; with containers, an element may also hold a list of records:
// several log files that were put into one array.
func (d *reading) elements(containers bool) error {
	d.pos++
	c, err := d.must()
	if err != nil {
		return err
	}
	if c == ']' {
		d.pos++
		return nil
	}
	for {
		if c, err = d.must(); err != nil {
			return err
		}
		if c == '{' {
			err = d.element(containers)
		} else {
			// Whatever it is, check that it is JSON before saying so.
			at := d.base + int64(d.pos)
			if err = d.skipValue(); err == nil {
				err = d.notRecord(&Refusal{Kind: Foreign, Record: d.log.stat.Records + 1, Offset: at,
					Reason: unread.Because(unread.NotObject, kindOf(c))})
			}
		}
		if err != nil {
			return err
		}
		if c, err = d.must(); err != nil {
			return err
		}
		d.pos++
		switch c {
		case ']':
			return nil
		case ',':
		default:
			return d.notJSON(unread.CommaOrBracket)
		}
	}
}

// element reads the object at pos, an element of a list.
func (d *reading) element(containers bool) error {
	list, err := d.parse(containers)
	if err != nil {
		return err
	}
	if list < 0 {
		return d.emit()
	}
	outer := d.shape
	err = d.container(list)
	d.shape = outer
	return err
}

// kindOf is the kind of the JSON value that begins with c and is not an object.
func kindOf(c byte) unread.Word {
	switch c {
	case '[':
		return unread.AList
	case '"':
		return unread.AString
	case 'n':
		return unread.ANull
	case 't', 'f':
		return unread.ABool
	}
	return unread.ANumber
}

// parse parses the object at pos and steps over it; at the container of records it stops at the list, whose position is
// returned, and steps nowhere. It reads on until the object is complete.
func (d *reading) parse(top bool) (list int, err error) {
	for {
		d.p.b = d.buf[:d.end]
		end, list := d.p.parse(d.pos, top)
		if end >= 0 {
			if err := d.within(end); err != nil {
				return 0, err
			}
			if list < 0 {
				d.pos = end
			}
			return list, nil
		}
		if err := d.failed(); err != nil {
			return 0, err
		}
	}
}

// failed handles a fault of the scanner: nil means that more text was read and the value can be tried again.
func (d *reading) failed() error {
	if err := d.within(d.p.at); err != nil {
		return err
	}
	if d.p.fault != short {
		return d.p.refusal(d.base, d.log.stat.Records+1)
	}
	err := d.fill()
	if err == io.EOF { //nolint:errorlint // the end of a text is io.EOF itself; a wrapped one is a transfer that broke off
		d.p.at = d.end
		return d.p.refusal(d.base, d.log.stat.Records+1)
	}
	return err
}

// within holds the limit of a record, whether or not the window happened to be large enough for more.
func (d *reading) within(end int) error {
	if int64(end-d.pos) <= d.log.l.Record {
		return nil
	}
	return &Refusal{Kind: RecordTooLarge, Record: d.log.stat.Records + 1, Offset: d.base + int64(d.pos),
		Reason: unread.Because(unread.RecordTooLarge, d.log.l.Record)}
}

// skipValue checks the value at pos and steps over it.
func (d *reading) skipValue() error {
	for {
		d.p.b, d.p.fault = d.buf[:d.end], sound
		if end := d.p.value(d.pos, 0); end >= 0 {
			if err := d.within(end); err != nil {
				return err
			}
			d.pos = end
			return nil
		}
		if err := d.failed(); err != nil {
			return err
		}
	}
}

// skipKey steps over a key and its colon.
func (d *reading) skipKey() (string, error) {
	for {
		d.p.b, d.p.fault = d.buf[:d.end], sound
		if end := d.p.quoted(d.pos); end >= 0 {
			key := string(d.buf[d.pos+1 : end-1])
			if end = d.p.colon(end); end >= 0 {
				if err := d.within(end); err != nil {
					return "", err
				}
				d.pos = end
				return key, nil
			}
		}
		if err := d.failed(); err != nil {
			return "", err
		}
	}
}

// emit finds the event in the object just parsed and hands it on.
func (d *reading) emit() error {
	st := &d.log.stat
	shape, refusal := d.p.unwrap()
	if refusal != nil {
		refusal.Record = st.Records + 1
		if refusal.Offset == 0 {
			refusal.Offset = d.base + int64(d.pos)
		}
		if refusal.Kind == Foreign {
			return d.notRecord(packed(refusal, d.p.rec.Raw))
		}
		return refusal
	}
	if d.strange != nil {
		d.strange.Kind, d.strange.Reason = Corrupt, unread.Because(unread.BeforeRecords, d.strange.Reason)
		return d.strange
	}
	if shape == Lines {
		shape = d.shape
	}
	if st.Records == 0 {
		st.Shape = shape
	}
	st.Records++
	r := &d.p.rec
	if r.repaired {
		st.Repaired++
	}
	if r.repeated {
		st.Repeated++
	}
	if !r.Dated() {
		st.Undated++
	}
	if !d.yield(r, nil) {
		return errStopped
	}
	return nil
}

// foreignLook is how many bytes of a file that does not begin like JSON are looked at at least.
const foreignLook = 64 << 10

// foreignText describes a file, or the rest of one, that does not begin like JSON.
func (d *reading) foreignText(values int) error {
	if values > 0 {
		return d.notJSON(unread.Record)
	}
	for d.end-d.pos < foreignLook && d.fill() == nil { // the same is looked at whatever the size of the window
	}
	text := d.buf[d.pos:d.end]
	for _, m := range magics {
		if len(text) >= m.at+len(m.bytes) && string(text[m.at:m.at+len(m.bytes)]) == m.bytes {
			return &Refusal{Kind: Packed, Reason: m.is}
		}
	}
	return packed(&Refusal{Kind: NotJSON, Reason: unread.Because(unread.NotText)}, text)
}

// packed makes a refusal of what is not a log file one of a file that may hold records, where the text has the name of a field that every
// event has and the end of a service's name: an export of CloudWatch Logs, an answer of its API, a table of events.
func packed(r *Refusal, text []byte) *Refusal {
	if bytes.Contains(text, []byte("eventVersion")) && bytes.Contains(text, []byte(".amazonaws.com")) {
		r.Kind, r.Reason = Packed, unread.Because(unread.EventsInside, r.Reason)
	}
	return r
}

var magics = []struct {
	at    int // bytes before it
	bytes string
	is    unread.Reason
}{
	{0, "PK\x03\x04", unread.Because(unread.Zip)},
	{0, "PK\x05\x06", unread.Because(unread.Zip)}, // without files
	{0, "\x28\xb5\x2f\xfd", unread.Because(unread.Zstd)},
	{0, "BZh", unread.Because(unread.Bzip2)},
	{0, "\xfd7zXZ\x00", unread.Because(unread.XZ)},
	{0, "PAR1", unread.Because(unread.Parquet)},
	{0, "\xff\xfe", unread.Because(unread.UTF16)},
	{0, "\xfe\xff", unread.Because(unread.UTF16)},
	{0, "\x1f\x8b", unread.Because(unread.GzipTwice)},
	{257, "ustar", unread.Because(unread.Tar)}, // https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
	{0, "7z\xbc\xaf\x27\x1c", unread.Because(unread.Archive, "7z")},
	{0, "Rar!", unread.Because(unread.Archive, "rar")},
	{0, "LZIP", unread.Because(unread.Archive, "lzip")},
	{0, "\x04\x22\x4d\x18", unread.Because(unread.Archive, "lz4")},
	{0, "\xff\x06\x00\x00sNaPpY", unread.Because(unread.Archive, "snappy")},
	{0, "Obj\x01", unread.Because(unread.Archive, "avro")},
	{0, "ORC", unread.Because(unread.Archive, "orc")},
	{0, "SQLite format 3\x00", unread.Because(unread.Archive, "sqlite")},
}

func (d *reading) notJSON(missing unread.Word) *Refusal {
	at := d.base + int64(d.pos)
	return &Refusal{Kind: NotJSON, Record: d.log.stat.Records, Offset: at, Reason: unread.Because(unread.NotJSON, missing, at)}
}

// must is next where the file must go on.
func (d *reading) must() (byte, error) {
	c, err := d.next()
	if err == io.EOF { //nolint:errorlint // the end of a text is io.EOF itself; a wrapped one is a transfer that broke off
		return 0, &Refusal{Kind: Truncated, Record: d.log.stat.Records, Offset: d.decoded(),
			Reason: unread.Because(unread.CutOff)}
	}
	return c, err
}
