package athena

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/athena/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"trailscribe/internal/awsconfig"
	"trailscribe/internal/engine"
	"trailscribe/internal/result"
)

// rows is the result of a query that ended well. A result of one page comes with the calls for pages; a longer one is read
// from the object in S3 as a stream, which is one call instead of one for each thousand rows.
type rows struct {
	ctx   context.Context
	e     *Engine
	id    string
	x     *execution
	cols  []result.Column
	first *athena.GetQueryResultsOutput
	stats engine.Stats
}

// page asks for a part of the results. An answer that is none, or breaks off, is asked for again: reading is free.
func (e *Engine) page(ctx context.Context, id string, token *string) (out *athena.GetQueryResultsOutput, err error) {
	for range maxErrors {
		out, err = e.o.Athena.GetQueryResults(ctx, &athena.GetQueryResultsInput{QueryExecutionId: &id, NextToken: token,
			MaxResults: aws.Int32(1000)})
		var often *retry.MaxAttemptsError // the client has repeated it
		if err == nil || awsconfig.Code(err) != "" || errors.As(err, &often) || sleep(ctx, e.o.Timing.PollFirst) != nil {
			break
		}
	}
	return out, err
}

// Columns are the statement's columns with their kinds.
func (r *rows) Columns() []result.Column { return r.cols }

// All gives each row once; the Row is used again for the next.
func (r *rows) All() iter.Seq2[result.Row, error] {
	return func(yield func(result.Row, error) bool) {
		row := make(result.Row, len(r.cols))
		give := func(cells []*string) bool {
			if err := r.fill(row, cells); err != nil {
				yield(nil, r.fault(fmt.Errorf("row %d: %w", r.stats.Rows+1, err)))
				return false
			}
			r.stats.Rows++
			return yield(row, nil)
		}
		if err := r.fits(); err != nil {
			yield(nil, r.fault(err))
			return
		}
		if aws.ToString(r.first.NextToken) != "" && r.x.output != "" {
			done, err := r.stream(give)
			if err != nil {
				yield(nil, r.fault(err))
			}
			if done || err != nil {
				return
			}
		}
		if err := r.pages(give); err != nil {
			yield(nil, r.fault(err))
		}
	}
}

// fits holds the columns that Athena says against those of the statement.
func (r *rows) fits() error {
	if r.first.ResultSet == nil || r.first.ResultSet.ResultSetMetadata == nil {
		return errors.New("Athena gave a result without columns")
	}
	info := r.first.ResultSet.ResultSetMetadata.ColumnInfo
	if len(info) != len(r.cols) {
		return fmt.Errorf("Athena gave %d columns where the statement has %d", len(info), len(r.cols))
	}
	for i, c := range info {
		if !called(aws.ToString(c.Name), r.cols[i].Name) {
			return fmt.Errorf("column %d is called %q by Athena and %q by the statement", i+1, plain(aws.ToString(c.Name)), r.cols[i].Name)
		}
	}
	return nil
}

// called reports whether Athena's name of a column is the statement's. Where two columns have one name, Athena says it twice and
// the statement tells them apart by a number: arn and arn_2.
func called(said, name string) bool {
	if len(name) > len(said) && said != "" && strings.EqualFold(said, name[:len(said)]) {
		n, ok := strings.CutPrefix(name[len(said):], "_")
		_, err := strconv.Atoi(n)
		return ok && err == nil
	}
	return strings.EqualFold(said, name)
}

// header checks the first row of a SELECT, which repeats the names of the columns.
func (r *rows) header(cells []*string) error {
	ok := len(cells) == len(r.cols)
	for i := range cells {
		ok = ok && cells[i] != nil && called(*cells[i], r.cols[i].Name)
	}
	if !ok {
		return errors.New("the results do not begin with the names of the columns, so a row might be lost")
	}
	return nil
}

