package main

import (
	"strings"
	"testing"
	"time"

	"trailscribe/internal/integrity"
	"trailscribe/internal/library"
	"trailscribe/internal/run"
	"trailscribe/internal/style"
)

// A report has words of its own for every class that is listed, and its record keeps them apart.
func TestIntegrityClassesHaveWords(t *testing.T) {
	t.Parallel()
	lib, problems := library.Open(builtin(true))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	l, problems := style.LoadLanguage(lib, "en")
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	seen := map[string]integrity.Class{}
	place := integrity.Place{Account: "111122223333", Region: "us-east-1", Digests: integrity.Count{Valid: 1}}
	listed := 0
	for _, c := range integrity.Classes() {
		f := integrity.Finding{Class: c, Kind: integrity.KindLog, Key: string(c), From: time.Unix(0, 0)}
		if place.Findings = append(place.Findings, f); c.Result() == integrity.Verified {
			continue
		}
		listed++
		words := l.Say("integrity.class." + string(c))
		if other, ok := seen[words]; ok || words == "" || strings.Contains(words, "integrity") {
			t.Errorf("%s is told as %q, like %s", c, words, other)
		}
		seen[words] = c
	}
	got := proved(&integrity.Report{Places: []integrity.Place{place}})
	if got.Result != run.IntegrityFailed || len(got.Findings) != listed {
		t.Errorf("%+v", got)
	}
	for i, f := range got.Findings {
		if f.Class != f.File || i > 0 && f.Result == run.IntegrityFailed && got.Findings[i-1].Result != run.IntegrityFailed {
			t.Errorf("finding %d is %+v", i, f)
		}
	}
	if proved(&integrity.Report{Places: []integrity.Place{{Findings: place.Findings}}}) != nil {
		t.Error("without a digest nothing was checked")
	}
}
