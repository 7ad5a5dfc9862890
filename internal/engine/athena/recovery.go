package athena

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"trailscribe/internal/awsconfig"
)

// recovery decides whether the outcome of a query that stages can be used. A staged table may be there from an earlier session
// of the run that was killed while it dropped the table: then files are gone, and a reader sees fewer rows and no error.
type recovery struct {
	e     *Engine
	table string
	there bool // the table was there before this session asked for it
}

// recovery looks for the table of an earlier session.
func (e *Engine) recovery(ctx context.Context, table string) (*recovery, error) {
	t, err := e.find(ctx, table)
	return &recovery{e, table, t != nil}, err
}

// usable reports whether the table that a query made is there with all its files. One that is not is dropped.
func (k *recovery) usable(ctx context.Context, x *execution) (bool, error) {
	t, err := k.e.find(ctx, k.table)
	if err != nil || t == nil {
		k.there = false
		return false, err
	}
	if !k.there {
		return true, nil // it was made while this session waited
	}
	if !madeBy(t, x) {
		return false, nil // of another attempt, which comes next
	}
	complete, err := k.e.complete(ctx, t, x)
	if err != nil || complete {
		return complete, err
	}
	k.there = false
	return false, k.e.drop(ctx, k.table)
}

// madeBy reports whether a staged table is that of a query. Its files are below the number of the attempt, or the query's id.
func madeBy(t *gluetypes.Table, x *execution) bool {
	if t.StorageDescriptor == nil {
		return false
	}
	place := strings.TrimSuffix(aws.ToString(t.StorageDescriptor.Location), "/")
	return strings.HasSuffix(place, "/"+x.id) || strings.HasSuffix(place, fmt.Sprintf("/%d", x.attempt))
}

// complete reports whether all files that a query wrote are still there. Where the list that Athena keeps of them is not there or
// must not be read that is not known, and the answer is no: staging once more costs money, rows that are missing cost more.
func (e *Engine) complete(ctx context.Context, t *gluetypes.Table, x *execution) (bool, error) {
	missing, err := e.written(ctx, x.manifest)
	switch awsconfig.Code(err) {
	case "NoSuchKey", "NoSuchBucket", "AccessDenied":
		return false, nil
	}
	if err != nil || missing == nil {
		return false, fault(ctx, "read the list of staged files", err)
	}
	location := awsconfig.Location(aws.ToString(t.StorageDescriptor.Location))
	bucket, _, _ := awsconfig.Object(location)
	for keys, err := range e.keys(ctx, location) {
		if err != nil {
			return false, err
		}
		for _, key := range keys {
			delete(missing, "s3://"+bucket+"/"+key)
		}
		if len(missing) == 0 {
			break
		}
	}
	return len(missing) == 0, nil
}

// written is the list that Athena keeps of the files of a CREATE TABLE AS, one address a line; nil where it keeps none. An
// answer that is not such a list, or breaks off, is asked for again.
func (e *Engine) written(ctx context.Context, manifest string) (files map[string]bool, err error) {
	bucket, key, ok := awsconfig.Object(manifest)
	if !ok || key == "" {
		return nil, nil
	}
	for range maxErrors {
		var out *s3.GetObjectOutput
		if out, err = e.o.S3.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key}); err != nil {
			return nil, err
		}
		files, err = addresses(out.Body)
		out.Body.Close()
		if err == nil || sleep(ctx, e.o.Timing.PollFirst) != nil {
			break
		}
	}
	return files, err
}

func addresses(r io.Reader) (map[string]bool, error) {
	out := map[string]bool{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		switch line := strings.TrimSpace(lines.Text()); {
		case line == "":
		case !strings.HasPrefix(line, "s3://"):
			return nil, errors.New("what was answered is not a list of files; a proxy may stand in between")
		default:
			out[line] = true
		}
	}
	return out, lines.Err()
}