// pages reads all results page by page. A page may be empty and yet not the last.
func (r *rows) pages(give func([]*string) bool) error {
	page, header := r.first, true
	var cells []*string
	for {
		if page.ResultSet != nil {
			for _, x := range page.ResultSet.Rows {
				cells = texted(cells[:0], x)
				if header {
					if err := r.header(cells); err != nil {
						return err
					}
					header = false
					continue
				}
				if !give(cells) {
					return nil
				}
			}
		}
		if aws.ToString(page.NextToken) == "" {
			if header {
				return errors.New("the results have no row, not even the names of the columns")
			}
			return nil
		}
		next, err := r.e.page(r.ctx, r.x.id, page.NextToken)
		if err != nil {
			return err
		}
		if aws.ToString(next.NextToken) == aws.ToString(page.NextToken) {
			return errors.New("the results go round in a circle")
		}
		page = next
	}
}

func texted(cells []*string, r types.Row) []*string {
	for _, d := range r.Data {
		cells = append(cells, d.VarCharValue)
	}
	return cells
}

// stream reads the object of the results. done is false where it must not be read: then the pages are.
func (r *rows) stream(give func([]*string) bool) (done bool, err error) {
	bucket, key, ok := awsconfig.Object(r.x.output)
	if !ok || !strings.HasSuffix(key, ".csv") {
		return false, nil
	}
	counted := &object{r: r, bucket: bucket, key: key}
	if err := counted.open(); err != nil {
		switch awsconfig.Code(err) {
		case "AccessDenied", "NoSuchKey", "PermanentRedirect", "NoSuchBucket":
			return false, nil
		}
		return false, err
	}
	defer func() { counted.body.Close() }()
	c := newCSV(counted)
	cells, err := c.read(nil)
	if err == nil {
		err = r.header(cells)
	}
	for err == nil {
		if cells, err = c.read(cells); err == nil && !give(cells) {
			return true, nil
		}
	}
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	return false, err
}

// object reads an object to its end; where the answer breaks off, it goes on behind what was read.
type object struct {
	r           *rows
	bucket, key string
	body        io.ReadCloser
	etag        string
	at, size    int64
	broken      int
}

func (o *object) open() error {
	in := &s3.GetObjectInput{Bucket: &o.bucket, Key: &o.key}
	if o.at > 0 {
		in.Range, in.IfMatch = aws.String(fmt.Sprintf("bytes=%d-", o.at)), &o.etag
	}
	out, err := o.r.e.o.S3.GetObject(o.r.ctx, in)
	if err != nil {
		return err
	}
	if o.body = out.Body; o.at == 0 {
		o.etag, o.size = aws.ToString(out.ETag), aws.ToInt64(out.ContentLength)
	}
	return nil
}

func (o *object) Read(p []byte) (int, error) {
	for {
		n, err := o.body.Read(p)
		if o.at += int64(n); n > 0 {
			return n, nil
		}
		if err == nil || errors.Is(err, io.EOF) && o.at >= o.size {
			return n, err
		}
		if o.broken++; o.broken > maxErrors || o.r.ctx.Err() != nil {
			return 0, fmt.Errorf("the results object broke off after %d of %d bytes: %w", o.at, o.size, errors.Join(err, o.r.ctx.Err()))
		}
		o.body.Close()
		if err := o.open(); err != nil {
			o.body = io.NopCloser(strings.NewReader(""))
			return 0, err
		}
	}
}

func (r *rows) fill(row result.Row, cells []*string) (err error) {
	if len(cells) != len(r.cols) {
		return fmt.Errorf("it has %d values for %d columns", len(cells), len(r.cols))
	}
	for i, c := range r.cols {
		if row[i], err = value(c.Kind, cells[i]); err != nil {
			return fmt.Errorf("column %s: %w", c.Name, err)
		}
	}
	return nil
}

func (r *rows) fault(err error) error {
	return fault(r.ctx, "read the rows of "+r.id, err)
}

// Stats is complete after All.
func (r *rows) Stats() engine.Stats { return r.stats }

// Close has nothing to end: the query has ended, and a stream is closed by the loop that reads it.
func (r *rows) Close() error { return nil }

var _ engine.Rows = (*rows)(nil)
