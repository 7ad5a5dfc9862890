package awsfake

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// s3State is the buckets.
type s3State struct {
	mu      sync.RWMutex
	buckets map[string]*bucket
	uploads map[string]*upload
}

type bucket struct {
	name, region string
	made         time.Time
	objects      map[string]*object
	settings     map[string][]byte // subresources such as lifecycle, as they were put

	sorting sync.Mutex
	sorted  []string // all keys, nil after a change
}

type object struct {
	body     []byte
	etag     string
	modified time.Time
	header   http.Header // Content-Type, x-amz-meta-…, encryption, checksums
	class    string      // storage class; "" STANDARD
}

func newObject(body []byte, now time.Time) *object {
	sum := md5.Sum(body)
	return &object{body: body, etag: `"` + hex.EncodeToString(sum[:]) + `"`, modified: now.UTC().Truncate(time.Second), header: http.Header{}}
}

// CreateBucket makes a bucket in the fake's own region.
func (s *Server) CreateBucket(name string) {
	s.s3.mu.Lock()
	defer s.s3.mu.Unlock()
	if s.s3.buckets[name] == nil {
		s.s3.buckets[name] = &bucket{name: name, region: s.o.Region, made: s.o.Now(), objects: map[string]*object{},
			settings: map[string][]byte{}}
	}
}

// Put puts an object into a bucket, which is made where it is missing. class is a storage class such as GLACIER, "" the ordinary one.
func (s *Server) Put(bucketName, key string, body []byte, class string) {
	s.CreateBucket(bucketName)
	s.s3.mu.Lock()
	defer s.s3.mu.Unlock()
	o := newObject(slices.Clone(body), s.o.Now())
	o.class = class
	s.s3.buckets[bucketName].set(key, o)
}

// PutMeta puts an object with metadata of its writer.
func (s *Server) PutMeta(bucketName, key string, body []byte, meta map[string]string) {
	s.Put(bucketName, key, body, "")
	s.s3.mu.Lock()
	defer s.s3.mu.Unlock()
	for name, value := range meta {
		s.s3.buckets[bucketName].objects[key].header.Set("X-Amz-Meta-"+name, value)
	}
}

// PutFS puts all files of a tree into a bucket, below a prefix.
func (s *Server) PutFS(bucketName, prefix string, files fs.FS) error {
	return fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("put %s into the fake bucket %s: %w", name, bucketName, err)
		}
		s.Put(bucketName, prefix+name, body, "")
		return nil
	})
}

func (b *bucket) set(key string, o *object) {
	if b.objects[key] == nil {
		b.sorted = nil
	}
	b.objects[key] = o
}

func (b *bucket) remove(key string) {
	if b.objects[key] != nil {
		b.sorted = nil
	}
	delete(b.objects, key)
}

// Object is the body of an object, false where there is none.
func (s *Server) Object(bucketName, key string) ([]byte, bool) {
	s.s3.mu.RLock()
	defer s.s3.mu.RUnlock()
	if b := s.s3.buckets[bucketName]; b != nil && b.objects[key] != nil {
		return slices.Clone(b.objects[key].body), true
	}
	return nil, false
}

// Keys are the keys of a bucket below a prefix, sorted.
func (s *Server) Keys(bucketName, prefix string) []string {
	s.s3.mu.RLock()
	defer s.s3.mu.RUnlock()
	var keys []string
	if b := s.s3.buckets[bucketName]; b != nil {
		keys = slices.Clone(b.keys(prefix))
	}
	return keys
}

// keys below a prefix, sorted; not to be changed.
func (b *bucket) keys(prefix string) []string {
	b.sorting.Lock()
	defer b.sorting.Unlock()
	if b.sorted == nil {
		b.sorted = slices.Sorted(maps.Keys(b.objects))
	}
	from, _ := slices.BinarySearch(b.sorted, prefix)
	n, _ := slices.BinarySearchFunc(b.sorted[from:], prefix, func(k, prefix string) int {
		if strings.HasPrefix(k, prefix) {
			return -1
		}
		return 1
	})
	return b.sorted[from : from+n]
}

