package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"trailscribe/internal/demo"
	"trailscribe/internal/run"
)

// BenchmarkBytes asks what a report reads, by the meter of the fake AWS: each statement's bytes and all of them as a ratio to
// one reading of the log files. TRAILSCRIBE_EVENTS is how many events the sample logs have.
//
//	go test -run '^$' -bench Bytes -benchtime 1x ./cmd/trailscribe
func BenchmarkBytes(b *testing.B) { readingsOf(b, "") }

// BenchmarkBytesAlone is the same where the logs begin with the period.
func BenchmarkBytesAlone(b *testing.B) { readingsOf(b, "2026/10/01") }

func readingsOf(b *testing.B, since string) {
	b.Helper()
	events := 300_000
	if n, err := strconv.Atoi(os.Getenv("TRAILSCRIBE_EVENTS")); err == nil {
		events = n
	}
	c := newCloudOf(b, since, demo.Options{Events: events})
	partitioned(b)
	library := c.sixty()
	for _, id := range []string{"monthly-security", "cis-aws", "out-of-hours", "s3-activity", "sixty"} {
		b.Run(id, func(b *testing.B) {
			for range b.N {
				c.measure(b, id, "--library", library)
			}
		})
	}
}

// sixty is a library with a report of sixty queries: all built-in ones, and lists of the changes of one service each.
func (c *cloud) sixty() (folder string) {
	c.t.Helper()
	write := func(path, text string) {
		path = filepath.Join(c.dir, "library", filepath.FromSlash(path))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			c.t.Fatal(err)
		}
	}
	var list, said bytes.Buffer
	if code := Main(c.t.Context(), []string{"query", "list", "--output", "csv"}, strings.NewReader(""), &list, &said,
		c.fake.Getenv); code != exitDone {
		c.t.Fatal(said.String())
	}
	var ids []string
	for i, line := range strings.Split(strings.TrimSpace(list.String()), "\n") {
		if i > 0 {
			id, _, _ := strings.Cut(line, ",")
			ids = append(ids, id)
		}
	}
	for _, service := range []string{"lambda", "rds", "sns", "sqs", "dynamodb", "ecs", "eks", "ecr", "cloudformation", "autoscaling",
		"elasticloadbalancing", "route53", "secretsmanager", "ssm", "backup", "glue"} {
		if len(ids) == 60 {
			break
		}
		id := "own/" + service + "-changes"
		ids = append(ids, id)
		write("queries/"+id+".yaml", strings.ReplaceAll(`id: own/SERVICE-changes
title: Changes of SERVICE
question: Who changed what of SERVICE?
kind: evidence
severity: low
log_scope: [management]
why: To see the changes.
fix: Match each with a ticket.
columns:
  - {name: event_time, label: When, type: time}
  - {name: account_id, label: Account, type: account}
  - {name: actor, label: Who, type: actor}
  - {name: eventname, label: Action, type: code}
  - {name: resource, label: What, type: text}
  - {name: request, label: Request, type: text}
  - {name: eventid, label: Event id, type: id}
key: [account_id, eventid]
sql: |
  SELECT event_time, account_id, actor, eventname, resource, substr(requestparameters, 1, 200) AS request, eventid
  FROM events
  WHERE eventsource = 'SERVICE.amazonaws.com' AND is_write
  ORDER BY event_time, account_id, eventid
`, "SERVICE", service))
	}
	if len(ids) != 60 {
		c.t.Fatalf("%d queries", len(ids))
	}
	write("reports/sixty.yaml", "id: sixty\ntitle: Sixty queries\naudience: Measuring\nperiod: last-month\nformats: [json]\nsections:\n  "+
		"- {title: All, queries: ["+strings.Join(ids, ", ")+"]}\n")
	return filepath.Join(c.dir, "library")
}

// partitioned has every staged copy partitioned.
func partitioned(t testing.TB) {
	before := partitionFrom
	partitionFrom = 1
	t.Cleanup(func() { partitionFrom = before })
}

func (c *cloud) measure(b *testing.B, id string, args ...string) {
	b.Helper()
	c.fake.ResetMeter()
	c.t = b
	before := len(c.fake.Executions())
	c.report(b.Context(), id, "bytes", append([]string{"--mode", "staged"}, args...)...)
	ids := map[string]string{}
	for _, f := range c.facts(b, id) {
		if f.Name == "execution" {
			ids[f.Value] = f.Query
		}
	}
	var raw, sum int64
	var told strings.Builder
	for _, x := range c.fake.Executions()[before:] {
		name := ids[x.ID]
		switch {
		case strings.HasPrefix(x.SQL, "CREATE TABLE"):
			name, raw = "(staging)", x.Scanned
		case name == "":
			name = "(counting)"
		}
		sum += x.Scanned
		fmt.Fprintf(&told, "%7.4f %12d %s\n", float64(x.Scanned)/float64(max(raw, 1)), x.Scanned, name)
	}
	// Log keeps only ten lines of a benchmark.
	fmt.Fprintf(os.Stdout, "%s: %d bytes of log files, %d read, %.3f times\n%s", id, raw, sum, float64(sum)/float64(raw), told.String())
	b.ReportMetric(float64(sum)/float64(raw), "readings")
}

// facts are the journal of the last run of a report.
func (c *cloud) facts(b *testing.B, id string) (out []run.Fact) {
	b.Helper()
	found, err := filepath.Glob(filepath.Join(c.dir, "bytes", id+"*", "2026-10", "r*", "journal.jsonl"))
	if err != nil || len(found) == 0 {
		b.Fatalf("no journal: %v", err)
	}
	f, err := os.Open(found[len(found)-1])
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		var x run.Fact
		if json.Unmarshal(s.Bytes(), &x) == nil {
			out = append(out, x)
		}
	}
	return out
}
