package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"trailscribe/internal/cloudtrail"
	"trailscribe/internal/demo"
	"trailscribe/internal/source"
)

// Texts chosen by an attacker, in every field of events, do nothing in any format.
func TestAttackPayloads(t *testing.T) {
	if len(payloads) < 323 {
		t.Errorf("there are %d payloads", len(payloads))
	}
	name := fmt.Sprintf("%d payloads in the fields of events, through all formats", len(payloads))
	attack{name: name, whole: 4, sample: 1, try: func(t *try) {
		g, folder := attackGround(t), t.TempDir()
		report, period, events := "quick", attackPeriod, 120
		if *attacksWanted != "sample" {
			report, period, events = choose(t, []string{"monthly-security", "cis-aws", "s3-activity", "out-of-hours"}), "2026-10", 1200
		}
		hostileLogs(t, filepath.Join(folder, "logs"), events)
		args := append(g.over("logs", job{report, period}, "out", "cache"), "--format", "pdf,xlsx,json,csv,csv-safe")
		e := t.runs(folder, args, exitDone, exitIncomplete)
		plain(t, e)
		run := t.verified(filepath.Join(folder, "out"))[0]
		eachFile(t, run, func(name string, _ os.FileInfo) {
			data := must(os.ReadFile(name))
			switch {
			case strings.HasSuffix(name, ".pdf"):
				// The appendix has statements and definitions, no rows.
				if text := harmlessPDF(t, data); filepath.Base(name) == "report.pdf" && !strings.Contains(text, "zq") {
					t.Error("the PDF has no payload in it")
				}
			case strings.HasSuffix(name, ".xlsx"):
				harmlessWorkbook(t, data)
			case strings.HasSuffix(name, ".csv"):
				harmlessCSV(t, name, data)
			case strings.HasSuffix(name, ".json") && !json.Valid(data):
				t.Errorf("%s is not JSON", name)
			}
		})
		for _, name := range []string{"/etc/passwd", "etc/passwd", "zq.csv"} { // nothing was written where a text said
			if _, err := os.Lstat(filepath.Join(folder, name)); err == nil {
				t.Errorf("%s was written", name)
			}
		}
	}}.run(t)
}

// On a screen they neither move the cursor nor change a colour.
func TestAttackPayloadsOnScreen(t *testing.T) {
	attack{name: "the same on a screen and in a pipe: tables, JSON, problems", whole: 12, sample: 1, try: func(t *try) {
		folder := t.TempDir()
		hostileLogs(t, filepath.Join(folder, "logs"), 200)
		args := choose(t, [][]string{
			{"query", "run", "activity/top-principals"}, {"query", "run", "access/denied-calls"}, {"query", "run", "root/console-login"},
			{"query", "run", "activity/volume"}, {"query", "run", "activity/top-errors"}, {"logs", "stats", "--files"},
		})
		args = append(slices.Clone(args), "--source", "logs", "--period", "2026-10", "--cache", "cache")
		e := t.onScreen(command(t.Context(), folder, args...), exitDone, exitIncomplete)
		left := ours.ReplaceAllString(e.out, "")
		plain(t, ended{out: left})
		piped := t.runs(folder, append(args, "--color", "always"), e.code)
		plain(t, ended{out: ours.ReplaceAllString(piped.out, ""), err: ours.ReplaceAllString(piped.err, "")})
		inJSON := t.runs(folder, append(args, "--output", "json"), e.code)
		plain(t, inJSON)
		if n := strings.Count(piped.out, "zq"); n > 0 {
			t.count("with payloads in it")
		}
	}}.run(t)
}

// ours are the sequences that the program itself prints: colours, and those of the line of progress.
var ours = regexp.MustCompile(`\x1b\[(?:0|1|2|33|36|31;1)m|\r(?:[^\r\n]*\x1b\[K)?|\x1b\[K`)

var octoberRecords = sync.OnceValues(func() ([]map[string]any, error) {
	sink := &recordSink{}
	_, err := demo.Generate(context.Background(), demo.Options{
		Accounts: []string{"111122223333", "444455556666"}, Regions: []string{"eu-central-1", "us-east-1"},
		From: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Events: 1,
	}, sink)
	return sink.all, err
})

// recordSink is a sink that keeps the records of log files.
type recordSink struct{ all []map[string]any }

func (*recordSink) Have(context.Context, source.Object) (bool, error) { return false, nil }

func (r *recordSink) Put(_ context.Context, o source.Object, body io.Reader) error {
	if cloudtrail.ParseKey(o.Key).Folder != cloudtrail.FolderLogs {
		return nil
	}
	return r.read(o.Key, body)
}

func (r *recordSink) file(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if !cloudtrail.ParseKey(filepath.ToSlash(name)).IsLog() {
		return nil
	}
	return r.read(name, f)
}

func (r *recordSink) read(name string, body io.Reader) error {
	z, err := gzip.NewReader(body)
	if err != nil {
		return err
	}
	var file struct{ Records []map[string]any }
	if err := json.NewDecoder(z).Decode(&file); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	r.all = append(r.all, file.Records...)
	return nil
}

// hostileLogs writes events of the sample in which texts were replaced by payloads, each payload as often as any other: values of
// any field, and names of parameters.
func hostileLogs(t *try, folder string, events int) {
	t.Helper()
	all, err := octoberRecords()
	if err != nil {
		t.Fatal(err)
	}
	next := t.IntN(len(payloads))
	payload := func() string { next++; return payloads[next%len(payloads)] }
	var b bytes.Buffer
	for i := range events {
		var record map[string]any
		if err := json.Unmarshal(must(json.Marshal(all[t.IntN(len(all))])), &record); err != nil {
			t.Fatal(err)
		}
		record["eventID"] = fmt.Sprintf("zq-%06d", i)
		for range 1 + t.IntN(4) {
			infect(t.Rand, record, payload)
		}
		if t.IntN(10) == 0 {
			record["eventID"] = fmt.Sprint(payload(), i)
		}
		if i > 0 {
			b.WriteString(",\n")
		}
		b.Write(bytes.ReplaceAll(must(json.Marshal(record)), []byte("\uE000"), []byte(`\ud800`)))
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "hostile.json"), []byte(`{"Records":[`+b.String()+`]}`), 0o644); err != nil {
		t.Fatal(err)
	}
}

// infect puts one payload into one text of a record, whatever field it is; only the time stays, for without one no report shows the event.
func infect(r *rand.Rand, record map[string]any, payload func() string) {
	var sites []func()
	var walk func(v any, path string)
	walk = func(v any, path string) {
		switch v := v.(type) {
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(v)) {
				if _, text := v[k].(string); text && path+k != "eventTime" {
					sites = append(sites, func() { v[k] = payload() })
				}
				walk(v[k], path+k+".")
			}
			if strings.Contains(path, "arameters") || strings.Contains(path, "lements") {
				sites = append(sites, func() { v[payload()] = payload() })
			}
		case []any:
			for i := range v {
				if _, text := v[i].(string); text {
					sites = append(sites, func() { v[i] = payload() })
				}
				walk(v[i], path)
			}
		}
	}
	walk(record, "")
	sites[r.IntN(len(sites))]()
}
