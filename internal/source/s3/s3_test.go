package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"trailscribe/internal/source"
	"trailscribe/internal/source/sourcetest"
)

// bucket is S3 as far as the source asks it: three keys a page, and bodies that may break off.
type bucket struct {
	files  map[string][]byte
	page   int
	breaks int   // bodies that break off in their middle
	fail   error // of the next listing
	loop   bool  // says there is more without saying where
	calls  int
}

func (b *bucket) ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input, _ ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	b.calls++
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("wrapped: %w", err)
	}
	if b.fail != nil {
		return nil, b.fail
	}
	var names []string
	seen := map[string]bool{}
	for k := range b.files {
		if rest, ok := strings.CutPrefix(k, aws.ToString(in.Prefix)); ok {
			if d := aws.ToString(in.Delimiter); d != "" {
				at := strings.Index(rest, d)
				if at < 0 {
					continue
				}
				k = aws.ToString(in.Prefix) + rest[:at+1]
			}
			if k > aws.ToString(in.ContinuationToken) && !seen[k] {
				seen[k] = true
				names = append(names, k)
			}
		}
	}
	slices.Sort(names)
	out := &s3.ListObjectsV2Output{IsTruncated: aws.Bool(false)}
	if len(names) > b.page {
		names = names[:b.page]
		out.IsTruncated, out.NextContinuationToken = aws.Bool(true), aws.String(names[b.page-1])
		if b.loop {
			out.NextContinuationToken = nil
		}
	}
	for _, k := range names {
		if in.Delimiter != nil {
			out.CommonPrefixes = append(out.CommonPrefixes, types.CommonPrefix{Prefix: aws.String(k)})
			continue
		}
		o := types.Object{Key: aws.String(k), Size: aws.Int64(int64(len(b.files[k]))), ETag: aws.String(fmt.Sprintf(`"%d"`, len(k))),
			LastModified: aws.Time(time.Date(2026, 10, 1, 0, 0, 0, 5e6, time.UTC))}
		if strings.Contains(k, "cold") {
			o.StorageClass = types.ObjectStorageClassGlacier
		}
		out.Contents = append(out.Contents, o)
	}
	return out, nil
}

func (b *bucket) GetObject(ctx context.Context, in *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	b.calls++
	key := aws.ToString(in.Key)
	data, ok := b.files[key]
	if !ok {
		return nil, &smithy.OperationError{ServiceID: "S3", OperationName: "GetObject", Err: &smithy.GenericAPIError{Code: "NoSuchKey"}}
	}
	if strings.Contains(key, "cold") {
		return nil, &smithy.GenericAPIError{Code: "InvalidObjectState"}
	}
	from := 0
	if in.Range != nil {
		if _, err := fmt.Sscanf(*in.Range, "bytes=%d-", &from); err != nil || aws.ToString(in.IfMatch) == "" {
			return nil, fmt.Errorf("range %q, %v", *in.Range, err)
		}
	}
	rest := data[from:]
	var body io.Reader = bytes.NewReader(rest)
	if b.breaks > 0 && len(rest) > 1 {
		b.breaks--
		body = io.MultiReader(bytes.NewReader(rest[:len(rest)/2]), &failing{})
	}
	return &s3.GetObjectOutput{Body: io.NopCloser(body), ContentLength: aws.Int64(int64(len(rest))),
		ETag:         aws.String(fmt.Sprintf(`"%d"`, len(key))),
		LastModified: aws.Time(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)), Metadata: map[string]string{"Signature": "abc"}}, nil
}

type failing struct{}

