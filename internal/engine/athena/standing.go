package athena

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"trailscribe/internal/engine"
)

// remember notes the files of the staged copy. Whoever drops a staged table deletes its files first, and Athena reads a table
// without files as one without rows; so a statement's rows are believed only if all files are still there after it has ended.
func (s *session) remember(ctx context.Context) error {
	t, err := s.e.find(ctx, s.table)
	if err != nil {
		return err
	}
	if t == nil || t.StorageDescriptor == nil {
		return s.dropped("this run began to ask it")
	}
	s.stands = place(aws.ToString(t.StorageDescriptor.Location))
	s.files = map[string]bool{}
	return s.e.eachFile(ctx, s.stands, func(key string) { s.files[key] = true })
}

// standing is an error if the staged copy is no longer whole.
func (s *session) standing(ctx context.Context, id string) error {
	there := 0
	err := s.e.eachFile(ctx, s.stands, func(key string) {
		if s.files[key] {
			there++
		}
	})
	if err != nil {
		return err
	}
	if there < len(s.files) {
		return s.dropped(id + " was asked")
	}
	return nil
}

func (s *session) dropped(when string) error {
	return &engine.Fault{Reason: engine.Failed, Hint: "run the same command again; leave staged tables alone while runs go on, they are dropped when a run ends",
		Err: fmt.Errorf("the staged table %s.%s or some of its files were dropped by someone else before %s: rows could be missing, so there are none", s.e.o.StagingDatabase, s.table, when)}
}

// eachFile lists the files at a place.
func (e *Engine) eachFile(ctx context.Context, location string, f func(key string)) error {
	bucket, below, ok := strings.Cut(strings.TrimPrefix(location, "s3://"), "/")
	if !ok {
		return errors.New("the place of the staged copy is not known")
	}
	in := s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &below}
	for {
		page := in
		out, err := e.o.S3.ListObjectsV2(ctx, &page)
		if err != nil {
			return fault(ctx, "list the staged files at "+location, err)
		}
		for _, o := range out.Contents {
			f(aws.ToString(o.Key))
		}
		if !aws.ToBool(out.IsTruncated) || aws.ToString(out.NextContinuationToken) == "" {
			return nil
		}
		in.ContinuationToken = out.NextContinuationToken
	}
}
