package s3

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// sameAnswer is an HTTP client that gets the same answer to everything, as a bucket, or a proxy before it, could give.
type sameAnswer struct {
	status int
	length int64
	body   string
}

// Do answers.
func (a sameAnswer) Do(r *http.Request) (*http.Response, error) {
	header := http.Header{"Content-Type": {"application/xml"}, "Etag": {`"x"`}}
	if a.length >= 0 {
		header.Set("Content-Length", strconv.FormatInt(a.length, 10))
	}
	return &http.Response{StatusCode: a.status, ContentLength: a.length, Header: header, Body: io.NopCloser(strings.NewReader(a.body)),
		Request: r}, nil
}

// FuzzAnswer: whatever answers in place of a bucket, a listing holds keys below the prefix only or is an error, and an object has the bytes
// that were announced or is an error.
func FuzzAnswer(f *testing.F) {
	const head = `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><IsTruncated>false</IsTruncated>`
	f.Add(200, int64(-1), head+`<Contents><Key>p/a.json.gz</Key><Size>5</Size><ETag>"x"</ETag><LastModified>2026-10-01T00:00:00Z</LastModified></Contents><Contents><Key>q/secret</Key></Contents><CommonPrefixes><Prefix>p/a/</Prefix></CommonPrefixes></ListBucketResult>`)
	f.Add(200, int64(3), head+`<Contents/><Contents><Key/></Contents></ListBucketResult>`)
	f.Add(200, int64(1<<40), strings.Replace(head, "false", "true", 1)+`<NextContinuationToken>t</NextContinuationToken></ListBucketResult>`)
	f.Add(403, int64(-1), `<Error><Code>AccessDenied</Code><Message>m</Message></Error>`)
	f.Add(200, int64(0), "<html>a page of a proxy</html>")
	f.Add(500, int64(0), "")
	f.Fuzz(func(t *testing.T, status int, length int64, body string) {
		if status < 200 || status > 599 || status/100 == 3 {
			status = 200
		}
		client := NewClient(aws.Config{Region: "eu-central-1", Credentials: aws.AnonymousCredentials{},
			BaseEndpoint: aws.String("http://127.0.0.1"),
			HTTPClient:   sameAnswer{status, length, body}, Retryer: func() aws.Retryer { return aws.NopRetryer{} }})
		s, err := New(Options{Client: client, Bucket: "b", Prefix: "p"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		check(t, ctx, s, status)
		for _, err := range s.Folders(ctx, "AWSLogs/") {
			if err != nil {
				break
			}
		}
		in, o, err := s.Open(ctx, "a.json.gz")
		if err != nil {
			return
		}
		defer in.Close()
		data, err := io.ReadAll(in)
		if err == nil && (status/100 != 2 || length > int64(len(data)) || o.Key != "a.json.gz") {
			t.Fatalf("%d, %d bytes announced: %d bytes read of %q", status, length, len(data), o.Key)
		}
	})
}

func check(t *testing.T, ctx context.Context, s *Source, status int) {
	t.Helper()
	n := 0
	for o, err := range s.List(ctx, "") {
		if err != nil {
			return
		}
		if status/100 != 2 || o.Key == "" {
			t.Fatalf("%d gives the object %+v", status, o)
		}
		if n++; n > 10_000 {
			return
		}
	}
}

var _ Client = (*s3.Client)(nil)
