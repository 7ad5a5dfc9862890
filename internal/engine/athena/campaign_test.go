package athena

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"trailscribe/internal/awsfake"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/enginetest"
	"trailscribe/internal/relation"
)

var (
	faultsWanted = flag.Int64("faults", 250, "TestCampaign: how many faults must have happened")
	firstSeed    = flag.Uint64("seed", 1, "TestCampaign: seed of the first run, the next has the next")
)

// trial is one run with its faults, all of which follow from its seed: what happens, to which calls, and with which requests
// its processes are killed.
type trial struct {
	seed          uint64
	mode          string
	partitionFrom int64
	enforced      bool
	concurrency   int
	statements    []int
	calls         []awsfake.Fault
	queries       []awsfake.QueryFault
	kills         []kill // of its processes, one after the other; those that follow are not killed, the last has no faults either
	calm          int    // from this process on nothing goes wrong
}

type kill struct {
	in    string // the phase, "": any
	at    int    // the request in it
	after bool
}

// things that go wrong with calls, and which calls.
var things = []awsfake.Fault{
	{Kind: awsfake.Throttle, Call: "athena:StartQueryExecution"}, {Kind: awsfake.SlotsFull, Call: "athena:StartQueryExecution"},
	{Kind: awsfake.ServerError, Call: "athena:StartQueryExecution"}, {Kind: awsfake.ServerErrorDone, Call: "athena:StartQueryExecution"},
	{Kind: awsfake.LostReplyDone, Call: "athena:StartQueryExecution"}, {Kind: awsfake.LostRequest, Call: "athena:StartQueryExecution"},
	{Kind: awsfake.GarbageDone, Call: "athena:StartQueryExecution"},
	{Kind: awsfake.Throttle, Call: "athena:BatchGetQueryExecution"}, {Kind: awsfake.ServerError, Call: "athena:BatchGetQueryExecution"},
	{Kind: awsfake.LostReplyDone, Call: "athena:BatchGetQueryExecution"},
	{Kind: awsfake.GarbageDone, Call: "athena:BatchGetQueryExecution"}, {Kind: awsfake.HalfBody, Call: "athena:BatchGetQueryExecution"},
	{Kind: awsfake.Throttle, Call: "athena:GetQueryResults"}, {Kind: awsfake.ServerError, Call: "athena:GetQueryResults"},
	{Kind: awsfake.LostReplyDone, Call: "athena:GetQueryResults"},
	{Kind: awsfake.HalfBody, Call: "athena:GetQueryResults"}, {Kind: awsfake.GarbageDone, Call: "athena:GetQueryResults"},
	{Kind: awsfake.Throttle, Call: "athena:GetWorkGroup"}, {Kind: awsfake.LostReplyDone, Call: "athena:StopQueryExecution"},
	{Kind: awsfake.Throttle, Call: "glue:*"}, {Kind: awsfake.ServerError, Call: "glue:*"}, {Kind: awsfake.LostReplyDone, Call: "glue:*"},
	{Kind: awsfake.GarbageDone, Call: "glue:GetTable"},
	{Kind: awsfake.Throttle, Call: "s3:*"}, {Kind: awsfake.ServerErrorDone, Call: "s3:*"}, {Kind: awsfake.LostReplyDone, Call: "s3:*"},
	{Kind: awsfake.LostRequest, Call: "s3:*"},
	{Kind: awsfake.HalfBody, Call: "s3:GetObject"}, {Kind: awsfake.HalfBody, Call: "s3:ListObjectsV2"},
	{Kind: awsfake.GarbageDone, Call: "s3:ListObjectsV2"}, {Kind: awsfake.GarbageDone, Call: "s3:GetObject"},
}

