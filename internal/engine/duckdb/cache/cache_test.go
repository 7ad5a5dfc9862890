package cache

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"trailscribe/internal/source"
	"trailscribe/internal/source/mem"
	"trailscribe/internal/unread"
)

// key is the name of a log file in the layout of a trail.
func key(account, region, day, name string) string {
	return "AWSLogs/" + account + "/CloudTrail/" + region + "/" + day + "/" + name
}

// log is a log file with events of these ids.
func log(ids ...string) []byte {
	var l []string
	for _, id := range ids {
		l = append(l, fmt.Sprintf(`{"eventVersion":"1.11","eventTime":"2026-10-01T00:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventID":%q,"userIdentity":{"type":"Root","arn":"arn:%s"}}`, id, id))
	}
	return []byte(`{"Records":[` + strings.Join(l, ",") + `]}`)
}

const (
	acct1, acct2 = "111122223333", "222233334444"
	east, west   = "us-east-1", "eu-west-1"
)

func date(s string) time.Time {
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		panic(err)
	}
	return t
}

// counting is a source that remembers what was opened.
type counting struct {
	*mem.Source
	mu     sync.Mutex
	opened []string
}

func (c *counting) Open(ctx context.Context, key string) (io.ReadCloser, source.Object, error) {
	c.mu.Lock()
	c.opened = append(c.opened, key)
	c.mu.Unlock()
	return c.Source.Open(ctx, key)
}

func (c *counting) took() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.opened
	c.opened = nil
	slices.Sort(l)
	return l
}

func memory(t testing.TB, files map[string][]byte) *counting {
	t.Helper()
	s, err := mem.New(mem.Options{Files: files})
	if err != nil {
		t.Fatal(err)
	}
	return &counting{Source: s}
}

