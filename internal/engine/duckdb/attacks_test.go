package duckdb

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/engine/duckdb/connection"
)

// attack is a statement that would make far more than a machine has.
type attack struct {
	name string
	text string
	want string // its error has this; "": it may as well end
}

const (
	tooLong  = "makes a text of"
	tooMany  = "makes an array of"
	noMemory = "memory"
)

// Texts that are made longer, arrays that are, and values that are copied for each row or element. What is the same for every row DuckDB
// works out before the statement runs; what hangs on eventid it works out in batches.
var attacks = []attack{
	{"replace", "SELECT length(replace(rpad('', 1000000, 'a'), 'a', rpad('', 1000000, 'a'))) AS n", tooLong},
	{"replace of rows", "SELECT length(replace(rpad(eventid, 1000000, 'a'), 'a', rpad('', 1000000, 'a'))) AS n FROM events", tooLong},
	{"replace in replace", "SELECT max(length(replace(replace(replace(rpad(eventid, 9, '0'), '0', rpad('', 999, '0')), '0', rpad('', " +
		"999, '0')), '0', rpad('', 999, '0')))) AS n FROM events", tooLong},
	{"regexp_replace", "SELECT length(regexp_replace(rpad('', 1000000, 'a'), 'a', '$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0$0')) AS n", tooLong},
	{"regexp_replace in regexp_replace",
		"SELECT max(length(regexp_replace(regexp_replace(rpad(eventid, 400000, 'a'), 'a', '$0$0'), 'a', '$0$0'))) AS n FROM events WHERE " +
			"eventid IN ('id-1', 'id-2')", tooLong},
	{"reduce of texts", "SELECT length(reduce(sequence(1, 40), rpad('', 1000, 'a'), (s, x) -> s || s, s -> s)) AS n", tooLong},
	{"reduce of texts of rows", "SELECT max(length(reduce(sequence(1, 40), rpad(eventid, 1000, 'a'), (s, x) -> s || s, s -> s))) AS n " +
		"FROM events", noMemory},
	{"reduce with concat", "SELECT length(reduce(sequence(1, 40), rpad('', 1000, 'a'), (s, x) -> concat(s, upper(s), s), s -> s)) AS n",
		tooLong},
	{"reduce of arrays", "SELECT cardinality(reduce(sequence(1, 40), sequence(1, 1000), (s, x) -> s || s, s -> s)) AS n", tooMany},
	{"reduce of arrays of texts", "SELECT max(cardinality(reduce(sequence(1, 40), ARRAY[rpad(eventid, 100000, 'a')], (s, x) -> s || s, s " +
		"-> s))) AS n FROM events", noMemory},
	{"reduce that appends", "SELECT max(cardinality(reduce(sequence(1, 9999), ARRAY[eventid], (s, x) -> s || rpad(eventid, 100000, 'a'), " +
		"s -> s))) AS n FROM events", noMemory},
	{"array_join", "SELECT length(array_join(transform(sequence(1, 10000), x -> rpad('', 1000000, 'a')), '')) AS n", noMemory},
	{"array_join of repeat", "SELECT max(length(array_join(repeat(eventid, 10000), rpad('', 1000000, 'a')))) AS n FROM events", tooLong},
	{"array_join with a text for NULL",
		"SELECT max(length(array_join(repeat(nullif(eventid, eventid), 10000), '', rpad('', 1000000, 'a')))) AS n FROM events", tooLong},
	{"split in split", "SELECT cardinality(flatten(transform(split(rpad('', 999999, ','), ','), " +
		"x -> split(rpad('', 999999, ','), ',')))) AS n", noMemory},
	{"split of rows", "SELECT max(cardinality(split(rpad(eventid, 1000000, ','), ','))) AS n FROM events", noMemory},
	{"regexp_split", "SELECT max(cardinality(regexp_split(rpad(eventid, 1000000, ','), ','))) AS n FROM events", noMemory},
	{"regexp_extract_all", "SELECT max(cardinality(regexp_extract_all(rpad(eventid, 1000000, ','), '.'))) AS n FROM events", noMemory},
	{"split times split", "SELECT count(*) AS n FROM (SELECT split(rpad(eventid, 1000000, ','), ',') AS a FROM events) x CROSS JOIN " +
		"UNNEST(a) t(y) CROSS JOIN UNNEST(a) u(z)", noMemory},
	{"transform in transform", "SELECT max(cardinality(transform(sequence(1, 10000), x -> transform(sequence(1, 10000), y -> " +
		"transform(sequence(1, 10000), z -> x + y + z))))) AS n FROM events", noMemory},
	{"transform to texts", "SELECT max(cardinality(transform(sequence(1, 10000), x -> rpad(eventid, 1000000, 'a')))) AS n FROM events",
		noMemory},
	{"transform to one text", "SELECT max(cardinality(transform(sequence(1, 10000), x -> b))) AS n FROM (SELECT rpad(eventid, 1000000, " +
		"'a') AS b FROM events LIMIT 5) q", noMemory},
	{"transform to one text or another",
		"SELECT max(cardinality(transform(sequence(1, 10000), x -> IF(x > 0, b, 'a')))) AS n FROM (SELECT rpad(eventid, 1000000, 'a') AS b " +
			"FROM events LIMIT 5) q", noMemory},
	{"transform to one array", "SELECT max(cardinality(transform(sequence(1, 10000), x -> b))) AS n FROM (SELECT sequence(1, 10000) AS " +
		"b, eventid FROM events LIMIT 5) q", noMemory},
	{"transform to rows", "SELECT max(cardinality(transform(sequence(1, 10000), x -> ROW(b, b)))) AS n FROM (SELECT rpad(eventid, " +
		"1000000, 'a') AS b FROM events LIMIT 5) q", noMemory},
	{"zip_with", "SELECT max(cardinality(zip_with(sequence(1, 10000), sequence(1, 10000), (x, y) -> rpad(eventid, 1000000, 'a')))) AS n " +
		"FROM events", noMemory},
	{"map_concat", "SELECT cardinality(reduce(sequence(1, 40), map(sequence(1, 1000), sequence(1, 1000)), (s, x) -> map_concat(s, " +
		"transform_keys(s, (k, v) -> k + cardinality(s))), s -> s)) AS n", noMemory},
	{"transform_values", "SELECT max(cardinality(transform_values(map(sequence(1, 10000), sequence(1, 10000)), (k, v) -> rpad(eventid, " +
		"1000000, 'a')))) AS n FROM events", noMemory},
	{"repeat", "SELECT max(cardinality(repeat(rpad(eventid, 1000, 'a'), 900))) AS n FROM events", noMemory},
	{"rpad of rows", "SELECT max(length(rpad(eventid, 1000000, 'a'))) AS n FROM events", noMemory},
	{"ARRAY", "SELECT max(cardinality(ARRAY[b" + strings.Repeat(", b", 999) +
		"])) AS n FROM (SELECT rpad(eventid, 1000000, 'a') AS b FROM events LIMIT 5) q", noMemory},
	{"listagg", "SELECT length(listagg(rpad(eventid, 100000, 'a'), '') WITHIN GROUP (ORDER BY eventid)) AS n FROM events WHERE " +
		"eventid < 'id-2'", tooLong},
	{"array_agg", "SELECT cardinality(array_agg(rpad(eventid, 100000, 'a') ORDER BY eventid)) AS n FROM events, UNNEST(sequence(1, 10)) t(x)",
		noMemory},
	{"json of an array", "SELECT length(json_format(CAST(transform(sequence(1, 10000), x -> rpad(eventid, 1000000, 'a')) AS json))) AS n " +
		"FROM events", noMemory},
	{"json of json", `SELECT max(length(json_format(CAST(json_format(CAST(json_format(CAST(rpad(eventid, 500000, '"') AS json)) AS json)) AS json)))) AS n FROM events WHERE eventid IN ('id-1', 'id-2')`, tooLong},
	{"to_hex of to_hex", "SELECT max(length(to_hex(to_utf8(to_hex(to_utf8(rpad(eventid, 300000, 'a'))))))) AS n FROM events WHERE " +
		"eventid IN ('id-1', 'id-2')", tooLong},
	{"url_encode of url_encode", "SELECT max(length(url_encode(url_encode(rpad(eventid, 300000, '/'))))) AS n FROM events WHERE eventid " +
		"IN ('id-1', 'id-2')", tooLong},
	{"levenshtein_distance", "SELECT max(levenshtein_distance(rpad(eventid, 100000, 'a'), rpad(eventid, 100000, 'b'))) AS n FROM events " +
		"WHERE eventid IN ('id-1', 'id-2')", "levenshtein_distance compares texts of"},
	{"a text joined", "SELECT max(length(upper(x.b))) AS n FROM (SELECT rpad(eventid, 1000000, 'a') AS b, eventid FROM events LIMIT 50) " +
		"x JOIN events e ON x.eventid <= e.eventid", noMemory},
	{"a text joined and filtered",
		"SELECT max(strpos(b, eventname, 1)) AS n FROM (SELECT x.b, e.eventname FROM (SELECT rpad(eventid, 1000000, 'a') AS b, eventid FROM " +
			"events LIMIT 50) x JOIN events e ON x.eventid <= e.eventid) q WHERE length(b) + length(eventname) > 3", noMemory},
	{"recursion that doubles", "WITH RECURSIVE t(n, s) AS (SELECT 1, rpad('', 10000, 'a') UNION ALL SELECT n + 1, s || s FROM t WHERE n " +
		"< 10) SELECT max(length(s)) AS n FROM t", tooLong},
	{"recursion without an end", "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) AS n FROM t",
		"goes on after 10 steps"},
	{"array_agg in a window", "SELECT max(cardinality(w)) AS n FROM (SELECT array_agg(a.eventid) OVER (ORDER BY a.eventid, b.eventid) AS " +
		"w FROM events a, events b) q", ""},
	{"array_distinct", "SELECT max(cardinality(array_distinct(transform(sequence(1, 5000), x -> x + length(eventid))))) AS n FROM events", ""},
}

