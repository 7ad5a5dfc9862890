package lake

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
	if !s.Ours {
		return s, nil
	}
	rules, err := r.rules(ctx)
	if code(err) == "AccessDenied" { // a role that only looks
		return s, nil
	}
	if err != nil {
		return infra.State{}, fmt.Errorf("reading its lifecycle: %w", err)
	}
	s.Fields["expiry"], s.Data = never, rules
	for _, x := range rules {
		if aws.ToString(x.ID) == expiryRule && x.Status == types.ExpirationStatusEnabled && x.Expiration != nil && x.Filter != nil &&
			aws.ToString(x.Filter.Prefix) == r.Output.Key() {
			s.Fields["expiry"] = days(int(aws.ToInt32(x.Expiration.Days)))
		}
	}
	return s, nil
}

// expiryRule is the id of the lifecycle rule of a bucket that this program made; rules of others are kept next to it.
const expiryRule = "trailscribe-results"

const never = "never"

func days(n int) string {
	if n == 0 {
		return never
	}
	return fmt.Sprintf("after %d days", n)
}

func (r *results) rules(ctx context.Context) ([]types.LifecycleRule, error) {
	out, err := r.buckets.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &r.Output.Bucket})
	if code(err) == "NoSuchLifecycleConfiguration" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return out.Rules, nil
}

func (r *results) Diff(s infra.State) []infra.Change {
	d := differ{ref: r.Ref()}
	switch have := s.Fields["region"]; {
	case !s.Exists:
		d.add(infra.Add, "", "", "", "it is not there")
		d.add(infra.Add, "region", "", r.Region, "results must be in the region of the queries")
		d.add(infra.Add, "results expire", "", days(r.Expiry), "results hold what the logs hold, and cost storage")
	case have != "" && have != r.Region:
		d.add(infra.Modify, "region", have, r.Region, "results must be in the region of the queries")
		d.block("a bucket cannot move: name one of " + r.Region + " under output:")
	case s.Ours && s.Fields["expiry"] != "" && s.Fields["expiry"] != days(r.Expiry):
		d.add(infra.Modify, "results expire", s.Fields["expiry"], days(r.Expiry), "results_days under athena: says so")
	}
	return d.changes
}

// Apply makes the bucket: closed to the public, encrypted as S3 does by itself, with the mark and a rule by which results
// expire. Of a bucket that was made by it before it keeps only that rule.
func (r *results) Apply(ctx context.Context, s infra.State) error {
	if s.Exists {
		rules, _ := s.Data.([]types.LifecycleRule)
		return r.expire(ctx, rules)
	}
	in := &s3.CreateBucketInput{Bucket: &r.Output.Bucket}
	if r.Region != "us-east-1" { // there S3 refuses its own name
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(r.Region)}
	}
	if _, err := r.buckets.CreateBucket(ctx, in); err != nil {
		return err
	}
	_, err := r.buckets.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{Bucket: &r.Output.Bucket,
		PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
			BlockPublicAcls: aws.Bool(true), BlockPublicPolicy: aws.Bool(true), IgnorePublicAcls: aws.Bool(true),
			RestrictPublicBuckets: aws.Bool(true)}})
	if err != nil {
		return fmt.Errorf("closing it to the public: %w", err)
	}
	_, err = r.buckets.PutBucketTagging(ctx, &s3.PutBucketTaggingInput{Bucket: &r.Output.Bucket,
		Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String(Mark), Value: aws.String(MarkValue)}}}})
	if err != nil {
		return fmt.Errorf("marking it: %w", err)
	}
	if r.Expiry == 0 {
		return nil
	}
	return r.expire(ctx, nil)
}

// expire writes the rule by which results expire, next to the rules that others made. It also clears parts of interrupted
// writes, which no listing shows and which cost storage.
func (r *results) expire(ctx context.Context, others []types.LifecycleRule) error {
	rules := slices.DeleteFunc(slices.Clone(others), func(x types.LifecycleRule) bool { return aws.ToString(x.ID) == expiryRule })
	rule := types.LifecycleRule{ID: aws.String(expiryRule), Status: types.ExpirationStatusEnabled,
		Filter:                         &types.LifecycleRuleFilter{Prefix: aws.String(r.Output.Key())},
		AbortIncompleteMultipartUpload: &types.AbortIncompleteMultipartUpload{DaysAfterInitiation: aws.Int32(1)}}
	if r.Expiry > 0 {
		rule.Expiration = &types.LifecycleExpiration{Days: aws.Int32(int32(r.Expiry))}
	}
	_, err := r.buckets.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{Bucket: &r.Output.Bucket,
		LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: append(rules, rule)}})
	if err != nil {
		return fmt.Errorf("letting results expire: %w", err)
	}
	return nil
}

// Holds reports whether objects are in the bucket.
func (r *results) Holds(ctx context.Context, _ infra.State) (string, error) {
	out, err := r.buckets.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &r.Output.Bucket, MaxKeys: aws.Int32(1)})
	if err != nil {
		return "", err
	}
	if len(out.Contents) == 0 {
		return "", nil
	}
	return "it still holds results: look at them and remove them yourself, or leave it", nil
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

// lifecycle reports whether results expire and broken uploads are cleared, as far as it may be read.
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
