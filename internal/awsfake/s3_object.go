package awsfake

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// keptHeaders are those of a PUT that a GET gives back.
var keptHeaders = []string{"Content-Type", "Content-Encoding", "Cache-Control", "X-Amz-Server-Side-Encryption",
	"X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id",
	"X-Amz-Checksum-Crc32", "X-Amz-Checksum-Crc32c", "X-Amz-Checksum-Sha256", "X-Amz-Checksum-Sha1", "X-Amz-Checksum-Crc64nvme"}

// content is the body of an upload: chunks with signatures between them are taken apart.
func (c *call) content() ([]byte, *failure) {
	if !strings.HasPrefix(c.r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		if want := c.r.Header.Get("Content-Md5"); want != "" {
			if sum := md5.Sum(c.body); base64.StdEncoding.EncodeToString(sum[:]) != want {
				return nil, &failure{400, "BadDigest", "The Content-MD5 you specified did not match what we received."}
			}
		}
		return c.body, nil
	}
	var out []byte
	rest := c.body
	for {
		line, after, ok := bytes.Cut(rest, []byte("\r\n"))
		size, _, _ := strings.Cut(string(line), ";")
		n, err := strconv.ParseInt(size, 16, 64)
		if !ok || err != nil || n > int64(len(after)) {
			return nil, &failure{400, "IncompleteBody", "the chunks of the body are broken"}
		}
		if n == 0 {
			for _, line := range strings.Split(string(after), "\r\n") { // trailer: the checksum
				if name, value, ok := strings.Cut(line, ":"); ok {
					c.r.Header.Set(name, value)
				}
			}
			return out, nil
		}
		out = append(out, after[:n]...)
		rest = bytes.TrimPrefix(after[n:], []byte("\r\n"))
	}
}

func (c *call) keep(o *object) {
	for _, h := range keptHeaders {
		if v := c.r.Header.Get(h); v != "" && v != "aws-chunked" {
			o.header.Set(h, v)
		}
	}
	for h, v := range c.r.Header {
		if strings.HasPrefix(h, "X-Amz-Meta-") {
			o.header[h] = v
		}
	}
	if class := c.r.Header.Get("X-Amz-Storage-Class"); class != "STANDARD" {
		o.class = class
	}
}

