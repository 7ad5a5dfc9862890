package cache

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/source"
	"trailscribe/internal/unread"
)

// job is some files of one day, read by one worker into one part (and parts of their own for very large files).
type job struct {
	day   *day
	files []object
}

// result is what a job made.
type result struct {
	parts                           []part
	files                           []file
	opened, bytes, decoded, records int64
}

// jobBytes is how much decoded text a job reads, roughly: enough for a large part, little enough to keep workers busy.
const jobBytes = 256 << 20

// expansion is how many bytes a byte of gzip becomes in a log file, roughly. It only sizes jobs.
const expansion = 8

func weight(o object) int64 {
	if strings.HasSuffix(o.Key, ".gz") {
		return o.Size * expansion
	}
	return o.Size
}

// split cuts the files of a day into jobs by size alone, so that every machine makes the same parts.
func split(d *day) (jobs []job) {
	sum := int64(0)
	for _, o := range d.read {
		if len(jobs) == 0 || sum > jobBytes {
			jobs = append(jobs, job{day: d})
			sum = 0
		}
		j := &jobs[len(jobs)-1]
		j.files = append(j.files, o)
		sum += weight(o)
	}
	return jobs
}

// Bounds of a row group. Rows: DuckDB works through one row group with one thread, so they should not be huge.
const (
	maxGroupRows  = 60_000
	minGroupBytes = 2 << 20
	maxGroupBytes = 48 << 20
)

// rowGroupBudget is how many bytes a worker gathers before it writes a row group. While it does, the encoder holds about
// as much again, and the garbage collector lets the heap grow to twice what is in use.
func rowGroupBudget(memory int64, workers int) int {
	return int(min(max(memory/int64(workers)/6, minGroupBytes), maxGroupBytes))
}

// ingester is one worker.
type ingester struct {
	cache  *Cache
	batch  *batch
	budget int
	step   func()
	mark   mark

	folder string
	w      *partWriter // of the job; nil until there are rows
	inPart []int       // files of the result whose rows are in w or in the batch
	res    result
}

// run reads the files of a job. An error means the cache cannot be written or the context has ended.
func (in *ingester) run(ctx context.Context, j job) (result, error) {
	in.res, in.inPart, in.folder = result{}, in.inPart[:0], j.day.folder
	in.batch.reset()
	if err := os.MkdirAll(in.folder, 0o700); err != nil {
		return result{}, fmt.Errorf("writing the cache: %w", err)
	}
	err := in.files(ctx, j)
	if err != nil && in.w != nil {
		in.w.abort()
		in.w = nil
	}
	return in.res, err
}

func (in *ingester) files(ctx context.Context, j job) error {
	for _, o := range j.files {
		if err := in.file(ctx, o); err != nil {
			return err
		}
		in.step()
	}
	if in.batch.rows > 0 {
		if err := in.flush(); err != nil {
			return err
		}
	}
	if in.w == nil {
		return nil
	}
	w := in.w
	in.w = nil
	p, err := w.finish(in.folder)
	if err != nil {
		return err
	}
	in.res.parts = append(in.res.parts, p)
	for _, i := range in.inPart {
		in.res.files[i].Part = p.Name
	}
	return nil
}

// flush writes the rows of complete files to the job's part.
func (in *ingester) flush() error {
	if in.w == nil {
		w, err := newPartWriter(in.folder, in.cache.plan, pageBytes(in.budget))
		if err != nil {
			return err
		}
		in.w = w
	}
	return in.w.flush(in.batch)
}

// errRetry: the file is too large to share a row group with the files before it. They are written; it starts again.
var errRetry = errors.New("retry")

