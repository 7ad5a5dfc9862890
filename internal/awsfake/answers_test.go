package awsfake

import (
	"fmt"
	"testing"

	"trailscribe/internal/cloudtrail"
)

// What was answered before is answered again, metered as if it were read, until an object, the table or the place changes.
func TestAnswers(t *testing.T) {
	p := start(t, Options{})
	p.logs(t)
	const count = "SELECT count(*) AS n FROM cloudtrail WHERE account = '111122223333'"
	ask := func(text, want string) {
		t.Helper()
		if rows, x := p.ask(t, text); len(rows) != 2 || rows[1][0] != want {
			t.Fatalf("%s: %v %s", text, rows, reason(x))
		}
	}
	ask(count, "3")
	first := p.Meter()
	ask(count, "3")
	if m := p.Meter(); m.Scanned != 2*first.Scanned || m.Billed != 2*first.Billed || m.Executions != 2 || len(p.remembered().known) != 1 {
		t.Errorf("%+v after %+v", m, first)
	}
	p.Put("logs", "AWSLogs/111122223333/CloudTrail/us-east-1/2026/07/03/x.json.gz", logFile(t, `{"eventName":"New"}`), "")
	ask(count, "4")
	// The same rows in a table of another name, in Parquet: read once, and written twice.
	for i := range 2 {
		if _, x := p.ask(t, fmt.Sprintf("CREATE TABLE copy%d WITH (format = 'PARQUET', external_location = 's3://results/copy%d/', "+
			"partitioned_by = ARRAY['eventname']) AS SELECT account, eventname FROM cloudtrail", i, i)); x.Status.State != succeeded {
			t.Fatal(reason(x))
		}
		ask(fmt.Sprintf("SELECT count(*) AS n FROM copy%d WHERE eventname = 'New'", i), "1")
		if keys := p.Keys("results", fmt.Sprintf("copy%d/", i)); len(keys) != 5 {
			t.Errorf("%q", keys)
		}
	}
	if n := len(p.remembered().known); n != 4 {
		t.Errorf("%d answers are remembered", n)
	}
	ask(`SELECT count(DISTINCT "$path") AS n FROM cloudtrail WHERE account = '111122223333'`, "3")
	p.Put("logs", "AWSLogs/111122223333/CloudTrail/us-east-1/2026/07/03/y.json.gz", logFile(t, `{"eventName":"New"}`), "")
	ask(`SELECT count(DISTINCT "$path") AS n FROM cloudtrail WHERE account = '111122223333'`, "4")
}

func (p *place) remembered() *answers { return &p.Server.athena.answers }

// A statement whose value differs each time is asked each time.
func TestUnstable(t *testing.T) {
	for text, want := range map[string]bool{"SELECT now()": true, "SELECT CURRENT_TIMESTAMP": true, "SELECT random (3)": true,
		"SELECT uuid FROM t": false, "SELECT knowledge(1)": false, "SELECT '$.uUID'": false} {
		if unstable.MatchString(text) != want {
			t.Errorf("%s: want %v", text, want)
		}
	}
}

// Faults of a seed hit the same things, in whatever order they are asked for.
func TestSeed(t *testing.T) {
	p := start(t, Options{})
	var things []string
	for range 50 {
		things = append(things, cloudtrail.Columns()[0].Name, cloudtrail.Columns()[1].Name, "x")
	}
	draw := func(seed uint64, backwards bool) map[string]int {
		p.Seed(seed)
		hits := map[string]int{}
		for i := range things {
			if backwards {
				i = len(things) - 1 - i
			}
			if p.faults.chance(0.3, things[i]) {
				hits[things[i]]++
			}
		}
		return hits
	}
	a, b, c := draw(1, false), draw(1, true), draw(2, false)
	if fmt.Sprint(a) != fmt.Sprint(b) || fmt.Sprint(a) == fmt.Sprint(c) || a["x"] < 5 || a["x"] > 30 {
		t.Errorf("%v %v %v", a, b, c)
	}
}