// conditions of a write: If-None-Match: * and If-Match.
func (c *call) conditions(old *object) *failure {
	if c.r.Header.Get("If-None-Match") == "*" && old != nil {
		return &failure{412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"}
	}
	if want := c.r.Header.Get("If-Match"); want != "" {
		if old == nil {
			return &failure{404, "NoSuchKey", "The specified key does not exist."}
		}
		if strings.Trim(want, `"`) != strings.Trim(old.etag, `"`) {
			return &failure{412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"}
		}
	}
	return nil
}

func (c *call) putObject(b *bucket, key string) *failure {
	body, f := c.content()
	if f != nil {
		return f
	}
	if f := c.conditions(b.objects[key]); f != nil {
		return f
	}
	o := newObject(slices.Clone(body), c.o.Now())
	c.keep(o)
	b.set(key, o)
	c.answerHeaders(o)
	return nil
}

func (c *call) copyObject(b *bucket, key string) *failure {
	from, err := url.PathUnescape(strings.TrimPrefix(c.r.Header.Get("X-Amz-Copy-Source"), "/"))
	if err != nil {
		return &failure{400, "InvalidArgument", "x-amz-copy-source"}
	}
	name, source, _ := strings.Cut(from, "/")
	sb := c.s3State().buckets[name]
	if sb == nil {
		return &failure{404, "NoSuchBucket", "The specified bucket does not exist"}
	}
	old := sb.objects[source]
	if old == nil {
		return &failure{404, "NoSuchKey", "The specified key does not exist."}
	}
	o := newObject(old.body, c.o.Now())
	o.header = old.header.Clone()
	if c.r.Header.Get("X-Amz-Metadata-Directive") == "REPLACE" {
		o.header = http.Header{}
	}
	c.keep(o)
	b.set(key, o)
	return c.xml(200, struct {
		XMLName      xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CopyObjectResult"`
		ETag         string
		LastModified string
	}{ETag: o.etag, LastModified: o.modified.Format(time.RFC3339)})
}

func (c *call) answerHeaders(o *object) {
	h := c.w.Header()
	for k, v := range o.header {
		if c.operation == "PutObject" && !strings.HasPrefix(k, "X-Amz-") || strings.HasPrefix(k, "X-Amz-Checksum") &&
			c.operation != "PutObject" && !strings.EqualFold(c.r.Header.Get("X-Amz-Checksum-Mode"), "ENABLED") {
			continue
		}
		h[k] = v
	}
	h.Set("Etag", o.etag)
}

func (c *call) getObject(b *bucket, key string) *failure {
	o := b.objects[key]
	if o == nil {
		return &failure{404, "NoSuchKey", "The specified key does not exist."}
	}
	if want := c.r.Header.Get("If-Match"); want != "" && strings.Trim(want, `"`) != strings.Trim(o.etag, `"`) {
		return &failure{412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"}
	}
	if have := c.r.Header.Get("If-None-Match"); have != "" && strings.Trim(have, `"`) == strings.Trim(o.etag, `"`) {
		return &failure{304, "NotModified", ""}
	}
	if c.operation == "GetObject" && archived(o.class) {
		return &failure{403, "InvalidObjectState", "The operation is not valid for the object's storage class"}
	}
	body, status := o.body, 200
	if r := c.r.Header.Get("Range"); r != "" && c.operation == "GetObject" {
		from, to, ok := byteRange(r, len(body))
		if !ok {
			return &failure{416, "InvalidRange", "The requested range is not satisfiable"}
		}
		c.w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, len(body)))
		body, status = body[from:to+1], 206
	}
	c.answerHeaders(o)
	h := c.w.Header()
	h.Set("Accept-Ranges", "bytes")
	h.Set("Last-Modified", o.modified.Format(http.TimeFormat))
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "binary/octet-stream")
	}
	if o.class != "" {
		h.Set("X-Amz-Storage-Class", o.class)
	}
	c.later = func() { // a caller that reads slowly must not keep others from the buckets
		c.w.WriteHeader(status)
		if c.operation == "GetObject" {
			c.w.Write(body)
		}
	}
	return nil
}

// archived tells classes whose objects cannot be read, neither by GET nor by Athena, which passes over them silently.
func archived(class string) bool { return class == "GLACIER" || class == "DEEP_ARCHIVE" }

func byteRange(text string, size int) (from, to int, ok bool) {
	text, ok = strings.CutPrefix(text, "bytes=")
	a, b, dash := strings.Cut(text, "-")
	if !ok || !dash {
		return 0, 0, false
	}
	var err error
	if a == "" {
		n, err := strconv.Atoi(b)
		return max(size-n, 0), size - 1, err == nil && n > 0 && size > 0
	}
	if from, err = strconv.Atoi(a); err != nil || from >= size {
		return 0, 0, false
	}
	to = size - 1
	if b != "" {
		if to, err = strconv.Atoi(b); err != nil {
			return 0, 0, false
		}
	}
	return from, min(to, size-1), from <= to
}

// upload is a multipart upload that is not complete.
type upload struct {
	bucket, key string
	made        time.Time
	parts       map[int]*object
	like        *object
}

