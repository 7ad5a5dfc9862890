package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"trailscribe/internal/finding"
	"trailscribe/internal/query"
	"trailscribe/internal/run"
)

// exceptionsOf are the exceptions of a run by query and id, each with its row, and the event ids that the rows show.
func exceptionsOf(t *testing.T, dir string) (all map[string]string, events map[string]bool) {
	t.Helper()
	s, err := run.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	all, events = map[string]string{}, map[string]bool{}
	for _, q := range s.Queries {
		if q.Kind != query.KindException {
			continue
		}
		if q.Verdict.Outcome == finding.NotEvaluated {
			t.Errorf("%s was not evaluated: %s", q.ID, q.Verdict.Reason)
			continue
		}
		rows, err := s.Judged(q.ID)
		if err != nil {
			t.Fatal(err)
		}
		for r, err := range rows.All() {
			if err != nil {
				t.Fatal(err)
			}
			n := len(q.Columns)
			all[q.ID+" "+r[n].(string)] = fmt.Sprint(r[:n]...)
			for i, c := range q.Columns {
				if id, ok := r[i].(string); ok && c.Name == "eventid" {
					events[id] = true
				}
			}
		}
	}
	return all, events
}

// forge puts a log file where its name sorts before all others: a copy of each of these events, changed by change.
func (c *cloud) forge(events map[string]bool, change func(map[string]any) map[string]any) (key string) {
	c.t.Helper()
	var records []map[string]any
	done := map[string]bool{}
	account := ""
	err := filepath.WalkDir(filepath.Join(c.dir, "logs"), func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".json.gz") || strings.Contains(name, "20261001T0000Z_000000000000000") {
			return err // a file of its own is forged, too
		}
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			return err
		}
		var log struct{ Records []map[string]any }
		if err := json.NewDecoder(z).Decode(&log); err != nil {
			return err
		}
		for _, r := range log.Records {
			id, _ := r["eventID"].(string)
			if !events[id] || done[id] {
				continue
			}
			done[id] = true
			if a, _ := r["recipientAccountId"].(string); account == "" || a < account {
				account = a
			}
			records = append(records, change(r))
		}
		return nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	if len(records) != len(events) {
		c.t.Fatalf("%d of %d events are in the logs", len(records), len(events))
	}
	region := slices.Sorted(maps.Keys(c.areas))[0]
	key = fmt.Sprintf("AWSLogs/%s/CloudTrail/%s/2026/10/01/%s_CloudTrail_%s_20261001T0000Z_%016d.json.gz", account, region, account, region,
		c.forged)
	c.forged++
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := json.NewEncoder(z).Encode(map[string]any{"Records": records}); err != nil {
		c.t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		c.t.Fatal(err)
	}
	path := filepath.Join(c.dir, "logs", filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		c.t.Fatal(err)
	}
	c.fake.Put("logs", key, b.Bytes(), "")
	return key
}

