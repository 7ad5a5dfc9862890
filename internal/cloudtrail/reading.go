package cloudtrail

import (
	"errors"
	"fmt"
	"io"
)

// errStopped: the caller left the loop.
var errStopped = errors.New("stopped")

// reading is one pass over a file.
type reading struct {
	*window
	log   *Log
	p     *parser
	yield func(*Record, error) bool
	shape Shape // of the container around the records
}

// file reads top-level values until the end.
func (d *reading) file() error {
	for values := 0; ; values++ {
		c, err := d.next()
		if err == io.EOF { //nolint:errorlint // the end of a text is io.EOF itself; a wrapped one is a transfer that broke off
			if d.decoded() == 0 {
				return &Refusal{Kind: Empty, Reason: "The file is empty."}
			}
			if values == 0 {
				return &Refusal{Kind: Empty, Reason: "The file holds nothing but white space."}
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
			err = d.elements()
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
	d.shape = Records
	d.pos = list
	if err := d.elements(); err != nil {
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
			return d.notJSON("a comma or }")
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
		if c == '[' && (key == markKeys[markRecords] || key == markKeys[markEvents]) {
			err = d.elements()
		} else {
			err = d.skipValue()
		}
		if err != nil {
			return err
		}
	}
}

// elements reads the array at pos, each element a record.
func (d *reading) elements() error {
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
		if c != '{' {
			// Whatever it is, check that it is JSON before saying so.
			at := d.base + int64(d.pos)
			if err := d.skipValue(); err != nil {
				return err
			}
			return &Refusal{Kind: Foreign, Record: d.log.stat.Records + 1, Offset: at, Reason: "JSON, but no CloudTrail records: a list of something other than objects."}
		}
		if _, err := d.parse(false); err != nil {
			return err
		}
		if err := d.emit(); err != nil {
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
			return d.notJSON("a comma or ]")
		}
	}
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
		Reason: fmt.Sprintf("A record is larger than %s.", size(d.log.l.Record))}
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
		if st.Records > 0 && refusal.Kind == Foreign {
			refusal.Reason = fmt.Sprintf("After %d records comes something else. %s", st.Records, refusal.Reason)
			refusal.Kind = Corrupt
		}
		return refusal
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

// foreignText describes a file, or the rest of one, that does not begin like JSON.
func (d *reading) foreignText(values int) error {
	if values > 0 {
		return d.notJSON("the beginning of a record")
	}
	r := &Refusal{Kind: NotJSON, Reason: "Not a JSON file: it begins with neither { nor [."}
	for _, m := range magics {
		if d.end-d.pos >= len(m.bytes) && string(d.buf[d.pos:d.pos+len(m.bytes)]) == m.bytes {
			r.Reason = m.what
		}
	}
	return r
}

var magics = []struct{ bytes, what string }{
	{"PK\x03\x04", "A zip archive: unpack it first."},
	{"\x28\xb5\x2f\xfd", "Compressed with zstd: unpack it first."},
	{"BZh", "Compressed with bzip2: unpack it first."},
	{"\xfd7zXZ\x00", "Compressed with xz: unpack it first."},
	{"PAR1", "A Parquet file, not a CloudTrail log file."},
	{"\xff\xfe", "Text in UTF-16: convert it to UTF-8."},
	{"\xfe\xff", "Text in UTF-16: convert it to UTF-8."},
}

func (d *reading) notJSON(missing string) *Refusal {
	at := d.base + int64(d.pos)
	return &Refusal{Kind: NotJSON, Record: d.log.stat.Records, Offset: at, Reason: fmt.Sprintf("The text is not JSON: %s is missing at byte %d.", missing, at)}
}

// must is next where the file must go on.
func (d *reading) must() (byte, error) {
	c, err := d.next()
	if err == io.EOF { //nolint:errorlint // the end of a text is io.EOF itself; a wrapped one is a transfer that broke off
		return 0, &Refusal{Kind: Truncated, Record: d.log.stat.Records, Offset: d.decoded(),
			Reason: "The file ends in the middle: it was cut off while it was written or copied."}
	}
	return c, err
}

func size(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