// subresources of a bucket that are kept as they were put, and the error where there is none.
var subresources = map[string]struct {
	name    string
	missing string // "": an empty answer
}{
	"lifecycle":         {"BucketLifecycleConfiguration", "NoSuchLifecycleConfiguration"},
	"encryption":        {"BucketEncryption", "ServerSideEncryptionConfigurationNotFoundError"},
	"publicAccessBlock": {"PublicAccessBlock", "NoSuchPublicAccessBlockConfiguration"},
	"policy":            {"BucketPolicy", "NoSuchBucketPolicy"},
	"tagging":           {"BucketTagging", "NoSuchTagSet"},
	"ownershipControls": {"BucketOwnershipControls", "OwnershipControlsNotFoundError"},
	"versioning":        {"BucketVersioning", ""},
	"object-lock":       {"ObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"},
}

func split(r *http.Request) (bucket, key string) {
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/")
	bucket, key, _ = strings.Cut(path, "/")
	if k, err := url.PathUnescape(key); err == nil {
		key = k
	}
	return bucket, key
}

// s3Operation is the name of the operation, as IAM and the SDK have it.
func s3Operation(r *http.Request) string {
	name, key := split(r)
	q := r.URL.Query()
	verb := map[string]string{"GET": "Get", "PUT": "Put", "HEAD": "Head", "DELETE": "Delete", "POST": "Post"}[r.Method]
	switch {
	case name == "":
		return "ListBuckets"
	case key == "":
		for sub, x := range subresources {
			if q.Has(sub) {
				if sub == "lifecycle" && verb == "Delete" {
					return "DeleteBucketLifecycle"
				}
				return verb + x.name
			}
		}
		switch {
		case q.Has("location"):
			return "GetBucketLocation"
		case q.Has("uploads"):
			return "ListMultipartUploads"
		case q.Has("versions"):
			return "ListObjectVersions"
		case q.Has("delete"):
			return "DeleteObjects"
		case r.Method == "PUT":
			return "CreateBucket"
		case r.Method == "GET" && q.Get("list-type") == "2":
			return "ListObjectsV2"
		case r.Method == "GET":
			return "ListObjects"
		}
		return verb + "Bucket"
	case q.Has("uploads"):
		return "CreateMultipartUpload"
	case q.Has("uploadId"):
		return map[string]string{"PUT": "UploadPart", "POST": "CompleteMultipartUpload", "DELETE": "AbortMultipartUpload",
			"GET": "ListParts"}[r.Method]
	case q.Has("tagging"):
		return verb + "ObjectTagging"
	case r.Method == "PUT" && r.Header.Get("X-Amz-Copy-Source") != "":
		return "CopyObject"
	}
	return verb + "Object"
}

func (c *call) s3() *failure {
	c.later = nil
	if f := c.s3Locked(); f != nil {
		return f
	}
	if c.later != nil {
		c.later()
	}
	return nil
}

