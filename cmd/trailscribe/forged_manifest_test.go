package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trailscribe/internal/manifest"
)

// A manifest that somebody put over log files hides none of them, whatever it lists and however the log files are called.
func TestForgedManifestHidesNoLogs(t *testing.T) {
	t.Parallel()
	log := func(id string) string {
		return `{"Records":[{"eventVersion":"1.11","eventTime":"2026-10-02T03:04:05Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser",` +
			`"awsRegion":"us-east-1","eventID":"` + id + `","eventType":"AwsApiCall","recipientAccountId":"111122223333",` +
			`"userIdentity":{"type":"IAMUser","userName":"x"}}]}`
	}
	for name, files := range map[string]map[string]string{
		"names of logs":     {"a.json": log("1"), "2026/10/b.json": log("2")},
		"names of a run":    {"report.json": log("1"), "data/b.json": log("2"), "results/a.jsonl": log("3")},
		"with text after":   {"data/b.json": log("1") + "\nmore"},
		"with archives too": {"a.json": log("1"), "b.zip": "PK\x03\x04 and so on", "data/c.json": log("2")},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put := func(name, text string) {
				file := filepath.Join(dir, "logs", filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for file, text := range files {
				put(file, text)
			}
			_, before := tellIn(t, dir, "logs", "stats", "--source", "logs", "--cache", "cache", "--files", "--output", "csv")
			put("record.json", "{}")
			m, err := manifest.Build(os.DirFS(filepath.Join(dir, "logs")),
				manifest.Manifest{Run: "small/2026-10/r1", Evidence: fmt.Sprintf("%x", sha256.Sum256([]byte("{}")))})
			if err != nil {
				t.Fatal(err)
			}
			put(manifest.Name, string(m.Canonical()))
			_, after := tellIn(t, dir, "logs", "stats", "--source", "logs", "--cache", "cache2", "--files", "--output", "csv")
			for file := range files {
				if was, is := lineOf(before, file), lineOf(after, file); was == "" || was != is {
					t.Errorf("%s: %q, and without the manifest %q", file, is, was)
				}
			}
			if !strings.Contains(lineOf(after, manifest.Name), "skipped") {
				t.Errorf("this test shows nothing, the manifest is not taken for one:\n%s", after)
			}
		})
	}
}

// lineOf is the line of a table that begins with a name.
func lineOf(text, name string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, name+",") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}
