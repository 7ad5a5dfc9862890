package athena

import (
	"context"
	"errors"
	"iter"

	"trailscribe/internal/awsconfig"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// keys are the keys of the objects at a place such as s3://bucket/prefix/, a page at a time. A listing that is cut off without
// saying where it goes on is an error: what is not listed would be left behind, or taken for gone.
func (e *Engine) keys(ctx context.Context, location string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		bucket, below, ok := awsconfig.Object(location)
		if !ok {
			yield(nil, errors.New("the place of the staged copy is not known"))
			return
		}
		in := s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &below}
		for {
			page := in // the client may write into what it is given
			out, err := e.o.S3.ListObjectsV2(ctx, &page)
			more := err == nil && aws.ToBool(out.IsTruncated)
			if more && (aws.ToString(out.NextContinuationToken) == "" ||
				aws.ToString(out.NextContinuationToken) == aws.ToString(in.ContinuationToken)) {
				err = errors.New("the listing was cut off without saying where to go on")
			}
			if err != nil {
				yield(nil, fault(ctx, "list the staged files at "+location, err))
				return
			}
			keys := make([]string, len(out.Contents))
			for i, o := range out.Contents {
				keys[i] = aws.ToString(o.Key)
			}
			if !yield(keys, nil) || !more {
				return
			}
			in.ContinuationToken = out.NextContinuationToken
		}
	}
}
