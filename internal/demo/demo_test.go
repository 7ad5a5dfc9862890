package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/source"
)

// memory keeps what is put, in order.
type memory struct {
	keys  []string
	files map[string][]byte
	sum   [32]byte
	fail  error
}

func (m *memory) Have(context.Context, source.Object) (bool, error) { return false, nil }

func (m *memory) Put(_ context.Context, o source.Object, r io.Reader) error {
	if m.fail != nil {
		return m.fail
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if int64(len(b)) != o.Size {
		return fmt.Errorf("%s says %d bytes and has %d", o.Key, o.Size, len(b))
	}
	if _, ok := m.files[o.Key]; ok {
		return fmt.Errorf("%s is put twice", o.Key)
	}
	m.keys = append(m.keys, o.Key)
	m.files[o.Key] = b
	h := sha256.New()
	h.Write(m.sum[:])
	io.WriteString(h, o.Key)
	h.Write(b)
	h.Sum(m.sum[:0])
	return nil
}

func generate(t testing.TB, o Options) (*memory, []Planted) {
	t.Helper()
	m := &memory{files: map[string][]byte{}}
	planted, err := Generate(context.Background(), o, m)
	if err != nil {
		t.Fatal(err)
	}
	return m, planted
}

// seen is what a test wants to know of a record.
type seen struct {
	EventID, EventTime, EventSource, EventName, AwsRegion, RecipientAccountID, EventVersion, EventCategory string
	UserIdentity                                                                                           json.RawMessage
}

// records reads the log files, those cut off left out, and tells how many were.
func (m *memory) records(t testing.TB) (all map[string][]seen, texts map[string][]string, broken int) {
	t.Helper()
	all, texts = map[string][]seen{}, map[string][]string{}
	for _, key := range m.keys {
		if cloudtrail.ParseKey(key).Folder != cloudtrail.FolderLogs {
			continue
		}
		z, err := gzip.NewReader(bytes.NewReader(m.files[key]))
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		var f struct{ Records []json.RawMessage }
		if err := json.NewDecoder(z).Decode(&f); err != nil {
			broken++
			continue
		}
		for _, raw := range f.Records {
			var r seen
			if err := json.Unmarshal(raw, &r); err != nil {
				t.Fatalf("%s: %v", key, err)
			}
			all[key] = append(all[key], r)
			texts[r.RecipientAccountID+" "+r.EventID] = append(texts[r.RecipientAccountID+" "+r.EventID], string(raw))
		}
	}
	return all, texts, broken
}

func TestSameSeedSameBytes(t *testing.T) {
	o := Options{Seed: 7, Events: 3000}
	a, pa := generate(t, o)
	b, pb := generate(t, o)
	if a.sum != b.sum || !slices.Equal(a.keys, b.keys) {
		t.Error("the same options gave other files")
	}
	if fmt.Sprint(pa) != fmt.Sprint(pb) {
		t.Error("the same options gave other answers")
	}
	o.Seed++
	if c, _ := generate(t, o); c.sum == a.sum {
		t.Error("another seed gave the same files")
	}
}

func TestLayout(t *testing.T) {
	o := Options{Seed: 1, Events: 8000}
	m, _ := generate(t, o)
	all, texts, broken := m.records(t)
	if broken != 0 {
		t.Errorf("%d files cannot be read", broken)
	}
	n, digests, folders := 0, 0, map[string]bool{}
	for _, key := range m.keys {
		if cloudtrail.KeysRegion(key) != "" {
			continue
		}
		k := cloudtrail.ParseKey(key)
		if k.Loose() || k.Day.IsZero() {
			t.Fatalf("%s is not in the layout of a trail's bucket", key)
		}
		if k.Folder == cloudtrail.FolderDigest {
			digests++
		}
		folders[k.Account+" "+k.Region] = true
		for _, r := range all[key] {
			n++
			at, err := time.Parse(time.RFC3339, r.EventTime)
			if err != nil || r.EventVersion != "1.11" || r.EventID == "" || len(r.UserIdentity) < 2 || r.EventCategory == "" {
				t.Fatalf("%s holds a record without its fields: %+v", key, r)
			}
			if r.RecipientAccountID != k.Account || r.AwsRegion != k.Region {
				t.Fatalf("%s holds a record of %s in %s", key, r.RecipientAccountID, r.AwsRegion)
			}
			if at.After(k.Day.Add(24*time.Hour)) || at.Before(k.Day.Add(-50*time.Hour)) {
				t.Fatalf("%s holds an event of %s", key, r.EventTime)
			}
		}
	}
	if digests != 13*62 { // of each day to the last delivery, which is on the day after the period
		t.Errorf("%d digest files, want one for each day, account and region", digests)
	}
	if len(folders) != 13 { // three accounts in four regions, and the one region that an intruder uses
		t.Errorf("%d combinations of account and region, want 13", len(folders))
	}
	twice := 0
	for id, copies := range texts {
		if len(copies) > 1 {
			twice++
		}
		for _, c := range copies[1:] {
			if c != copies[0] {
				t.Fatalf("the copies of %s differ", id)
			}
		}
	}
	if twice == 0 {
		t.Error("no event is delivered twice")
	}
	if unique := len(texts); unique < 8000 || unique > 13000 {
		t.Errorf("%d events, %d records; asked for about 8000 besides the fixed ones", unique, n)
	}
}

func TestLateAndSilent(t *testing.T) {
	m, _ := generate(t, Options{Seed: 3, Events: 4000})
	all, _, _ := m.records(t)
	late := 0
	spoken := map[string]int{}
	for key, rs := range all {
		for _, r := range rs {
			if r.EventTime[:10] < cloudtrail.ParseKey(key).Day.AddDate(0, 0, -1).Format("2006-01-02") || r.EventName == "TerminateInstances" &&
				strings.Contains(key, "/2026/10/24/") {
				late++
			}
			if r.EventTime >= "2026-10-18T05:00:00Z" && r.EventTime < "2026-10-18T21:00:00Z" {
				spoken[r.RecipientAccountID]++
			}
			if r.EventTime[:10] == "2026-09-12" {
				spoken["day "+r.RecipientAccountID]++
			}
		}
	}
	if late == 0 {
		t.Error("no event is delivered late")
	}
	for account, want := range map[string]bool{"111122223333": true, "444455556666": true, "777788889999": false, "day 111122223333": true,
		"day 444455556666": false} {
		if got := spoken[account] > 0; got != want {
			t.Errorf("%s: %d events in its silence", account, spoken[account])
		}
	}
}

func TestBroken(t *testing.T) {
	m, _ := generate(t, Options{Seed: 1, Events: 20000, Broken: true, From: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)})
	if _, _, broken := m.records(t); broken != 1 {
		t.Errorf("%d files cannot be read, want 1", broken)
	}
}

