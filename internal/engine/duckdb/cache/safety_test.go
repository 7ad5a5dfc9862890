package cache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/source"
	"trailscribe/internal/source/dir"
)

func threeDays() map[string][]byte {
	files := map[string][]byte{"loose.json": log("loose")}
	for i := range 30 {
		files[key(acct1, east, fmt.Sprintf("2026/10/%02d", 1+i%3), fmt.Sprintf("%02d.json", i))] = log(fmt.Sprintf("%02d", i))
	}
	return files
}

// Whatever happens to a file of the cache, the next refresh gives the right rows again.
func TestDamageIsNoticed(t *testing.T) {
	src := memory(t, threeDays())
	dir := t.TempDir()
	first := fill(t, open(t, dir, src), Window{})
	want := rows(t, first)
	first.Release()
	if len(want) != 31 {
		t.Fatal(len(want))
	}
	part := func() string { return parquetFiles(t, dir)[1] }
	manifestPath := func() string { return filepath.Join(filepath.Dir(part()), manifestName) }
	change := func(path string, f func([]byte) []byte) {
		t.Helper()
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name    string
		damage  func()
		rebuilt int64
	}{
		{"a byte of a Parquet file", func() { change(part(), func(b []byte) []byte { b[len(b)/2] ^= 1; return b }) }, 1},
		{"half a Parquet file", func() { change(part(), func(b []byte) []byte { return b[:len(b)/2] }) }, 1},
		{"a longer Parquet file", func() { change(part(), func(b []byte) []byte { return append(b, 0) }) }, 1},
		{"no Parquet file", func() { os.Remove(part()) }, 1},
		{"a byte of a manifest", func() { change(manifestPath(), func(b []byte) []byte { b[len(b)/2] ^= 1; return b }) }, 1},
		{"half a manifest", func() { change(manifestPath(), func(b []byte) []byte { return b[:len(b)/2] }) }, 1},
		{"an empty manifest", func() { change(manifestPath(), func(b []byte) []byte { return nil }) }, 1},
		{"no manifest", func() { os.Remove(manifestPath()) }, 0},
		{"unfinished files", func() {
			for _, n := range []string{tempPrefix + "1.parquet", tempPrefix + "2.json"} {
				if err := os.WriteFile(filepath.Join(filepath.Dir(part()), n), []byte("half"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}, 0},
		{"a foreign Parquet file", func() {
			if err := os.WriteFile(filepath.Join(filepath.Dir(part()), "part-stray.parquet"), []byte("PAR1"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, 0},
		{"a manifest that names files elsewhere", func() {
			m := &manifest{Parts: []cachePart{{Name: "../../escape.parquet"}}}
			if err := m.save(filepath.Dir(part())); err != nil {
				t.Fatal(err)
			}
		}, 1},
		{"a manifest that names parts it does not have", func() {
			m, err := loadManifest(filepath.Dir(part()))
			if err != nil {
				t.Fatal(err)
			}
			m.Parts = nil
			if err := m.save(filepath.Dir(part())); err != nil {
				t.Fatal(err)
			}
		}, 0},
	} {
		c.damage()
		s := fill(t, open(t, dir, src), Window{})
		if d := cmp.Diff(want, rows(t, s)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if s.Stats().Rebuilt != c.rebuilt {
			t.Errorf("%s: %+v", c.name, s.Stats())
		}
		s.Release()
		if n := len(parquetFiles(t, dir)); n != 4 {
			t.Errorf("%s: %d files left", c.name, n)
		}
		src.took()
		s = fill(t, open(t, dir, src), Window{})
		if o := src.took(); len(o) != 0 {
			t.Errorf("%s: the refresh after it opened %q", c.name, o)
		}
		s.Release()
	}
}

// A day that grows file by file stays at few Parquet files, and no row is lost or doubled on the way.
func TestSmallPartsAreMerged(t *testing.T) {
	src := memory(t, nil)
	cacheDir := t.TempDir()
	merged := int64(0)
	for i := range 25 {
		src.Set(key(acct1, east, "2026/10/01", fmt.Sprintf("%02d.json", i)), log(fmt.Sprintf("%02d", i), fmt.Sprintf("%02dx", i)))
		s := fill(t, open(t, cacheDir, src), Window{})
		merged += s.Stats().Merged
		if n := len(s.Parquet()); n > manyParts {
			t.Errorf("%d parts", n)
		}
		if got := len(rows(t, s)); got != 2*(i+1) {
			t.Errorf("%d rows after %d files", got, i+1)
		}
		if o := src.took(); len(o) != 1 {
			t.Errorf("opened %q", o)
		}
		s.Release()
	}
	if merged == 0 {
		t.Error("nothing was merged")
	}
	src.Remove(key(acct1, east, "2026/10/01", "03.json"))
	s := fill(t, open(t, cacheDir, src), Window{})
	got := rows(t, s)
	if len(got) != 48 || strings.Contains(strings.Join(got, " "), "03.json") {
		t.Errorf("%d rows", len(got))
	}
	s.Release()
	s = fill(t, open(t, cacheDir, src), Window{})
	s.Release()
	if a, b := len(parquetFiles(t, cacheDir)), len(s.Parquet()); a != b {
		t.Errorf("%d files on disk, %d in use", a, b)
	}
}

// As long as a snapshot is in use its files stay, whatever another process does to the cache.
func TestSnapshotOutlivesARefresh(t *testing.T) {
	src := memory(t, threeDays())
	cacheDir := t.TempDir()
	old := fill(t, open(t, cacheDir, src), Window{})
	want := rows(t, old)
	for k := range threeDays() {
		src.Set(k, log("new"))
	}
	c := open(t, cacheDir, src)
	now := fill(t, c, Window{})
	if got := len(rows(t, now)); got != 31 {
		t.Error(got)
	}
	if d := cmp.Diff(want, rows(t, old)); d != "" {
		t.Error(d)
	}
	old.Release()
	old.Release() // twice is fine
	now.Release()
	s := fill(t, c, Window{})
	s.Release()
	if n := len(parquetFiles(t, cacheDir)); n != 4 {
		t.Errorf("%d files after everybody left", n)
	}
}

func TestTwoAtOnce(t *testing.T) {
	files := threeDays()
	src := memory(t, files)
	cacheDir := t.TempDir()
	var want []string
	for k := range files {
		want = append(want, k)
	}
	slices.Sort(want)
	var waited atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			c, err := Open(Options{Dir: cacheDir, Source: src, Workers: 2, Waiting: func(string) { waited.Add(1) }})
			if err != nil {
				t.Error(err)
				return
			}
			for range 3 {
				s, err := c.Refresh(t.Context(), Window{}, nil)
				if err != nil {
					t.Error(err)
					return
				}
				if got := len(rows(t, s)); got != 31 {
					t.Errorf("%d rows", got)
				}
				s.Release()
			}
		})
	}
	wg.Wait()
	if got := src.took(); !slices.Equal(got, want) {
		t.Errorf("%d files opened, each of the %d should be once", len(got), len(want))
	}
}

// held is a source whose files cannot be opened until it is let go.
type held struct {
	*counting
	opened chan struct{}
	let    chan struct{}
	once   *sync.Once
}

func (h held) Open(ctx context.Context, key string) (io.ReadCloser, source.Object, error) {
	h.once.Do(func() { close(h.opened) })
	select {
	case <-h.let:
	case <-ctx.Done():
		return nil, source.Object{}, ctx.Err()
	}
	return h.counting.Open(ctx, key)
}

// Who waits for another process is told who it is, at once and then again and again: a process that was stopped never ends.
func TestWaitingIsToldAndCanBeCancelled(t *testing.T) {
	h := held{memory(t, threeDays()), make(chan struct{}), make(chan struct{}), &sync.Once{}}
	cacheDir := t.TempDir()
	done := make(chan error)
	go func() {
		s, err := open(t, cacheDir, h).Refresh(t.Context(), Window{}, nil)
		if err == nil {
			s.Release()
		}
		done <- err
	}()
	<-h.opened
	ctx, cancel := context.WithCancel(t.Context())
	var told []string
	c := open(t, cacheDir, h, func(o *Options) {
		o.Waiting = func(sentence string) {
			if told = append(told, sentence); len(told) == 3 {
				cancel()
			}
		}
	})
	c.remind = time.Millisecond
	_, err := c.Refresh(ctx, Window{}, nil)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "another process") {
		t.Errorf("%v", err)
	}
	who := fmt.Sprintf("for process %d, which is filling the cache in %s", os.Getpid(), cacheDir)
	if len(told) != 3 || told[0] != "waiting "+who || !strings.HasPrefix(told[1], "still waiting after ") || !strings.HasSuffix(told[2], who) {
		t.Errorf("%q", told)
	}
	close(h.let)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestCancelledWhileReading(t *testing.T) {
	h := held{memory(t, threeDays()), make(chan struct{}), make(chan struct{}), &sync.Once{}}
	cacheDir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-h.opened; cancel() }()
	if _, err := open(t, cacheDir, h).Refresh(ctx, Window{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	// What was cancelled left no file behind that counts, and no state "refused".
	s := fill(t, open(t, cacheDir, h.counting), Window{})
	if got := len(rows(t, s)); got != 31 {
		t.Error(got)
	}
}

// failing gives errors: from List, from Open of one key, and in the middle of reading another.
type failing struct {
	*counting
	list                 error
	open, read, vanishes string
}

func (f failing) List(ctx context.Context, prefix string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for o, err := range f.counting.List(ctx, prefix) {
			if !yield(o, err) {
				return
			}
		}
		if f.list != nil {
			yield(source.Object{}, f.list)
		}
	}
}

func (f failing) Open(ctx context.Context, key string) (io.ReadCloser, source.Object, error) {
	switch key {
	case f.open:
		return nil, source.Object{}, os.ErrPermission
	case f.vanishes:
		return nil, source.Object{}, os.ErrNotExist
	}
	body, o, err := f.counting.Open(ctx, key)
	if key == f.read {
		body = io.NopCloser(io.MultiReader(io.LimitReader(body, 30), brokenReader{}))
	}
	return body, o, err
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, syscall.ECONNRESET }

func TestTroubleOfTheSource(t *testing.T) {
	src := memory(t, map[string][]byte{"a.json": log("1"), "b.json": log("2"), "c.json": log("3"), "d.json": log("4")})
	cacheDir := t.TempDir()
	if _, err := open(t, cacheDir, failing{counting: src, list: os.ErrPermission}).Refresh(t.Context(), Window{}, nil); !errors.Is(err,
		os.ErrPermission) || !strings.Contains(err.Error(), "listing the log files of memory") {
		t.Errorf("%v", err)
	}
	s := fill(t, open(t, cacheDir, failing{counting: src, open: "a.json", read: "b.json", vanishes: "c.json"}), Window{})
	want := map[string]string{
		"a.json": "refused cannot-read (error EACCES)",
		"b.json": "refused cannot-read (error ECONNRESET)",
		"c.json": "refused vanished",
		"d.json": "read",
	}
	if d := cmp.Diff(want, states(s)); d != "" {
		t.Error(d)
	}
	if got := ids(t, s); got != "4" {
		t.Error(got)
	}
	// The trouble has passed.
	s = fill(t, open(t, cacheDir, src), Window{})
	if got := ids(t, s); got != "1 2 3 4" {
		t.Error(got)
	}
}

// growing is a source whose file changes between listing and opening.
type growing struct{ *counting }

func (g growing) List(ctx context.Context, prefix string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for o, err := range g.counting.List(ctx, prefix) {
			o.ETag, o.Size = "before", 1
			if !yield(o, err) {
				return
			}
		}
	}
}

func TestFileThatChangesMeanwhile(t *testing.T) {
	src := memory(t, map[string][]byte{"a.json": log("1")})
	cacheDir := t.TempDir()
	s := fill(t, open(t, cacheDir, growing{src}), Window{})
	for e := range s.Files() {
		if e.State != Read || e.Size != int64(len(log("1"))) {
			t.Errorf("%+v", e)
		}
	}
	src.took()
	s = fill(t, open(t, cacheDir, src), Window{})
	if o := src.took(); len(o) != 0 {
		t.Errorf("opened again: %q", o) // what was opened is what was remembered
	}
	if got := ids(t, s); got != "1" {
		t.Error(got)
	}
}

func TestLimits(t *testing.T) {
	src := memory(t, map[string][]byte{"a.json": log("1"), "b.json": log(strings.Repeat("x", 5000))})
	cacheDir := t.TempDir()
	s := fill(t, open(t, cacheDir, src, func(o *Options) { o.Limits = cloudtrail.Limits{Record: 4096} }), Window{})
	if got := states(s)["b.json"]; got != "refused record-too-large (bytes 4096, record 1, byte 12)" {
		t.Error(got)
	}
	s = fill(t, open(t, cacheDir, src), Window{}) // the limit was raised: refused files are tried again
	if got := states(s)["b.json"]; got != "read" {
		t.Error(got)
	}
}

func TestOpenRefuses(t *testing.T) {
	src := memory(t, nil)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, o := range []Options{{}, {Dir: t.TempDir()}, {Source: src}, {Dir: file, Source: src}} {
		if _, err := Open(o); err == nil {
			t.Errorf("%+v", o)
		}
	}
}

func TestCacheIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no permission bits there")
	}
	root := filepath.Join(t.TempDir(), "cache")
	s := fill(t, open(t, root, memory(t, threeDays())), Window{})
	s.Release()
	err := filepath.WalkDir(root, func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v", p, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSourcesDoNotMix(t *testing.T) {
	cacheDir := t.TempDir()
	for _, name := range []string{"one", "two"} {
		root := filepath.Join(t.TempDir(), "logs")
		if err := os.MkdirAll(root, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, "a.json"), log(name), 0o666); err != nil {
			t.Fatal(err)
		}
		t.Chdir(filepath.Dir(root))
		src, err := dir.New(dir.Options{Root: "logs"}) // the same name, another place
		if err != nil {
			t.Fatal(err)
		}
		s := fill(t, open(t, cacheDir, src), Window{})
		if got := ids(t, s); got != name || s.Stats().Dropped != 0 {
			t.Errorf("%s: %s %+v", name, got, s.Stats())
		}
		src.Close()
	}
}

// slow is a folder read so slowly that a process can be killed in the middle.
type slow struct{ *dir.Source }

func (s slow) Open(ctx context.Context, key string) (io.ReadCloser, source.Object, error) {
	time.Sleep(time.Millisecond)
	return s.Source.Open(ctx, key)
}

// TestMain lets the test program be the process that is killed.
func TestMain(m *testing.M) {
	if root := os.Getenv("CACHE_TEST_SOURCE"); root != "" {
		src, err := dir.New(dir.Options{Root: root})
		if err == nil {
			var c *Cache
			c, err = Open(Options{Dir: os.Getenv("CACHE_TEST_DIR"), Source: slow{src}, Workers: 2})
			if err == nil {
				c.budget = 3000
				var s *Snapshot
				if s, err = c.Refresh(context.Background(), Window{}, nil); err == nil {
					s.Release()
				}
			}
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestKilled(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	root, cacheDir := t.TempDir(), t.TempDir()
	r := rand.New(rand.NewPCG(5, 6))
	var want []string
	n := 0
	write := func(k string, id string) {
		p := filepath.Join(root, filepath.FromSlash(k))
		if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, log(id), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for range 40 {
		id := fmt.Sprintf("%03d", n)
		write(key(acct1, east, fmt.Sprintf("2026/10/%02d", 1+n%4), id+".json"), id)
		want = append(want, id)
		n++
	}
	killed := 0
	for range 12 {
		child := exec.Command(self)
		child.Env = append(os.Environ(), "CACHE_TEST_SOURCE="+root, "CACHE_TEST_DIR="+cacheDir)
		child.Stderr = os.Stderr
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(5+r.IntN(60)) * time.Millisecond)
		if child.Process.Kill() == nil {
			killed++
		}
		child.Wait() // its state is of no interest: it was killed, or had just finished
		id := fmt.Sprintf("%03d", n)
		write(key(acct1, east, "2026/10/02", id+".json"), id)
		want = append(want, id)
		n++
	}
	src, err := dir.New(dir.Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	s := fill(t, open(t, cacheDir, src), Window{})
	slices.Sort(want)
	if got := ids(t, s); got != strings.Join(want, " ") {
		t.Errorf("after %d kills: %s", killed, got)
	}
	s.Release()
	s = fill(t, open(t, cacheDir, src), Window{})
	s.Release()
	if a, b := len(parquetFiles(t, cacheDir)), len(s.Parquet()); a != b {
		t.Errorf("%d files on disk, %d in use: %q\n%q", a, b, parquetFiles(t, cacheDir), s.Parquet())
	}
}

type cachePart = part // the test has a variable of that name
