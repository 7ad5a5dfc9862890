package cloudtrail

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
)

const event = `{"eventVersion":"1.11","eventTime":"2026-10-01T00:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventID":"%d"}`

func events(n int, sep string) string {
	var l []string
	for i := range n {
		l = append(l, fmt.Sprintf(event, i))
	}
	return strings.Join(l, sep)
}

func zipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

// readAll reads a log and returns the event ids.
func readAll(r io.Reader, l Limits) (ids []string, st Stat, err error) {
	log := Read(r, l)
	for rec, e := range log.Records() {
		if e != nil {
			return ids, log.Stat(), e
		}
		id, _ := rec.Text("eventid")
		ids = append(ids, id)
	}
	return ids, log.Stat(), nil
}

func TestShapes(t *testing.T) {
	quoted := strings.ReplaceAll(fmt.Sprintf(event, 0), `"`, `\"`)
	for _, c := range []struct {
		name, text string
		shape      Shape
		records    int
	}{
		{"records", `{"Records":[` + events(3, ",") + `]}`, Records, 3},
		{"records with blanks", " \r\n{ \"Records\" : [ " + events(2, " , \n\t") + " ] } \n", Records, 2},
		{"no records", `{"Records":[]}`, Records, 0},
		{"no records with blanks", `{"Records": [ ] }`, Records, 0},
		{"something before and behind", `{"a":[1,{"b":null}],"Records":[` + events(1, "") + `],"NextToken":"x","n":-1.5e+3}`, Records, 1},
		{"two lists", `{"Records":[` + events(1, "") + `],"Records":[` + events(2, ",") + `]}`, Records, 3},
		{"lower case", `{"records":[` + events(2, ",") + `]}`, Records, 2},
		{"several containers", `{"Records":[` + events(1, "") + `]}` + "\n" + `{"Records":[` + events(2, ",") + `]}`, Records, 3},
		{"containers in an array", `[{"Records":[` + events(1, "") + `]},{"a":1,"Records":[` + events(2, ",") + `]}]`, Records, 3},
		{"containers and events in an array", `[` + events(1, "") + `,{"Records":[` + events(2, ",") + `]}]`, Array, 3},
		{"two lists, one in lower case", `{"Records":[` + events(1, "") + `],"records":[` + events(2, ",") + `]}`, Records, 3},
		{"array", `[` + events(2, ",") + `]`, Array, 2},
		{"empty array", `[]`, Array, 0},
		{"one event", events(1, ""), Lines, 1},
		{"lines", events(4, "\n") + "\n", Lines, 4},
		{"lines, CRLF", events(2, "\r\n"), Lines, 2},
		{"without separator", events(2, ""), Lines, 2},
		{"byte order mark", "\xEF\xBB\xBF" + `{"Records":[` + events(1, "") + `]}`, Records, 1},
		{"lookup", `{"Events":[{"EventId":"0","CloudTrailEvent":"` + quoted + `"},{"CloudTrailEvent":"` + quoted + `"}],"NextToken":"y"}`, Lookup,
			2},
		{"lookup, a line each", `{"EventId":"0","CloudTrailEvent":"` + quoted + `"}` + "\n" + `{"CloudTrailEvent":"` + quoted + `"}`, Lookup, 2},
		{"lookup with an object", `[{"CloudTrailEvent":` + events(1, "") + `}]`, Lookup, 1},
		{"envelope", `{"version":"0","id":"x","detail-type":"AWS API Call via CloudTrail","source":"aws.iam","region":"us-east-1","resources":[],"detail":` + events(1, "") + `}`, EventBridge, 1},
		{"envelopes", `[{"detail-type":"x","detail":` + events(1, "") + `},{"detail-type":"x","detail":` + events(1, "") + `}]`, EventBridge, 2},
	} {
		for _, form := range []string{"plain", "gzip", "two members"} {
			text := c.text
			switch form {
			case "gzip":
				text = zipped(text)
			case "two members":
				text = zipped(text[:len(text)/2]) + zipped(text[len(text)/2:])
			}
			for _, window := range []int{0, 16} {
				for _, r := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text)),
					iotest.DataErrReader(strings.NewReader(text))} {
					ids, st, err := readAll(r, Limits{window: window})
					if err != nil {
						t.Fatalf("%s, %s, window %d: %v", c.name, form, window, err)
					}
					if len(ids) != c.records || st.Records != int64(c.records) || st.Shape != c.shape {
						t.Errorf("%s, %s, window %d: %d records, stat %+v; want %d %s", c.name, form, window, len(ids), st, c.records, c.shape)
					}
					if st.SHA256 != sha256.Sum256([]byte(c.text)) || st.Decoded != int64(len(c.text)) || st.Stored != int64(len(text)) {
						t.Errorf("%s, %s, window %d: %d of %d bytes, %d of %d decoded, sum %x", c.name, form, window, st.Stored, len(text), st.Decoded,
							len(c.text), st.SHA256)
					}
				}
			}
		}
	}
}

