package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"
)

// bomb is a folder of logs that asks for more than it gives.
type bomb struct {
	name  string
	write func(t *try, folder string) error
	code  int
	most  int // MiB that the process may need
}

// What a process may need at most: where a file is refused, and where everything is read.
const (
	refusing = 256
	reading  = 768
)

// Log files that are made to fill memory, to take for ever or to confuse a reader are refused, or read as documented, in bounds.
func TestAttackBombs(t *testing.T) {
	attack{name: "log files that are bombs: endless, deep, huge, broken gzip, odd JSON", whole: len(bombs()), sample: 1, try: func(t *try) {
		x, folder := choose(t, bombs()), t.TempDir()
		logs := filepath.Join(folder, "logs")
		if err := os.Mkdir(logs, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := x.write(t, logs); err != nil {
			t.Fatal(err)
		}
		e, peak := t.measured(command(t.Context(), folder, "logs", "stats", "--source", "logs", "--cache", "cache"), 4*x.most, x.code)
		t.Logf("%s: exit code %d, %d MiB, %.1f s", x.name, e.code, peak, e.took.Seconds())
		if peak > x.most {
			t.Errorf("%s: %d MiB, more than %d", x.name, peak, x.most)
		}
		t.most(map[int]string{exitDone: "MiB to read", exitIncomplete: "MiB to refuse"}[x.code], peak)
		t.unspilled(filepath.Join(folder, "cache"))
	}}.run(t)
}

// record is a good record with an id; more goes into its requestParameters.
func record(id, more string) string {
	return `{"eventVersion":"1.08","eventTime":"2026-10-30T09:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances",` +
		`"awsRegion":"eu-central-1","sourceIPAddress":"203.0.113.9","eventID":"` + id + `","recipientAccountId":"111122223333",` +
		`"eventType":"AwsApiCall","eventCategory":"Management","userIdentity":{"type":"IAMUser",` +
		`"arn":"arn:aws:iam::111122223333:user/a","accountId":"111122223333","userName":"a"},"requestParameters":` + more + `}`
}

func file(records ...string) string { return `{"Records":[` + strings.Join(records, ",") + `]}` }

// bombs are made only where they are used, since every process of a test is this program too. They are ordered as the table of
// docs/reliability.md.
var bombs = sync.OnceValue(func() []bomb {
	return []bomb{
		{"10 GB of zeros", packedParts(10<<30, "\x00", "", ""), exitIncomplete, refusing},
		{"10 GB of spaces", packedParts(10<<30, " ", "", ""), exitIncomplete, refusing},
		{"10 GB of one text", packedParts(10<<30, "a", `{"Records":[{"eventName":"`, `"}]}`), exitIncomplete, refusing},
		{"a line of 1 GiB", packedParts(1<<30, `{"a":1},`, `{"Records":[{"requestParameters":[`, `0]}]}`), exitIncomplete, refusing},
		{"a text of 500 MB", packedParts(500<<20, "b", `{"Records":[{"eventName":"`, `"}]}`), exitIncomplete, refusing},
		{"a record of 60 MB", packedParts(60<<20, `"x":"y",`, `{"Records":[{"requestParameters":{`, `"z":1}}]}`), exitIncomplete, refusing},
		{"arrays 100,000 deep", packedText(file(record("deep", strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)))),
			exitIncomplete, refusing},
		{"objects 100,000 deep", packedText(file(record("deep", strings.Repeat(`{"a":`, 100_000)+"1"+strings.Repeat("}", 100_000)))),
			exitIncomplete, refusing},
		{"10 million brackets", packedParts(10<<20, "[", "", ""), exitIncomplete, refusing},
		{"256 MiB of good records in one line", goodRecords(256 << 20), exitDone, reading},
		{"a record of 15 MB", packedParts(15<<20-4096, `"x":"y",`, `{"Records":[`+strings.TrimSuffix(record("big", "{"), "}"), `"z":1}}]}`),
			exitDone, reading},
		{"10,000 small files", manyFiles(10_000), exitDone, reading},
		{"a name of 100 MB in the header of gzip", gzipHeader(100 << 20), exitIncomplete, refusing},
		{"gzip with garbage behind it", altered(func(b []byte) []byte { return append(b, "garbage"...) }), exitIncomplete, refusing},
		{"gzip with zeros behind it", altered(func(b []byte) []byte { return append(b, make([]byte, 512)...) }),
			exitIncomplete, refusing},
		{"gzip that is cut", altered(func(b []byte) []byte { return b[:len(b)/2] }), exitIncomplete, refusing},
		{"gzip without its trailer", altered(func(b []byte) []byte { return b[:len(b)-8] }), exitIncomplete, refusing},
		{"gzip with another checksum", altered(func(b []byte) []byte { b[len(b)-6] ^= 1; return b }), exitIncomplete, refusing},
		{"gzip in gzip 40 times", func(t *try, folder string) error {
			b := []byte(file(record("nested", "{}")))
			for range 40 {
				b = packed(t, b)
			}
			return os.WriteFile(filepath.Join(folder, "x.json.gz"), b, 0o644)
		}, exitIncomplete, refusing},
		{"gzip of two members, split within a record", func(t *try, folder string) error {
			b := []byte(file(record("one", "{}"), record("two", "{}")))
			return os.WriteFile(filepath.Join(folder, "x.json.gz"), append(packed(t, b[:100]), packed(t, b[100:])...), 0o644)
		}, exitDone, reading},
		{"names that stand twice", packedText(file(record("twice", `{"a":1,"a":2}`), `{"eventID":"x",`+record("again", "{}")[1:])),
			exitDone, reading},
		{"bytes that are not UTF-8", packedText(file(record("utf", "{\"a\":\"\xff\xfe\xc0\x80\xed\xa0\x80\"}"))), exitDone, reading},
		{"NUL in a text", packedText(file(record("nul", `{"a":"\u0000"}`))), exitDone, reading},
		{"NUL between records", packedText("{\"Records\":[\x00" + record("nul", "{}") + "]}"), exitIncomplete, refusing},
		{"values of other types", packedText(file(`{"eventTime":5,"eventName":[1],"userIdentity":"root","eventID":{"a":1},"awsRegion":null,` +
			`"recipientAccountId":111122223333}`)), exitDone, reading},
		{"UTF-16", func(_ *try, folder string) error {
			var b bytes.Buffer
			for _, u := range append([]uint16{0xfeff}, utf16.Encode([]rune(file(record("utf16", "{}"))))...) {
				b.Write([]byte{byte(u), byte(u >> 8)})
			}
			return os.WriteFile(filepath.Join(folder, "x.json"), b.Bytes(), 0o644)
		}, exitIncomplete, refusing},
		{"numbers without measure", packedText(file(record("number", `{"a":1e99999999,"b":-1e-99999999,"c":`+strings.Repeat("9", 100_000)+`}`))),
			exitDone, reading},
		{"a million names", func(t *try, folder string) error {
			var b strings.Builder
			for i := range 1_000_000 {
				fmt.Fprintf(&b, `"k%d":1,`, i)
			}
			return packedText(file(record("names", "{"+b.String()+`"z":1}`)))(t, folder)
		}, exitDone, reading},
		{"99,999 resources", packedText(file(strings.TrimSuffix(record("res", "{}"), "}") + `,"resources":[` +
			strings.TrimSuffix(strings.Repeat(`{"ARN":"arn:aws:s3:::b"},`, 99_999), ",") + "]}")), exitDone, reading},
		{"an escape at every place", packedText(file(record("esc", `{"a":"`+strings.Repeat(`\u0061\ud83d\ude00`, 200_000)+`"}`))),
			exitDone, reading},
	}
})

