package awsfake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/awsconfig"
)

func TestObjects(t *testing.T) {
	p, ctx := start(t, Options{}), context.Background()
	code := func(err error) string { t.Helper(); return awsconfig.Code(err) }
	if _, err := p.s3.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("b")}); code(err) != "IllegalLocationConstraintException" {
		t.Errorf("a bucket without location: %v", err)
	}
	if _, err := p.s3.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("b"),
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "eu-central-1"}}); err != nil {
		t.Fatal(err)
	}
	put := func(key, body string, change ...func(*s3.PutObjectInput)) error {
		in := &s3.PutObjectInput{Bucket: aws.String("b"), Key: aws.String(key), Body: strings.NewReader(body),
			Metadata: map[string]string{"signature": "ab"}}
		for _, f := range change {
			f(in)
		}
		_, err := p.s3.PutObject(ctx, in)
		return err
	}
	odd := "ä/+ %&?#=.txt"
	for _, k := range []string{"a", odd} {
		if err := put(k, "hello"); err != nil {
			t.Fatal(err)
		}
	}
	if err := put("a", "x", func(in *s3.PutObjectInput) { in.IfNoneMatch = aws.String("*") }); code(err) != "PreconditionFailed" {
		t.Errorf("the second writer: %v", err)
	}
	if err := put("a", "x", func(in *s3.PutObjectInput) { in.IfMatch = aws.String(`"0"`) }); code(err) != "PreconditionFailed" {
		t.Errorf("a stale writer: %v", err)
	}
	if err := put("stream", "streamed", func(in *s3.PutObjectInput) {
		in.ChecksumAlgorithm, in.Body = types.ChecksumAlgorithmSha256, bytes.NewReader([]byte("streamed"))
	}); err != nil {
		t.Fatal(err)
	}
	out, err := p.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String(odd), Range: aws.String("bytes=1-3")})
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(out.Body)
	if string(body) != "ell" || out.Metadata["signature"] != "ab" {
		t.Errorf("%q %v", body, out.Metadata)
	}
	head, err := p.s3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String("b"), Key: aws.String("stream"),
		ChecksumMode: types.ChecksumModeEnabled})
	if err != nil || *head.ContentLength != 8 || head.ChecksumSHA256 == nil {
		t.Errorf("%+v %v", head, err)
	}
	if _, err := p.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("none")}); code(err) != "NoSuchKey" {
		t.Error(err)
	}
	if _, err := p.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("none"), Key: aws.String("a")}); code(err) != "NoSuchBucket" {
		t.Error(err)
	}
	p.Put("b", "cold", []byte("x"), "GLACIER")
	if _, err := p.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("cold")}); code(err) != "InvalidObjectState" {
		t.Error(err)
	}
	if _, err := p.s3.CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String("b"), Key: aws.String("copy"),
		CopySource: aws.String("b/a")}); err != nil {
		t.Error(err)
	}
	if b, ok := p.Object("b", "copy"); !ok || string(b) != "hello" {
		t.Errorf("%q", b)
	}
	if _, err := p.s3.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: aws.String("b"),
		Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: aws.String("a")}, {Key: aws.String("none")}}}}); err != nil {
		t.Error(err)
	}
	if _, err := p.s3.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: aws.String("b")}); code(err) != "BucketNotEmpty" {
		t.Error(err)
	}
	if keys := p.Keys("b", ""); !slices.Equal(keys, []string{"cold", "copy", "stream", odd}) {
		t.Errorf("%q", keys)
	}
	if _, err := p.s3.GetBucketLifecycleConfiguration(ctx,
		&s3.GetBucketLifecycleConfigurationInput{Bucket: aws.String("b")}); code(err) != "NoSuchLifecycleConfiguration" {
		t.Error(err)
	}
	if _, err := p.s3.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{Bucket: aws.String("b"),
		LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{{ID: aws.String("r"), Status: "Enabled",
			Filter:     &types.LifecycleRuleFilter{Prefix: aws.String("x/")},
			Expiration: &types.LifecycleExpiration{Days: aws.Int32(7)}}}}}); err != nil {
		t.Fatal(err)
	}
	rules, err := p.s3.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: aws.String("b")})
	if err != nil || *rules.Rules[0].Expiration.Days != 7 {
		t.Errorf("%+v %v", rules, err)
	}
	loc, err := p.s3.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: aws.String("b")})
	if err != nil || loc.LocationConstraint != "eu-central-1" {
		t.Errorf("%v %v", loc, err)
	}
	us := s3.NewFromConfig(p.cfg, func(o *s3.Options) { o.Region = "us-east-1"; o.Retryer = aws.NopRetryer{} })
	if _, err := us.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("b")}); code(err) != "PermanentRedirect" {
		t.Errorf("another region: %v", err)
	}
}