func TestRawIsTheEventInside(t *testing.T) {
	inner := fmt.Sprintf(event, 7)
	text := `{"Events":[{"CloudTrailEvent":"` + strings.ReplaceAll(inner, `"`, `\"`) + `"}]}`
	for r, err := range Read(strings.NewReader(text), Limits{}).Records() {
		if err != nil || string(r.Raw) != inner {
			t.Fatalf("%s, %v", r.Raw, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	two := `{"Records":[` + events(2, ",") + `]}`
	gz := zipped(two)
	for _, c := range []struct {
		name, text string
		kind       Kind
		says       string
		limits     Limits
	}{
		{"nothing", "", Empty, "empty", Limits{}},
		{"blanks", " \n\n ", Empty, "blank", Limits{}},
		{"gzip of nothing", zipped(""), Empty, "empty", Limits{}},
		{"text", "hello", NotJSON, "not-json-text", Limits{}},
		{"number", "12345", NotJSON, "not-json-text", Limits{}},
		{"zip", "PK\x03\x04....", Packed, "zip", Limits{}},
		{"half a file", two[:len(two)-40], Truncated, "cut-off", Limits{}},
		{"without the last brace", two[:len(two)-1], Truncated, "cut-off", Limits{}},
		{"without the last bracket", two[:len(two)-2], Truncated, "cut-off", Limits{}},
		{"half an escape", `{"eventName":"a\u00`, Truncated, "cut-off", Limits{}},
		{"half a rune", "{\"eventName\":\"a\xe2\x82", Truncated, "cut-off", Limits{}},
		{"half gzip", gz[:len(gz)/2], Truncated, "gzip-cut-off", Limits{}},
		{"gzip without its sum", gz[:len(gz)-8], Truncated, "gzip-cut-off", Limits{}},
		{"half a gzip header", gz[:5], Truncated, "gzip-cut-off", Limits{}},
		{"wrong checksum", gz[:len(gz)-8] + "\x00\x00\x00\x00" + gz[len(gz)-4:], Corrupt, "gzip-checksum", Limits{}},
		{"damaged gzip", gz[:20] + "\xff\xff\xff\xff\xff\xff" + gz[26:], Corrupt, "gzip-damaged", Limits{}},
		{"something behind gzip", gz + "something trailing", Corrupt, "gzip-damaged", Limits{}},
		{"not JSON inside", `{"Records":[` + events(1, "") + `,{"eventName":tru}]}`, Corrupt, "not-json (missing value, at ", Limits{}},
		{"no comma", `{"Records":[` + events(2, " ") + `]}`, Corrupt, "missing comma-or-bracket", Limits{}},
		{"trailing comma", `{"Records":[` + events(1, "") + `,]}`, Corrupt, "missing value", Limits{}},
		{"bad escape", `{"eventName":"\x"}`, NotJSON, "missing escape", Limits{}},
		{"bad number", `{"eventName":01}`, NotJSON, "missing", Limits{}},
		{"garbage behind", two + "x", Corrupt, "missing record", Limits{}},
		{"other JSON", `{"foo":"bar","note":1}`, Foreign, `other-keys (keys "foo", "note"`, Limits{}},
		{"a key that is not plain", "{\"a\x1b[31m\u202e\":1}", Foreign, `"a\x1b[31m\u202e"`, Limits{}},
		{"empty object", `{}`, Foreign, "no-keys", Limits{}},
		{"list of numbers", `[1,2]`, Foreign, "not-an-object (element number", Limits{}},
		{"records that are none", `{"Records":[{"a":1}]}`, Foreign, "other-keys", Limits{}},
		{"Records is not a list", `{"Records":null}`, Foreign, "other-keys", Limits{}},
		{"digest", `{"awsAccountId":"1","digestStartTime":"2026-10-01T00:00:00Z","logFiles":[]}`, Foreign, "digest-file", Limits{}},
		{"Config", `{"fileVersion":"1.0","configSnapshotId":"x","configurationItems":[{}]}`, Foreign, "config-file", Limits{}},
		{"S3 notification", `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-east-1","eventTime":"2026-10-01T00:00:00Z","eventName":"ObjectCreated:Put","userIdentity":{"principalId":"A"}}]}`, Foreign, "notification", Limits{}},
		{"event of another source", `{"detail-type":"EC2 Instance State-change Notification","detail":{"instance-id":"i-1","state":"running"}}`,
			Foreign, "inside-foreign (key detail", Limits{}},
		{"broken event in a string", `[{"CloudTrailEvent":"{\"eventName\":"}]`, Truncated, "cut-off", Limits{}},
		{"an event, then something else", events(1, "") + "\n" + `{"a":1}`, Corrupt, "after-records (n 1, found other-keys", Limits{}},
		{"too deep", `{"requestParameters":` + strings.Repeat(`[`, 2000) + strings.Repeat(`]`, 2000) + `}`, TooDeep, "levels 1000", Limits{}},
		{"too deep for its limit", `{"userIdentity":{"sessionContext":{"attributes":{"a":1}}}}`, TooDeep, "levels 2", Limits{Depth: 2}},
		{"large record", `{"eventName":"` + strings.Repeat("x", 5000) + `"}`, RecordTooLarge, "record-too-large (bytes 4096",
			Limits{Record: 4096, window: 256}},
		{"large file", two, FileTooLarge, "file-too-large (bytes 64", Limits{File: 64}},
	} {
		for _, window := range []int{0, 16} {
			if c.limits.window == 0 {
				c.limits.window = window
			}
			_, _, err := readAll(strings.NewReader(c.text), c.limits)
			var r *Refusal
			if !errors.As(err, &r) {
				t.Errorf("%s: %v, not refused", c.name, err)
				continue
			}
			if r.Kind != c.kind || !strings.Contains(r.Error(), c.says) {
				t.Errorf("%s: %s: %s; want %s: %s", c.name, r.Kind, r, c.kind, c.says)
			}
		}
	}
}

func TestSourceErrorIsNotDamage(t *testing.T) {
	for _, text := range []string{events(1, ""), zipped(events(1, ""))} {
		_, _, err := readAll(io.MultiReader(strings.NewReader(text[:20]), iotest.ErrReader(os.ErrDeadlineExceeded)), Limits{})
		var r *Refusal
		if !errors.As(err, &r) || r.Kind != Unreadable || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v", err)
		}
	}
}

// repeat yields text n times between a head and a tail, without holding it.
type repeat struct {
	head, text, tail string
	n                int
	rest             string
}

func (r *repeat) Read(b []byte) (int, error) {
	if r.rest == "" {
		switch {
		case r.head != "":
			r.rest, r.head = r.head, ""
		case r.n > 0:
			r.rest = r.text
			r.n--
		case r.tail != "":
			r.rest, r.tail = r.tail, ""
		default:
			return 0, io.EOF
		}
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func TestHostileSizes(t *testing.T) {
	bomb := func() io.Reader {
		pr, pw := io.Pipe()
		go func() {
			w, _ := gzip.NewWriterLevel(pw, gzip.BestCompression)
			_, err := io.Copy(w, &repeat{head: `{"Records":[`, text: strings.Repeat(" ", 1<<16), n: 1 << 12})
			if err == nil {
				err = w.Close()
			}
			pw.CloseWithError(err)
		}()
		return pr
	}
	for _, c := range []struct {
		name string
		r    io.Reader
		kind Kind
		l    Limits
	}{
		{"bomb of 256 MiB", bomb(), Bomb, Limits{}},
		{"100,000 deep", &repeat{head: `{"requestParameters":`, text: "[", n: 100_000}, TooDeep, Limits{}},
		{"100,000 objects deep", &repeat{head: `{"requestParameters":`, text: `{"a":`, n: 100_000}, TooDeep, Limits{}},
		{"many resources", &repeat{head: `{"resources":[{}`, text: ",{}", n: 200_000, tail: "]}"}, RecordTooLarge, Limits{}},
		{"many attributes", &repeat{head: `{"userIdentity":{"sessionContext":{"webIdFederationData":{"attributes":{"a":1`,
			text: numbered(200_000), n: 1, tail: "}}}}}"}, RecordTooLarge, Limits{}},
		{"a string without end", &repeat{head: `{"Records":[{"eventName":"`, text: strings.Repeat("x", 1<<16), n: 1 << 12}, RecordTooLarge,
			Limits{Record: 1 << 20}},
		{"a key without end", &repeat{head: `{"`, text: strings.Repeat("x", 1<<16), n: 1 << 12}, RecordTooLarge, Limits{Record: 1 << 20}},
		{"a container without end", &repeat{head: `{"Records":[],"a":"`, text: strings.Repeat("x", 1<<16), n: 1 << 12}, RecordTooLarge,
			Limits{Record: 1 << 20}},
	} {
		_, _, err := readAll(c.r, c.l)
		if pr, ok := c.r.(*io.PipeReader); ok {
			pr.Close()
		}
		var r *Refusal
		if !errors.As(err, &r) || r.Kind != c.kind {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"%d":1`, i)
	}
	return b.String()
}

// A file of any size is read through the window it began with.
func TestLargeFileInASmallWindow(t *testing.T) {
	one := fmt.Sprintf(event, 1)
	log := Read(&repeat{head: `{"Records":[` + one, text: "," + one, n: 99_999, tail: `]}`}, Limits{window: 4096})
	n, most := 0, 0
	for r, err := range log.Records() {
		if err != nil {
			t.Fatal(err)
		}
		n++
		most = max(most, cap(r.Raw)+len(r.Raw))
	}
	if n != 100_000 || most > 16384 {
		t.Errorf("%d records, window at least %d", n, most)
	}
}

func TestRecordsOnlyOnce(t *testing.T) {
	l := Read(strings.NewReader(events(2, "\n")), Limits{})
	for range l.Records() {
		break // leaving early is fine
	}
	for _, err := range l.Records() {
		if err == nil {
			t.Error("read twice")
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{``, `{`, `{"Records":[`, `{"Records":[]}`, events(2, "\n"), `[` + events(2, ",") + `]`, zipped(events(1, "")),
		`{"Events":[{"CloudTrailEvent":"{\"eventName\":\"x\",\"eventID\":\"y\"}"}]}`, `{"detail":{"eventName":1,"eventID":2}}`, "\xEF\xBB\xBF[]",
		`{"Records":[],"x":{"y":[1,2]}}`, `{"Records":[{"eventID":"1","eventName":"a\ud83d\ude00"}]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		l := Limits{File: 1 << 20, Record: 1 << 16}
		ids, st, err := readAll(bytes.NewReader(in), l)
		l.window = 16
		ids2, st2, err2 := readAll(iotest.OneByteReader(bytes.NewReader(in)), l)
		// What is found does not depend on how the bytes arrive.
		if fmt.Sprint(ids, err) != fmt.Sprint(ids2, err2) {
			t.Fatalf("%q, %v\n%q, %v", ids, err, ids2, err2)
		}
		if err == nil && st != st2 {
			t.Fatalf("%+v\n%+v", st, st2)
		}
		var r *Refusal
		if err != nil && (!errors.As(err, &r) || r.Kind == "" || r.Reason.Kind == "") {
			t.Fatalf("no reason: %v", err)
		}
	})
}