// packedParts writes a gzip file whose content is first, a text over and over up to a size, and last. The middle is packed once:
// the members of a gzip file are read as one.
func packedParts(size int, text, first, last string) func(t *try, folder string) error {
	return func(t *try, folder string) error {
		const part = 8 << 20
		middle := packed(t, []byte(strings.Repeat(text, part/len(text))))
		f, err := os.Create(filepath.Join(folder, "x.json.gz"))
		if err != nil {
			return err
		}
		defer f.Close()
		write := func(b []byte) {
			if err == nil {
				_, err = f.Write(b)
			}
		}
		write(packed(t, []byte(first)))
		for range size / part {
			write(middle)
		}
		write(packed(t, []byte(strings.Repeat(text, size%part/len(text))+last)))
		return err
	}
}

func packedText(text string) func(t *try, folder string) error {
	return func(t *try, folder string) error {
		return os.WriteFile(filepath.Join(folder, "x.json.gz"), packed(t, []byte(text)), 0o644)
	}
}

func altered(f func([]byte) []byte) func(t *try, folder string) error {
	return func(t *try, folder string) error {
		return os.WriteFile(filepath.Join(folder, "x.json.gz"), f(packed(t, []byte(file(record("a", "{}"), record("b", "{}"))))), 0o644)
	}
}

func goodRecords(size int) func(t *try, folder string) error {
	return func(_ *try, folder string) error {
		f, err := os.Create(filepath.Join(folder, "x.json.gz"))
		if err != nil {
			return err
		}
		defer f.Close()
		z, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
		if err != nil {
			return err
		}
		written, i := 0, 0
		for more := `{"Records":[`; err == nil && written < size; more = "," {
			var n int
			n, err = io.WriteString(z, more+record(fmt.Sprint("good-", i), "{}"))
			written, i = written+n, i+1
		}
		if err == nil {
			_, err = io.WriteString(z, "]}")
		}
		if err == nil {
			err = z.Close()
		}
		return err
	}
}

func manyFiles(n int) func(t *try, folder string) error {
	return func(t *try, folder string) error {
		for i := range n {
			name := filepath.Join(folder, fmt.Sprint(i%100), fmt.Sprint(i, ".json"))
			if i < 100 {
				if err := os.Mkdir(filepath.Dir(name), 0o755); err != nil {
					return err
				}
			}
			if err := os.WriteFile(name, []byte(file(record(fmt.Sprint("small-", i), "{}"))), 0o644); err != nil {
				return err
			}
		}
		return nil
	}
}

func gzipHeader(size int) func(t *try, folder string) error {
	return func(t *try, folder string) error {
		b := packed(t, []byte(file(record("a", "{}"))))
		b[3] |= 8 // a name follows the ten bytes
		name := append(bytes.Repeat([]byte{'n'}, size), 0)
		return os.WriteFile(filepath.Join(folder, "x.json.gz"), bytes.Join([][]byte{b[:10], name, b[10:]}, nil), 0o644)
	}
}

// most keeps the largest of the figures that tries give.
func (t *try) most(what string, n int) {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	t.of.happened["most "+what] = max(t.of.happened["most "+what], n)
}