func newTrial(seed uint64, statements int) *trial {
	r := rand.New(rand.NewPCG(seed, 0x7261696c))
	t := &trial{seed: seed, mode: Staged, concurrency: 1 + r.IntN(5), enforced: r.IntN(3) == 0}
	if r.IntN(5) < 2 {
		t.mode = Direct
	}
	if r.IntN(2) == 0 {
		t.partitionFrom = 1
	}
	t.statements = r.Perm(statements)[:2+r.IntN(statements-1)]
	slices.Sort(t.statements)
	chance := []float64{0.02, 0.05, 0.1}[r.IntN(3)]
	for _, f := range things {
		if r.IntN(2) == 0 {
			f.Chance = chance * r.Float64() * 2
			if strings.HasPrefix(f.Call, "athena:Start") {
				f.Chance *= 2 // there are few of these calls
			}
			if f.Kind == awsfake.GarbageDone || f.Kind == awsfake.HalfBody {
				f.Chance = min(f.Chance, 0.06) // many a call takes these for an error at once, and the run ends
			}
			t.calls = append(t.calls, f)
		}
	}
	if r.IntN(6) == 0 {
		// First: nothing is carried out for credentials that have expired.
		t.calls = slices.Insert(t.calls, 0, awsfake.Fault{Kind: awsfake.Expired, Skip: r.IntN(60)})
	}
	for _, f := range []awsfake.QueryFault{
		{Fail: &awsfake.AthenaFail{Category: 1, Type: 1403, Retryable: true, Message: "HIVE_CURSOR_ERROR: Please reduce your request rate",
			Scanned: 1 << 20}},
		{Fail: &awsfake.AthenaFail{Category: 1, Type: 2, Retryable: true}},
		{Requeue: 1 + r.IntN(2)}, {Longer: time.Duration(5+r.IntN(60)) * time.Millisecond},
	} {
		if r.IntN(2) == 0 {
			f.Chance = 0.5 * r.Float64()
			t.queries = append(t.queries, f)
		}
	}
	if r.IntN(4) == 0 {
		t.queries = append(t.queries, awsfake.QueryFault{Times: 1 + r.IntN(2), Chance: 0.2, Fail: &awsfake.AthenaFail{Category: 2, Type: 1501,
			Message: "Insufficient permissions to execute the query", Scanned: 1 << 20}})
	}
	for range r.IntN(4) {
		k := kill{at: 1 + r.IntN(25+12*len(t.statements)), after: r.IntN(2) == 0}
		switch r.IntN(4) {
		case 0:
			k.in, k.at = asking, 1+r.IntN(20)
		case 1:
			k.in, k.at = closing, 1+r.IntN(6)
		}
		t.kills = append(t.kills, k)
	}
	if r.IntN(4) == 0 && len(t.kills) == 0 { // who must not read the list of staged files stages once more after a crash
		t.calls = append(t.calls, awsfake.Fault{Kind: awsfake.Denied, Call: "s3:GetObject"})
	}
	t.calm = len(t.kills) + 2
	return t
}

// reasons are those that the faults of a trial may end a run with.
func (t *trial) reasons() map[engine.Reason]bool {
	out := map[engine.Reason]bool{}
	for _, f := range t.calls {
		switch f.Kind {
		case awsfake.Expired:
			out[engine.NoPermission] = true
		case awsfake.Throttle:
			out[engine.Throttled] = true
		case awsfake.Denied: // the pages are read then
		default:
			out[engine.Failed] = true
		}
	}
	for _, f := range t.queries {
		if f.Fail == nil {
			continue
		}
		out[map[int]engine.Reason{1403: engine.Throttled, 2: engine.Failed, 1501: engine.NoPermission}[f.Fail.Type]] = true
	}
	return out
}

// counters is what a campaign counts.
type counters struct {
	mu                                                                  sync.Mutex
	faults                                                              map[string]int64
	runs, processes, kills, refused, planned, billed, failed, stagings2 int64
}

// field is a fake with the logs and the fault-free answers.
type field struct {
	*world
	d      *relation.Definition
	later  *atomic.Int64 // by which the fake's clock is ahead: a restart takes some seconds
	st     []engine.Statement
	want   map[string]string
	inputs string
}