// alsoInTry is the attack, and the same one inside TRY. DuckDB takes no aggregate there.
func (a attack) alsoInTry() []attack {
	value, from, _ := strings.Cut(strings.TrimPrefix(a.text, "SELECT "), " AS n")
	inner, of, is := strings.Cut(value, "max(")
	switch {
	case strings.HasPrefix(a.text, "WITH"), strings.Contains(value, "count("), strings.Contains(value, "agg("):
		return []attack{a}
	case is && inner == "":
		return []attack{a, {a.name, "SELECT max(TRY(" + of + ") AS n" + from, a.want}}
	}
	return []attack{a, {a.name, "SELECT TRY(" + value + ") AS n" + from, a.want}}
}

// late is what is made between the look that finds too much memory taken and the statement's end.
const late = 128 << 20

// attacked opens a session with little memory, and gives what its process may hold.
func attacked(t *testing.T, timeout time.Duration) (s engine.Session, bind func(string) engine.Statement, most int64) {
	t.Helper()
	const memory = 192 << 20
	s, bind = asked(t, 2300, Options{Threads: 2, Memory: memory, Timeout: timeout})
	return s, bind, budget{memory: memory}.promise() + connection.Program
}

// Each attack ends with an error that says why, in TRY too, and at no time holds the process much more than was promised. One that a
// limit has to end gets all the time that a busy machine needs; only those that no limit has to end are ended by the time.
func TestAttacks(t *testing.T) {
	t.Run("limits", func(t *testing.T) { attackAll(t, 10*time.Minute, func(a attack) bool { return a.want != "" }) })
	t.Run("time", func(t *testing.T) { attackAll(t, 5*time.Second, func(a attack) bool { return a.want == "" }) })
}