func (c *call) multipart(b *bucket, key string) *failure {
	q := c.r.URL.Query()
	type part struct {
		PartNumber int
		ETag       string
		Size       int    `xml:",omitempty"`
		Modified   string `xml:"LastModified,omitempty"`
	}
	switch c.operation {
	case "ListMultipartUploads":
		type item struct{ Key, UploadId, Initiated string }
		var items []item
		for id, u := range c.s3State().uploads {
			if u.bucket == b.name && strings.HasPrefix(u.key, q.Get("prefix")) {
				items = append(items, item{u.key, id, u.made.UTC().Format(time.RFC3339)})
			}
		}
		slices.SortFunc(items, func(a, b item) int { return strings.Compare(a.Key+a.UploadId, b.Key+b.UploadId) })
		return c.xml(200, struct {
			XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListMultipartUploadsResult"`
			Bucket  string
			Upload  []item
		}{Bucket: b.name, Upload: items})
	case "CreateMultipartUpload":
		id := newID()
		u := &upload{bucket: b.name, key: key, made: c.o.Now(), parts: map[int]*object{}, like: newObject(nil, c.o.Now())}
		c.keep(u.like)
		c.s3State().uploads[id] = u
		return c.xml(200, struct {
			XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ InitiateMultipartUploadResult"`
			Bucket, Key, UploadId string
		}{Bucket: b.name, Key: key, UploadId: id})
	}
	id := q.Get("uploadId")
	u := c.s3State().uploads[id]
	if u == nil || u.bucket != b.name || u.key != key {
		return &failure{404, "NoSuchUpload", "The specified multipart upload does not exist."}
	}
	switch c.operation {
	case "UploadPart":
		n, err := strconv.Atoi(q.Get("partNumber"))
		if err != nil || n < 1 || n > 10000 {
			return &failure{400, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive"}
		}
		body, f := c.content()
		if f != nil {
			return f
		}
		u.parts[n] = newObject(slices.Clone(body), c.o.Now())
		c.w.Header().Set("Etag", u.parts[n].etag)
		return nil
	case "AbortMultipartUpload":
		delete(c.s3State().uploads, id)
		c.w.WriteHeader(204)
		return nil
	case "ListParts":
		var parts []part
		for n, o := range u.parts {
			parts = append(parts, part{n, o.etag, len(o.body), o.modified.Format(time.RFC3339)})
		}
		slices.SortFunc(parts, func(a, b part) int { return a.PartNumber - b.PartNumber })
		return c.xml(200, struct {
			XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListPartsResult"`
			Bucket, Key, UploadId string
			Part                  []part
		}{Bucket: b.name, Key: key, UploadId: id, Part: parts})
	}
	var in struct{ Part []part }
	if err := xml.Unmarshal(c.body, &in); err != nil || len(in.Part) == 0 {
		return &failure{400, "MalformedXML", "The XML you provided was not well-formed"}
	}
	if f := c.conditions(b.objects[key]); f != nil {
		return f
	}
	var body, sums []byte
	for i, p := range in.Part {
		have := u.parts[p.PartNumber]
		if have == nil || strings.Trim(have.etag, `"`) != strings.Trim(p.ETag, `"`) {
			return &failure{400, "InvalidPart", "One or more of the specified parts could not be found."}
		}
		if i > 0 && in.Part[i-1].PartNumber >= p.PartNumber {
			return &failure{400, "InvalidPartOrder", "The list of parts was not in ascending order."}
		}
		if len(have.body) < 5<<20 && i < len(in.Part)-1 {
			return &failure{400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"}
		}
		body = append(body, have.body...)
		sum, err := hex.DecodeString(strings.Trim(have.etag, `"`))
		if err != nil {
			panic("awsfake: an ETag that is not an MD5")
		}
		sums = append(sums, sum...)
	}
	o := newObject(body, c.o.Now())
	whole := md5.Sum(sums)
	o.etag = fmt.Sprintf(`"%x-%d"`, whole, len(in.Part))
	o.header, o.class = u.like.header, u.like.class
	b.set(key, o)
	delete(c.s3State().uploads, id)
	return c.xml(200, struct {
		XMLName           xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CompleteMultipartUploadResult"`
		Bucket, Key, ETag string
	}{Bucket: b.name, Key: key, ETag: o.etag})
}
