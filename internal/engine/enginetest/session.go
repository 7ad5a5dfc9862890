package enginetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"trailscribe/internal/engine"
	"trailscribe/internal/sql"
)

func statement(id string, b *sql.Bound) engine.Statement { return engine.Statement{ID: id, Query: b} }

// No file is no error: events is there and empty, and every figure is a counted zero.
func testEmpty(t *testing.T, open Open) {
	for name, f := range map[string]files{
		"no file":         {},
		"no record":       {"a.json": log()},
		"other period":    {key("111122223333", "eu-west-1", "2025/01/01", "a"): log(at("2025-01-01T00:00:00Z", "x"))},
		"only unreadable": {key("111122223333", "eu-west-1", "2026/10/25", "a"): []byte(`{"Records":[{`)},
	} {
		t.Run(name, func(t *testing.T) {
			scope := october()
			scope.HistoryDays = 7
			w := start(t, open, nil, f, scope)
			w.want("SELECT eventid, useridentity.arn, actor, copies, copies_differ FROM events ORDER BY eventid")
			w.want("SELECT eventid FROM history ORDER BY eventid")
			w.want("SELECT count(*) FROM events", "0")
			in := w.inputs()
			w.figure("events", in.Events, 0)
			w.figure("records", in.Records, 0)
			w.figure("conflicting", in.Conflicting, 0)
			if !in.First.IsZero() || !in.Last.IsZero() {
				t.Errorf("first %v, last %v without any event", in.First, in.Last)
			}
		})
	}
}

// A copy of log files in one folder: their names say account, region and day of delivery. An old record belongs to the account of the
// name.
func testFlat(t *testing.T, open Open) {
	scope := october()
	scope.Accounts, scope.Regions = []string{"111122223333"}, []string{"eu-west-1"}
	name := func(account, region, stamp, letters string) string {
		return "copy/" + account + "_CloudTrail_" + region + "_" + stamp + "_" + letters + ".json.gz"
	}
	old := map[string]any{"recipientAccountId": nil, "userIdentity": map[string]any{"type": "AWSAccount", "accountId": "999999999999"}}
	w := start(t, open, nil, files{
		name("111122223333", "eu-west-1", "20261025T0805Z", "a"): log(at("2026-10-25T08:00:00Z", "mine"), at("2026-10-25T08:01:00Z", "old", old)),
		name("111122223333", "eu-west-1", "20260905T0805Z", "b"): log(at("2026-09-05T08:00:00Z", "before")),
		name("111122223333", "us-east-1", "20261025T0805Z", "c"): log(at("2026-10-25T08:00:00Z", "elsewhere",
			map[string]any{"awsRegion": "us-east-1"})),
		name("444455556666", "eu-west-1", "20261025T0805Z", "d"): log(at("2026-10-25T08:00:00Z", "other",
			map[string]any{"recipientAccountId": "444455556666"})),
	}, scope)
	w.want("SELECT eventid, account_id FROM events ORDER BY eventid", "mine|111122223333", "old|111122223333")
}

// A loose file has records of any account and region: those of the scope are events, and the others are counted as outside it.
func testMixed(t *testing.T, open Open) {
	scope := october()
	scope.Accounts, scope.Regions = []string{"111122223333"}, []string{"eu-west-1"}
	other := map[string]any{"recipientAccountId": "444455556666"}
	w := start(t, open, nil, files{
		"export/mixed.json": log(at("2026-10-25T08:00:00Z", "mine"), at("2026-10-25T09:00:00Z", "other", other), at("nonsense", "undated"),
			at("nonsense", "undated of another", other), at("2026-10-25T09:00:00Z", "elsewhere", map[string]any{"awsRegion": "us-east-1"}),
			at("2026-09-01T00:00:00Z", "before")),
		"export/others.json": log(at("2026-10-26T08:00:00Z", "another", other)),
	}, scope)
	w.want("SELECT eventid FROM events ORDER BY eventid", "mine")
	in := w.inputs()
	w.figure("read", in.Read, 2)
	w.figure("records", in.Records, 1)
	w.figure("undated", in.Undated, 1)
	w.figure("outside", in.Outside, 5)
	if len(in.Cells) != 1 || in.Cells[0].Account != "111122223333" || in.Cells[0].Files != 1 || in.Cells[0].Events != 1 {
		t.Errorf("deliveries of the scope: %+v", in.Cells)
	}
}