func (c *call) s3Locked() *failure {
	c.s3State().mu.Lock()
	defer c.s3State().mu.Unlock()
	name, key := split(c.r)
	switch c.operation {
	case "ListBuckets":
		return c.listBuckets()
	case "CreateBucket":
		return c.createBucket(name)
	}
	b := c.s3State().buckets[name]
	if b == nil {
		return &failure{404, "NoSuchBucket", "The specified bucket does not exist"}
	}
	if _, region := signedRegion(c.r); region != "" && region != b.region {
		c.w.Header().Set("X-Amz-Bucket-Region", b.region)
		if c.operation == "HeadBucket" {
			return &failure{301, "MovedPermanently", ""}
		}
		if c.operation != "GetBucketLocation" {
			return &failure{301, "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint. " +
				"Please send all future requests to this endpoint."}
		}
	}
	for sub, x := range subresources {
		if key == "" && c.r.URL.Query().Has(sub) {
			return c.subresource(b, sub, x.missing)
		}
	}
	switch c.operation {
	case "HeadBucket":
		c.w.Header().Set("X-Amz-Bucket-Region", b.region)
		return nil
	case "GetBucketLocation":
		region := b.region
		if region == "us-east-1" {
			region = ""
		}
		return c.xml(200, struct {
			XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ LocationConstraint"`
			Region  string   `xml:",chardata"`
		}{Region: region})
	case "DeleteBucket":
		if len(b.objects) > 0 {
			return &failure{409, "BucketNotEmpty", "The bucket you tried to delete is not empty"}
		}
		delete(c.s3State().buckets, name)
		c.w.WriteHeader(204)
		return nil
	case "ListObjectsV2", "ListObjects", "ListObjectVersions":
		return c.listObjects(b)
	case "DeleteObjects":
		return c.deleteObjects(b)
	case "PutObject":
		return c.putObject(b, key)
	case "CopyObject":
		return c.copyObject(b, key)
	case "GetObject", "HeadObject":
		return c.getObject(b, key)
	case "DeleteObject":
		b.remove(key)
		c.w.WriteHeader(204)
		return nil
	case "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload", "ListParts", "ListMultipartUploads":
		return c.multipart(b, key)
	}
	return &failure{501, "NotImplemented", "the fake does not know the operation " + c.operation + " of s3"}
}

func (c *call) s3State() *s3State { return &c.Server.s3 }

func signedRegion(r *http.Request) (day, region string) {
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	rest, _, _ = strings.Cut(rest, ",")
	parts := strings.Split(rest, "/")
	if len(parts) < 5 {
		return "", ""
	}
	return parts[len(parts)-4], parts[len(parts)-3]
}

func (c *call) listBuckets() *failure {
	type item struct{ Name, CreationDate, BucketRegion string }
	var items []item
	for _, b := range c.s3State().buckets {
		items = append(items, item{b.name, b.made.UTC().Format(time.RFC3339), b.region})
	}
	slices.SortFunc(items, func(a, b item) int { return strings.Compare(a.Name, b.Name) })
	return c.xml(200, struct {
		XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
		Buckets []item   `xml:"Buckets>Bucket"`
	}{Buckets: items})
}

// createBucket holds callers to AWS's rule: no location in us-east-1, elsewhere exactly the region asked.
func (c *call) createBucket(name string) *failure {
	var in struct{ LocationConstraint string }
	if len(c.body) > 0 {
		if err := xml.Unmarshal(c.body, &in); err != nil {
			return &failure{400, "MalformedXML", err.Error()}
		}
	}
	_, region := signedRegion(c.r)
	switch {
	case region == "us-east-1" && in.LocationConstraint == "us-east-1":
		return &failure{400, "InvalidLocationConstraint", "The specified location-constraint is not valid"}
	case region != "us-east-1" && in.LocationConstraint != region:
		return &failure{400, "IllegalLocationConstraintException", "The unspecified location constraint is incompatible for the region " +
			"specific endpoint this request was sent to."}
	}
	if c.s3State().buckets[name] != nil {
		return &failure{409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it."}
	}
	c.s3State().buckets[name] = &bucket{name: name, region: region, made: c.o.Now(), objects: map[string]*object{},
		settings: map[string][]byte{}}
	c.w.Header().Set("Location", "/"+name)
	return nil
}

func (c *call) subresource(b *bucket, sub, missing string) *failure {
	switch c.r.Method {
	case "PUT":
		b.settings[sub] = c.body
	case "DELETE":
		delete(b.settings, sub)
		c.w.WriteHeader(204)
	default:
		body, ok := b.settings[sub]
		switch {
		case !ok && missing != "":
			return &failure{404, missing, "The configuration does not exist"}
		case !ok:
			body = []byte(xml.Header + `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></VersioningConfiguration>`)
		}
		c.w.Header().Set("Content-Type", "application/xml")
		if sub == "lifecycle" {
			c.w.Header().Set("X-Amz-Transition-Default-Minimum-Object-Size", "all_storage_classes_128K")
		}
		c.w.Write(body)
	}
	return nil
}