// TestListing: pages join to the whole, with and without folders, whatever their size.
func TestListing(t *testing.T) {
	p, ctx := start(t, Options{}), context.Background()
	var want []string
	for i := range 25 {
		k := fmt.Sprintf("AWSLogs/%02d/x %d+ü.gz", i/3, i)
		p.Put("b", k, []byte("x"), "")
		want = append(want, k)
	}
	p.Put("b", "AWSLogs/top", []byte("x"), "")
	for _, size := range []int32{1, 2, 7, 1000} {
		var keys, folders []string
		pages := s3.NewListObjectsV2Paginator(p.s3, &s3.ListObjectsV2Input{Bucket: aws.String("b"), Prefix: aws.String("AWSLogs/"),
			MaxKeys: aws.Int32(size)})
		for pages.HasMorePages() {
			out, err := pages.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range out.Contents {
				keys = append(keys, *o.Key)
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(append(slices.Clone(want), "AWSLogs/top"), keys); diff != "" {
			t.Errorf("pages of %d: %s", size, diff)
		}
		keys = nil
		pages = s3.NewListObjectsV2Paginator(p.s3, &s3.ListObjectsV2Input{Bucket: aws.String("b"), Prefix: aws.String("AWSLogs/"),
			Delimiter: aws.String("/"), MaxKeys: aws.Int32(size)})
		for pages.HasMorePages() {
			out, err := pages.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range out.CommonPrefixes {
				folders = append(folders, *o.Prefix)
			}
			for _, o := range out.Contents {
				keys = append(keys, *o.Key)
			}
		}
		if len(folders) != 9 || folders[8] != "AWSLogs/08/" || len(keys) != 1 {
			t.Errorf("pages of %d: folders %v, keys %v", size, folders, keys)
		}
	}
	out, err := p.s3.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("b"), StartAfter: aws.String(want[23])})
	if err != nil || len(out.Contents) != 2 {
		t.Errorf("%d keys, %v", len(out.Contents), err)
	}
}

func TestMultipart(t *testing.T) {
	p, ctx := start(t, Options{}), context.Background()
	p.CreateBucket("b")
	up, err := p.s3.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: aws.String("b"), Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	big := bytes.Repeat([]byte("0123456789"), 600<<10)
	var parts []types.CompletedPart
	for i, b := range [][]byte{big, []byte("tail")} {
		out, err := p.s3.UploadPart(ctx, &s3.UploadPartInput{Bucket: aws.String("b"), Key: aws.String("k"), UploadId: up.UploadId,
			PartNumber: aws.Int32(int32(i + 1)), Body: bytes.NewReader(b)})
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, types.CompletedPart{ETag: out.ETag, PartNumber: aws.Int32(int32(i + 1))})
	}
	if _, err := p.s3.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: aws.String("b"), Key: aws.String("k"),
		UploadId: up.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}}); err != nil {
		t.Fatal(err)
	}
	if b, _ := p.Object("b", "k"); !bytes.Equal(b, append(big, "tail"...)) {
		t.Errorf("%d bytes", len(b))
	}
}