func attackAll(t *testing.T, timeout time.Duration, which func(attack) bool) {
	s, bind, most := attacked(t, timeout)
	defer limit(t, most+2*late)()
	for _, a := range attacks {
		if !which(a) {
			continue
		}
		t.Run(a.name, func(t *testing.T) {
			for _, a := range a.alsoInTry() {
				resetPeak(t)
				_, err := answers(t.Context(), s, bind(a.text))
				var f *engine.Fault
				switch {
				case a.want == "" && err == nil:
				case !errors.As(err, &f):
					t.Errorf("%s: %v", a.text, err)
				case a.want == "" && f.Reason == engine.TimedOut:
				case !strings.Contains(err.Error(), a.want) && !strings.Contains(strings.ToLower(err.Error()), noMemory):
					t.Errorf("%.200s: %v, want %q", a.text, err, a.want)
				case strings.Contains(strings.ToLower(err.Error()), noMemory) && !strings.Contains(f.Hint, "--memory"),
					strings.Contains(f.Hint, "try_cast"):
					t.Errorf("%s: %v: the hint is %q", a.text, err, f.Hint)
				case !strings.Contains(strings.ToLower(err.Error()), noMemory) && f.Reason != engine.OverLimit:
					t.Errorf("%s: the reason is %q", a.text, f.Reason)
				}
				if p := peak(t); p > most+late {
					t.Errorf("%s: the process held %d MiB, and may hold %d MiB", a.text, p>>20, most>>20)
				}
				if n, err := answers(t.Context(), s, bind("SELECT eventid FROM events")); err != nil || n < 2049 {
					t.Errorf("the next statement: %d rows, %v", n, err)
				}
			}
		})
	}
}