// file reads one file. Its rows count only when it has been read to its end: until then they can be taken back.
func (in *ingester) file(ctx context.Context, o object) error {
	in.res.opened++
	if in.batch.rows > 0 && (in.batch.bytes > in.budget/2 || int(weight(o)) > in.budget/2) {
		if err := in.flush(); err != nil {
			return err
		}
	}
	f, solo, err := in.once(ctx, o)
	if errors.Is(err, errRetry) {
		if err := in.flush(); err != nil {
			return err
		}
		f, solo, err = in.once(ctx, o)
	}
	if err != nil {
		return err
	}
	if f.State == Read {
		in.res.records += f.Records
		in.res.decoded += f.Decoded
	}
	in.res.bytes += f.Size
	in.res.files = append(in.res.files, f)
	n := len(in.res.files) - 1
	switch {
	case solo != nil:
		in.res.parts = append(in.res.parts, *solo)
		in.res.files[n].Part = solo.Name
	case f.Records > 0:
		in.inPart = append(in.inPart, n)
	}
	return nil
}

func (in *ingester) once(ctx context.Context, o object) (f file, solo *part, err error) {
	body, opened, err := in.cache.o.Source.Open(ctx, o.Key)
	f = describe(o.Object)
	if err != nil {
		if ctx.Err() != nil {
			return f, nil, ctx.Err()
		}
		return in.unopenable(f, err), nil, nil
	}
	defer body.Close()
	// What was opened counts: the file may have changed since it was listed. The next refresh compares with this.
	f = describe(opened)
	f.Key = o.Key

	b := in.batch
	b.mark(&in.mark)
	b.begin(o.key, 1)
	var own *partWriter // of this file alone
	back := func() {
		if own != nil {
			own.abort()
			b.reset()
			return
		}
		b.rollback(&in.mark)
	}
	log := cloudtrail.Read(body, in.cache.o.Limits)
	n := int64(0)
	for r, err := range log.Records() {
		if err != nil {
			back()
			if ctx.Err() != nil {
				return f, nil, ctx.Err()
			}
			return refused(f, o.key, err), nil, nil
		}
		n++
		b.add(r)
		if n%256 == 0 && ctx.Err() != nil {
			back()
			return f, nil, ctx.Err()
		}
		if b.bytes < in.budget && b.rows < maxGroupRows {
			continue
		}
		if own == nil && in.mark.rows > 0 {
			back()
			return f, nil, errRetry
		}
		if own == nil {
			if own, err = newPartWriter(in.folder, in.cache.plan, pageBytes(in.budget)); err != nil {
				b.reset()
				return f, nil, err
			}
		}
		if err := own.flush(b); err != nil {
			back()
			return f, nil, err
		}
		b.begin(o.key, n+1)
	}
	if own != nil {
		err := own.flush(b)
		b.reset()
		if err != nil {
			own.abort()
			return f, nil, err
		}
		p, err := own.finish(in.folder)
		if err != nil {
			return f, nil, err
		}
		solo = &p
	}
	st := log.Stat()
	f.State = Read
	f.SHA256 = hex.EncodeToString(st.SHA256[:])
	f.Decoded, f.Records, f.Undated, f.Repaired, f.Repeated = st.Decoded, st.Records, st.Undated, st.Repaired, st.Repeated
	f.Shape = string(st.Shape)
	return f, solo, nil
}

func describe(o source.Object) file {
	return file{Key: o.Key, Size: o.Size, ETag: o.ETag, Modified: stamp(o)}
}

// unopenable is a file the source would not open. It is tried again next time.
func (in *ingester) unopenable(f file, err error) file {
	f.State, f.Reason = Refused, unread.Failed(err)
	return f
}

func refused(f file, k cloudtrail.Key, err error) file {
	f.State, f.Reason = Refused, unread.Failed(err)
	var r *cloudtrail.Refusal
	if errors.As(err, &r) {
		f.State, f.Reason = verdict(k, r.Kind), r.Reason.At(r.Record, r.Offset)
	}
	return f
}

// partPath is where a part is.
func (d *day) partPath(p part) string { return filepath.Join(d.folder, p.Name) }