// TestSlowReader: whoever reads an object slowly keeps nobody else from the bucket.
func TestSlowReader(t *testing.T) {
	p, ctx := start(t, Options{}), context.Background()
	p.Put("b", "big", bytes.Repeat([]byte("x"), 32<<20), "")
	out, err := p.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("big")})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	p.Put("b", "other", []byte("y"), "")
	if list, err := p.s3.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("b")}); err != nil || len(list.Contents) != 2 {
		t.Error(err)
	}
}

func TestFaultsOfCalls(t *testing.T) {
	p, ctx := start(t, Options{}), context.Background()
	p.Put("b", "k", bytes.Repeat([]byte("x"), 100), "")
	list := func() error {
		_, err := p.s3.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("b")})
		return err
	}
	for _, c := range []struct {
		f    Fault
		code string
	}{
		{Fault{Kind: Throttle}, "SlowDown"}, {Fault{Kind: ServerError}, "InternalError"}, {Fault{Kind: Expired}, "ExpiredToken"},
		{Fault{Kind: Denied, Call: "s3:ListObjectsV2"}, "AccessDenied"}, {Fault{Kind: Denied, Call: "s3:PutObject"}, ""},
	} {
		remove := p.Inject(c.f)
		if got := awsconfig.Code(list()); got != c.code {
			t.Errorf("%+v: got %q", c.f, got)
		}
		remove()
		if err := list(); err != nil {
			t.Errorf("after %+v: %v", c.f, err)
		}
	}
	remove := p.Inject(Fault{Kind: LostReplyDone, Call: "s3:PutObject", Times: 1})
	if _, err := p.s3.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("b"), Key: aws.String("lost"),
		Body: strings.NewReader("y")}); err == nil {
		t.Error("the reply arrived")
	}
	if _, ok := p.Object("b", "lost"); !ok {
		t.Error("the call was not carried out")
	}
	remove()
	p.Inject(Fault{Kind: HalfBody, Call: "s3:GetObject", Times: 1})
	out, err := p.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("b"), Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(out.Body); err == nil || len(b) > 50 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	var canceled *aws.RequestCanceledError
	p.Inject(Fault{Kind: Throttle, Call: "s3:ListObjectsV2", Skip: 1, Times: 2})
	for i, want := range []string{"", "SlowDown", "SlowDown", ""} {
		if err := list(); awsconfig.Code(err) != want || errors.As(err, &canceled) {
			t.Errorf("call %d: %v", i, err)
		}
	}
	if p.Injected() != 8 {
		t.Errorf("%d faults were counted", p.Injected())
	}
}

func TestRoles(t *testing.T) {
	p, ctx := start(t, Options{Account: "000011112222"}), context.Background()
	who, err := p.sts.GetCallerIdentity(ctx, nil)
	if err != nil || *who.Account != "000011112222" {
		t.Fatal(who, err)
	}
	arn := "arn:aws:iam::444455556666:role/path/reader"
	p.Role(Trust{ARN: arn, ExternalID: "e"})
	take := func(id string) (*sts.GetCallerIdentityOutput, error) {
		cfg, err := awsconfig.Load(ctx, awsconfig.Options{Env: p.Getenv, RoleARN: arn, ExternalID: id})
		if err != nil {
			t.Fatal(err)
		}
		cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
		return sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
	}
	if out, err := take("e"); err != nil || *out.Arn != "arn:aws:sts::444455556666:assumed-role/reader/trailscribe" ||
		*out.Account != "444455556666" {
		t.Error(out, err)
	}
	if _, err := take("wrong"); awsconfig.Code(err) != "AccessDenied" {
		t.Error(err)
	}
	cfg, _ := awsconfig.Load(ctx, awsconfig.Options{Region: "eu-central-1", Endpoint: p.URL(), Env: func(n string) string {
		return map[string]string{"AWS_ACCESS_KEY_ID": "AKIASTRANGER", "AWS_SECRET_ACCESS_KEY": "x"}[n]
	}})
	if _, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil); awsconfig.Code(err) != "InvalidClientTokenId" {
		t.Error(err)
	}
	if m := p.Meter(); m.Calls["sts:AssumeRole"] != 2 {
		t.Errorf("%+v", m)
	}
}