func (*failing) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func open(t *testing.T, b *bucket, prefix string) *Source {
	t.Helper()
	s, err := New(Options{Client: b, Bucket: "logs", Prefix: prefix})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestContract(t *testing.T) {
	for _, prefix := range []string{"", "/some/prefix/"} {
		files := map[string][]byte{"some/prefixed": nil}
		if prefix == "" {
			files = map[string][]byte{}
		}
		for k, v := range sourcetest.Files() {
			files[strings.TrimPrefix(prefix, "/")+k] = v
		}
		t.Run("prefix "+prefix, func(t *testing.T) {
			sourcetest.Run(t, func(t *testing.T) source.Source { return open(t, &bucket{files: files, page: 3}, prefix) })
		})
	}
}

func TestListing(t *testing.T) {
	b := &bucket{page: 2, files: map[string][]byte{
		"AWSLogs/": {}, // what a console makes for a folder
		"AWSLogs/111122223333/CloudTrail/x/a.json":  {1},
		"AWSLogs/222222222222/CloudTrail/x/b.json":  {1},
		"AWSLogs/o-abcdefghij/333333333333/cold.gz": {1},
		"AWSLogs/zzz": {1},
	}}
	s := open(t, b, "")
	var folders, classes []string
	for f, err := range s.Folders(t.Context(), "AWSLogs/") {
		if err != nil {
			t.Fatal(err)
		}
		folders = append(folders, f)
	}
	if want := []string{"AWSLogs/111122223333/", "AWSLogs/222222222222/", "AWSLogs/o-abcdefghij/"}; !slices.Equal(folders, want) {
		t.Errorf("folders %q", folders)
	}
	for o, err := range s.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		classes = append(classes, o.Class)
	}
	if want := []string{"STANDARD", "STANDARD", "GLACIER", "STANDARD"}; !slices.Equal(classes, want) {
		t.Errorf("classes %q", classes)
	}
	if _, _, err := s.Open(t.Context(), "AWSLogs/o-abcdefghij/333333333333/cold.gz"); err == nil || !strings.Contains(err.Error(), "Glacier") {
		t.Error(err)
	}
	b.loop = true
	var last error
	n := 0
	for _, err := range s.List(t.Context(), "") {
		n, last = n+1, err
	}
	if last == nil || n > 4 {
		t.Errorf("a listing that does not say where to go on: %v after %d", last, n)
	}
	b.fail = &smithy.OperationError{ServiceID: "S3", OperationName: "ListObjectsV2", Err: &smithy.GenericAPIError{Code: "NoSuchBucket",
		Message: "no"}}
	for _, err := range s.List(t.Context(), "a") {
		if err == nil || !strings.Contains(err.Error(), "listing s3://logs/a: S3 ListObjectsV2 failed because the S3 bucket does not exist") ||
			!strings.Contains(err.Error(), "Hint:") {
			t.Error(err)
		}
	}
}

func TestBrokenBody(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 1000)
	for breaks, whole := range map[int]bool{1: true, resumes: true, resumes + 1: false} {
		b := &bucket{files: map[string][]byte{"a": data}, page: 3, breaks: breaks}
		body, o, err := open(t, b, "").Open(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		if o.Meta["signature"] != "abc" {
			t.Errorf("metadata %v", o.Meta)
		}
		got, err := io.ReadAll(body)
		if (err == nil) != whole || whole && !bytes.Equal(got, data) {
			t.Errorf("%d breaks: %d bytes, %v", breaks, len(got), err)
		}
		if err := body.Close(); err != nil {
			t.Error(err)
		}
	}
	// An object that is deleted while it is read is an error, not a shorter object.
	b := &bucket{files: map[string][]byte{"a": data}, page: 3, breaks: 1}
	body, _, err := open(t, b, "").Open(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	delete(b.files, "a")
	if _, err := io.ReadAll(body); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestNames(t *testing.T) {
	if _, err := New(Options{}); err == nil {
		t.Error("a source without bucket")
	}
	if n := open(t, &bucket{}, "/a/b/").Name(); n != "s3://logs/a/b/" {
		t.Error(n)
	}
	if c := NewClient(aws.Config{Region: "eu-central-1", BaseEndpoint: aws.String("http://127.0.0.1:1")}); !c.Options().UsePathStyle {
		t.Error("one endpoint for all services needs the bucket in the path")
	}
	if c := NewClient(aws.Config{Region: "eu-central-1"}); c.Options().UsePathStyle {
		t.Error("AWS itself wants the bucket in the host name")
	}
}

// A proxy that answers with a page of its own is not a bucket without objects.
func TestOnlyListings(t *testing.T) {
	const page = "<html><body>Please sign in</body></html>"
	const listing = `<ListBucketResult><Name>logs</Name><IsTruncated>false</IsTruncated><Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>`
	for pages, want := range map[int]string{0: "a", 2: "a", 1 << 20: "not a listing of a bucket"} {
		asked := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if asked++; asked <= pages {
				fmt.Fprint(w, page)
				return
			}
			fmt.Fprint(w, listing)
		}))
		src, err := New(Options{Bucket: "logs",
			Client: NewClient(aws.Config{Region: "eu-central-1", BaseEndpoint: &server.URL, Credentials: aws.AnonymousCredentials{},
				Retryer: func() aws.Retryer { return retry.AddWithMaxBackoffDelay(retry.NewStandard(), time.Millisecond) }})})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for o, err := range src.List(t.Context(), "") {
			got += o.Key
			if err != nil {
				got += err.Error()
			}
		}
		if !strings.Contains(got, want) {
			t.Errorf("%d pages of a proxy: %q, want %q", pages, got, want)
		}
		server.Close()
	}
}