// harmless is an event that says nothing, under the id, account and time of another.
func harmless(r map[string]any) map[string]any {
	return map[string]any{"eventVersion": "1.11", "eventID": r["eventID"], "eventTime": r["eventTime"],
		"recipientAccountId": r["recipientAccountId"],
		"eventSource":        "ec2.amazonaws.com", "eventName": "DescribeRegions", "awsRegion": "us-east-1",
		"sourceIPAddress": "ec2.amazonaws.com",
		"userAgent":       "ec2.amazonaws.com",
		"eventType":       "AwsApiCall", "readOnly": true, "managementEvent": true, "eventCategory": "Management",
		"userIdentity": map[string]any{"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}}
}

// Somebody who can write one log file can hide no finding: a copy of an event that says something else takes nothing away, and
// it is told. Neither can a second copy that a query finds too silence that query.
func TestForgedCopiesHideNothing(t *testing.T) {
	t.Parallel()
	c := newCloud(t, 1500)
	folder := func(out string) string { return filepath.Join(c.dir, out, "monthly-security", "2026-10", "r1") }
	local := []string{"--engine", "duckdb", "--source", "logs"}
	sound, _ := c.report(t.Context(), "monthly-security", "sound", local...)
	if sound.Incomplete() || sound.Inputs.Conflicting == nil || *sound.Inputs.Conflicting != 0 {
		t.Fatalf("the sample logs are not sound: %+v", sound.Notices)
	}
	before, events := exceptionsOf(t, folder("sound"))
	if len(before) < 50 || len(events) < 20 {
		t.Fatalf("%d exceptions of %d events: the sample logs hold too little to hide", len(before), len(events))
	}

	// All events behind exceptions get a harmless copy.
	forged := c.forge(events, harmless)
	code, out, said := c.run(t.Context(), append([]string{"report", "run", "monthly-security", "--period", "2026-10", "--format", "pdf",
		"--out", "harmless"}, local...)...)
	if code != exitIncomplete {
		t.Fatalf("exit code %d\n%s", code, said)
	}
	pdf, err := os.ReadFile(filepath.Join(folder("harmless"), "report.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := textOfPDF(pdf)
	if err != nil {
		t.Fatal(err)
	}
	one, _, _ := strings.Cut(text, "\f")
	id := slices.Sorted(maps.Keys(events))[0]
	for where, text := range map[string]string{"page one": one, "the terminal": out} {
		for _, want := range []string{"report is incomplete", fmt.Sprintf("Copies of %d events differ", len(events)), forged} {
			if !strings.Contains(strings.ReplaceAll(text, "\n", " "), want) {
				t.Errorf("%s does not say %q:\n%s", where, want, text)
			}
		}
	}
	after, _ := exceptionsOf(t, folder("harmless"))
	for id, row := range before {
		if after[id] != row {
			t.Errorf("the exception %s %s is now %q", id, row, after[id])
		}
	}
	r, err := run.OpenFolder(folder("harmless"))
	if err != nil {
		t.Fatal(err)
	}
	if *r.Inputs.Conflicting != int64(len(events)) || len(r.Inputs.Conflicts) != len(events) {
		t.Errorf("%d conflicts, %d listed, for %d events", *r.Inputs.Conflicting, len(r.Inputs.Conflicts), len(events))
	}
	for _, x := range r.Inputs.Conflicts {
		if !events[x.EventID] || x.Contents != 2 || len(x.Files) != 2 || x.Files[0] != forged && x.Files[1] != forged {
			t.Errorf("%+v", x)
		}
	}

	// All get a third copy, which the queries find as well. Both rows are there, in one order, and no query falls silent.
	c.forge(events, func(r map[string]any) map[string]any {
		again := maps.Clone(r)
		again["userAgent"], again["sourceIPAddress"] = "forged", "192.0.2.66"
		return again
	})
	found, _ := c.report(t.Context(), "monthly-security", "found", local...)
	twice, _ := exceptionsOf(t, folder("found"))
	if len(twice) < len(before)+len(events) {
		t.Errorf("%d exceptions, there were %d before, and %d events have one copy more", len(twice), len(before), len(events))
	}
	rows := slices.Collect(maps.Values(twice))
	for id, row := range before {
		// A row that counts events counts the copies too.
		single := slices.ContainsFunc(slices.Collect(maps.Keys(events)), func(id string) bool { return strings.Contains(row, id) })
		if single && !slices.Contains(rows, row) {
			t.Errorf("the row of the exception %s is gone: %s", id, row)
		}
	}
	remote, _ := c.report(t.Context(), "monthly-security", "athena-found", "--mode", "staged")
	sameAnswers(t, found, remote) // in one order, which is each engine's own if nothing decides it
	if !remote.Incomplete() {
		t.Error("Athena calls the report complete")
	}

	// One question and the look at the logs say it too, on both engines and in both modes.
	for _, engine := range [][]string{local, {"--mode", "staged"}, {"--mode", "direct"}} {
		for _, command := range [][]string{{"query", "run", "root/console-login", "--output", "csv"}, {"logs", "stats"}} {
			if command[0] == "logs" && engine[0] == "--mode" {
				if engine[1] == "direct" {
					continue
				}
				engine = nil // it asks one question, and has no mode
			}
			code, _, said := c.run(t.Context(), append(append(command, "--period", "2026-10"), engine...)...)
			for _, want := range []string{fmt.Sprintf("copies of %d events differ", len(events)), id, "3 different copies in " + forged,
				fmt.Sprintf("and %d more", len(events)-5)} {
				if !strings.Contains(said, want) {
					t.Errorf("%s %s does not say %q:\n%s", command, engine, want, said)
				}
			}
			if code != exitIncomplete {
				t.Errorf("%s %s: exit code %d", command, engine, code)
			}
		}
	}
	c.clean()
}
