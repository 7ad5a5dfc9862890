package integrity

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// digest is a digest file as it was read.
type digest struct {
	key      string // in the source
	name     name
	backfill bool
	hash     [32]byte // of the decoded bytes
	class    Class    // "" until something is found
	says     string
	parsed   bool

	account, endText        string
	start, end              time.Time
	bucket, object          string
	fingerprint, algorithm  string
	first                   bool // all of previous* are null
	prevBucket, prevObject  string
	prevHash, prevSignature string // of the predecessor; lower case hash
	logs                    []reference
	metaSignature, metaAlg  string // of the object's metadata; "": none
	generated               string
	signature               string // the one that was verified
	modified                time.Time
	next                    *digest // names this one as its predecessor
	signedByOther           bool
}

// reference is a log file as a digest lists it.
type reference struct {
	bucket, object string
	hash           [32]byte
	bad            Class // of the entry itself
	says           string
}

// errMalformed is for JSON that is not a digest.
type errMalformed struct{ says string }

func (e errMalformed) Error() string { return e.says }

// errAbsent is for a field that is missing, by its name.
type errAbsent string

func (e errAbsent) Error() string { return string(e) + " is missing" }

func malformed(format string, args ...any) error { return errMalformed{fmt.Sprintf(format, args...)} }

// parse fills the digest from its JSON. As much as can be read is filled even if there is an error: a digest that is not as
// CloudTrail writes it proves nothing, but the log files it names are looked for.
func (d *digest) parse(text []byte) error {
	top, err := object(text)
	if err != nil {
		return err
	}
	var absent, wrong []string
	note := func(err error) {
		var m errAbsent
		if errors.As(err, &m) {
			absent = append(absent, string(m))
		} else if err != nil {
			wrong = append(wrong, err.Error())
		}
	}
	str := func(field string, to *string) { note(top.text(field, to, false)) }
	str("awsAccountId", &d.account)
	str("digestEndTime", &d.endText)
	d.end, err = clock(d.endText)
	note(err)
	var start string
	str("digestStartTime", &start)
	d.start, err = clock(start)
	note(err)
	if err == nil && d.start.After(d.end) {
		note(malformed("digestStartTime is after digestEndTime"))
	}
	str("digestS3Bucket", &d.bucket)
	str("digestS3Object", &d.object)
	str("digestPublicKeyFingerprint", &d.fingerprint)
	str("digestSignatureAlgorithm", &d.algorithm)
	var hashAlgorithm string
	nulls, previous := 0, []struct {
		field string
		to    *string
	}{{"previousDigestS3Bucket", &d.prevBucket}, {"previousDigestS3Object", &d.prevObject}, {"previousDigestHashValue", &d.prevHash},
		{"previousDigestHashAlgorithm", &hashAlgorithm}, {"previousDigestSignature", &d.prevSignature}}
	for _, p := range previous {
		note(top.text(p.field, p.to, true))
		if *p.to == "" {
			nulls++
		}
	}
	d.first = nulls == len(previous)
	if nulls != 0 && !d.first {
		note(malformed("some of previousDigest… are null and some are not"))
	}
	d.prevHash = strings.ToLower(d.prevHash)
	note(d.entries(top["logFiles"]))
	d.parsed = d.object != "" && !d.end.IsZero()
	if len(absent) > 0 {
		wrong = append(wrong, "it has no "+strings.Join(absent, ", "))
	}
	if len(wrong) > 0 {
		return malformed("%s", strings.Join(wrong, "; "))
	}
	if d.algorithm != "SHA256withRSA" {
		d.class, d.says = BadAlgorithm, fmt.Sprintf("digestSignatureAlgorithm is %q", d.algorithm)
	} else if !d.first && hashAlgorithm != "SHA-256" {
		d.class, d.says = BadAlgorithm, fmt.Sprintf("previousDigestHashAlgorithm is %q", hashAlgorithm)
	}
	return nil
}

func (d *digest) entries(raw json.RawMessage) error {
	if raw == nil {
		return errAbsent("logFiles")
	}
	var list []json.RawMessage
	if raw[0] != '[' || json.Unmarshal(raw, &list) != nil {
		return malformed("logFiles is not a list")
	}
	var first error
	for i, item := range list {
		e, err := object(item)
		var r reference
		var hash, algorithm string
		if err == nil {
			err = errors.Join(e.text("s3Bucket", &r.bucket, false), e.text("s3Object", &r.object, false),
				e.text("hashValue", &hash, false), e.text("hashAlgorithm", &algorithm, false))
		}
		if err == nil && algorithm != "SHA-256" {
			r.bad, r.says = BadAlgorithm, fmt.Sprintf("its hashAlgorithm is %q", algorithm)
		} else if b, bad := hex.DecodeString(hash); err == nil && (bad != nil || len(b) != len(r.hash)) {
			err = malformed("hashValue is not a SHA-256 in hexadecimal")
		} else if err == nil {
			r.hash = [32]byte(b)
		}
		if err != nil && first == nil {
			first = malformed("entry %d of logFiles: %s", i+1, strings.ReplaceAll(err.Error(), "\n", "; "))
		}
		if r.bucket == d.bucket {
			r.bucket = d.bucket // one text in memory instead of one for each entry
		}
		if r.object != "" {
			d.logs = append(d.logs, r)
		}
	}
	return first
}

// fields is a JSON object. encoding/json would match names in any case and let the last of two equal ones win.
type fields map[string]json.RawMessage

func object(text []byte) (fields, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, malformed("it is not a JSON object")
	}
	out := fields{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil, malformed("it is not a JSON object")
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return nil, malformed("its JSON cannot be read at byte %d", d.InputOffset())
		}
		if _, twice := out[name]; twice {
			return nil, malformed("%q is in it twice", name)
		}
		out[name] = v
	}
	if _, err := d.Token(); err != nil {
		return nil, malformed("its JSON ends early")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, malformed("something follows its JSON")
	}
	return out, nil
}

// text reads a string; with null, a null leaves it empty.
func (f fields) text(name string, to *string, null bool) error {
	raw, ok := f[name]
	if !ok {
		return errAbsent(name)
	}
	if null && string(raw) == "null" {
		return nil
	}
	if raw[0] != '"' || json.Unmarshal(raw, to) != nil || *to == "" {
		return malformed("%s is not a text", name)
	}
	return nil
}

func clock(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil // told as missing
	}
	t, err := time.Parse("2006-01-02T15:04:05Z", text)
	if err != nil {
		return time.Time{}, malformed("%q is not a time as CloudTrail writes it", text)
	}
	return t, nil
}
