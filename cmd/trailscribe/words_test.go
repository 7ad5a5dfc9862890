package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"trailscribe/internal/document"
	"trailscribe/internal/framework"
	"trailscribe/internal/library"
	"trailscribe/internal/query"
	"trailscribe/internal/report"
	"trailscribe/internal/result"
	"trailscribe/internal/run"
	"trailscribe/internal/style"
	"trailscribe/internal/workpaper"
)

// logsForWords are logs with something of everything: exceptions, data events, conflicting copies, gaps, an undated record, files that
// cannot be read.
var logsForWords = map[string]string{
	"one.json": `{"Records":[
{"eventTime":"2026-10-05T08:00:00Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","eventType":"AwsConsoleSignIn","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.9","userAgent":"curl/8.0","eventID":"00000000-0000-0000-0000-000000000001","recipientAccountId":"111122223333","userIdentity":{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333"},"responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"MFAUsed":"No"},"managementEvent":true,"eventCategory":"Management"},
{"eventTime":"2026-10-05T09:00:00Z","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","eventType":"AwsApiCall","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.9","eventID":"00000000-0000-0000-0000-000000000002","recipientAccountId":"111122223333","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/zzmallory","accountId":"111122223333","userName":"zzmallory"},"requestParameters":{"name":"zztrail"},"readOnly":false,"managementEvent":true,"eventCategory":"Management"},
{"eventTime":"yesterday","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","awsRegion":"us-east-1","eventID":"00000000-0000-0000-0000-000000000003","recipientAccountId":"111122223333","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/zzmallory","accountId":"111122223333","userName":"zzmallory"}}
]}`,
	"two.json": `{"Records":[
{"eventTime":"2026-10-05T09:00:00Z","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","eventType":"AwsApiCall","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","eventID":"00000000-0000-0000-0000-000000000002","recipientAccountId":"111122223333","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/zzmallory","accountId":"111122223333","userName":"zzmallory"},"requestParameters":{"name":"zztrail"},"readOnly":false,"managementEvent":true,"eventCategory":"Management"},
{"eventTime":"2026-10-06T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","eventType":"AwsApiCall","awsRegion":"eu-central-1","sourceIPAddress":"203.0.113.10","eventID":"00000000-0000-0000-0000-000000000004","recipientAccountId":"444455556666","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE2","arn":"arn:aws:iam::444455556666:user/zzalice","accountId":"444455556666","userName":"zzalice"},"requestParameters":{"bucketName":"zzbucket","key":"zzkey"},"readOnly":true,"managementEvent":false,"eventCategory":"Data"}
]}`,
	"cut.json":   `{"Records":[{"eventTime":"2026-10-05T09:00`,
	"empty.json": ``,
}

