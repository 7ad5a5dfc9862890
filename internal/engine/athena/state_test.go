package athena

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"

	"trailscribe/internal/awsfake"
	"trailscribe/internal/engine"
	"trailscribe/internal/engine/enginetest"
)

// meanwhile is a client that does something before it starts a statement of a kind.
type meanwhile struct {
	*athena.Client
	of string
	do func()
}

func (m *meanwhile) StartQueryExecution(ctx context.Context, in *athena.StartQueryExecutionInput,
	o ...func(*athena.Options)) (*athena.StartQueryExecutionOutput, error) {
	if strings.HasPrefix(aws.ToString(in.QueryString), m.of) {
		m.do()
	}
	return m.Client.StartQueryExecution(ctx, in, o...)
}

const ofAccount = "AWSLogs/111122223333/CloudTrail/eu-west-1/"

func logKey(day, name string) string {
	return ofAccount + day + "/111122223333_CloudTrail_eu-west-1_" + name + ".json.gz"
}

// Files that change between the listing of the bucket and the end of the staging may or may not be in the copy: the session
// says so. What changes later is none of its rows.
func TestFilesThatChangeWhileStaging(t *testing.T) {
	for name, c := range map[string]struct {
		change func(w *world)
		want   engine.Changes
	}{
		"nothing": {func(*world) {}, engine.Changes{}},
		"one came": {func(w *world) { w.fake.Put(w.logs, logKey("2026/10/03", "new"), gzipped(w.t, `{"Records":[]}`), "") },
			engine.Changes{Came: 1}},
		"one came for the day after": {func(w *world) { w.fake.Put(w.logs, logKey("2026/11/01", "new"), gzipped(w.t, `{"Records":[]}`), "") },
			engine.Changes{}},
		"one went": {func(w *world) { w.remove(logKey("2026/10/02", "x")) }, engine.Changes{Gone: 1}},
		"one was replaced": {func(w *world) { w.fake.Put(w.logs, logKey("2026/10/02", "x"), gzipped(w.t, `{"Records":[]}`), "") },
			engine.Changes{Replaced: 1}},
		"one was archived": {func(w *world) { w.class(logKey("2026/10/01", "x"), "GLACIER") }, engine.Changes{Replaced: 1}},
		"one of another month changed": {func(w *world) { w.fake.Put(w.logs, logKey("2026/12/02", "x"), gzipped(w.t, `{"Records":[]}`), "") },
			engine.Changes{}},
	} {
		t.Run(name, func(t *testing.T) {
			d := enginetest.Definition(t, nil)
			w := newWorld(t, awsfake.Options{})
			w.table(true)
			w.days(2, 10)
			client := &meanwhile{w.athena, "CREATE TABLE", func() { c.change(w) }}
			e := w.engine(d, func(o *Options) { o.Mode, o.Athena = Staged, client })
			s, err := e.Open(t.Context(), october("a"))
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if got, err := s.Changes(t.Context()); err != nil || got != c.want {
				t.Errorf("%+v, %v; want %+v", got, err, c.want)
			}
			w.fake.Put(w.logs, logKey("2026/10/05", "later"), gzipped(t, `{"Records":[]}`), "")
			if got, err := s.Changes(t.Context()); err != nil || got != c.want {
				t.Errorf("a file that came after the copy counts: %+v, %v", got, err)
			}
		})
	}
}

// class moves a log file to another storage class.
func (w *world) class(key, class string) {
	w.t.Helper()
	body, ok := w.fake.Object(w.logs, key)
	if !ok {
		w.t.Fatal(key)
	}
	w.fake.Put(w.logs, key, body, class)
}

// What no listing of sizes and tags shows is part of the state too: the storage class, and the table over the files.
func TestStateOfClassAndTable(t *testing.T) {
	d := enginetest.Definition(t, nil)
	state := func(w *world) string {
		got, err := w.engine(d, nil).State(t.Context(), october("a")) // as a later process sees it
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	w := newWorld(t, awsfake.Options{})
	w.table(true)
	w.days(2, 10)
	before := state(w)
	if n := len(w.fake.Executions()); n > 0 {
		t.Errorf("looking at the log files ran %d queries", n)
	}
	w.class(logKey("2026/10/01", "x"), "STANDARD_IA")
	if state(w) != before {
		t.Error("a class that can be read makes another state")
	}
	w.class(logKey("2026/10/01", "x"), "GLACIER")
	archived := state(w)
	if archived == before {
		t.Error("a file that went to Glacier does not make another state")
	}
	w.class(logKey("2026/10/01", "x"), "STANDARD")
	if state(w) != before {
		t.Error("a file that came back from Glacier does not make the state of before")
	}
	other := worldOf(t, w.fake)
	other.logs = w.logs
	other.table(true, func(in *gluetypes.TableInput) { in.Parameters["projection.region.values"] = "eu-west-1" })
	if state(other) == before {
		t.Error("another table does not make another state")
	}
}
