package athena

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/engine"
)

// noteFiles notes the files of the staged copy. Whoever drops a staged table deletes its files first, and Athena reads a table
// without files as one without rows; so a statement's rows are believed only if all files are still there after it has ended.
func (s *session) noteFiles(ctx context.Context) error {
	t, err := s.e.find(ctx, s.table)
	if err != nil {
		return err
	}
	if t == nil || t.StorageDescriptor == nil {
		return s.dropped("this run began to ask it")
	}
	s.location = awsconfig.Location(aws.ToString(t.StorageDescriptor.Location))
	s.files = map[string]bool{}
	for keys, err := range s.e.keys(ctx, s.location) {
		if err != nil {
			return err
		}
		for _, key := range keys {
			s.files[key] = true
		}
	}
	return nil
}

// checkFiles is an error if the staged copy is not complete any more.
func (s *session) checkFiles(ctx context.Context, id string) error {
	there := 0
	for keys, err := range s.e.keys(ctx, s.location) {
		if err != nil {
			return err
		}
		for _, key := range keys {
			if s.files[key] {
				there++
			}
		}
	}
	if there < len(s.files) {
		return s.dropped(id + " was asked")
	}
	return nil
}

func (s *session) dropped(when string) error {
	return &engine.Fault{Reason: engine.Failed, Hint: "run the same command again; leave staged tables alone while runs go " +
		"on, they are dropped when a run ends",
		Err: fmt.Errorf("the staged table %s.%s or some of its files were dropped by someone else before %s: rows "+
			"could be missing, so there are none", s.e.o.StagingDatabase, s.table, when)}
}