// savedRun runs a report of the built-in library over those logs and opens what was sealed.
func savedRun(t *testing.T, id string) (*run.Saved, *report.Report, *library.Library) {
	t.Helper()
	dir := t.TempDir()
	logs, out := filepath.Join(dir, "logs"), filepath.Join(dir, "out")
	if err := os.Mkdir(logs, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range logsForWords {
		if err := os.WriteFile(filepath.Join(logs, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var said strings.Builder
	code := MainIn(context.Background(), dir, []string{"report", "run", id, "--source", "logs", "--period", "2026-10-05..2026-10-08", "--out",
		out, "--cache", filepath.Join(dir, "cache"), "--format", "json", "--quiet"},
		strings.NewReader(""), &said, &said, func(string) string { return "" })
	if code != exitIncomplete {
		t.Fatalf("exit code %d\n%s", code, said.String())
	}
	found, err := filepath.Glob(filepath.Join(out, id, "*", "r1"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%v %v\n%s", found, err, said.String())
	}
	saved, err := run.OpenFolder(found[0])
	if err != nil {
		t.Fatal(err)
	}
	lib, problems := library.Open(builtin(true), saved.Library())
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	frameworks, problems := framework.Load(lib)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	queries, problems := query.Load(lib, frameworks)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	r, problems := report.Load(lib, id, queries, frameworks, shipped.choice())
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return saved, r, lib
}

// codes are fields that no reader sees: references, keys and what a writer is told.
var codes = map[string]bool{"Ref": true, "Target": true, "To": true, "Code": true, "Only": true, "Type": true, "Count": true,
	"Initial": true, "Language": true}

// texts gives every text of a composed document with its place. Named string types are codes too.
func texts(v any, say func(place, text string)) {
	var walk func(v reflect.Value, place string)
	walk = func(v reflect.Value, place string) {
		switch v.Kind() {
		case reflect.Interface, reflect.Pointer:
			if v.IsNil() {
				return
			}
			if set, ok := v.Interface().(result.Set); ok {
				for row, err := range set.All() {
					if err != nil {
						say(place, "the rows cannot be read: "+err.Error())
						return
					}
					for _, cell := range row {
						if s, ok := cell.(string); ok {
							say(place, s)
						}
					}
				}
				return
			}
			if v.Elem().Kind() == reflect.Struct {
				place += " " + v.Elem().Type().String()
			}
			walk(v.Elem(), place)
		case reflect.Struct:
			for i := range v.NumField() {
				f := v.Type().Field(i)
				if f.IsExported() && !codes[f.Name] && !(v.Type() == reflect.TypeFor[document.Column]() && f.Name == "Name") {
					walk(v.Field(i), place+"."+f.Name)
				}
			}
		case reflect.Slice, reflect.Array:
			for i := range v.Len() {
				walk(v.Index(i), place)
			}
		case reflect.String:
			if v.Type() == reflect.TypeFor[string]() {
				say(place, v.String())
			}
		}
	}
	walk(reflect.ValueOf(v), "document")
}

var (
	marked = regexp.MustCompile(`⟦[^⟦⟧]*⟧`)
	idents = regexp.MustCompile(`\b([0-9a-f]{16,64}|[a-z]+[0-9]*(-[a-z0-9.]+)*-[0-9][0-9.]*|[A-Z]{1,2}[0-9]+(\.[0-9]+)+)\b`)
	word   = regexp.MustCompile(`\pL[\pL'’]+`)
)

// unmarked is what a text says outside of marks. Digests, ids of frameworks and of their controls are not words.
func unmarked(text string) string {
	text = idents.ReplaceAllString(text, " ")
	for marked.MatchString(text) {
		text = marked.ReplaceAllString(text, " ")
	}
	return text
}

// dataWords are the words that the run itself holds: values of its record, rows, statements, log file names. Keys of the record are not
// among them.
func dataWords(t *testing.T, saved *run.Saved) map[string]bool {
	t.Helper()
	words := map[string]bool{}
	add := func(text string) {
		for _, w := range word.FindAllString(text, -1) {
			words[w] = true
		}
	}
	var walk func(v any)
	walk = func(v any) {
		switch x := v.(type) {
		case string:
			add(x)
		case []any:
			for _, y := range x {
				walk(y)
			}
		case map[string]any:
			for k, y := range x {
				switch k {
				case "family", "title", "lacks": // texts of definitions, which a language translates
				default:
					walk(y)
				}
			}
		}
	}
	err := fs.WalkDir(os.DirFS(saved.Path), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "data/") {
			return err
		}
		if framework, _ := path.Match("library/reports/frameworks/*.yaml", name); strings.HasPrefix(name, "library/") && !framework {
			return nil
		}
		data, err := os.ReadFile(filepath.Join(saved.Path, name))
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".gz") {
			r, err := gzip.NewReader(bytes.NewReader(data))
			if err != nil {
				return err
			}
			if data, err = io.ReadAll(r); err != nil {
				return err
			}
		}
		if strings.HasSuffix(name, ".sql") {
			add(string(data))
			return nil
		}
		if version := editions.FindSubmatch(data); strings.HasPrefix(name, "library/") {
			if version == nil {
				return fmt.Errorf("%s: the framework has no version", name)
			}
			add(string(version[1])) // the publisher's name of an edition
			return nil
		}
		if name != "record.json" && !strings.HasSuffix(name, ".jsonl.gz") {
			return nil
		}
		for d := json.NewDecoder(bytes.NewReader(data)); ; {
			var v any
			if err := d.Decode(&v); err == io.EOF {
				return nil
			} else if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			walk(v)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return words
}

var editions = regexp.MustCompile(`(?m)^version: (.*)$`)

// signs are words of no language: units of the SI and names of formats.
var signs = map[string]bool{"kB": true, "MB": true, "GB": true, "UTC": true, "SHA": true, "trailscribe": true}

// Every word of a report is in a language file: composed in the pseudo-language, all that is not marked is data of the run.
func TestReportsHoldNoEnglishOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"cis-aws", "monthly-security", "out-of-hours", "s3-activity"} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			saved, r, lib := savedRun(t, id)
			l, problems := style.LoadLanguage(lib, style.Pseudo)
			if err := problems.Err(); err != nil {
				t.Fatal(err)
			}
			d, err := workpaper.Compose(saved, r, l)
			if err != nil {
				t.Fatal(err)
			}
			data := dataWords(t, saved)
			all, told := 0, map[string]bool{}
			look := func(place, text string) {
				all++
				if strings.Contains(text, "⟨") {
					t.Errorf("%s: %q was asked for a key or an argument that is not there", place, text)
				}
				for _, w := range word.FindAllString(unmarked(text), -1) {
					if !data[w] && !signs[w] && !told[place+w] {
						told[place+w] = true
						t.Errorf("%s: %q is neither from a language file nor data: %.200q", place, w, text)
					}
				}
			}
			texts(d, look)
			for _, line := range workpaper.Brief(saved, r, l) {
				look("brief", line)
			}
			for _, missing := range l.Missing() {
				key, _, _ := strings.Cut(missing, " ")
				if filled := map[string]bool{"page.number": true, "sheet.part": true, "sheet.truncated": true}; !filled[key] { // a writer fills these
					t.Errorf("asked for and not there: %s", missing)
				}
			}
			if all < 300 {
				t.Errorf("%d texts: the document is not whole", all)
			}
		})
	}
}
