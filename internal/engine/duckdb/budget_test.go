package duckdb

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	duck "github.com/duckdb/duckdb-go/v2"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/demo"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/duckdb/cache"
	"trailscribe/internal/engine/duckdb/machine"
	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/source"
	"trailscribe/internal/source/mem"
)

func TestBudget(t *testing.T) {
	const gib = 1024 * mib
	large := int64(batchRows * 100_000) // what a batch of events of 100 KB holds
	for name, x := range map[string]struct {
		processors     int
		machine        int64
		memory         int64 // what the user says
		threads        int
		batch          int64
		wantMemory     int64
		wantThreads    int
		wantEnough     string
		tooLittleForIt bool
	}{
		"laptop":                                {processors: 8, machine: 16 * gib, wantMemory: 2 * gib, wantThreads: 8, wantEnough: "4GiB"},
		"small virtual machine":                 {processors: 2, machine: 4 * gib, wantMemory: gib, wantThreads: 2, wantEnough: "2GiB"},
		"large server":                          {processors: 64, machine: 256 * gib, wantMemory: 2 * gib, wantThreads: 25, wantEnough: "4GiB"},
		"container of 2 GiB on a large server":  {processors: 64, machine: 2 * gib, wantMemory: 512 * mib, wantThreads: 5, wantEnough: "1GiB"},
		"container with a quota of 1 processor": {processors: 1, machine: 4 * gib, wantMemory: gib, wantThreads: 1, wantEnough: "2GiB"},
		"container of 1 GiB":                    {processors: 4, machine: gib, wantMemory: 256 * mib, wantThreads: 2, wantEnough: "512MiB"},
		"container of 512 MiB":                  {processors: 4, machine: 512 * mib, wantMemory: 256 * mib, wantThreads: 2, wantEnough: "512MiB"},
		"container of 384 MiB":                  {processors: 4, machine: 384 * mib, wantMemory: 192 * mib, wantThreads: 1, wantEnough: "512MiB"},
		"container of 128 MiB":                  {processors: 4, machine: 128 * mib, wantMemory: MinMemory, wantThreads: 1, wantEnough: "256MiB"},
		"nothing is known":                      {wantMemory: 512 * mib, wantThreads: 1, wantEnough: "1GiB"},
		"memory is said": {processors: 8, machine: 16 * gib, memory: 512 * mib, wantMemory: 512 * mib, wantThreads: 5,
			wantEnough: "1GiB"},
		"more memory than there is is said": {processors: 8, machine: 4 * gib, memory: 8 * gib, wantMemory: 8 * gib, wantThreads: 8,
			wantEnough: "16GiB"},
		"the least memory is said": {processors: 64, machine: 256 * gib, memory: MinMemory, wantMemory: MinMemory, wantThreads: 1,
			wantEnough: "256MiB"},
		"threads are said": {processors: 8, machine: 16 * gib, threads: 3, wantMemory: 2 * gib, wantThreads: 3,
			wantEnough: "4GiB"},
		"more threads than processors are said": {processors: 2, machine: 16 * gib, threads: 16, wantMemory: 2 * gib, wantThreads: 16,
			wantEnough: "4GiB"},
		"memory does not carry the threads": {processors: 2, machine: 16 * gib, memory: 512 * mib, threads: 64, wantMemory: 512 * mib,
			wantThreads: 5, wantEnough: "1GiB"},
		"both are said": {processors: 2, machine: 16 * gib, memory: 6 * gib, threads: 64, wantMemory: 6 * gib,
			wantThreads: 64, wantEnough: "12GiB"},
		"large events": {processors: 8, machine: 16 * gib, batch: large, wantMemory: 2 * gib, wantThreads: 3,
			wantEnough: "4GiB"},
		"large events in a small machine": {processors: 8, machine: 2 * gib, batch: large, wantMemory: fixedCost + threadCost + 3*large,
			wantThreads: 1, wantEnough: "1536MiB"},
		"large events in a tiny machine": {processors: 8, machine: gib, batch: large, wantMemory: 512 * mib, wantThreads: 1, wantEnough: "1GiB",
			tooLittleForIt: true},
		"large events and little memory is said": {processors: 8, machine: 16 * gib, memory: 256 * mib, batch: large, wantMemory: 256 * mib,
			wantThreads: 1,
			wantEnough:  "768MiB", tooLittleForIt: true},
	} {
		b := newBudget(machine.Machine{Processors: x.processors, Memory: x.machine}, x.memory, x.threads, x.batch)
		if b.memory != x.wantMemory || b.threads != x.wantThreads || b.enough() != x.wantEnough || (b.need > b.memory) != x.tooLittleForIt {
			t.Errorf("%s: %d MiB, %d threads, needs %d MiB, then %s; want %d MiB, %d threads, then %s", name,
				b.memory/mib, b.threads, b.need/mib, b.enough(), x.wantMemory/mib, x.wantThreads, x.wantEnough)
		}
	}
}