func open(t testing.TB, dir string, s source.Source, change ...func(*Options)) *Cache {
	t.Helper()
	o := Options{Dir: dir, Source: s, Workers: 2}
	for _, f := range change {
		f(&o)
	}
	c, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func fill(t testing.TB, c *Cache, w Window) *Snapshot {
	t.Helper()
	s, err := c.Refresh(context.Background(), w, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Release)
	return s
}

// tableRow is what tests look at; ids stand for the rest.
type tableRow struct{ File, Seq, Account, Region, Day, Category, ID, ARN string }

func (r tableRow) String() string {
	return strings.Join([]string{r.File, r.Seq, r.Account, r.Region, r.Day, r.Category, r.ID, r.ARN}, "|")
}

// rows reads the Parquet files back with another reader than the writer's, sorted.
func rows(t testing.TB, s *Snapshot) []string {
	t.Helper()
	var l []string
	for _, path := range s.Parquet() {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		pf, err := parquet.OpenFile(f, info.Size())
		if err != nil {
			t.Fatal(err)
		}
		col := func(path ...string) int { return columnIndex(pf.Schema(), path...) }
		want := []int{col("file"), col("seq"), col("account"), col("region"), col("day"), col("category"), col("eventid"),
			col("useridentity", "arn")}
		for _, g := range pf.RowGroups() {
			r := g.Rows()
			buf := make([]parquet.Row, 100)
			for {
				n, err := r.ReadRows(buf)
				for _, row := range buf[:n] {
					var v [8]string
					for _, x := range row {
						if i := slices.Index(want, x.Column()); i >= 0 {
							v[i] = x.String()
							if x.IsNull() {
								v[i] = "-"
							}
						}
					}
					l = append(l, tableRow{v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]}.String())
				}
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			r.Close()
		}
		f.Close()
	}
	slices.Sort(l)
	return l
}

// ids is the event ids in the cache, sorted, with repetitions.
func ids(t testing.TB, s *Snapshot) string {
	t.Helper()
	var l []string
	for _, r := range rows(t, s) {
		l = append(l, strings.Split(r, "|")[6])
	}
	slices.Sort(l)
	return strings.Join(l, " ")
}

func states(s *Snapshot) map[string]string {
	m := map[string]string{}
	for e := range s.Files() {
		m[e.Key] = strings.TrimSpace(e.State + " " + e.Reason.String())
	}
	return m
}

func TestRowsAndFiles(t *testing.T) {
	k1 := key(acct1, east, "2026/10/01", "a.json")
	k2 := key(acct2, west, "2026/10/02", "b.json")
	src := memory(t, map[string][]byte{
		k1:                      log("1", "2"),
		k2:                      log("3"),
		"loose/x.json":          log("4"),
		"loose/empty.json":      []byte(`{"Records":[]}`),
		"loose/old-times.jsonl": []byte(`{"eventName":"x","eventID":"5","eventTime":"yesterday","eventID":"6","userAgent":"` + "\xff" + `"}`),
	})
	s := fill(t, open(t, t.TempDir(), src), Window{})
	want := []string{
		k1 + "|1|" + acct1 + "|us-east-1|2026/10/01|management|1|arn:1",
		k1 + "|2|" + acct1 + "|us-east-1|2026/10/01|management|2|arn:2",
		k2 + "|1|" + acct2 + "|eu-west-1|2026/10/02|management|3|arn:3",
		"loose/old-times.jsonl|1|-|-|-|management|5|-",
		"loose/x.json|1|-|-|-|management|4|arn:4",
	}
	if d := cmp.Diff(want, rows(t, s)); d != "" {
		t.Error(d)
	}
	var entries []Entry
	for e := range s.Files() {
		entries = append(entries, e)
	}
	wantEntries := []Entry{
		{Key: k1, Records: 2, State: Read, Account: acct1, Region: east, Folder: "CloudTrail", Day: date("2026-10-01"), Shape: "Records"},
		{Key: k2, Records: 1, State: Read, Account: acct2, Region: west, Folder: "CloudTrail", Day: date("2026-10-02"), Shape: "Records"},
		{Key: "loose/empty.json", State: Read, Shape: "Records"},
		{Key: "loose/old-times.jsonl", Records: 1, Undated: 1, Repaired: 1, Repeated: 1, State: Read, Shape: "events"},
		{Key: "loose/x.json", Records: 1, State: Read, Shape: "Records"},
	}
	for i := range wantEntries {
		body, _, err := src.Source.Open(t.Context(), wantEntries[i].Key)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(body)
		wantEntries[i].Size, wantEntries[i].Decoded, wantEntries[i].SHA256 = int64(len(b)), int64(len(b)), sha256.Sum256(b)
	}
	if d := cmp.Diff(wantEntries, entries); d != "" {
		t.Error(d)
	}
	for _, p := range s.Parquet() {
		if !filepath.IsAbs(p) {
			t.Error(p)
		}
	}
}

func TestIncremental(t *testing.T) {
	k1, k2, k3 := key(acct1, east, "2026/10/01", "a"), key(acct1, east, "2026/10/01", "b"), key(acct1, east, "2026/10/02", "c")
	src := memory(t, map[string][]byte{k1: log("1"), k2: log("2"), k3: log("3"), "loose.json": log("4")})
	dir := t.TempDir()
	step := func(name, wantIDs string, wantOpened ...string) *Snapshot {
		t.Helper()
		s := fill(t, open(t, dir, src), Window{}) // a new Cache each time: everything comes from the disk
		if got := ids(t, s); got != wantIDs {
			t.Errorf("%s: ids %q, want %q", name, got, wantIDs)
		}
		slices.Sort(wantOpened)
		if got := src.took(); !slices.Equal(got, wantOpened) {
			t.Errorf("%s: opened %q, want %q", name, got, wantOpened)
		}
		s.Release()
		return s
	}
	step("first", "1 2 3 4", k1, k2, k3, "loose.json")
	if s := step("again", "1 2 3 4"); s.Stats().Kept != 4 || s.Stats().Opened != 0 {
		t.Errorf("%+v", s.Stats())
	}
	k4 := key(acct1, east, "2026/10/02", "d")
	src.Set(k4, log("5"))
	step("added", "1 2 3 4 5", k4)
	src.Set(k3, log("6", "7"))
	step("changed", "1 2 4 5 6 7", k3)
	src.Remove(k1)
	if s := step("vanished", "2 4 5 6 7", k2); s.Stats().Dropped != 1 { // k2 shared a Parquet file with it
		t.Errorf("%+v", s.Stats())
	}
	src.Remove("loose.json")
	step("loose vanished", "2 5 6 7")
	src.Set("loose.json", []byte("{"))
	step("broken", "2 5 6 7", "loose.json")
	step("still broken, tried again", "2 5 6 7", "loose.json")
	src.Set("loose.json", log("8"))
	step("mended", "2 5 6 7 8", "loose.json")
	src.Set("other.json", []byte(`{"a":1}`))
	step("foreign", "2 5 6 7 8", "other.json")
	step("foreign, remembered", "2 5 6 7 8")
	for _, k := range []string{k2, k3, k4, "loose.json", "other.json"} {
		src.Remove(k)
	}
	s := step("nothing left", "")
	if len(s.Parquet()) != 0 {
		t.Error(s.Parquet())
	}
	if left := parquetFiles(t, dir); len(left) != 0 {
		t.Errorf("left on disk: %q", left)
	}
}

func parquetFiles(t testing.TB, dir string) (l []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && (strings.HasSuffix(p, ".parquet") || strings.HasPrefix(d.Name(), tempPrefix)) {
			l = append(l, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestWindow(t *testing.T) {
	files := map[string][]byte{"loose.json": log("loose")}
	for _, a := range []string{acct1, acct2} {
		for _, r := range []string{east, west} {
			for _, d := range []string{"2026/10/01", "2026/10/02", "2026/10/03"} {
				files[key(a, r, d, "f.json")] = log(a[:1] + r[:1] + d[9:])
			}
		}
	}
	digest := "AWSLogs/" + acct1 + "/CloudTrail-Digest/us-east-1/2026/10/02/d.json.gz"
	other := "AWSLogs/" + acct1 + "/CloudTrail-Digest/us-east-1/2026/10/03/d.json.gz"
	files[digest], files[other] = []byte("x"), []byte("x")
	src := memory(t, files)
	dir := t.TempDir()

	w := Window{FromDay: date("2026-10-02"), ToDay: date("2026-10-02")}
	s := fill(t, open(t, dir, src), w)
	if got := ids(t, s); got != "1e2 1u2 2e2 2u2 loose" {
		t.Error(got)
	}
	if o := src.took(); len(o) != 5 {
		t.Errorf("opened %q", o)
	}
	st := states(s)
	if _, listed := st[other]; listed || len(st) != 6 || !strings.Contains(st[digest], "skipped") {
		t.Errorf("%v", st)
	}

	// Fewer accounts: nothing is read, and files that are not asked for are not listed.
	w = Window{FromDay: date("2026-10-01"), ToDay: date("2026-10-02"), Accounts: []string{acct1}, Regions: []string{west}}
	s = fill(t, open(t, dir, src), w)
	if o := src.took(); len(o) != 1 {
		t.Errorf("opened %q", o)
	}
	if st := states(s); len(st) != 3 {
		t.Errorf("%v", st)
	}
	// The files of the day that were read before stay, and come with the day's Parquet files: the reader filters.
	for _, r := range rows(t, s) {
		if f := strings.Split(r, "|"); f[2] != "-" && f[4] == "2026/10/01" && (f[2] != acct1 || f[3] != west) {
			t.Error(r)
		}
	}
	// All days: only what is missing is read.
	s = fill(t, open(t, dir, src), Window{})
	if o := src.took(); len(o) != 7 {
		t.Errorf("opened %q", o)
	}
	if got := len(rows(t, s)); got != 13 {
		t.Error(got)
	}
	// A file of another account vanishes while only the first is asked for: its rows are gone all the same.
	src.Remove(key(acct2, east, "2026/10/01", "f.json"))
	s = fill(t, open(t, dir, src), w)
	for _, r := range rows(t, s) {
		if strings.Contains(r, key(acct2, east, "2026/10/01", "f.json")) {
			t.Error(r)
		}
	}
}

func TestStatesAndReasons(t *testing.T) {
	trail := func(name string) string { return key(acct1, east, "2026/10/01", name) }
	files := map[string][]byte{
		trail("good.json.gz"):    log("1"),
		trail("foreign.json.gz"): []byte(`{"a":1}`),
		trail("text.json.gz"):    []byte(`hello`),
		trail("empty.json.gz"):   {},
		trail("half.json.gz"):    log("2")[:50],
		trail("_SUCCESS"):        []byte("x"),
		trail(".x.json.gz.part"): log("3"),
		"loose/foreign.json":     []byte(`{"a":1}`),
		"loose/text.json":        []byte("hello"),
		"loose/README.md":        []byte("# hello"),
		"loose/empty.txt":        {},
		"loose/empty.json":       {},
		"loose/half.json":        log("4")[:50],
		"loose/.git/config.json": log("5"),
		"loose/_x.json":          log("6"),
		"loose/folder/":          {},
		"loose/noname":           log("7"),
		"loose/glacier.json":     log("8"),
		"loose/list-of-things":   []byte("[1,2]"),
		"loose/digest.json":      []byte(`{"digestStartTime":"x"}`),
		"loose/flow.log.gz":      []byte("2 111122223333 eni-1 ACCEPT"),
		"loose/then-null.json":   append(bytes.TrimSuffix(log("14", "15"), []byte("]}")), ",null]}"...),
		"loose/then-null":        append(bytes.TrimSuffix(log("16"), []byte("]}")), ",null]}"...),
		"loose/then-text.log":    append(log("17"), "\nhello"...),
		"loose/header.log":       append([]byte("{\"exported\":1}\n"), log("18")...),
		"AWSLogs/" + acct1 + "/CloudTrail-Digest/us-east-1/2026/10/01/d.json.gz":          log("9"),
		"AWSLogs/" + acct1 + "/CloudTrail-Insight/us-east-1/2026/10/01/i.json.gz":         log("10"),
		"AWSLogs/" + acct1 + "/CloudTrail-NetworkActivity/us-east-1/2026/10/01/n.json.gz": log("11"),
		"AWSLogs/" + acct1 + "/CloudTrail-Aggregated/us-east-1/2026/10/01/a.json.gz":      log("12"),
		"AWSLogs/" + acct1 + "/Config/us-east-1/2026/10/1/ConfigHistory/c.json.gz":        log("13"),
	}
	src, err := mem.New(mem.Options{Files: files, Classes: map[string]string{"loose/glacier.json": "GLACIER"}})
	if err != nil {
		t.Fatal(err)
	}
	s := fill(t, open(t, t.TempDir(), src), Window{})
	if got := ids(t, s); got != "1 7" {
		t.Errorf("ids %s", got)
	}
	want := map[string]string{
		trail("good.json.gz"): "read", trail("foreign.json.gz"): "refused other-keys", trail("text.json.gz"): "refused not-json-text",
		trail("empty.json.gz"): "refused empty", trail("half.json.gz"): "refused cut-off",
		trail("_SUCCESS"): "skipped hidden", trail(".x.json.gz.part"): "skipped hidden",
		"loose/foreign.json": "skipped other-keys", "loose/text.json": "refused not-json-text", "loose/README.md": "skipped not-json-text",
		"loose/empty.txt": "skipped empty", "loose/empty.json": "refused empty", "loose/half.json": "refused cut-off",
		"loose/.git/config.json": "skipped hidden", "loose/_x.json": "skipped hidden", "loose/folder/": "skipped folder-marker",
		"loose/noname": "read", "loose/glacier.json": "refused archived (class GLACIER)", "loose/list-of-things": "skipped not-an-object",
		"loose/digest.json": "skipped digest-file", "loose/flow.log.gz": "skipped not-json-text",
		"loose/then-null.json": "refused after-records (n 2, ", "loose/then-null": "refused after-records (n 1, ",
		"loose/then-text.log": "refused not-json (", "loose/header.log": "refused before-records (found ",
	}
	got := states(s)
	for k, w := range want {
		if !strings.HasPrefix(got[k], w) {
			t.Errorf("%s: %q, want %q", k, got[k], w)
		}
	}
	for k, v := range got {
		if strings.Contains(k, "CloudTrail-") && !strings.HasPrefix(v, "skipped") || strings.Contains(k, "Config") &&
			v != "skipped other-folder (folder Config)" {
			t.Errorf("%s: %s", k, v)
		}
	}
	if len(got) != len(files) {
		t.Errorf("%d of %d files accounted for", len(got), len(files))
	}
	for e := range s.Files() {
		if e.Size != int64(len(files[e.Key])) {
			t.Errorf("%s: size %d", e.Key, e.Size)
		}
		if (e.State == Read) != (e.SHA256 != [32]byte{}) {
			t.Errorf("%s: %s with sum %x", e.Key, e.State, e.SHA256)
		}
	}
}

// A damaged file leaves no row behind, wherever the damage is and whatever was read before and after it.
func TestBadFileIsRefusedAsAWhole(t *testing.T) {
	long := make([]string, 500)
	for i := range long {
		long[i] = fmt.Sprintf("long%d", i)
	}
	whole := log(long...)
	for _, memory_ := range []int64{0, 1} { // with the smallest budget the file has row groups of its own
		src := memory(t, map[string][]byte{"a.json": log("1"), "b.json": whole[:len(whole)-1], "c.json": log("2")})
		c := open(t, t.TempDir(), src, func(o *Options) { o.Memory = memory_ })
		c.budget = 4096 * int(memory_)
		s := fill(t, c, Window{})
		if got := ids(t, s); got != "1 2" {
			t.Errorf("budget %d: %s", c.budget, got)
		}
		src.Set("b.json", whole)
		s = fill(t, c, Window{})
		if got := len(rows(t, s)); got != 502 {
			t.Errorf("budget %d: %d rows", c.budget, got)
		}
	}
}

// However small the row groups, the rows are the same.
func TestRowGroupsDoNotMatter(t *testing.T) {
	files := map[string][]byte{}
	for i := range 8 {
		var l []string
		for j := range 1 + 3*i {
			l = append(l, fmt.Sprintf("%d-%d", i, j))
		}
		files[fmt.Sprintf("f%02d.json", i)] = log(l...)
	}
	var want []string
	for _, budget := range []int{0, 1, 500, 2000, 10_000, 100_000} {
		c := open(t, t.TempDir(), memory(t, files))
		c.budget = budget
		s := fill(t, c, Window{})
		got := rows(t, s)
		if want == nil {
			want = got
		}
		if d := cmp.Diff(want, got); d != "" || len(got) != 92 {
			t.Errorf("budget %d: %d rows: %s", budget, len(got), d)
		}
	}
}

// reversed lists backwards.
type reversed struct{ *counting }

func (r reversed) List(ctx context.Context, prefix string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		var l []source.Object
		for o, err := range r.counting.List(ctx, prefix) {
			if err != nil {
				yield(o, err)
				return
			}
			l = append(l, o)
		}
		slices.Reverse(l)
		for _, o := range l {
			if !yield(o, nil) {
				return
			}
		}
	}
}

func TestOrderOfTheListDoesNotMatter(t *testing.T) {
	files := map[string][]byte{}
	for i := range 40 {
		files[key(acct1, east, fmt.Sprintf("2026/10/%02d", 1+i%3), fmt.Sprint(i))] = log(fmt.Sprint(i))
	}
	files["x.json"], files["y.json"] = log("x"), []byte("{")
	content := func(s *Snapshot) (l []string) {
		for _, p := range s.Parquet() {
			b, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			l = append(l, fmt.Sprintf("%s %x", filepath.Base(p), sha256.Sum256(b)))
		}
		for e := range s.Files() {
			l = append(l, fmt.Sprintf("%+v", e))
		}
		return l
	}
	a := fill(t, open(t, t.TempDir(), memory(t, files)), Window{})
	b := fill(t, open(t, t.TempDir(), reversed{memory(t, files)}, func(o *Options) { o.Workers = 1 }), Window{})
	if d := cmp.Diff(content(a), content(b)); d != "" {
		t.Error(d)
	}
}

func TestNested(t *testing.T) {
	text := `[
	 {"eventName":"a","eventID":"1","resources":null},
	 {"eventName":"a","eventID":"2","resources":[],"userIdentity":{}},
	 {"eventName":"a","eventID":"3","resources":[null,{},{"ARN":"x","type":"T"}],"userIdentity":{"sessionContext":{"webIdFederationData":{}}}},
	 {"eventName":"a","eventID":"4","userIdentity":{"sessionContext":{"webIdFederationData":{"attributes":{}}}},"requestParameters":{"a":1}},
	 {"eventName":"a","eventID":"5","userIdentity":{"arn":"","sessionContext":{"webIdFederationData":{"attributes":{"k":"v","n":null}},"sourceIdentity":"s"}},"tlsDetails":7}
	]`
	s := fill(t, open(t, t.TempDir(), memory(t, map[string][]byte{"x.json": []byte(text)})), Window{})
	f, err := os.Open(s.Parquet()[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := parquet.NewGenericReader[any](f)
	defer r.Close()
	got := make([]any, 5)
	if n, err := r.Read(got); n != 5 || err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(n, err)
	}
	var l []string
	for _, row := range got {
		delete(row.(map[string]any), columnContent) // TestContentTellsRecordsApart
		l = append(l, show(row, false))
	}
	head, tail := "category=management eventid=%d eventname=a file=x.json ", "seq=%d"
	var want []string
	for i, w := range []string{
		"",
		"resources=[] ",
		"resources=[NULL {} {arn=x type=T}] ",
		`requestparameters={"a":1} `,
		`misfit={"tlsdetails":7} `,
	} {
		after := []string{
			"",
			" useridentity={}",
			" useridentity={sessioncontext={webidfederationdata={}}}",
			" useridentity={sessioncontext={webidfederationdata={attributes={}}}}",
			" useridentity={arn= sessioncontext={sourceidentity=s webidfederationdata={attributes={k=v n=NULL}}}}",
		}[i]
		want = append(want, fmt.Sprintf(head, i+1)+w+fmt.Sprintf(tail, i+1)+after)
	}
	if d := cmp.Diff(want, l); d != "" {
		t.Error(d)
	}
}

// show is a value of the generic reader, keys sorted; the NULLs of a map are shown, those of a row are not.
func show(v any, isMap bool) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case *[]byte: // a value of the map, which may be NULL
		if v == nil {
			return "NULL"
		}
		return string(*v)
	case []any:
		var l []string
		for _, x := range v {
			l = append(l, show(x, false))
		}
		return "[" + strings.Join(l, " ") + "]"
	case map[string]any:
		var l []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			_, inner := v[k].(map[string]any)
			if v[k] != nil || isMap {
				l = append(l, k+"="+show(v[k], inner && k == "attributes"))
			}
		}
		if _, top := v["seq"]; top {
			return strings.Join(l, " ")
		}
		return "{" + strings.Join(l, " ") + "}"
	}
	return fmt.Sprint(v)
}

func TestProgress(t *testing.T) {
	src := memory(t, map[string][]byte{"a.json": log("1"), "b.json": []byte("{"), "c.md": []byte("x")})
	var steps []string
	c := open(t, t.TempDir(), src)
	s, err := c.Refresh(t.Context(), Window{}, func(done, of int64) { steps = append(steps, fmt.Sprint(done, "/", of)) })
	if err != nil {
		t.Fatal(err)
	}
	s.Release()
	if got := strings.Join(steps, " "); got != "0/3 1/3 2/3 3/3" {
		t.Error(got)
	}
}

// What a source knows of a file is believed of a loose one only: in a trail's folder a file is a log file whatever it says.
func TestFilesThatAreNotLogs(t *testing.T) {
	k := key(acct1, east, "2026/10/01", "a.json")
	src := memory(t, map[string][]byte{k: log("1"), "out/data.json": log("2"), "b.json": log("3")})
	s := fill(t, open(t, t.TempDir(),
		knowing{src, map[string]unread.Reason{k: unread.Because(unread.OwnCache), "out/data.json": unread.Because(unread.OwnCache)}}), Window{})
	if got := ids(t, s); got != "1 3" {
		t.Errorf("ids %s", got)
	}
	if got := states(s)["out/data.json"]; got != "skipped own-cache" {
		t.Error(got)
	}
}

// knowing is a source that knows what is not a log file.
type knowing struct {
	source.Source
	not map[string]unread.Reason
}

func (k knowing) List(ctx context.Context, prefix string) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for o, err := range k.Source.List(ctx, prefix) {
			if o.Not = k.not[o.Key]; !yield(o, err) {
				return
			}
		}
	}
}

// The folders of a cache are recognised by their manifest, which holds its own digest.
func TestMade(t *testing.T) {
	dir := t.TempDir()
	fill(t, open(t, dir, memory(t, map[string][]byte{"a.json": log("1"), "b.json": []byte("x")})), Window{})
	found, err := filepath.Glob(filepath.Join(dir, "*", "*", "loose", manifestName))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	folder := os.DirFS(filepath.Dir(found[0]))
	has := Made(folder)
	if has == nil || !has(manifestName) || has("a.json") {
		t.Fatal("the folder of a cache is not recognised")
	}
	parts, err := fs.Glob(folder, "part-*")
	if err != nil || len(parts) != 1 || !has(parts[0]) {
		t.Errorf("%v, %v", parts, err)
	}
	b, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string][]byte{"altered": append(b, '\n'), "a log file": log("1"), "empty": nil} {
		if err := os.WriteFile(found[0], other, 0o600); err != nil {
			t.Fatal(err)
		}
		if Made(folder) != nil {
			t.Errorf("%s: recognised", name)
		}
	}
	if Made(os.DirFS(dir)) != nil {
		t.Error("a folder without a manifest is recognised")
	}
}