// Each attack ends when it is told to, wherever it is, and nothing of it goes on.
func TestAttacksEnd(t *testing.T) {
	s, bind, most := attacked(t, 0)
	defer limit(t, most+2*late)()
	for i, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Duration(20+i*7%100)*time.Millisecond, cancel)
			ended := make(chan error, 1)
			go func() {
				_, err := answers(ctx, s, bind(a.text))
				ended <- err
			}()
			select {
			case err := <-ended:
				if err == nil && a.want != "" {
					t.Error("it ended without an error")
				}
			case <-time.After(10 * time.Second):
				t.Fatal("it goes on after ten seconds")
			}
			for start := time.Now(); s.(*session).db.Running(); time.Sleep(10 * time.Millisecond) {
				if time.Since(start) > 10*time.Second {
					t.Fatal("what was left behind goes on after ten seconds")
				}
			}
		})
	}
}

// Planning a statement works out what is constant in it, which is held to the same limits.
func TestAttackWhileChecked(t *testing.T) {
	s, bind, _ := attacked(t, 0)
	var f *engine.Fault
	if err := s.Check(t.Context(), bind(attacks[0].text)); err != nil && (!errors.As(err, &f) || f.Reason != engine.OverLimit) {
		t.Error(err)
	}
}

// limit ends the process that holds far more than it may, before the machine suffers.
func limit(t *testing.T, most int64) (stop func()) {
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(10 * time.Millisecond):
				if held(t, "VmRSS") > most {
					panic("the process holds more than " + strconv.FormatInt(most>>20, 10) + " MiB")
				}
			}
		}
	}()
	return func() { close(done) }
}

func resetPeak(t *testing.T) {
	if runtime.GOOS == "linux" {
		if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
			t.Log(err)
		}
	}
}

func peak(t *testing.T) int64 { return held(t, "VmHWM") }

// held is a figure of the process in bytes; 0 where it is not to be had.
func held(t *testing.T, figure string) int64 {
	if runtime.GOOS != "linux" {
		return 0
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Error(err)
		return 0
	}
	_, rest, _ := strings.Cut(string(status), figure+":")
	line, _, _ := strings.Cut(rest, "kB")
	n, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	if err != nil {
		t.Error(err)
	}
	return n << 10
}
