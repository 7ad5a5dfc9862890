package athena

import (
	"context"
	"fmt"
	"strings"

	"trailscribe/internal/engine"
	"trailscribe/internal/relation"
	"trailscribe/internal/sql"
)

// weights is how many bytes a column takes in a staged copy for a million bytes of compressed log files; those not named take
// other. An estimate rests on them, never a result.
//
// They were measured with BenchmarkColumns, rounded up: over 150,000 sample events, and over 3,300 real ones of eleven public
// collections, of which many are attacks and errors. The larger of the two figures stands here. The copies were Parquet with
// ZSTD as DuckDB writes it; Athena's writer lays pages in another way.
var weights = map[string]int64{
	"eventid": 160_000, "requestid": 150_000, "requestparameters": 105_000, "responseelements": 55_000, "errormessage": 54_000,
	"useridentity":        49_000,
	"additionaleventdata": 43_000, "event_time": 35_000, "local_time": 35_000, "eventtime": 34_000, "resource": 23_000, "resources": 21_000,
	"eventname": 16_500, "useragent": 13_000, "log_file": 12_000, "sharedeventid": 12_000, "tlsdetails": 9_500, "eventsource": 6_700,
	"actor_arn": 4_500, "actor_key": 4_500, "actor": 4_000, "local_date": 4_100, "sourceipaddress": 4_100, "source_ip": 3_800,
	"session_name": 3_400, "errorcode": 2_700,
}

const (
	other   = 1_500
	million = 1_000_000
)

func weight(cols []string) (sum int64) {
	for _, c := range cols {
		if w, ok := weights[c]; ok {
			sum += w
		} else {
			sum += other
		}
	}
	return sum
}

// Estimate lists the bucket and works out what the statements would be billed, staged and direct. It runs nothing.
func (e *Engine) Estimate(ctx context.Context, s engine.Scope, st []engine.Statement) (engine.Estimate, error) {
	w, err := window(s)
	if err != nil {
		return engine.Estimate{}, err
	}
	t, err := e.physical(ctx)
	if err != nil {
		return engine.Estimate{}, err
	}
	found, err := e.list(ctx, t, s, w)
	if err != nil {
		return engine.Estimate{}, err
	}
	out := e.estimate(s, st, t, found)
	e.mu.Lock()
	e.chosen[scopeKey(s)] = out.Chosen
	e.mu.Unlock()
	e.keep(t, s, found)
	return out, nil
}

func (e *Engine) estimate(s engine.Scope, st []engine.Statement, t *table, found *scan) engine.Estimate {
	out := engine.Estimate{Bytes: found.bytes}
	for _, f := range found.files {
		if f.state == engine.FileRead {
			out.Files++
		}
	}
	ofEvents, ofHistory := found.bytes-found.history, found.history+found.late
	scanned := found.bytes + found.beside
	if t.unbounded() {
		ofEvents, ofHistory = scanned, scanned // nothing keeps other days from being read
	}
	var parts *partitioning
	if s.Planned == nil {
		s.Planned = st
	}
	if e.partitioned(found) {
		parts = e.partitioning(s, maxPartitioningText)
	}
	columns := e.extract(s, parts)
	direct, staged := engine.Mode{Name: Direct}, engine.Mode{Name: Staged}
	for _, x := range st {
		d, c := int64(0), int64(0)
		if x.Query != nil {
			for name, bytes := range map[string]int64{relation.Events: ofEvents, relation.History: ofHistory} {
				if used := x.Query.Uses(name); len(used) > 0 || mentions(x.Query, name) {
					d += bytes
					if parts == nil { // other rows are in the same files
						bytes = found.bytes
					}
					c += int64(float64(bytes) * parts.selectivity(x.Query, name) * float64(weight(columns.reads(x.Query, name))+other) / million)
				}
			}
		}
		direct.PerStatement, staged.PerStatement = append(direct.PerStatement, d), append(staged.PerStatement, c)
		direct.Billed, staged.Billed = append(direct.Billed, billed(d)), append(staged.Billed, billed(c))
		direct.Bytes += billed(d)
		staged.Bytes += billed(c)
	}
	direct.Work = []engine.Work{{Of: engine.Counting, Bytes: billed(scanned)}}
	staged.Work = []engine.Work{{Of: engine.Staging, Bytes: billed(scanned)},
		{Of: engine.Counting, Bytes: billed(int64(float64(found.bytes) * float64(weight(figured)) / million))}}
	for _, m := range []*engine.Mode{&direct, &staged} {
		for _, w := range m.Work {
			m.Bytes += w.Bytes
		}
	}
	out.Price = e.o.Price
	direct.Cost, staged.Cost = e.o.Price.For(direct.Bytes), e.o.Price.For(staged.Bytes)
	out.Modes = []engine.Mode{staged, direct}
	switch {
	case e.o.Mode != Automatic:
		out.Chosen = e.o.Mode
	case direct.Bytes <= staged.Bytes:
		out.Chosen = Direct
	default:
		out.Chosen = Staged
	}
	return out
}

// mentions reports whether a statement reads a relation without any of its columns: SELECT count(*) FROM events.
func mentions(q *sql.Bound, name string) bool {
	const mark = "\x00"
	return strings.Contains(q.Text(sql.Trino, map[string]string{name: mark}), mark)
}

// mode is how a session of this scope works.
func (e *Engine) mode(s engine.Scope, found *scan) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch chosen := e.chosen[scopeKey(s)]; {
	case e.o.Mode != Automatic:
		return e.o.Mode
	case chosen != "":
		return chosen
	case found.bytes <= billedLeast: // each statement is billed the least amount in any case
		return Direct
	}
	return Staged
}

func scopeKey(s engine.Scope) string {
	return fmt.Sprint(s.Run, s.From, s.To, s.HistoryDays, s.LateDays, s.Accounts, s.Regions)
}

func names(cols []sql.Column) []string {
	out := make([]string, len(cols))
	for i, c := range cols {
		out[i] = c.Name
	}
	return out
}

// counted is what a staged copy holds in any case: what counting reads, and what a statement may be restricted by.
var counted = []string{"event_time", "account_id", "awsregion", "eventid", "category", "copies", "log_file"}

// figured is what counting reads of a staged copy.
var figured = []string{"event_time", "account_id", "awsregion", "category", "copies", "log_file", relation.Part, relation.Conflict}

// stored is the columns of the relations that a staged copy holds: those of both together, in their order.
func stored(s engine.Scope) ([]string, error) {
	cols, err := relation.Stored(s.Columns, counted, relation.Events, relation.History)
	return cols, engine.RefuseScope(err)
}
