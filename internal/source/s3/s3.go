// Package s3 is a source that is a bucket: a trail's own, or one that holds a copy of it.
package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/middleware"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/source"
)

// Client is what the source asks of S3; *s3.Client is one.
type Client interface {
	ListObjectsV2(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
}

// Options say which part of which bucket.
type Options struct {
	Client Client
	Bucket string
	Prefix string // without slashes at its ends: the folder that holds AWSLogs; keys are relative to it
}

// Source is a bucket below a prefix. Throttled and failed calls are repeated by the client's retryer, a body that breaks off
// is read on from where it ended.
type Source struct {
	o      Options
	prefix string // with its slash, or ""
}

// NewClient is a client as awsconfig's settings want it: with one endpoint for all services the bucket stands in the path,
// because no host name is made for it.
func NewClient(cfg aws.Config) *s3.Client {
	return s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = o.UsePathStyle || awsconfig.CustomEndpoint(cfg)
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("OnlyListings", onlyListings), middleware.Before)
		})
	})
}

// onlyListings refuses an answer that is not a listing. A page of a proxy in between is read by the SDK as a listing without any
// object, and a bucket without logs would be taken for a period in which nothing happened.
func onlyListings(ctx context.Context, in middleware.DeserializeInput,
	next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, meta, err := next.HandleDeserialize(ctx, in)
	if list, ok := out.Result.(*s3.ListObjectsV2Output); ok && err == nil && list.Name == nil && list.IsTruncated == nil {
		err = errNoListing{}
	}
	return out, meta, err
}

// errNoListing is for an answer that is not a listing. The client repeats the call.
type errNoListing struct{}

func (errNoListing) Error() string {
	return "what was answered is not a listing of a bucket; a proxy may stand in between"
}
func (errNoListing) RetryableError() bool { return true }

// New checks the names; the bucket is asked with the first call.
func New(o Options) (*Source, error) {
	if o.Client == nil || o.Bucket == "" {
		return nil, errors.New("the source needs an S3 client and a bucket: write s3://bucket or s3://bucket/prefix")
	}
	o.Prefix = strings.Trim(o.Prefix, "/")
	s := &Source{o: o}
	if o.Prefix != "" {
		s.prefix = o.Prefix + "/"
	}
	return s, nil
}

// Name is the place as a URL.
func (s *Source) Name() string { return "s3://" + s.o.Bucket + "/" + s.prefix }

// List yields the objects page by page. S3 lists keys in the order of their UTF-8 bytes.
func (s *Source) List(ctx context.Context, prefix string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for page, err := range s.pages(ctx, prefix, "") {
			if err != nil {
				yield(source.Object{}, err)
				return
			}
			for _, o := range page.Contents {
				key, ok := strings.CutPrefix(aws.ToString(o.Key), s.prefix)
				if !ok || key == "" || strings.HasSuffix(key, "/") && aws.ToInt64(o.Size) == 0 {
					continue // the empty object that consoles make for a folder is not a file
				}
				if !yield(source.Object{Key: key, Size: aws.ToInt64(o.Size), ETag: aws.ToString(o.ETag), Modified: modified(o.LastModified),
					Class: class(string(o.StorageClass))}, nil) {
					return
				}
			}
		}
	}
}

// Folders yields the names directly below prefix that end with a slash, such as the accounts of AWSLogs/: prefix and name
// together, in their order. It asks for one page in a thousand of them, however many objects they hold.
func (s *Source) Folders(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for page, err := range s.pages(ctx, prefix, "/") {
			if err != nil {
				yield("", err)
				return
			}
			for _, p := range page.CommonPrefixes {
				if name, ok := strings.CutPrefix(aws.ToString(p.Prefix), s.prefix); ok && !yield(name, nil) {
					return
				}
			}
		}
	}
}

func (s *Source) pages(ctx context.Context, prefix, delimiter string) iter.Seq2[*s3.ListObjectsV2Output, error] {
	return func(yield func(*s3.ListObjectsV2Output, error) bool) {
		in := s3.ListObjectsV2Input{Bucket: &s.o.Bucket, Prefix: aws.String(s.prefix + prefix)}
		if delimiter != "" {
			in.Delimiter = &delimiter
		}
		for {
			page := in // the client may write into what it is given
			out, err := s.o.Client.ListObjectsV2(ctx, &page)
			if err == nil && aws.ToBool(out.IsTruncated) && (aws.ToString(out.NextContinuationToken) == "" ||
				aws.ToString(out.NextContinuationToken) == aws.ToString(in.ContinuationToken)) {
				err = errors.New("the listing was cut off without saying where to go on")
			}
			if err != nil {
				yield(nil, s.explain(ctx, "listing s3://"+s.o.Bucket+"/"+s.prefix+prefix, err))
				return
			}
			if !yield(out, nil) || !aws.ToBool(out.IsTruncated) {
				return
			}
			in.ContinuationToken = out.NextContinuationToken
		}
	}
}

// Open reads one object with its metadata. An object in Glacier cannot be read, and the error says so.
func (s *Source) Open(ctx context.Context, key string) (io.ReadCloser, source.Object, error) {
	if err := ctx.Err(); err != nil {
		return nil, source.Object{}, err
	}
	r := &reader{ctx: ctx, s: s, key: key}
	out, err := r.get()
	if err != nil {
		return nil, source.Object{}, err
	}
	r.body, r.etag, r.size = out.Body, aws.ToString(out.ETag), aws.ToInt64(out.ContentLength)
	return r, source.Object{Key: key, Size: r.size, ETag: r.etag, Modified: modified(out.LastModified), Class: class(string(out.StorageClass)),
		Meta: meta(out.Metadata)}, nil
}

// meta has the names in lower case, as S3 keeps them, whatever the way made of them.
func meta(in map[string]string) map[string]string {
	if len(in) == 0 {
		return nil
	}
	out := make(map[string]string, len(in))
	for k, v := range in {
		out[strings.ToLower(k)] = v
	}
	return out
}

func modified(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Second) // GetObject says it in whole seconds, the listing in milliseconds
}

// class is the storage class; S3 leaves it out where it is STANDARD.
func class(c string) string {
	if c == "" {
		return string(types.StorageClassStandard)
	}
	return c
}

// explain puts an error into words, and marks a key that does not exist as fs.ErrNotExist.
func (s *Source) explain(ctx context.Context, doing string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", doing, ctx.Err())
	}
	switch awsconfig.Code(err) {
	case "NoSuchKey", "NotFound":
		return fmt.Errorf("%s: %w", doing, errors.Join(fs.ErrNotExist, err))
	case "InvalidObjectState":
		return fmt.Errorf("%s: the object is in Glacier and must be restored and copied back before it can be read: %w", doing, err)
	}
	return &explained{doing: doing, err: err}
}

// explained says an error of AWS in plain words; the error itself stays inside.
type explained struct {
	doing string
	err   error
}

func (e *explained) Error() string {
	sentence, hint := awsconfig.Explain(e.err)
	if hint != "" {
		sentence += " Hint: " + hint + "."
	}
	return e.doing + ": " + sentence
}
func (e *explained) Unwrap() error { return e.err }

var _ source.Source = (*Source)(nil)
