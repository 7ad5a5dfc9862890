package s3

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// resumes is how often a body that broke off is read on.
const resumes = 5

// reader reads an object whole: the SDK repeats calls, but not what breaks off after the answer began.
type reader struct {
	ctx  context.Context
	s    *Source
	key  string
	body io.ReadCloser
	etag string
	at   int64
	size int64
	left int // resumes used
}

func (r *reader) get() (*s3.GetObjectOutput, error) {
	in := &s3.GetObjectInput{Bucket: &r.s.o.Bucket, Key: aws.String(r.s.prefix + r.key)}
	if r.at > 0 {
		in.Range, in.IfMatch = aws.String(fmt.Sprintf("bytes=%d-", r.at)), &r.etag // never two states of one object
	}
	out, err := r.s.o.Client.GetObject(r.ctx, in)
	if err != nil {
		return nil, r.s.explain(r.ctx, "reading s3://"+r.s.o.Bucket+"/"+r.s.prefix+r.key, err)
	}
	return out, nil
}

// Read goes on where a broken connection stopped; an object that is shorter than announced is an error.
func (r *reader) Read(p []byte) (int, error) {
	for {
		n, err := r.body.Read(p)
		r.at += int64(n)
		if err == io.EOF && r.size > 0 && r.at < r.size {
			err = io.ErrUnexpectedEOF
		}
		if n > 0 && err != nil && err != io.EOF {
			return n, nil // the next Read meets the error again
		}
		if err == nil || err == io.EOF {
			return n, err
		}
		if cause := r.ctx.Err(); cause != nil {
			return n, cause
		}
		if r.left++; r.left > resumes {
			return n, fmt.Errorf("reading s3://%s/%s%s: the answer broke off %d times, at byte %d of %d: %w", r.s.o.Bucket, r.s.prefix, r.key,
				r.left, r.at, r.size, err)
		}
		_ = r.body.Close() // it is broken
		r.body = io.NopCloser(emptyReader{})
		out, getErr := r.get()
		if getErr != nil {
			return n, errors.Join(getErr, err)
		}
		r.body = out.Body
	}
}

type emptyReader struct{}

func (emptyReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Close ends the reading.
func (r *reader) Close() error { return r.body.Close() }