// Records = events + duplicates, and every record of a file that was read is somewhere.
func testInputs(t *testing.T, open Open) {
	f := files{
		key("111122223333", "eu-west-1", "2026/10/25", "a"): log(at("2026-10-25T08:00:00Z", "a"),
			at("2026-10-25T09:00:00Z", "b")),
		key("111122223333", "eu-west-1", "2026/10/26", "b"): log(at("2026-10-25T09:00:00Z", "b"), at("nonsense", "c"),
			at("2026-09-01T00:00:00Z", "d")),
		key("111122223333", "eu-west-1", "2026/10/26", "c"):                  []byte(`{"Records":[{"eventID":`),
		"AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/10/25/x.json": []byte(`{}`),
		"net.json": log(at("2026-10-25T00:00:00Z", "n", map[string]any{"eventCategory": "NetworkActivity", "eventType": "AwsVpceEvent"})),
	}
	w := start(t, open, nil, f, october())
	in := w.inputs()
	w.figure("read", in.Read, 3)
	w.figure("refused", in.Refused, 1)
	w.figure("records", in.Records, 3)
	w.figure("events", in.Events, 2)
	w.figure("undated", in.Undated, 1)
	w.figure("outside", in.Outside, 1)
	w.figure("left out", in.LeftOut, 1)
	if in.Listed != nil && in.Skipped != nil && *in.Listed != *in.Read+*in.Refused+*in.Skipped {
		t.Errorf("listed %d is not read + refused + skipped (%d)", *in.Listed, *in.Skipped)
	}
	if want := time.Date(2026, 10, 25, 8, 0, 0, 0, time.UTC); !in.First.Equal(want) {
		t.Errorf("first: %v", in.First)
	}
	if want := time.Date(2026, 10, 25, 9, 0, 0, 0, time.UTC); !in.Last.Equal(want) {
		t.Errorf("last: %v", in.Last)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := w.engine.Open(t.Context(), october()); err != nil {
		t.Error(err)
	} else {
		if _, err := s.Inputs(ended); err == nil && in.Listed != nil {
			t.Error("inputs were counted although the context had ended")
		}
		if again, err := s.Inputs(t.Context()); err != nil || again.Digest != in.Digest {
			t.Errorf("inputs after a cancelled attempt: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if again := w.inputs(); again.Digest != in.Digest || *again.Events != *in.Events {
		t.Error("the second answer differs from the first")
	}
	if in.Digest == "" {
		return
	}
	sum := sha256.New()
	for k := range f {
		if strings.HasPrefix(k, "AWSLogs") && !strings.HasSuffix(k, "c.json") && !strings.Contains(k, "Digest") || k == "net.json" {
			continue
		}
		delete(f, k)
	}
	for _, k := range slices.Sorted(keysOf(f)) {
		fmt.Fprintf(sum, "%s\x00%d\x00%x\n", k, len(f[k]), sha256.Sum256(f[k]))
	}
	if want := hex.EncodeToString(sum.Sum(nil)); in.Digest != want {
		t.Errorf("digest %s, want %s", in.Digest, want)
	}
}

func keysOf(f files) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range f {
			if !yield(k) {
				return
			}
		}
	}
}

// Files lie by delivery day where the key tells it, else by the day of their records; events by their own day.
func testCells(t *testing.T, open Open) {
	w := start(t, open, nil, files{
		key("111122223333", "eu-west-1", "2026/10/25", "a"): log(at("2026-10-25T08:00:00Z", "a"),
			at("2026-10-24T23:59:00Z", "b")),
		key("111122223333", "eu-west-1", "2026/10/26", "b"):                  log(at("2026-10-25T23:59:00Z", "c")),
		key("111122223333", "eu-west-1", "2026/10/26", "c"):                  []byte(`{"Records":[{"eventID":`),
		key("111122223333", "eu-west-1", "2026/10/27", "d"):                  log(),
		key("111122223333", "eu-west-1", "2026/11/01", "e"):                  log(at("2026-10-31T23:59:00Z", "d")),
		"AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/10/28/x.json": []byte(`{}`),
		"loose.json": log(at("2026-10-02T08:00:00Z", "e"), at("2026-10-02T09:00:00Z", "f"), at("2026-10-03T09:00:00Z", "g"),
			at("2026-09-03T09:00:00Z", "h")),
	}, october())
	in := w.inputs()
	if in.Cells == nil {
		t.Skip("deliveries cannot be seen on this engine")
	}
	var got []string
	for _, c := range in.Cells {
		got = append(got, fmt.Sprintf("%s %s %s files %d refused %d events %d", c.Account, c.Region, c.Day.Format("01-02"),
			c.Files, c.Refused, c.Events))
	}
	var want []string
	for _, s := range []string{"10-02 files 1 refused 0 events 2", "10-03 files 1 refused 0 events 1", "10-24 files 0 refused 0 events 1",
		"10-25 files 1 refused 0 events 2", "10-26 files 1 refused 1 events 0", "10-27 files 1 refused 0 events 0",
		"10-31 files 0 refused 0 events 1"} {
		want = append(want, "111122223333 eu-west-1 "+s)
	}
	if !slices.Equal(got, want) {
		t.Errorf("cells:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Every file is named, in key order, with its hash or the reason why it was not read.
func testFiles(t *testing.T, open Open) {
	good := log(at("2026-10-25T08:00:00Z", "a"))
	f := files{
		key("111122223333", "eu-west-1", "2026/10/25", "z"): good,
		key("111122223333", "eu-west-1", "2026/10/25", "a"): []byte(`{"Records":[{"eventID":`),
		"b.json": good,
	}
	w := start(t, open, nil, f, october())
	var got []string
	for x, err := range w.session.Files(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, x.Key+" "+x.State)
		switch x.State {
		case engine.FileRead:
			if x.SHA256 != [32]byte{} && (x.SHA256 != sha256.Sum256(f[x.Key]) || x.Records != 1 || x.Size != int64(len(f[x.Key]))) {
				t.Errorf("%s: %+v", x.Key, x)
			}
		case engine.FileRefused:
			if x.Reason.Kind == "" {
				t.Errorf("%s was refused without a reason", x.Key)
			}
		}
	}
	want := []string{
		key("111122223333", "eu-west-1", "2026/10/25", "a") + " refused",
		key("111122223333", "eu-west-1", "2026/10/25", "z") + " read",
		"b.json read",
	}
	if !slices.Equal(got, want) {
		t.Errorf("files: %q, want %q", got, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range w.session.Files(ctx) {
		if err == nil {
			t.Error("files went on although the context had ended")
		}
	}
}
