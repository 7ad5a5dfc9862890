package lake

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"trailscribe/internal/infra"
)

// results is the bucket that query results and staged copies go to. One that is there is used as it is.
type results struct{ *Lake }

func (r *results) Component() string { return "results" }
func (r *results) Ref() string       { return "results bucket " + r.Output.Bucket }

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func (r *results) Read(ctx context.Context) (infra.State, error) {
	out, err := r.buckets.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &r.Output.Bucket})
	switch c := code(err); {
	case c == "NotFound" || c == "NoSuchBucket" || c == "404":
		return infra.State{}, nil
	case err != nil:
		return infra.State{}, err
	}
	s := infra.State{Exists: true, Fields: map[string]string{"region": aws.ToString(out.BucketRegion)}}
	tags, err := r.buckets.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: &r.Output.Bucket})
	if c := code(err); err != nil && c != "NoSuchTagSet" && c != "AccessDenied" { // without the permission it is simply not ours
		return infra.State{}, fmt.Errorf("reading its tags: %w", err)
	}
	if err == nil {
		for _, t := range tags.TagSet {
			if aws.ToString(t.Key) == Mark && aws.ToString(t.Value) == MarkValue {
				s.Ours = true
			}
		}
	}
	return s, nil
}

func (r *results) Diff(s infra.State) []infra.Change {
	d := differ{ref: r.Ref()}
	switch have := s.Fields["region"]; {
	case !s.Exists:
		d.add(infra.Add, "", "", "", "it is not there")
		d.add(infra.Add, "region", "", r.Region, "results must lie in the region of the queries")
	case have != "" && have != r.Region:
		d.add(infra.Modify, "region", have, r.Region, "results must lie in the region of the queries")
		d.block("a bucket cannot move: name one of " + r.Region + " under output:")
	}
	return d.changes
}

// Apply makes the bucket: closed to the public, encrypted as S3 does by itself, with the mark. Its lifecycle is left to its
// owner; Notes says what to set.
func (r *results) Apply(ctx context.Context, _ infra.State) error {
	in := &s3.CreateBucketInput{Bucket: &r.Output.Bucket}
	if r.Region != "us-east-1" { // there S3 refuses its own name
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(r.Region)}
	}
	if _, err := r.buckets.CreateBucket(ctx, in); err != nil {
		return err
	}
	_, err := r.buckets.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{Bucket: &r.Output.Bucket, PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
		BlockPublicAcls: aws.Bool(true), BlockPublicPolicy: aws.Bool(true), IgnorePublicAcls: aws.Bool(true), RestrictPublicBuckets: aws.Bool(true)}})
	if err != nil {
		return fmt.Errorf("closing it to the public: %w", err)
	}
	_, err = r.buckets.PutBucketTagging(ctx, &s3.PutBucketTaggingInput{Bucket: &r.Output.Bucket, Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String(Mark), Value: aws.String(MarkValue)}}}})
	if err != nil {
		return fmt.Errorf("marking it: %w", err)
	}
	return nil
}

// Destroy removes the bucket if it is empty. Objects are never removed here.
func (r *results) Destroy(ctx context.Context, _ infra.State) error {
	if r.Output.Bucket == r.Logs.Bucket {
		return errors.New("it is the bucket of the logs")
	}
	_, err := r.buckets.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &r.Output.Bucket})
	if code(err) == "BucketNotEmpty" {
		return errors.New("it still holds results: look at them and remove them yourself, or leave it")
	}
	return err
}

// lifecycle tells whether results expire and broken uploads are cleared, as far as it may be read.
func (l *Lake) lifecycle(ctx context.Context) (expires, aborts, known bool, err error) {
	out, err := l.buckets.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &l.Output.Bucket})
	switch c := code(err); {
	case c == "NoSuchLifecycleConfiguration":
		return false, false, true, nil
	case c == "AccessDenied":
		return false, false, false, nil
	case err != nil:
		return false, false, false, fmt.Errorf("reading the lifecycle of %s: %w", l.Output.Bucket, err)
	}
	for _, r := range out.Rules {
		if r.Status != types.ExpirationStatusEnabled {
			continue
		}
		if r.Expiration != nil && (r.Expiration.Days != nil || r.Expiration.Date != nil) {
			expires = true
		}
		if r.AbortIncompleteMultipartUpload != nil {
			aborts = true
		}
	}
	return expires, aborts, true, nil
}