func TestBatchText(t *testing.T) {
	for name, x := range map[string]struct {
		files []cache.Entry
		want  int64
	}{
		"nothing":                  {},
		"few events":               {[]cache.Entry{{State: cache.Read, Records: 10, Decoded: 20_000}}, 20_000},
		"many events":              {[]cache.Entry{{State: cache.Read, Records: 10_000, Decoded: 20_000_000}}, batchRows * 2000},
		"a file that was not read": {[]cache.Entry{{State: cache.Refused, Records: 10, Decoded: 20_000}}, 0},
		"a file without records":   {[]cache.Entry{{State: cache.Read, Decoded: 20_000}}, 0},
		"large events among small": {[]cache.Entry{{State: cache.Read, Records: 9000, Decoded: 9_000_000},
			{State: cache.Read, Records: 48, Decoded: 4_800_000}}, 4_800_000 + 2000*1000},
		"only the largest events count": {[]cache.Entry{{State: cache.Read, Records: 2000, Decoded: 2000},
			{State: cache.Read, Records: 2048, Decoded: 2048 * 5}}, 2048 * 5},
	} {
		if got := batchText(slices.Values(x.files)); got != x.want {
			t.Errorf("%s: %d, want %d", name, got, x.want)
		}
	}
}

// Whatever the number of threads, the rows and what is counted are the same; and the memory that newBudget says the threads need
// is enough, with all columns.
func TestThreads(t *testing.T) {
	for _, forged := range []bool{false, true} {
		t.Run(fmt.Sprintf("forged %t", forged), func(t *testing.T) { threads(t, forged) })
	}
}

func threads(t *testing.T, forged bool) {
	d := enginetest.Definition(t, nil)
	logs, err := mem.New(mem.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Generate(t.Context(), demo.Options{Seed: 1, Events: 3000}, logs); err != nil {
		t.Fatal(err)
	}
	if forged {
		forge(t, logs)
	}
	dir := t.TempDir()
	var want string
	for _, threads := range []int{1, 2, 8, 16, 64} {
		memory := max(MinMemory, int64(fixedCost)+int64(threads)*(threadCost+copies*usualBatch))
		e := open(Options{Threads: threads, Memory: memory, CacheDir: dir})(t, d, logs)
		s, err := e.Open(t.Context(), october())
		if err != nil {
			t.Fatalf("%d threads in %s: %v", threads, sizeText(memory), err)
		}
		if n := s.(*session).budget.threads; n != threads {
			t.Errorf("%d threads, want %d", n, threads)
		}
		in, err := s.Inputs(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		rows := plain(t, s, d)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if len(rows) < 1000 {
			t.Fatalf("%d rows", len(rows))
		}
		if (*in.Conflicting > 1000) != forged {
			t.Fatalf("copies of %d events differ", *in.Conflicting)
		}
		got := fmt.Sprint(in.Digest, *in.Records, *in.Events, in.Cells, in.Categories, *in.Conflicting, in.Conflicts, strings.Join(rows, "\n"))
		if got != cmp.Or(want, got) {
			t.Errorf("%d threads give other rows than one", threads)
		}
		want = got
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}

// forge adds a copy of each log file in which every record says another user agent.
func forge(t *testing.T, logs *mem.Source) {
	t.Helper()
	copied := map[string][]byte{}
	for o, err := range logs.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if cloudtrail.ParseKey(o.Key).Folder != cloudtrail.FolderLogs {
			continue
		}
		body, _, err := logs.Open(t.Context(), o.Key)
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(body)
		if err != nil {
			t.Fatal(err)
		}
		var log struct{ Records []map[string]any }
		if err := json.NewDecoder(z).Decode(&log); err != nil {
			t.Fatal(err)
		}
		body.Close()
		for _, r := range log.Records {
			r["userAgent"] = "forged"
		}
		if copied[o.Key], err = json.Marshal(log); err != nil {
			t.Fatal(err)
		}
	}
	for key, data := range copied {
		if err := logs.Put(t.Context(), source.Object{Key: "forged/" + strings.TrimSuffix(key, ".gz"), Size: int64(len(data))},
			bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	}
}

// Too little memory is said in our words: what to give instead, and no setting of the database that nobody can reach.
func TestTooLittleMemory(t *testing.T) {
	b := budget{memory: 512 * mib, threads: 4}
	const advice = "Out of Memory Error: failed to allocate data of size 32.0 KiB (511.9 MiB/512.0 MiB used)\n\nPossible solutions:\n* " +
		"Reducing the number of threads (SET threads=X)"
	for name, x := range map[string]struct{ text, want, hint string }{
		"memory": {advice, "make events: Out of Memory Error: failed to allocate data of size 32.0 KiB (511.9 MiB/512.0 MiB used)",
			"give more memory with --memory 1GiB, or ask for a shorter period"},
		"disk": {"Out of Memory Error: failed to offload data block (1/1 used).\nThis limit was set by the 'max_temp_directory_size' setting.",
			"make events: Out of Memory Error: failed to offload data block (1/1 used).",
			"the disk of the cache folder is full: free some space, or name a folder on another disk with --cache"},
	} {
		cause := &duck.Error{Type: duck.ErrorTypeOutOfMemory, Msg: x.text}
		var f *engine.Fault
		err := b.fault(t.Context(), fmt.Errorf("make events: %w", cause))
		if !errors.As(err, &f) || f.Reason != engine.Failed || f.Hint != x.hint || f.Err.Error() != x.want || !errors.Is(err, cause) {
			t.Errorf("%s: %#v", name, f)
		}
	}
	e, err := New(Options{Definition: enginetest.Definition(t, nil), Source: hold(t), CacheDir: t.TempDir(), Memory: MinMemory - 1})
	if err == nil || !strings.Contains(err.Error(), "at least 128MiB") {
		t.Errorf("%v %v", e, err)
	}
}

func hold(t *testing.T) *mem.Source {
	t.Helper()
	m, err := mem.New(mem.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}
