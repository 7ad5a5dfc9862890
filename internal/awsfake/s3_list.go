package awsfake

import (
	"encoding/base64"
	"encoding/xml"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// listObjects answers both versions of the listing, in pages of a thousand or of Options.PageSize.
func (c *call) listObjects(b *bucket) *failure {
	q := c.r.URL.Query()
	limit := 1000
	if n, err := strconv.Atoi(q.Get("max-keys")); err == nil && n < limit {
		limit = n
	}
	if c.o.PageSize > 0 {
		limit = min(limit, c.o.PageSize)
	}
	prefix, delimiter := q.Get("prefix"), q.Get("delimiter")
	after := q.Get("start-after")
	if c.operation != "ListObjectsV2" {
		after = q.Get("marker")
	}
	if t := q.Get("continuation-token"); t != "" {
		raw, err := base64.URLEncoding.DecodeString(t)
		if err != nil {
			return &failure{400, "InvalidArgument", "The continuation token provided is incorrect"}
		}
		after = string(raw)
	}
	text := func(s string) string { return s }
	if q.Get("encoding-type") == "url" {
		text = func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "%2F", "/") }
	}
	type content struct {
		Key, LastModified, ETag string
		Size                    int
		StorageClass            string
		VersionId               string `xml:",omitempty"`
		IsLatest                string `xml:",omitempty"`
	}
	type common struct{ Prefix string }
	var contents, versions []content
	var prefixes []common
	last, more, n := "", false, 0
	keys := b.keys(prefix)
	from, found := slices.BinarySearch(keys, after)
	if found {
		from++
	}
	for _, k := range keys[from:] {
		name, folder := k, false
		if delimiter != "" {
			if i := strings.Index(k[len(prefix):], delimiter); i >= 0 {
				name, folder = k[:len(prefix)+i+len(delimiter)], true
			}
		}
		if folder && (name == last || strings.HasSuffix(after, delimiter) && strings.HasPrefix(k, after) && after >= name) {
			continue // the rest of a folder that was named
		}
		if n == limit {
			more = true
			break
		}
		n, last = n+1, name
		if folder {
			prefixes = append(prefixes, common{text(name)})
			continue
		}
		o := b.objects[k]
		x := content{Key: text(k), LastModified: o.modified.Format(time.RFC3339), ETag: o.etag, Size: len(o.body), StorageClass: o.class}
		if x.StorageClass == "" {
			x.StorageClass = "STANDARD"
		}
		if c.operation == "ListObjectVersions" {
			x.VersionId, x.IsLatest = "null", "true"
			versions = append(versions, x)
		} else {
			contents = append(contents, x)
		}
	}
	out := struct {
		XMLName                                           xml.Name
		Name, Prefix, Delimiter, EncodingType, StartAfter string `xml:",omitempty"`
		MaxKeys, KeyCount                                 int
		IsTruncated                                       bool
		NextContinuationToken, NextMarker, NextKeyMarker  string    `xml:",omitempty"`
		Contents                                          []content `xml:"Contents"`
		Versions                                          []content `xml:"Version"`
		CommonPrefixes                                    []common  `xml:"CommonPrefixes"`
	}{
		XMLName: xml.Name{Space: "http://s3.amazonaws.com/doc/2006-03-01/", Local: "ListBucketResult"},
		Name:    b.name, Prefix: text(prefix), Delimiter: delimiter, EncodingType: q.Get("encoding-type"), StartAfter: q.Get("start-after"),
		MaxKeys: limit, KeyCount: n, IsTruncated: more, Contents: contents, Versions: versions, CommonPrefixes: prefixes,
	}
	if c.operation == "ListObjectVersions" {
		out.XMLName.Local = "ListVersionsResult"
	}
	if more {
		// A listing goes on behind a folder by the folder's name: keys in it sort behind it and are passed over.
		out.NextContinuationToken, out.NextMarker = base64.URLEncoding.EncodeToString([]byte(last)), text(last)
	}
	return c.xml(200, out)
}

func (c *call) deleteObjects(b *bucket) *failure {
	var in struct {
		Object []struct{ Key string }
		Quiet  bool
	}
	if err := xml.Unmarshal(c.body, &in); err != nil {
		return &failure{400, "MalformedXML", err.Error()}
	}
	if len(in.Object) > 1000 {
		return &failure{400, "MalformedXML", "more than a thousand objects"}
	}
	type deleted struct{ Key string }
	var done []deleted
	for _, o := range in.Object {
		b.remove(o.Key)
		if !in.Quiet {
			done = append(done, deleted{o.Key})
		}
	}
	return c.xml(200, struct {
		XMLName xml.Name  `xml:"http://s3.amazonaws.com/doc/2006-03-01/ DeleteResult"`
		Deleted []deleted `xml:"Deleted"`
	}{Deleted: done})
}
