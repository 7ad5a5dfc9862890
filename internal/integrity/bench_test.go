package integrity_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/integrity"
	"trailscribe/internal/integrity/integritytest"
	"trailscribe/internal/integrity/sample"
	"trailscribe/internal/source"
)

// yearOfLogs is a source of a year of one region whose log files are made when they are opened, each after a delay, as from S3.
type yearOfLogs struct {
	keys  []string // sorted
	meta  map[string]map[string]string
	files map[string][]byte
	log   []byte
	delay time.Duration
}

func (y *yearOfLogs) Name() string { return "s3://example-logs/" }

func (y *yearOfLogs) List(_ context.Context, prefix string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		i, _ := slices.BinarySearch(y.keys, prefix)
		for ; i < len(y.keys) && strings.HasPrefix(y.keys[i], prefix); i++ {
			if !yield(source.Object{Key: strings.Clone(y.keys[i])}, nil) {
				return
			}
		}
	}
}

func (y *yearOfLogs) Open(_ context.Context, key string) (io.ReadCloser, source.Object, error) {
	time.Sleep(y.delay)
	if b := y.files[key]; b != nil {
		return io.NopCloser(bytes.NewReader(b)), source.Object{Key: key, Meta: y.meta[key]}, nil
	}
	if _, ok := slices.BinarySearch(y.keys, key); !ok {
		return nil, source.Object{}, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(y.log)), source.Object{Key: key}, nil
}

// BenchmarkYear verifies 105,000 log files of 8,760 hours at 20 ms for each file.
func BenchmarkYear(b *testing.B) {
	const logs, hours = 105_000, 365 * 24
	var body bytes.Buffer
	body.WriteString(`{"Records":[`)
	for i := range 12 { // a usual file is small
		fmt.Fprintf(&body, `{"eventVersion":"1.08","eventTime":"2026-01-01T00:00:00Z","eventID":"%016x","requestParameters":{"x":"%064d"}},`, i,
			i)
	}
	body.WriteString(`{}]}`)
	y := &yearOfLogs{meta: map[string]map[string]string{}, files: map[string][]byte{}, log: sample.Gzip(body.Bytes()),
		delay: 20 * time.Millisecond}
	hash := sample.Hash(body.Bytes())
	key := integritytest.Key(integritytest.Current)
	_, fingerprint := sample.Public(&key.PublicKey)
	from := time.Date(2026, 1, 1, 0, 0, 30, 0, time.UTC)
	var last *sample.Digest
	var text []byte
	var signature string
	n := 0
	for h := range hours {
		start := from.Add(time.Duration(h) * time.Hour)
		d := &sample.Digest{Account: place.Account, Start: start.Format(sample.Stamp), End: start.Add(time.Hour).Format(sample.Stamp),
			Bucket: "example-logs", Object: place.Digest(start.Add(time.Hour), false), Fingerprint: fingerprint, Algorithm: "SHA256withRSA"}
		if last != nil {
			d.After(last.Bucket, last.Object, text, signature)
		}
		for ; n < logs*(h+1)/hours; n++ {
			k := place.Log(start.Add(time.Duration(2+n%50)*time.Minute), fmt.Sprintf("%016d", n))
			d.Logs = append(d.Logs, sample.Log{Bucket: d.Bucket, Object: k, Hash: hash, HashAlgorithm: "SHA-256"})
			y.keys = append(y.keys, k)
		}
		text = d.Text()
		signature = d.Sign(key, text)
		y.files[d.Object], y.meta[d.Object] = sample.Gzip(text), sample.Meta(signature)
		y.keys = append(y.keys, d.Object)
		last = d
	}
	slices.Sort(y.keys)
	to := from.Add(hours * time.Hour)
	keys := integrity.KeySet{place.Region: {integritytest.Public(key, from.AddDate(-1, 0, 0), to.AddDate(1, 0, 0))}}
	runtime.GC()
	before := resident()
	b.ResetTimer()
	for range b.N {
		r, err := integrity.Check(context.Background(), integrity.Options{Source: y, Keys: keys, Bucket: "example-logs"},
			integrity.Range{From: from, To: to})
		if err != nil {
			b.Fatal(err)
		}
		if digests, files := r.Totals(); r.Result() != integrity.Verified || digests.Valid != hours || files.Valid != logs {
			b.Fatalf("%s with %+v and %+v", r.Result(), digests, files)
		}
	}
	b.ReportMetric(float64(resident()-before)/(1<<20), "MiB-more")
	b.ReportMetric(float64(resident())/(1<<20), "MiB-most")
}

// resident is the most memory that the process has held, where the system tells it.
func resident() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	n, _ := strconv.ParseInt(strings.Fields(rest + " 0")[0], 10, 64)
	return n << 10
}
