package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Log files that change while they are read give a run that is whole in itself; once they are at rest, the cache that was
// filled meanwhile gives what a fresh one gives.
func TestAttackChangingLogs(t *testing.T) {
	attack{name: "log files cut, removed, replaced, added while they are read", whole: 14, try: func(t *try) {
		g, folder := attackGround(t), t.TempDir()
		logs := filepath.Join(folder, "logs")
		copyTree(t, g.logs, logs)
		j := job{[]string{"quick", "other"}[t.IntN(2)], attackPeriod}
		for round := range 2 { // with a cold cache, and with one that was filled while files changed
			r, err := begin(command(t.Context(), folder, g.over(logs, j, fmt.Sprint("out", round), "cache")...))
			if err != nil {
				t.Fatal(err)
			}
			for pause := []time.Duration{3, 30, 200}[t.IntN(3)] * time.Millisecond; !r.within(time.Duration(t.Int64N(int64(2 * pause)))); {
				changeLogs(t, logs)
			}
			e := t.expects(r, exitDone, exitIncomplete, exitError)
			if e.code == exitError && !strings.Contains(e.err, "changed") && !strings.Contains(e.err, "no such file") {
				t.Errorf("it does not say that the logs changed:\n%s", e.err)
			}
			t.count(fmt.Sprintf("exit %d", e.code))
			t.verified(filepath.Join(folder, fmt.Sprint("out", round)))
		}
		t.likeFresh(folder, logs, j, "out")
	}}.run(t)
}

// likeFresh runs a job with the cache of a folder and with a new one, and holds the one to the other.
func (t *try) likeFresh(folder, logs string, j job, out string) {
	t.Helper()
	g := attackGround(t)
	e := t.runs(folder, g.over(logs, j, out, "cache"), exitDone, exitIncomplete)
	t.runs(folder, g.over(logs, j, "fresh", "fresh-cache"), e.code)
	want, err := readTree(filepath.Join(folder, "fresh"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := readTree(filepath.Join(folder, out))
	if err != nil {
		t.Fatal(err)
	}
	want.same(t, got)
	t.verified(filepath.Join(folder, out))
}

// changeLogs does one thing to one log file.
func changeLogs(t *try, logs string) {
	var names []string
	err := filepath.WalkDir(logs, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.HasSuffix(name, ".json.gz") {
			names = append(names, name)
		}
		return err
	})
	if err != nil || len(names) == 0 {
		t.Fatalf("%d log files, %v", len(names), err)
	}
	name, other := names[t.IntN(len(names))], names[t.IntN(len(names))]
	what := t.IntN(7)
	switch what {
	case 0:
		err = os.Truncate(name, t.Int64N(400))
	case 1:
		if len(names) > 10 {
			err = os.Remove(name)
		}
	case 2: // replaced at once, as a copying program does
		err = os.WriteFile(name+".tmp", packed(t, moreRecords(t)), 0o644)
		if err == nil {
			err = os.Rename(name+".tmp", name)
		}
	case 3: // written over in place
		err = os.WriteFile(name, packed(t, moreRecords(t)), 0o644)
	case 4:
		var b []byte
		if b, err = os.ReadFile(other); err == nil {
			err = os.WriteFile(name, b, 0o644)
		}
	case 5: // another one
		err = os.WriteFile(strings.TrimSuffix(name, ".json.gz")+fmt.Sprintf("%03d.json.gz", t.IntN(1000)), packed(t, moreRecords(t)), 0o644)
	case 6: // grown
		var f *os.File
		if f, err = os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0); err == nil {
			_, err = f.Write([]byte("more"))
			f.Close()
		}
	}
	if err != nil {
		t.Fatalf("changing the logs: %v", err)
	}
	t.count("changes")
}

// moreRecords is a log file with some records of the period that are nowhere else.
func moreRecords(t *try) []byte {
	var b bytes.Buffer
	b.WriteString(`{"Records":[`)
	for i := range 1 + t.IntN(20) {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, `{"eventVersion":"1.08","eventTime":"2026-10-%dT%02d:%02d:00Z","eventSource":"ec2.amazonaws.com",`+
			`"eventName":"RunInstances","eventType":"AwsApiCall","awsRegion":"eu-central-1","sourceIPAddress":"203.0.113.9",`+
			`"eventID":"%08x-0000-4000-8000-%012x",`+
			`"recipientAccountId":"111122223333","errorCode":"Client.UnauthorizedOperation","userIdentity":{"type":"IAMUser",`+
			`"principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/mallory","accountId":"111122223333","userName":"mallory"},`+
			`"readOnly":false,"managementEvent":true,"eventCategory":"Management"}`,
			29+t.IntN(3), t.IntN(24), t.IntN(60), t.Uint32(), t.Uint64()&0xffffffffffff)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

func packed(t *try, data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// holdsText reports which files below a folder have a text in them; what is packed is unpacked.
func holdsText(t testing.TB, folder, text string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".gz") {
			z, err := gzip.NewReader(bytes.NewReader(b))
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if b, err = io.ReadAll(z); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		if bytes.Contains(b, []byte(text)) {
			found = append(found, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