func TestPlantedEventsAreThere(t *testing.T) {
	m, planted := generate(t, Options{Seed: 5, Events: 4000})
	_, texts, _ := m.records(t)
	n := 0
	for _, p := range planted {
		if p.What == "" || len(p.Keys) == 0 {
			t.Errorf("%+v says nothing", p)
		}
		if len(p.Keys) < 2 || strings.Count(p.Keys[1], "-") != 4 || len(p.Keys[1]) != 36 {
			continue
		}
		n++
		if len(texts[p.Keys[0]+" "+p.Keys[1]]) == 0 {
			t.Errorf("%s: event %v is not in the logs", p.Query, p.Keys)
		}
	}
	if n < 30 {
		t.Errorf("only %d answers name an event", n)
	}
	if !slices.IsSortedFunc(planted, func(a, b Planted) int {
		if c := strings.Compare(a.Query, b.Query); c != 0 {
			return c
		}
		return slices.Compare(a.Keys, b.Keys)
	}) {
		t.Error("the answers are not sorted")
	}
}

func TestOtherShapes(t *testing.T) {
	for name, o := range map[string]Options{
		"one account, one region": {Accounts: []string{"111122223333"}, Regions: []string{"eu-west-1"}, Events: 500},
		"five days": {From: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC),
			Events: 500},
		"small files": {Events: 2000, PerFile: 10, From: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			m, _ := generate(t, o)
			_, texts, _ := m.records(t)
			if want := o.Events; len(texts) < want {
				t.Errorf("%d events, want at least %d", len(texts), want)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	ctx := context.Background()
	day := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for name, o := range map[string]Options{
		"ends before it begins": {From: day, To: day},
		"not at midnight":       {From: day.Add(time.Hour), To: day.AddDate(0, 0, 2)},
		"no account":            {Accounts: []string{"1234"}},
	} {
		if _, err := Generate(ctx, o, &memory{files: map[string][]byte{}}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	full := errors.New("the disk is full")
	if _, err := Generate(ctx, Options{Events: 100}, &memory{files: map[string][]byte{}, fail: full}); !errors.Is(err, full) {
		t.Errorf("the error of the sink is lost: %v", err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Generate(ended, Options{Events: 100}, &memory{files: map[string][]byte{}}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled run gave %v", err)
	}
}

type discard struct{ bytes int64 }

func (*discard) Have(context.Context, source.Object) (bool, error) { return false, nil }
func (d *discard) Put(_ context.Context, _ source.Object, r io.Reader) error {
	n, err := io.Copy(io.Discard, r)
	d.bytes += n
	return err
}

func BenchmarkGenerate(b *testing.B) {
	const events = 200_000
	for b.Loop() {
		if _, err := Generate(context.Background(), Options{Seed: 1, Events: events}, &discard{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(events)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