func newField(t testing.TB, o awsfake.Options) *field {
	t.Helper()
	f := &field{later: &atomic.Int64{}, d: enginetest.Definition(t, nil)}
	o.Now = func() time.Time { return time.Now().Add(time.Duration(f.later.Load())) }
	f.world = newWorld(t, o)
	f.table(true)
	f.days(3, 30)
	f.workgroup("enforced", true)
	f.st = append(questions(t, f.d),
		engine.Statement{ID: "long", Query: bind(t, f.d,
			"SELECT eventid, nullif(eventname, 'Call1') AS name, '' AS empty FROM events ORDER BY eventid")},
		engine.Statement{ID: "none", Query: bind(t, f.d, "SELECT eventid FROM events WHERE eventname = 'nothing' ORDER BY eventid")})
	s, err := f.engine(f.d, func(o *Options) { o.Mode = Staged }).Open(t.Context(), october("calm"))
	if err != nil {
		t.Fatal(err)
	}
	if f.inputs, err = figuresOf(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if f.want, err = answers(t.Context(), s, f.st); err != nil || len(f.want) != len(f.st) || strings.Count(f.want["long"], "\n") != 90 ||
		f.want["none"] != "" {
		t.Fatal(err, f.want)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return f
}

// figuresOf is what a session says its rows rest on.
func figuresOf(ctx context.Context, s engine.Session) (string, error) {
	in, err := s.Inputs(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprint(*in.Listed, *in.Read, *in.Refused, *in.Skipped, *in.Records, *in.Events, *in.Undated, in.First, in.Last, in.Cells,
		in.Categories), nil
}

// Many runs, each with its own faults of every kind the fake AWS knows, and killed here and there: every statement gives the
// rows it gives without faults or an error of the right kind, never others; and when the run is done, Athena was paid once for
// each statement, and nothing is left.
//
// What counts. Planned are the statements of the run, the one that counts the records, and for a staged run the one that
// stages. Billed are executions that Athena ended as SUCCEEDED or CANCELLED; FAILED ones are free at Athena. A session that
// ends with an error drops its staged table, so that the next one of the run has to stage once more: that is planned too.
func TestCampaign(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	workers := min(4, int(*faultsWanted))
	sum := &counters{faults: map[string]int64{}}
	var next, happened atomic.Int64
	var wg sync.WaitGroup
	begin := time.Now()
	for i := range workers {
		f := newField(t, awsfake.Options{Slots: 4, Queue: 2, PageSize: []int{7, 0}[i%2]})
		wg.Go(func() {
			for happened.Load() < *faultsWanted && !t.Failed() {
				seed := *firstSeed + uint64(next.Add(1)-1)
				before := f.fake.Injected()
				f.run(t, newTrial(seed, len(f.st)), sum)
				happened.Add(f.fake.Injected() - before)
			}
			sum.mu.Lock()
			defer sum.mu.Unlock()
			for k, n := range f.fake.Faults() {
				sum.faults[k] += n
			}
		})
	}
	wg.Wait()
	if found, _ := filepath.Glob(filepath.Join(temp, "*")); len(found) != workers {
		t.Errorf("temporary files are left besides those of the fakes: %q", found)
	}
	if sum.billed != sum.planned {
		t.Errorf("%d executions were billed, %d were planned", sum.billed, sum.planned)
	}
	for _, k := range slices.Sorted(maps.Keys(sum.faults)) {
		t.Logf("%6d %s", sum.faults[k], k)
	}
	t.Logf("%d faults and %d kills in %d runs of %d processes, %d of which ended with an error; planned %d (%d of them staging anew), "+
		"billed %d, failed and free %d; %s",
		happened.Load(), sum.kills, sum.runs, sum.processes, sum.refused, sum.planned, sum.stagings2, sum.billed, sum.failed,
		time.Since(begin).Round(time.Second))
}

// run does one trial to its end.
func (f *field) run(t *testing.T, tr *trial, sum *counters) {
	bad := func(format string, args ...any) {
		t.Errorf("seed %d (%s, enforced %v, statements %v): %s\nrepeat it: go test ./internal/engine/athena -run TestCampaign -faults 1 -seed %d",
			tr.seed, tr.mode, tr.enforced, tr.statements, fmt.Sprintf(format, args...), tr.seed)
	}
	f.fake.Seed(tr.seed)
	earlier := len(f.fake.Executions())
	name := fmt.Sprint("run", tr.seed)
	var st []engine.Statement
	for _, i := range tr.statements {
		st = append(st, f.st[i])
	}
	planned := len(st) + 1
	anew, killed, refused, processes := 0, 0, 0, 0
	staged := func() (n int) { // staging executions that ended well
		for _, x := range f.fake.Executions()[earlier:] {
			if strings.HasPrefix(x.SQL, "CREATE TABLE") && x.State == "SUCCEEDED" {
				n++
			}
		}
		return n
	}
	dropped := 0 // stagings that a session has dropped since
	for done := false; !done; processes++ {
		if processes > tr.calm+3 {
			bad("it is not done after %d processes", processes)
			return
		}
		f.later.Add(int64(3 * time.Second))
		var removes []func()
		if processes < tr.calm {
			for _, x := range tr.calls {
				removes = append(removes, f.fake.Inject(x))
			}
			for _, x := range tr.queries {
				removes = append(removes, f.fake.InjectQuery(x))
			}
		}
		p := f.process(t.Context(), f.d, func(o *Options) {
			o.Mode, o.PartitionFrom, o.Concurrency, o.Timing.RetryFirst, o.Warn = tr.mode, tr.partitionFrom, tr.concurrency, time.Millisecond,
				func(string) {}
			if tr.enforced {
				o.Workgroup = "enforced"
			}
		})
		if processes < len(tr.kills) {
			k := tr.kills[processes]
			p.gate.in, p.gate.at, p.gate.after = k.in, k.at, k.after
		}
		rows, closed, err := f.ask(p, name, st, bad)
		p.stop()
		for _, remove := range removes {
			remove()
		}
		switch {
		case p.gate.dead():
			killed++
			if closed {
				dropped = staged() // it died while it dropped the table, or afterwards
			}
			continue
		case err != nil:
			refused++
			dropped = staged()
			var fault *engine.Fault
			if processes >= tr.calm {
				bad("without faults: %v", err)
				return
			}
			if !errors.As(err, &fault) || fault.Hint == "" || !tr.reasons()[fault.Reason] {
				bad("an error of the wrong kind: %v", err)
			}
			continue
		}
		done = rows == len(st)
		if !done {
			bad("%d of %d answers and no error", rows, len(st))
			return
		}
	}
	if tr.mode == Staged {
		planned++
		if n := staged(); n > 1 && n <= dropped+1 {
			anew = n - 1
			planned += anew
		}
	}
	billed, failures := 0, 0
	paid := map[string]int{}
	for _, x := range f.fake.Executions()[earlier:] {
		switch x.State {
		case "SUCCEEDED", "CANCELLED":
			billed++
			if !strings.HasPrefix(x.SQL, "CREATE TABLE") {
				if paid[x.SQL]++; paid[x.SQL] == 2 {
					bad("paid twice: %s\n%s", x.State, x.SQL[:min(len(x.SQL), 300)])
				}
			}
		case "FAILED":
			failures++
		default:
			bad("the query %s is %s", x.ID, x.State)
		}
	}
	if billed != planned {
		var all []string
		for _, x := range f.fake.Executions()[earlier:] {
			all = append(all, fmt.Sprintf("%s %s %.60q %s", x.ID, x.State, x.SQL, x.Reason))
		}
		bad("%d executions were billed, %d were planned:\n%s", billed, planned, strings.Join(all, "\n"))
	}
	if left := f.left(); len(left) > 0 {
		bad("left behind: %q", left)
	}
	sum.mu.Lock()
	defer sum.mu.Unlock()
	sum.runs++
	sum.processes += int64(processes)
	sum.kills += int64(killed)
	sum.refused += int64(refused)
	sum.planned += int64(planned)
	sum.billed += int64(billed)
	sum.failed += int64(failures)
	sum.stagings2 += int64(anew)
}

// ask lets a process do its run. It gives the number of statements that were answered; each answer is compared.
func (f *field) ask(p *process, name string, st []engine.Statement, bad func(string, ...any)) (rows int, closed bool, err error) {
	p.gate.begin(opening)
	s, err := p.engine.Open(p.ctx, october(name))
	if err != nil {
		return 0, true, err
	}
	p.gate.begin(counting)
	said, err := figuresOf(p.ctx, s)
	if err == nil && said != f.inputs && !p.gate.dead() {
		bad("counted %s, want %s", said, f.inputs)
	}
	var got map[string]string
	if err == nil {
		p.gate.begin(asking)
		got, err = answers(p.ctx, s, st)
	}
	for id, text := range got {
		if sha256.Sum256([]byte(text)) != sha256.Sum256([]byte(f.want[id])) {
			bad("%s has other rows:\n%s\nwant\n%s", id, text, f.want[id])
		}
	}
	if p.gate.dead() {
		return len(got), false, err
	}
	p.gate.begin(closing)
	if closeErr := s.Close(); closeErr != nil {
		err = errors.Join(err, closeErr)
	}
	return len(got), true, err
}
